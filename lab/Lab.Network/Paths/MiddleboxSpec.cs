namespace Lab.Network;

/// <summary>Which packets keep the memory of a connection alive, seen from the side that is inside.</summary>
public enum Refreshing : byte
{
    /// <summary>Those of both directions.</summary>
    Both,

    /// <summary>Those that leave the side that is inside: of a NAT, the phone's.</summary>
    Outbound,

    /// <summary>Those that come to it.</summary>
    Inbound,
}

/// <summary>Who hears of it when a middlebox no longer knows a connection.</summary>
public enum Notice : byte
{
    /// <summary>Nobody: what comes is dropped.</summary>
    Silent,

    /// <summary>Whoever sends next gets a RST, the other end nothing.</summary>
    ResetSender,

    /// <summary>Both ends get a RST the moment that it expires; who sends later, too.</summary>
    ResetBoth,
}

/// <summary>Whether a packet in the middle of a connection that is not known makes it known.</summary>
public enum PickUp : byte
{
    /// <summary>No: only a SYN does.</summary>
    Never,

    /// <summary>One that leaves the side that is inside does; one that comes to it is dropped or reset.</summary>
    Outbound,

    /// <summary>Any does.</summary>
    Always,
}

/// <summary>What a middlebox remembers of connections, how long, and what follows.</summary>
public sealed record MiddleboxSpec
{
    public static readonly Duration Forever = new(long.MaxValue);

    /// <summary>Whether the far end of the path is inside, as behind a balancer, and not the near one, as behind a
    /// NAT.</summary>
    public bool FarIsInside { get; init; }

    /// <summary>Silence after which an established connection is forgotten; Forever = never.</summary>
    public Duration Established { get; init; } = Forever;

    /// <summary>The same while data of it is not acknowledged, where that is less.</summary>
    public Duration Unacknowledged { get; init; } = Forever;

    /// <summary>The same while it is opening, or closing.</summary>
    public Duration Transitory { get; init; } = Forever;

    public Refreshing Refreshing { get; init; }
    public Notice Notice { get; init; }
    public PickUp PickUp { get; init; }

    /// <summary>Whether one that is picked up keeps its port; with another one the far end does not know it.</summary>
    public bool KeepsPort { get; init; } = true;

    /// <summary>How many connections it can know; 0 = any number. Then the one that was silent longest makes
    /// place.</summary>
    public int Places { get; init; }
}
