namespace Lab.Reports;

/// <summary>
/// An axis from one value to another. Ticks are the ones to label, each with its text, thinned by who draws where they
/// collide; null leaves round numbers to the drawing (linear axes only).
/// </summary>
/// <param name="Title">With the unit in brackets; null where the labels speak for themselves.</param>
/// <param name="From">Greater than 0 where logarithmic.</param>
internal sealed record Axis(string? Title, double From, double To)
{
    public bool Logarithmic { get; init; }

    public IReadOnlyList<Tick>? Ticks { get; init; }

    /// <summary>Whether lines of the grid stand at the ticks.</summary>
    public bool Grid { get; init; } = true;

    /// <summary>Labels of round numbers are shares from 0 to 1, shown in percent.</summary>
    public bool Percent { get; init; }

    /// <summary>Words in rows or columns: word i takes the span from i to i + 1, its label stands at i + 0.5; as a
    /// vertical axis from the top down (From is then the greater one).</summary>
    public static Axis Rows(string? title, IReadOnlyList<string> words, bool vertical = true) =>
        new(title, vertical ? words.Count : 0, vertical ? 0 : words.Count)
        {
            Ticks = [.. words.Select((word, i) => new Tick(i + 0.5, word))], Grid = false, IsWords = true,
        };

    /// <summary>Whether the ticks are words, none of which may be left out.</summary>
    public bool IsWords { get; private init; }

    /// <summary>How far along the axis a value lies, from 0 at its start to 1 at its end.</summary>
    public double ShareOf(double value) => Logarithmic ? Math.Log(value / From) / Math.Log(To / From)
        : (value - From) / (To - From);

    /// <summary>The value at such a share.</summary>
    public double At(double share) => Logarithmic ? From * Math.Pow(To / From, share) : From + (To - From) * share;

    /// <summary>Whether the same places stand for the same values on both.</summary>
    public bool SameScale(Axis other) =>
        (From, To, Logarithmic, IsWords) == (other.From, other.To, other.Logarithmic, other.IsWords);
}

internal readonly record struct Tick(double At, string Text);
