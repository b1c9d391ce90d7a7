using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Where the cases behind a quantile are kept. Most are the rows of another table, in that table's order, and are not
/// kept twice; which, is seen by comparing, so a metric that counts otherwise keeps its own. Times are whole
/// nanoseconds.
/// </summary>
internal static class Cases
{
    /// <summary>In the table of that name.</summary>
    public const string Own = "cases";

    private static readonly (string Word, Func<RunResult, IEnumerable<Observation>> Of)[] Sources =
    [
        ("client incidents", r => r.Incidents.Where(i => i.Side == Side.Client).Select(i => i.Observed)),
        ("server incidents", r => r.Incidents.Where(i => i.Side == Side.Server).Select(i => i.Observed)),
        ("delivered messages", r => r.Messages.Where(m => m.Copies > 0).Select(m => Came(m.Delay.TotalSeconds))),
        ("deaths", r => (r.Streams?.Deaths ?? []).Select(d => Came(d.Elapsed.TotalSeconds))),
    ];

    /// <summary>The word for the rows that these cases are.</summary>
    public static string SourceOf(IReadOnlyList<Observation> times, RunResult run)
    {
        foreach ((string word, Func<RunResult, IEnumerable<Observation>> of) in Sources)
            if (of(run).SequenceEqual(times)) return word;
        return Own;
    }

    /// <summary>The cases that the word stands for; null when it stands for none.</summary>
    public static IReadOnlyList<Observation>? Of(string word, RunResult run)
    {
        foreach ((string known, Func<RunResult, IEnumerable<Observation>> of) in Sources)
            if (known == word) return [.. of(run)];
        return null;
    }

    public static long Nanoseconds(Observation o) => (long)Math.Round(o.Seconds * 1e9);

    public static Observation Of(long nanoseconds, Outcome outcome) => new(nanoseconds / 1e9, outcome);

    private static Observation Came(double seconds) => new(seconds, Outcome.Noticed);
}
