using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What runs on a host: whose TCP it has.</summary>
public enum Os
{
    /// <summary>Linux, held against a real kernel.</summary>
    Linux,

    /// <summary>Android, whose TCP is Linux's.</summary>
    Android,

    /// <summary>macOS and iOS, as far as their limits are known.</summary>
    Darwin,

    /// <summary>Windows, as far as its limits are known.</summary>
    Windows,
}

/// <summary>
/// What an administrator sets, by the names of Linux's sysctls. What a program sets on its socket (tcp: in a policy)
/// wins.
/// </summary>
/// <example>{retries2: 8, keepalive-defaults: {idle: 10m}}</example>
public sealed record KernelSpec
{
    /// <summary>
    /// How often data is sent again before TCP gives up (net.ipv4.tcp_retries2); absent = the system's own.
    /// </summary>
    /// <value>retransmissions</value>
    /// <example>8</example>
    public int? Retries2 { get; init; }

    /// <summary>
    /// How often a SYN is sent again before connecting fails (net.ipv4.tcp_syn_retries); absent = the system's own.
    /// </summary>
    /// <value>retransmissions</value>
    /// <example>3</example>
    public int? SynRetries { get; init; }

    /// <summary>
    /// How often a SYN-ACK is sent again (net.ipv4.tcp_synack_retries); absent = the system's own.
    /// </summary>
    /// <value>retransmissions</value>
    /// <example>3</example>
    public int? SynackRetries { get; init; }

    /// <summary>
    /// How often the data of a socket that its program closed is sent again (net.ipv4.tcp_orphan_retries); 0 means 8,
    /// as on Linux; absent = the system's own.
    /// </summary>
    /// <value>retransmissions</value>
    /// <example>3</example>
    public int? OrphanRetries { get; init; }

    /// <summary>
    /// How long a closed socket waits for the other end's FIN (net.ipv4.tcp_fin_timeout); absent = the system's own.
    /// </summary>
    /// <example>30s</example>
    public Duration? FinTimeout { get; init; }

    /// <summary>The shortest retransmission timeout (rto_min of a route); absent = the system's own.</summary>
    /// <example>200ms</example>
    public Duration? RtoMin { get; init; }

    /// <summary>
    /// For sockets that ask for keepalive and do not say all of it (net.ipv4.tcp_keepalive_time and the others); absent
    /// = the system's own.
    /// </summary>
    /// <example>{idle: 10m}</example>
    public KeepaliveOption? KeepaliveDefaults { get; init; }

    /// <summary>Ticks of its timers (CONFIG_HZ); absent = the system's own.</summary>
    /// <value>ticks per second</value>
    /// <example>1000</example>
    public int? Hz { get; init; }

    /// <summary>What is set, by the words of files.</summary>
    public IEnumerable<(string Key, object Value)> Given() => typeof(KernelSpec).GetProperties()
        .Select(p => (Words.Key(p), p.GetValue(this)!)).Where(p => p.Item2 is not null);
}

/// <summary>A number of a system's TCP, with where it is from.</summary>
/// <param name="Provenance">measured, documented, second-hand or recalled; and by whom.</param>
public sealed record SystemFact(string What, string Value, string Provenance);

/// <summary>
/// What is known of each system's TCP, for `os:`. Linux is the model as it was held against a real kernel. Of the
/// others only what is listed differs; what is not known is said to be, and Linux's rule stands in.
/// </summary>
public sealed record SystemProfile(Os Os, TcpSettings Tcp, TcpKeepalive Keepalive, bool HasWheel)
{
    private static readonly TcpKeepalive Usual = new(Duration.FromHours(2), Duration.FromSeconds(75), 9);

    private static readonly TcpSettings Classic = new() { SynLinearTimeouts = 0 };

