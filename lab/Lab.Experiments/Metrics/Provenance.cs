namespace Lab.Experiments;

/// <summary>
/// What made a result, and when: the lab's version, its commit (null when it was built outside of a repository), and
/// the moment in UTC at which the sweep began, as RFC 3339 writes it: 2026-11-22T17:05:33Z.
/// </summary>
public sealed record Provenance(string Version, string? Commit, string Date)
{
    /// <summary>From what an assembly says of itself: 0.1.0+commit.</summary>
    public static Provenance Of(string informationalVersion, string date)
    {
        int plus = informationalVersion.IndexOf('+');
        return plus < 0 ? new(informationalVersion, null, date)
            : new(informationalVersion[..plus], informationalVersion[(plus + 1)..], date);
    }
}
