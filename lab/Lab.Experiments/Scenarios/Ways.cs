namespace Lab.Experiments;

/// <summary>A property of a link that may differ each way: one value in a file, or {up: .., down: ..}.</summary>
public abstract record Ways
{
    /// <summary>The value of both directions; null where they differ.</summary>
    internal abstract object? Both { get; }
}

/// <inheritdoc cref="Ways"/>
public sealed record Ways<T>(T Up, T Down) : Ways where T : notnull
{
    internal override object? Both => Up.Equals(Down) ? Up : null;

    public bool Any(Func<T, bool> that) => that(Up) || that(Down);

    /// <summary>"40ms", or "440ms up and 400ms down".</summary>
    public override string ToString() => Both is { } both ? $"{both}" : $"{Up} up and {Down} down";

    public static implicit operator Ways<T>(T both) => new(both, both);
}