    public static IReadOnlyList<SystemProfile> All { get; } =
    [
        new(Os.Linux, new TcpSettings(), Usual, HasWheel: true)
        {
            Facts =
            [
                new("gives up unacknowledged data", "after 924.6 s and more (tcp_retries2 = 15)",
                    "measured: Linux 6.18"),
                new("gives up connecting", "after 134.5 s", "measured: Linux 6.18"),
                new("keepalive, where a socket asks", "2 h, 75 s, 9 probes", "documented: tcp(7)"),
                new("ticks", "250 a second; 100, 300, 1000 are built, too", "measured; the others documented"),
            ],
        },
        new(Os.Android, new TcpSettings(), Usual, HasWheel: true)
        {
            Facts =
            [
                new("its TCP", "is Linux's", "documented"),
                new("gives up unacknowledged data", "after 924 s", "second-hand: firezone/firezone PR 14656"),
                new("ticks", "250 a second", "recalled"),
            ],
        },
        new(Os.Darwin, Classic with { ConnectLimit = Duration.FromSeconds(75) }, Usual with { Probes = 8 },
            HasWheel: false)
        {
            Facts =
            [
                new("gives up connecting", "after 75.0 s", "second-hand: SciQLop/speasy PR 344, timed on macOS"),
                new("keepalive, where a socket asks", "2 h, 75 s, 8 probes", "recalled"),
            ],
            Unknown =
            [
                "how long it sends unacknowledged data again is not known (450 s stands in one test program); "
                    + "Linux's rule stands in",
                "when it repeats a SYN is not known; doubling from 1 s stands in",
                "how late its timers are is not known; they are on time here",
            ],
        },
        new(Os.Windows, Classic with
            {
                ConnectLimit = Duration.FromSeconds(21), DataRetransmissions = 5, TailLossProbe = false,
            }, new(Duration.FromHours(2), Duration.FromSeconds(1), 10), HasWheel: false)
        {
            Facts =
            [
                new("gives up unacknowledged data", "after 5 retransmissions, each after twice the time of the one "
                    + "before: 63 times its timeout", "documented: Microsoft knowledge base 170359"),
                new("gives up connecting", "after 21.0 s, 4 retransmissions",
                    "second-hand: SciQLop/speasy PR 344, timed on Windows"),
                new("keepalive, where a socket asks", "2 h, 1 s, 10 probes", "recalled"),
            ],
            Unknown =
            [
                "its shortest retransmission timeout is not known (give-ups of 19 to 90 s are told); Linux's estimate "
                    + "stands in, without tail-loss probes",
                "how late its timers are is not known; they are on time here",
            ],
        },
    ];

    public IReadOnlyList<SystemFact> Facts { get; private init; } = [];

    /// <summary>What is not known, and what stands in for it.</summary>
    public IReadOnlyList<string> Unknown { get; private init; } = [];

    public static SystemProfile Of(Os os) => All.First(p => p.Os == os);

    /// <summary>TCP on a host of that system with those settings, for a socket of that policy.</summary>
    public static TcpSettings Settings(Os os, KernelSpec? kernel, TcpPolicy? socket)
    {
        SystemProfile system = Of(os);
        TcpSettings tcp = system.Tcp;
        TcpKeepalive defaults = kernel?.KeepaliveDefaults?.Over(system.Keepalive) ?? system.Keepalive;
        return tcp with
        {
            Retries2 = kernel?.Retries2 ?? tcp.Retries2,
            DataRetransmissions = kernel?.Retries2 is null ? tcp.DataRetransmissions : 0,
            SynRetries = kernel?.SynRetries ?? tcp.SynRetries,
            ConnectLimit = kernel?.SynRetries is null ? tcp.ConnectLimit : Duration.Zero,
            SynAckRetries = kernel?.SynackRetries ?? tcp.SynAckRetries,
            OrphanRetries = kernel?.OrphanRetries is > 0 and int n ? n : tcp.OrphanRetries,
            FinTimeout = kernel?.FinTimeout ?? tcp.FinTimeout,
            RtoMin = kernel?.RtoMin ?? tcp.RtoMin,
            Keepalive = socket?.Keepalive?.Over(defaults),
            UserTimeout = socket?.UserTimeout ?? Duration.Zero,
        };
    }

    /// <summary>The timers of one host: Linux's wheel, or exact ones where the system's are not known.</summary>
    public static TimerWheel Timers(Os os, KernelSpec? kernel, RandomStream chance) =>
        Of(os).HasWheel || kernel?.Hz is not null ? new(kernel?.Hz ?? 250, chance) : TimerWheel.Exact;
}
