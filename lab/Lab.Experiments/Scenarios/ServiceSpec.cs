using Lab.Network;

namespace Lab.Experiments;

/// <summary>What workers of a server spend time on; None: what costs nothing, and still waits for one.</summary>
public enum Work : byte { None, Tls, Sasl, Login, Stanza }

/// <summary>How the times of one kind of work differ.</summary>
public enum ServiceSpread
{
    /// <summary>Each takes the given time.</summary>
    Fixed,

    /// <summary>Each takes a time drawn from an exponential distribution about the given one.</summary>
    Exponential,
}

/// <summary>What a server's work costs it, and how many work; times are whole microseconds.</summary>
/// <example>{workers: 4, tls: 5ms, sasl: 20ms, login: 2ms, stanza: 100us}</example>
public sealed record ServiceSpec
{
    /// <summary>How many pieces of work go on at once: threads, processes or cores.</summary>
    /// <value>workers</value>
    /// <example>4</example>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// The backlog of listen(2): while more connections than that wait to be taken by the process, its kernel answers
    /// no further one.
    /// </summary>
    /// <value>connections</value>
    /// <example>511</example>
    public int AcceptQueue { get; init; } = 128;

    /// <summary>A TLS handshake, before the server answers.</summary>
    /// <example>5ms</example>
    public Duration Tls { get; init; } = Duration.Zero;

    /// <summary>An attempt to authenticate, paid when it begins.</summary>
    /// <example>20ms</example>
    public Duration Sasl { get; init; } = Duration.Zero;

    /// <summary>Binding a resource, or resuming a session.</summary>
    /// <example>2ms</example>
    public Duration Login { get; init; } = Duration.Zero;

    /// <summary>A message, presence or IQ that comes in, or an element of stream management.</summary>
    /// <example>100us</example>
    public Duration Stanza { get; init; } = Duration.Zero;

    /// <summary>How the times of pieces of a kind differ.</summary>
    public ServiceSpread Spread { get; init; } = ServiceSpread.Fixed;

    public Duration Mean(Work kind) => kind switch
    {
        Work.None => Duration.Zero, Work.Tls => Tls, Work.Sasl => Sasl, Work.Login => Login, Work.Stanza => Stanza,
    };
}
