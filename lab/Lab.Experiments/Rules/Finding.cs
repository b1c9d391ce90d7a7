namespace Lab.Experiments;

/// <summary>A property of one record, or one entry of its map (by key) or list (by index).</summary>
public readonly record struct Spot(object Record, string? Property = null, object? Entry = null)
{
    /// <summary>Of an entry of a map that is a list: which of its items.</summary>
    public int? Item { get; init; }
}

/// <summary>
/// Something wrong with a scenario or topology, for the person who made it: where, and in words. From are further spots
/// that it was concluded from: where one of these could not be read, the conclusion does not count.
/// </summary>
public sealed record Finding(Spot At, string Message, params IReadOnlyList<Spot> From)
{
    /// <summary>The value that was found there, where the message should show it.</summary>
    public object? Found { get; init; }

    /// <summary>Nothing is wrong, but worth telling.</summary>
    public bool IsNote { get; init; }

    /// <summary>In the words of vary: clients.phone.policy, faults[0].cut.</summary>
    public string Path { get; init; } = "";

    public override string ToString() =>
        (Path.Length > 0 ? Path + ": " : "") + Message + (Found is null ? "" : $", found '{Found}'");
}
