using System.Globalization;
using System.Text;

namespace Lab.Files;

/// <summary>A text that values come from: a file, or one --set on the command line.</summary>
internal sealed class Source(string name, string text)
{
    private readonly string[] lines = text.Split('\n');

    /// <summary>As the user wrote it: a path, or "--set".</summary>
    public string Name { get; } = name;

    public string Text { get; } = text;

    /// <summary>It tells of runs that were made: traces that it names are not played, and need not be there.</summary>
    public bool IsRecord { get; init; }

    /// <summary>An argument has no lines to count.</summary>
    public bool IsArgument => Name.StartsWith("--", StringComparison.Ordinal);

    public int Lines => lines.Length;

    /// <summary>Line by number from 1; empty past the end.</summary>
    public string Line(int number) => number >= 1 && number <= lines.Length ? lines[number - 1].TrimEnd('\r') : "";
}

/// <summary>Where something stands: line and column from 1, length in characters (0 = only a place).</summary>
internal readonly record struct Place(Source Source, int Line, int Column, int Length);

/// <summary>Something wrong with the input, for the person who wrote it.</summary>
internal sealed record Problem(Place Place, string Message)
{
    private const int WindowChars = 100;

    /// <summary>file:line:column: message, then the line itself with a caret below.</summary>
    public override string ToString()
    {
        string name = Printable(Place.Source.Name), message = Printable(Message);
        if (Place.Line == 0) return $"{name}: {message}\n";
        var text = new StringBuilder();
        if (Place.Source.IsArgument) text.Append(CultureInfo.InvariantCulture, $"{name}: {message}\n");
        else text.Append(CultureInfo.InvariantCulture, $"{name}:{Place.Line}:{Place.Column}: {message}\n");
        string line = Passwords.Hidden(Place.Source.Line(Place.Line));
        if (line.Length == 0) return text.ToString();
        int from = Place.Column > WindowChars * 3 / 4 ? Place.Column - WindowChars / 2 : 0;
        from = Math.Min(from, line.Length);
        string shown = Printable(line.Substring(from, Math.Min(WindowChars, line.Length - from)));
        string before = from > 0 ? "..." : "", after = from + WindowChars < line.Length ? "..." : "";
        string number = (Place.Source.IsArgument ? "" : Place.Line.ToString(CultureInfo.InvariantCulture)).PadLeft(5);
        text.Append(CultureInfo.InvariantCulture, $"{number} | {before}{shown}{after}\n");
        int column = Math.Max(0, Place.Column - 1 - from);
        int length = Math.Clamp(Place.Length, 1, Math.Max(1, shown.Length - column));
        text.Append(' ', 5).Append(" | ").Append(' ', before.Length + column).Append('^').Append('~', length - 1)
            .Append('\n');
        return text.ToString();
    }

    /// <summary>
    /// Tabs as spaces; what would move the cursor, turn the direction of writing or not be seen at all as dots, so that
    /// carets stay below and terminals stay sane.
    /// </summary>
    public static string Printable(string text) =>
        string.Create(text.Length, text, static (chars, t) =>
        {
            for (int i = 0; i < chars.Length; i++)
                chars[i] = t[i] == '\t' ? ' ' : IsHidden(t[i]) || IsAlone(t, i) ? '.' : t[i];
        });

    /// <summary>Whether a character does something to a terminal rather than stand in it.</summary>
    public static bool IsHidden(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // half of a pair, or a pair that is a format character
    private static bool IsAlone(string text, int at)
    {
        if (!char.IsSurrogate(text[at])) return false;
        int first = char.IsLowSurrogate(text[at]) ? at - 1 : at;
        return first < 0 || first + 1 >= text.Length || !char.IsSurrogatePair(text[first], text[first + 1])
            || CharUnicodeInfo.GetUnicodeCategory(text, first) == UnicodeCategory.Format;
    }
}

/// <summary>Collects problems; the same one (place and words) only once, in the order of the file.</summary>
internal sealed class Problems
{
    private readonly List<Problem> list = [];
    private readonly HashSet<Problem> known = [];
    private readonly List<Problem> notes = [];

    public bool Any => list.Count > 0;

    /// <summary>How often something was found wrong, repetitions included.</summary>
    public int Count { get; private set; }

    public void Add(Place place, string message) => Add(new Problem(place, message));

    public void Add(Problem problem)
    {
        Count++;
        if (known.Add(problem)) list.Add(problem);
    }

    public void Add(Node node, string message) => Add(node.Place, message);

    /// <summary>What is worth telling of a file in which nothing is wrong.</summary>
    public IReadOnlyList<Problem> Notes => notes;

    public void Note(Node node, string message)
    {
        var note = new Problem(node.Place, message);
        if (known.Add(note)) notes.Add(note);
    }

    /// <summary>By source in the order met, then by place.</summary>
    public IReadOnlyList<Problem> Sorted()
    {
        List<Source> sources = [.. list.Select(p => p.Place.Source).Distinct()];
        return [.. list.OrderBy(p => sources.IndexOf(p.Place.Source)).ThenBy(p => p.Place.Line)
            .ThenBy(p => p.Place.Column)];
    }

    public override string ToString() => string.Concat(Sorted());
}
