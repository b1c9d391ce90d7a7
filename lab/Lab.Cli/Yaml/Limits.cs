using System.Globalization;
using System.Reflection;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Cli;

/// <summary>
/// What a value may be beyond its type: per key (<see cref="Broken"/>), and between the keys of one record
/// (<see cref="Within"/>). What concerns the whole file (names, times against the end) is in <see cref="Validation"/>.
/// </summary>
internal static class Limits
{
    private const string Positive = "must be longer than zero";

    // linux/include/net/tcp.h: MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL 32767 s, MAX_TCP_KEEPCNT 127
    private const int MostKeepaliveSeconds = 32767;
    private const int MostKeepaliveProbes = 127;

    private static readonly Dictionary<(Type, string), Func<object, string?>> Table = new()
    {
        [(typeof(Scenario), nameof(Scenario.Duration))] = Longer,
        [(typeof(WorkloadSpec), nameof(WorkloadSpec.Every))] = Longer,
        [(typeof(WorkloadSpec), nameof(WorkloadSpec.Body))] = o => Bytes(o, 1, 1 << 20),
        [(typeof(FaultSpec), nameof(FaultSpec.Every))] = Longer,
        [(typeof(FaultSpec), nameof(FaultSpec.For))] = Longer,
        [(typeof(ClientSpec), nameof(ClientSpec.Count))] = o => Between(o, 1, 1_000_000),
        [(typeof(ServerSpec), nameof(ServerSpec.Count))] = o => Between(o, 1, 1000),
        [(typeof(S2sSpec), nameof(S2sSpec.Streams))] = o => Between(o, 1, 1000),
        [(typeof(S2sSpec), nameof(S2sSpec.Queue))] = o => Between(o, 0, int.MaxValue),
        [(typeof(S2sSpec), nameof(S2sSpec.MaxStreamsFrom))] = o => Between(o, 1, int.MaxValue),
        [(typeof(S2sSpec), nameof(S2sSpec.SilenceLimit))] = Longer,
        [(typeof(S2sSpec), nameof(S2sSpec.RetryMax))] = Longer,
        [(typeof(S2sSpec), nameof(S2sSpec.DialbackTimeout))] = Longer,
        [(typeof(S2sSpec), nameof(S2sSpec.VerifyTimeout))] = Longer,
        [(typeof(ServerSpec), nameof(ServerSpec.OfflineMessages))] = o => Between(o, 0, int.MaxValue),
        [(typeof(LinkProfile), nameof(LinkProfile.Queue))] = Queue,
        [(typeof(OutageProfile), nameof(OutageProfile.Every))] = Longer,
        [(typeof(OutageProfile), nameof(OutageProfile.Median))] = Longer,
        [(typeof(OutageProfile), nameof(OutageProfile.SigmaPermille))] = o =>
            (int)o <= 5000 ? null : "is a lognormal's sigma, at most 5",
        [(typeof(WhitespacePolicy), nameof(WhitespacePolicy.Every))] = Longer,
        [(typeof(PingPolicy), nameof(PingPolicy.Every))] = Longer,
        [(typeof(PingPolicy), nameof(PingPolicy.Timeout))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.Every))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.Timeout))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.Resume))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.EveryStanzas))] = o => Between(o, 0, int.MaxValue),
        [(typeof(AckPolicy), nameof(AckPolicy.QueueStanzas))] = o => Between(o, 1, int.MaxValue),
        [(typeof(TcpPolicy), nameof(TcpPolicy.UserTimeout))] = Longer,
        [(typeof(TcpKeepalive), nameof(TcpKeepalive.Idle))] = WholeSeconds,
        [(typeof(TcpKeepalive), nameof(TcpKeepalive.Interval))] = WholeSeconds,
        [(typeof(TcpKeepalive), nameof(TcpKeepalive.Probes))] = o => Between(o, 1, MostKeepaliveProbes),
        [(typeof(IdlePolicy), nameof(IdlePolicy.After))] = Longer,
        [(typeof(IdlePolicy), nameof(IdlePolicy.Timeout))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Tcp))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Tls))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Step))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Total))] = Longer,
        [(typeof(ReconnectPolicy), nameof(ReconnectPolicy.FactorPermille))] = o =>
            (int)o >= 1000 ? null : "must be at least 1",
        [(typeof(ReconnectPolicy), nameof(ReconnectPolicy.FirstExponent))] = o => Between(o, 0, 64),
        [(typeof(ReconnectPolicy), nameof(ReconnectPolicy.Max))] = Longer,
        [(typeof(BackoffTier), nameof(BackoffTier.UpToAttempt))] = o => Between(o, 1, int.MaxValue),
        [(typeof(BackoffTier), nameof(BackoffTier.Multiplier))] = o => Between(o, 1, 100_000),
    };

    /// <summary>What is wrong with one value, continuing "every ...", or null.</summary>
    public static string? Broken(PropertyInfo property, object value) =>
        Table.TryGetValue((property.DeclaringType!, property.Name), out Func<object, string?>? rule) ? rule(value)
            : null;

    /// <summary>Whether leaving the key out means no limit, so that "forever" may stand there.</summary>
    public static bool AbsentMeansForever(PropertyInfo property) =>
        property.PropertyType == typeof(Duration?)
        && (property.DeclaringType == typeof(ConnectPolicy) || (property.DeclaringType, property.Name) is var at
            && (at == (typeof(FaultSpec), nameof(FaultSpec.For)) || at == (typeof(AckPolicy), nameof(AckPolicy.Timeout))
                || at == (typeof(WorkloadSpec), nameof(WorkloadSpec.End))));

    /// <summary>What is wrong between the keys of one record: the key to point at, and the words.</summary>
    public static IEnumerable<(string Key, string Message)> Within(object record) => record switch
    {
        LossProfile loss => Loss(loss),
        ReconnectPolicy reconnect => Reconnect(reconnect),
        FaultSpec fault => Fault(fault),
        WorkloadSpec { End: { } end } w when end <= w.Begin => [("end", $"end ({end}) is not after begin ({w.Begin})")],
        AckPolicy { Every: null, EveryStanzas: 0, Timeout: not null } =>
            [("timeout", "timeout has nothing to wait for: set every or every-stanzas too")],
        _ => [],
    };

    private static IEnumerable<(string, string)> Loss(LossProfile loss)
    {
        bool bad = loss.BadFor > Duration.Zero, good = loss.GoodFor > Duration.Zero;
        if (bad && !good)
            yield return ("bad-for", "bad-for needs good-for: how long the channel stays good in between");
        if (good && !bad)
            yield return ("good-for", "good-for needs bad-for: how long the channel stays bad in between");
        if (!bad && !good && loss.LossWhenBad != Probability.Always)
            yield return ("loss-when-bad",
                "loss-when-bad needs bad-for and good-for; without them the channel is always good");
    }

    private static IEnumerable<(string, string)> Reconnect(ReconnectPolicy r)
    {
        if (r.Kind == BackoffKind.Steps && r.Delays.Count == 0)
            yield return ("kind", "kind: steps needs delays, as in delays: [1s, 5s, 30s]");
        if (r.Kind != BackoffKind.Steps && r.Delays.Count > 0) yield return ("delays", "delays belong to kind: steps");
        if (r.Kind == BackoffKind.RandomTiers && r.Tiers.Count == 0)
            yield return ("kind", "kind: random-tiers needs tiers, as in tiers: [{up-to-attempt: 7, multiplier: 1}]");
        if (r.Kind != BackoffKind.RandomTiers && r.Tiers.Count > 0)
            yield return ("tiers", "tiers belong to kind: random-tiers");
        if (r.Kind == BackoffKind.Linear && r.Step == Duration.Zero)
            yield return ("kind", "kind: linear needs step, the time added per attempt");
        if (r.Kind != BackoffKind.Linear && r.Step != Duration.Zero)
            yield return ("step", "step belongs to kind: linear");
        if (r.Kind is not (BackoffKind.AtOnce or BackoffKind.Never or BackoffKind.Fixed or BackoffKind.Steps
            or BackoffKind.Rfc6120) && r.First > r.Max)
            yield return ("first", $"first ({r.First}) is longer than max ({r.Max})");
        for (int i = 1; i < r.Tiers.Count; i++)
            if (r.Tiers[i].UpToAttempt <= r.Tiers[i - 1].UpToAttempt)
                yield return ("tiers", "tiers must be in the order of up-to-attempt");
    }

    private static IEnumerable<(string, string)> Fault(FaultSpec fault)
    {
        string kind = Words.Kebab(fault.Kind.ToString());
        if (fault.Kind == FaultKind.Degrade && fault.To is null)
            yield return ("kind", "degrade needs to: the link's numbers meanwhile, or the name of a link");
        if (fault.Kind != FaultKind.Degrade && fault.To is not null)
            yield return ("to", $"to belongs to degrade, not to {kind}");
        if (fault.Kind != FaultKind.Cut && fault.Direction != CutDirection.Both)
            yield return ("direction", $"direction belongs to cut, not to {kind}");
        if (fault.Kind == FaultKind.Reset && fault.For is not null)
            yield return ("for", "reset is momentary; leave for out");
        if (fault.Every is { } every && fault.Kind != FaultKind.Reset && fault.For is null)
            yield return ("every", $"comes again every {every} but never ends; give for, how long each one lasts");
        if (fault.After is Step.Offline or Step.Closing)
            yield return ("after", "after names a step on the way to online, such as auth-sent");
    }

    private static string? Longer(object value) => (Duration)value > Duration.Zero ? null : Positive;

    private static string? Between(object value, int least, int most) =>
        (int)value >= least && (int)value <= most ? null
        : most == int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"must be at least {least}")
        : string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most}");

    private static string? Bytes(object value, long least, long most) =>
        ((Size)value).Bytes >= least && ((Size)value).Bytes <= most ? null : "must be between 1B and 1MiB";

    // zero is "unlimited"; less than one full packet would drop every full packet
    private static string? Queue(object value) => ((Size)value).Bytes switch
    {
        0 => null,
        < 1500 => "must hold at least one packet: 1500B, or unlimited",
        > int.MaxValue => "must be less than 2GiB, or unlimited",
        _ => null,
    };

    private static string? WholeSeconds(object value)
    {
        long ns = ((Duration)value).Nanoseconds;
        return ns > 0 && ns % 1_000_000_000 == 0 && ns / 1_000_000_000 <= MostKeepaliveSeconds ? null
            : "must be whole seconds from 1s to 32767s, as sockets take it";
    }
}
