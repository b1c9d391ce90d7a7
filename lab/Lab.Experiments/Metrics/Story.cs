using Lab.Network;

namespace Lab.Experiments;

/// <summary>When, who, and what, as a sentence; one that joins several is at the time of the first.</summary>
public readonly record struct StoryLine(Instant At, string Who, string Text);

/// <summary>
/// What happened on the way of a client, or of a stream between servers, around a fault, a false alarm or another end
/// of a stream: from shortly before until both sides are well again. Made by Stories.
/// </summary>
public sealed record Story
{
    /// <summary>The client's number, or the stream's as a host of the journal.</summary>
    public required int Path { get; init; }

    /// <summary>Of the client or the stream.</summary>
    public required string Name { get; init; }

    /// <summary>What it is about and who noticed when, in a line.</summary>
    public required string Title { get; init; }

    /// <summary>When the fault took hold, or the stream ended without one.</summary>
    public required Instant Began { get; init; }

    /// <summary>When everything was well again, or the run over.</summary>
    public required Instant Until { get; init; }

    /// <summary>Messages lost by it.</summary>
    public int Lost { get; init; }

    /// <summary>
    /// How telling it is among the stories of its runs, without unit: each lost message (three at most), a false alarm,
    /// and the share of the run that it took count about the same, a fault a little.
    /// </summary>
    public double Weight { get; init; }

    /// <summary>In order of time.</summary>
    public required IReadOnlyList<StoryLine> Lines { get; init; }

    /// <summary>Its name among those of its run, of letters, digits and hyphens.</summary>
    public string Id => string.Concat(Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))
        + $"-{Began.Nanoseconds / 1_000_000}";

    /// <summary>Whether it tells of that client, or stream, at that moment.</summary>
    public bool Covers(int path, Instant at) => path == Path && at >= Began && at <= Until;
}
