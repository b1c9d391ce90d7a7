using System.Globalization;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// Property names in kebab-case are the keys of the YAML files: QueueBytes is a C# habit, "queue" what users write, so
// the records here use the users' words (Queue, Up, Down) and typed quantities instead of unit suffixes.

/// <summary>Bits per second; 0 = unlimited.</summary>
public readonly record struct Rate(long BitsPerSecond)
{
    /// <summary>Exact, in the largest unit that leaves no fraction, as files have it.</summary>
    public override string ToString() => BitsPerSecond == 0 ? "unlimited" : Words.Scaled(
        BitsPerSecond, (1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s"), (1000, "kbit/s"), (1, "bit/s"));
}

/// <summary>Bytes; 0 = unlimited, where that may be.</summary>
public readonly record struct Size(long Bytes)
{
    /// <summary>Exact, in the largest unit that leaves no fraction, as files have it.</summary>
    public override string ToString() => Bytes == 0 ? "unlimited" : Words.Scaled(
        Bytes, (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"));
}

/// <summary>Who is connected to whom, over what.</summary>
public sealed record Topology
{
    public string? Description { get; init; }

    /// <summary>By XMPP domain; node.example of count 10 is node-0.example to node-9.example.</summary>
    public IReadOnlyDictionary<string, ServerSpec> Servers { get; init; } = new Dictionary<string, ServerSpec>();

    /// <summary>By group name; a group of count 10 has members name[0] to name[9].</summary>
    public IReadOnlyDictionary<string, ClientSpec> Clients { get; init; } = new Dictionary<string, ClientSpec>();

    /// <summary>Which servers talk to each other; others are unknown to them.</summary>
    public IReadOnlyList<S2sSpec> S2s { get; init; } = [];

    /// <summary>By name; a client may also name a preset link.</summary>
    public IReadOnlyDictionary<string, LinkProfile> Links { get; init; } = new Dictionary<string, LinkProfile>();

    /// <summary>The names of the journal's hosts, by number: clients, servers, streams between servers.</summary>
    public IReadOnlyList<string> HostNames()
    {
        var cast = new Cast(this);
        return
        [
            .. cast.Members.Select(m => m.Name), .. cast.Domains, .. cast.Routes.Select(r => r.Name),
        ];
    }
}

/// <summary>The name of a policy of the scenario or of a preset, or a policy written in place.</summary>
public sealed record PolicyChoice(string? Name, Policy? Inline);

/// <summary>The name of a link of the topology or of a preset, or a link written in place.</summary>
public sealed record LinkChoice(string? Name, LinkProfile? Inline);

public enum TlsUse { Required, Offered, None }

/// <summary>
/// Who serves a domain: the lab's own server, Prosody that a run starts, or whatever runs at an address.
/// </summary>
public enum ServerSoftware { Lab, Prosody, External }

/// <summary>What runs on a client's device: the lab's own client, or a script on Python's slixmpp.</summary>
public enum ClientSoftware { Lab, Slixmpp }

public sealed record ServerSpec
{
    /// <summary>Anything but lab needs the proxied network.</summary>
    public ServerSoftware Software { get; init; } = ServerSoftware.Lab;

    /// <summary>Where an external server listens: 127.0.0.1:5222.</summary>
    public string? Address { get; init; }

    /// <summary>Of its accounts, where a client names none of its own; absent = one that the lab chooses.</summary>
    public string? Password { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>What its host runs: whose TCP it has (lab show os).</summary>
    public Os Os { get; init; } = Os.Linux;

    public KernelSpec? Kernel { get; init; }

    /// <summary>
    /// Another server that others ask whether this one's dialback keys are genuine; absent = this one itself.
    /// </summary>
    public string? Authority { get; init; }

    public PolicyChoice? Policy { get; init; }

    /// <summary>What becomes of a resource that is asked for while it is in use.</summary>
    public ConflictPolicy Conflict { get; init; } = ConflictPolicy.CloseOld;

    public TlsUse Tls { get; init; } = TlsUse.Required;

    /// <summary>Messages kept for an account that is away.</summary>
    public int OfflineMessages { get; init; } = 1000;

    /// <summary>node.example of count 3 is node-0.example, node-1.example and node-2.example.</summary>
    public static IEnumerable<string> Domains(string name, int count)
    {
        if (count == 1) return [name];
        int dot = name.IndexOf('.') is >= 0 and int at ? at : name.Length;
        return Enumerable.Range(0, count).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{name[..dot]}-{i}{name[dot..]}"));
    }
}

public sealed record ClientSpec
{
    /// <summary>A domain; of a server with a count its members take turns.</summary>
    public required string Server { get; init; }

    /// <summary>Anything but lab needs the proxied network.</summary>
    public ClientSoftware Software { get; init; } = ClientSoftware.Lab;

    /// <summary>Of its account; absent = the server's.</summary>
    public string? Password { get; init; }

    public LinkChoice? Link { get; init; }
    public int Count { get; init; } = 1;
    public PolicyChoice? Policy { get; init; }

    /// <summary>What its device runs: whose TCP it has (lab show os).</summary>
    public Os Os { get; init; } = Os.Linux;

    public KernelSpec? Kernel { get; init; }

    /// <summary>starttls, direct or none.</summary>
    public TlsMode Tls { get; init; } = TlsMode.StartTls;

    /// <summary>Resource to ask for; absent = the server chooses.</summary>
    public string? Resource { get; init; }

    /// <summary>Members start spread uniformly over this long.</summary>
    public Duration StartWithin { get; init; } = Duration.Zero;
}

/// <summary>
/// {between: [a.example, b.example], streams: 4, link: backbone}: two servers that treat each other alike. With a
/// server of some count each of its members is meant; the same one twice is a full mesh of its members.
/// </summary>
public sealed record S2sSpec
{
    public required IReadOnlyList<string> Between { get; init; }
    public LinkChoice? Link { get; init; }

    /// <summary>Towards each other, each way. The remaining keys mean what they mean in RemoteSettings.</summary>
    public int Streams { get; init; } = 1;

    public MemberPick Pick { get; init; } = MemberPick.SenderHash;
    public bool Bidi { get; init; }
    public FederationAuth Auth { get; init; } = FederationAuth.Dialback;
    public FederationTls Tls { get; init; } = FederationTls.Required;
    public PolicyChoice? Policy { get; init; }

    /// <summary>The second server's, where it is not the same.</summary>
    public PolicyChoice? SecondPolicy { get; init; }

    public PingScope PingScope { get; init; } = PingScope.Routed;
    public FailedCheck OnFailedCheck { get; init; } = FailedCheck.DropMember;
    public Duration? SilenceLimit { get; init; }
    public UnackedFate Unacked { get; init; } = UnackedFate.Resend;

    /// <summary>Stanzas that may wait for streams.</summary>
    public int Queue { get; init; } = 32_768;

    public RetryRule Retry { get; init; } = RetryRule.NextStanza;
    public Duration RetryMax { get; init; } = Duration.FromSeconds(300);
    public int? MaxStreamsFrom { get; init; }
    public bool VerifyAlone { get; init; } = true;
    public Duration DialbackTimeout { get; init; } = Duration.FromSeconds(60);
    public Duration VerifyTimeout { get; init; } = Duration.FromSeconds(30);

    public RemoteSettings Settings(Policy policy) => new()
    {
        Streams = Streams, Pick = Pick, Bidi = Bidi, Auth = Auth, Tls = Tls, Policy = policy,
        PingScope = PingScope, OnFailedCheck = OnFailedCheck, SilenceLimit = SilenceLimit, Unacked = Unacked,
        QueueStanzas = Queue, Retry = Retry, RetryMax = RetryMax, MaxStreamsFrom = MaxStreamsFrom,
        VerifyAlone = VerifyAlone, DialbackTimeout = DialbackTimeout, VerifyTimeout = VerifyTimeout,
    };
}

/// <summary>
/// Both directions of a path. Loss is a share (2%) or a good/bad model; the weather is the path's, so bad times come to
/// both directions at once.
/// </summary>
public sealed record LinkProfile
{
    /// <summary>One way.</summary>
    public Ways<Duration> Delay { get; init; } = Duration.Zero;

    public Ways<Duration> Jitter { get; init; } = Duration.Zero;
    public JitterShape JitterShape { get; init; } = JitterShape.Uniform;
    public Rate Up { get; init; }
    public Rate Down { get; init; }
    public Size Queue { get; init; }
    public Ways<LossProfile>? Loss { get; init; }
    public OutageProfile? Outages { get; init; }

    public LinkSpec Upward() => Direction(Up, Delay.Up, Jitter.Up, Loss?.Up);
    public LinkSpec Downward() => Direction(Down, Delay.Down, Jitter.Down, Loss?.Down);

    private LinkSpec Direction(Rate rate, Duration delay, Duration jitter, LossProfile? loss) => new()
    {
        Delay = delay, Jitter = jitter, Shape = JitterShape,
        RateBitsPerSecond = rate.BitsPerSecond, QueueBytes = checked((int)Queue.Bytes),
        Loss = loss?.ToSpec() ?? LossSpec.None,
        Outages = Outages is { } o
            ? new OutageSpec { Every = o.Every, Median = o.Median, SigmaPermille = o.SigmaPermille }
            : null,
    };
}

/// <summary>Written as a share (2%), or as bad-for, good-for, loss-when-bad, loss-when-good.</summary>
public sealed record LossProfile
{
    public Duration BadFor { get; init; } = Duration.Zero;
    public Duration GoodFor { get; init; } = Duration.Zero;
    public Probability LossWhenBad { get; init; } = Probability.Always;
    public Probability LossWhenGood { get; init; } = Probability.Never;

    public LossSpec ToSpec() =>
        new() { BadFor = BadFor, GoodFor = GoodFor, WhenBad = LossWhenBad, WhenGood = LossWhenGood };
}

/// <summary>Outages that come by themselves: exponential gaps, lognormal lengths.</summary>
public sealed record OutageProfile
{
    public required Duration Every { get; init; }
    public required Duration Median { get; init; }

    /// <summary>Spread of the lengths: sigma of the lognormal in thousandths; 0 = all alike.</summary>
    public int SigmaPermille { get; init; }
}
