using Lab.Network;

namespace Lab.Experiments;

/// <summary>What a balancer does with new connections to a server that is not there.</summary>
public enum WhenAway
{
    /// <summary>Nothing: the server's host refuses them, or does not answer.</summary>
    Pass,

    /// <summary>It accepts them, and says nothing more; they stay with it when the server is back.</summary>
    Hold,

    /// <summary>It accepts them and closes them.</summary>
    Close,
}

/// <summary>A NAT, a firewall or a balancer that knows connections, and forgets those that are silent.</summary>
/// <example>{established: 5m, on-expiry: reset-sender}</example>
public sealed record MiddleboxProfile
{
    /// <summary>Silence after which it forgets a connection that was established; absent = never.</summary>
    /// <example>5m</example>
    public Duration? Established { get; init; }

    /// <summary>
    /// Instead of established: bands from which each client's middlebox draws its own; absent = all have the same.
    /// </summary>
    /// <example>[{share: 40%, from: 4m, to: 10m}, {share: 60%, from: 10m, to: 2h}]</example>
    public IReadOnlyList<Band> Drawn { get; init; } = [];

    /// <summary>The same silence while data is not acknowledged, where that is less; absent = no other.</summary>
    /// <example>5m</example>
    public Duration? Unacknowledged { get; init; }

    /// <summary>The same silence while a connection is opening or closing; absent = never.</summary>
    /// <example>4m</example>
    public Duration? Transitory { get; init; }

    /// <summary>Packets of which direction begin the silence anew.</summary>
    public Refreshing RefreshedBy { get; init; } = Refreshing.Both;

    /// <summary>Who hears that a connection is not known any more.</summary>
    public Notice OnExpiry { get; init; } = Notice.Silent;

    /// <summary>Whether a packet in the middle of a connection makes it known again.</summary>
    public PickUp PickUp { get; init; } = PickUp.Never;

    /// <summary>Whether a connection that is picked up keeps its port; with another one the other side does not know
    /// it.</summary>
    public bool KeepsPort { get; init; } = true;

    /// <summary>
    /// How many connections it can know at a time, of each client's path, or of all that share it; beyond, the one that
    /// was silent longest is forgotten. 0 = any number.
    /// </summary>
    /// <value>connections</value>
    /// <example>1</example>
    public int Places { get; init; }

    /// <summary>Whether all whose paths lead by it share one, as a carrier's: its places, and what it draws.</summary>
    public bool Shared { get; init; }

    /// <summary>Of the silences after which it forgets; null = never.</summary>
    internal Duration? Shortest => Drawn.Count > 0 ? Drawn.Min(b => b.From) : Established;

    internal Duration? Longest => Drawn.Count > 0 ? Drawn.Max(b => b.To) : Established;

    /// <param name="random">Its own; drawn from only where there are bands.</param>
    public MiddleboxSpec ToSpec(bool farIsInside, Func<RandomStream> random) => new()
    {
        FarIsInside = farIsInside,
        Established = Drawn.Count > 0 ? Draw(random()) : Established ?? MiddleboxSpec.Forever,
        Unacknowledged = Unacknowledged ?? MiddleboxSpec.Forever, Transitory = Transitory ?? MiddleboxSpec.Forever,
        Refreshing = RefreshedBy, Notice = OnExpiry, PickUp = PickUp, KeepsPort = KeepsPort, Places = Places,
    };

    /// <summary>A band by its share, then evenly within it.</summary>
    public Duration Draw(RandomStream random)
    {
        ulong at = random.Below((ulong)Probability.Always.PartsPerBillion);
        foreach (Band band in Drawn)
        {
            if (at < (ulong)band.Share.PartsPerBillion) return random.Between(band.From, band.To);
            at -= (ulong)band.Share.PartsPerBillion;
        }
        return random.Between(Drawn[^1].From, Drawn[^1].To);
    }
}

/// <summary>A share of all, and the times between which these lie.</summary>
/// <example>{share: 40%, from: 4m, to: 10m}</example>
public sealed record Band
{
    /// <summary>How many of all; the shares of a list make 100 %.</summary>
    /// <example>40%</example>
    public required Probability Share { get; init; }

    /// <summary>The shortest.</summary>
    /// <example>4m</example>
    public required Duration From { get; init; }

    /// <summary>The longest.</summary>
    /// <example>10m</example>
    public required Duration To { get; init; }
}
