using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>Bytes of one read (at most 32 KiB) and the moment that delays count from.</summary>
internal readonly record struct Chunk(ReadOnlyMemory<byte> Bytes, Instant At)
{
    public int Length => Bytes.Length;

    /// <summary>When the stage before was to let it go; what its timer was late by is not in it.</summary>
    public Instant Ready { get; init; } = At;

    public Chunk First(int length) => this with { Bytes = Bytes[..length] };
    public Chunk From(int offset) => this with { Bytes = Bytes[offset..] };
}

/// <summary>How a direction ends; what stands before the end is delivered first.</summary>
internal enum Ending
{
    None,

    /// <summary>The sender closed its side.</summary>
    End,

    /// <summary>A toxic closes the connection.</summary>
    Close,

    /// <summary>The connection ends in a RST on both sides.</summary>
    Reset,
}
