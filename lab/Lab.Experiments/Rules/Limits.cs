using System.Globalization;
using System.Reflection;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What a value may be beyond its type: in words, and how to tell of one that is not. Of plain numbers the least and
/// the most, if there are, or the only ones.
/// </summary>
internal sealed record Limit(string Words, Func<object, string?> Broken)
{
    public decimal? Least { get; init; }
    public decimal? Most { get; init; }
    public IReadOnlyList<int> Only { get; init; } = [];

    /// <summary>Zero is refused.</summary>
    public bool IsPositive { get; init; }
}

/// <summary>What a value of one property may be beyond its type. What must hold between several is in Rules.</summary>
internal static class Limits
{
    private const string Positive = "must be longer than zero";

    // linux/include/net/tcp.h: MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL 32767 s, MAX_TCP_KEEPCNT 127
    private const int MostKeepaliveSeconds = 32767;
    private const int MostKeepaliveProbes = 127;

    private const long MostBits = 1_000_000_000_000;
    private const int MostBodyBytes = ServerSettings.DefaultMaxStanzaBytes - 4096;
    private static readonly Duration Longest = Duration.FromHours(36500 * 24);

    private static readonly Dictionary<(Type, string), Limit> Table = new()
    {
        [(typeof(Scenario), nameof(Scenario.Duration))] = Longer,
        [(typeof(WorkloadSpec), nameof(WorkloadSpec.Every))] = Longer,
        [(typeof(WorkloadSpec), nameof(WorkloadSpec.Count))] = Between(1, 10_000),
        [(typeof(WorkloadSpec), nameof(WorkloadSpec.Body))] = Body,
        [(typeof(ClientSpec), nameof(ClientSpec.Priority))] = Between(-128, 127),
        [(typeof(ForegroundSpec), nameof(ForegroundSpec.Every))] = Longer,
        [(typeof(ForegroundSpec), nameof(ForegroundSpec.For))] = Longer,
        [(typeof(DozeProfile), nameof(DozeProfile.Idle))] = Longer,
        [(typeof(DozeProfile), nameof(DozeProfile.Window))] = Longer,
        [(typeof(PushProfile), nameof(PushProfile.Latency))] = Longer,
        [(typeof(PushProfile), nameof(PushProfile.AtMost))] = Between(1, 1_000_000),
        [(typeof(PushProfile), nameof(PushProfile.Per))] = Longer,
        [(typeof(PushProfile), nameof(PushProfile.For))] = Longer,
        [(typeof(PushProfile), nameof(PushProfile.UnacknowledgedFor))] = Longer,
        [(typeof(AlarmProfile), nameof(AlarmProfile.AtMost))] = Between(1, 10_000),
        [(typeof(AlarmProfile), nameof(AlarmProfile.Per))] = Longer,
        [(typeof(AlarmProfile), nameof(AlarmProfile.For))] = Longer,
        [(typeof(FaultSpec), nameof(FaultSpec.Every))] = Longer,
        [(typeof(FaultSpec), nameof(FaultSpec.For))] = Longer,
        [(typeof(NetworkChangePolicy), nameof(NetworkChangePolicy.Timeout))] = Longer,
        [(typeof(JourneyStep), nameof(JourneyStep.For))] = Longer,
        [(typeof(JourneyStep), nameof(JourneyStep.Gap))] = Longer,
        [(typeof(JourneyStep), nameof(JourneyStep.Linger))] = Longer,
        [(typeof(FaultSpec), nameof(FaultSpec.Gap))] = Longer,
        [(typeof(FaultSpec), nameof(FaultSpec.Linger))] = Longer,
        [(typeof(ClientSpec), nameof(ClientSpec.Count))] = Between(1, 1_000_000),
        [(typeof(LoginSpec), nameof(LoginSpec.Roster))] = Loaded(MostLoadedBytes),
        [(typeof(LoginSpec), nameof(LoginSpec.Archive))] = Loaded(1 << 28),
        [(typeof(LoginSpec), nameof(LoginSpec.Page))] = Between(1, 1000),
        [(typeof(LoginSpec), nameof(LoginSpec.Rooms))] = Between(0, 1000),
        [(typeof(LoginSpec), nameof(LoginSpec.Room))] = Loaded(MostLoadedBytes),
        [(typeof(ServerSpec), nameof(ServerSpec.Count))] = Between(1, 1000),
        [(typeof(ServiceSpec), nameof(ServiceSpec.Workers))] = Between(1, 10_000),
        [(typeof(ServiceSpec), nameof(ServiceSpec.AcceptQueue))] = Between(1, 65_535),
        [(typeof(ServiceSpec), nameof(ServiceSpec.Tls))] = Worked,
        [(typeof(ServiceSpec), nameof(ServiceSpec.Sasl))] = Worked,
        [(typeof(ServiceSpec), nameof(ServiceSpec.Login))] = Worked,
        [(typeof(ServiceSpec), nameof(ServiceSpec.Stanza))] = Worked,
        [(typeof(S2sSpec), nameof(S2sSpec.Streams))] = Between(1, 1000),
        [(typeof(S2sSpec), nameof(S2sSpec.Queue))] = Between(0, int.MaxValue),
        [(typeof(S2sSpec), nameof(S2sSpec.MaxStreamsFrom))] = Between(1, int.MaxValue),
        [(typeof(S2sSpec), nameof(S2sSpec.SilenceLimit))] = Longer,
        [(typeof(S2sSpec), nameof(S2sSpec.RetryMax))] = Longer,
        [(typeof(S2sSpec), nameof(S2sSpec.DialbackTimeout))] = Longer,
        [(typeof(S2sSpec), nameof(S2sSpec.VerifyTimeout))] = Longer,
        [(typeof(ServerSpec), nameof(ServerSpec.OfflineMessages))] = Between(0, int.MaxValue),
        [(typeof(LinkProfile), nameof(LinkProfile.Queue))] = Queue,
        [(typeof(LossProfile), nameof(LossProfile.BadFor))] = NoStayOr,
        [(typeof(LossProfile), nameof(LossProfile.GoodFor))] = NoStayOr,
        [(typeof(OutageProfile), nameof(OutageProfile.Every))] = Stay,
        [(typeof(OutageProfile), nameof(OutageProfile.Median))] = Stay,
        [(typeof(OutageProfile), nameof(OutageProfile.Mean))] = Stay,
        [(typeof(OutageProfile), nameof(OutageProfile.EveryShapePermille))] = Shape,
        [(typeof(OutageProfile), nameof(OutageProfile.ShapePermille))] = Shape,
        [(typeof(LossProfile), nameof(LossProfile.BadShapePermille))] = Shape,
        [(typeof(LossProfile), nameof(LossProfile.GoodShapePermille))] = Shape,
        [(typeof(GridProfile), nameof(GridProfile.Every))] = Longer,
        [(typeof(OutageProfile), nameof(OutageProfile.SigmaPermille))] = new("at most 5", o =>
            (int)o <= 5000 ? null : "is a lognormal's sigma, at most 5") { Least = 0, Most = 5 },
        [(typeof(MiddleboxProfile), nameof(MiddleboxProfile.Established))] = Longer,
        [(typeof(MiddleboxProfile), nameof(MiddleboxProfile.Unacknowledged))] = Longer,
        [(typeof(MiddleboxProfile), nameof(MiddleboxProfile.Transitory))] = Longer,
        [(typeof(MiddleboxProfile), nameof(MiddleboxProfile.Places))] = Between(0, 1_000_000),
        [(typeof(Band), nameof(Band.From))] = Longer,
        [(typeof(RadioStateProfile), nameof(RadioStateProfile.FallsAfter))] = Longer,
        [(typeof(WakeProfile), nameof(WakeProfile.For))] = Longer,
        [(typeof(OtherTrafficSpec), nameof(OtherTrafficSpec.Every))] = Longer,
        [(typeof(OtherTrafficSpec), nameof(OtherTrafficSpec.Packet))] = new("52B to 1500B", o =>
            ((Size)o).Bytes is >= 52 and <= 1500 ? null : "must be from 52B, headers alone, to 1500B"),
        [(typeof(RadioStateProfile), nameof(RadioStateProfile.ClimbsAfter))] = Longer,
        [(typeof(WhitespacePolicy), nameof(WhitespacePolicy.Every))] = Longer,
        [(typeof(PingPolicy), nameof(PingPolicy.Every))] = Longer,
        [(typeof(PingPolicy), nameof(PingPolicy.Timeout))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.Every))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.Timeout))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.Resume))] = Longer,
        [(typeof(AckPolicy), nameof(AckPolicy.EveryStanzas))] = Between(0, int.MaxValue),
        [(typeof(AckPolicy), nameof(AckPolicy.QueueStanzas))] = Between(1, int.MaxValue),
        [(typeof(TcpPolicy), nameof(TcpPolicy.UserTimeout))] = Longer,
        [(typeof(KeepaliveOption), nameof(KeepaliveOption.Idle))] = WholeSeconds,
        [(typeof(KeepaliveOption), nameof(KeepaliveOption.Interval))] = WholeSeconds,
        [(typeof(KeepaliveOption), nameof(KeepaliveOption.Probes))] = Between(1, MostKeepaliveProbes),
        [(typeof(KernelSpec), nameof(KernelSpec.Retries2))] = Between(1, 255),
        [(typeof(KernelSpec), nameof(KernelSpec.SynRetries))] = Between(1, 127),
        [(typeof(KernelSpec), nameof(KernelSpec.SynackRetries))] = Between(0, 255),
        [(typeof(KernelSpec), nameof(KernelSpec.OrphanRetries))] = Between(0, 255),
        [(typeof(KernelSpec), nameof(KernelSpec.FinTimeout))] = WholeSeconds,
        [(typeof(KernelSpec), nameof(KernelSpec.RtoMin))] = Longer,
        [(typeof(KernelSpec), nameof(KernelSpec.Hz))] = new("100, 250, 300 or 1000", o =>
            (int)o is 100 or 250 or 300 or 1000 ? null : "is one of 100, 250, 300 and 1000, as kernels are built")
        {
            Only = [100, 250, 300, 1000],
        },
        [(typeof(IdlePolicy), nameof(IdlePolicy.After))] = Longer,
        [(typeof(IdlePolicy), nameof(IdlePolicy.Timeout))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Tcp))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Tls))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Step))] = Longer,
        [(typeof(ConnectPolicy), nameof(ConnectPolicy.Total))] = Longer,
        [(typeof(ReconnectPolicy), nameof(ReconnectPolicy.FactorPermille))] = new("at least 1", o =>
            (int)o >= 1000 ? null : "must be at least 1") { Least = 1 },
        [(typeof(ReconnectPolicy), nameof(ReconnectPolicy.FirstExponent))] = Between(0, 64),
        [(typeof(ReconnectPolicy), nameof(ReconnectPolicy.Max))] = Longer,
        [(typeof(BackoffTier), nameof(BackoffTier.UpToAttempt))] = Between(1, int.MaxValue),
        [(typeof(BackoffTier), nameof(BackoffTier.Multiplier))] = Between(1, 100_000),
    };

    /// <summary>What is asked of a property beyond its type; null when nothing is.</summary>
    public static Limit? Of(PropertyInfo property) => Table.GetValueOrDefault((property.DeclaringType!, property.Name));

    /// <summary>What is wrong with one value, continuing "every ...", or null.</summary>
    public static string? Broken(PropertyInfo property, object value) =>
        OfType(value) ?? Of(property)?.Broken(value);

    // what the text of a file cannot say in the first place
    private static string? OfType(object value) => value switch
    {
        Ways { Both: { } both } => OfType(both),
        Duration d when d < Duration.Zero => "cannot be negative",
        Duration d when d > Longest => "is longer than 100 years",
        Rate { BitsPerSecond: < 0 } or Size { Bytes: < 0 } => "cannot be negative",
        Power { Microwatts: < 0 } => "cannot be negative",
        Power { Microwatts: > 1_000_000_000 } => "is more than 1000 W",
        Rate { BitsPerSecond: > MostBits } => "is more than 1000 Gbit/s; 0 is unlimited",
        Probability { PartsPerBillion: < 0 or > 1_000_000_000 } => "is not between 0% and 100%",
        _ => null,
    };

    // what comes again after less than that lets no time pass
    private static Duration Shortest => Duration.FromMicroseconds(1);

    private static Limit Longer => new("longer than zero", value => (Duration)value >= Shortest ? null
        : (Duration)value > Duration.Zero ? "must be at least 1us, or hardly any time passes" : Positive)
    {
        IsPositive = true,
    };

    // the weather advances stay by stay, also while nothing is sent
    private static Limit Stay => new("at least 1ms", OfStay) { IsPositive = true };

    // a Weibull's shape in thousandths
    private static Limit Shape => new("0.1 to 10", value => (int)value is >= 100 and <= 10_000 ? null
        : "must be between 0.1 and 10") { Least = 0.1m, Most = 10 };

    private static Limit NoStayOr => new("0s, or at least 1ms", value =>
        (Duration)value == Duration.Zero ? null : OfStay(value));

    private static string? OfStay(object value) => (Duration)value >= Duration.FromMilliseconds(1) ? null
        : (Duration)value > Duration.Zero ? "must be at least 1ms, or hardly any time passes" : Positive;

    private static Limit Body => new($"1B to {new Size(MostBodyBytes)}", value =>
        ((Size)value).Bytes is >= 1 and <= MostBodyBytes ? null
        : $"must be between 1B and {new Size(MostBodyBytes)}: with its tags and addresses it is a stanza, of which a "
            + $"server takes {new Size(ServerSettings.DefaultMaxStanzaBytes)} at most") { IsPositive = true };

    // below, tags and addresses alone would be more; above, a client takes no stanza (1 MiB)
    private const int LeastLoadedBytes = 1024, MostLoadedBytes = 1000 * 1024;

    private static Limit Loaded(long most) => new($"{new Size(LeastLoadedBytes)} to {new Size(most)}", value =>
        ((Size)value).Bytes is var bytes && bytes >= LeastLoadedBytes && bytes <= most ? null
        : $"must be between {new Size(LeastLoadedBytes)} and {new Size(most)}") { IsPositive = true };

    private static Limit Between(int least, int most)
    {
        bool open = most == int.MaxValue;
        string words = string.Create(CultureInfo.InvariantCulture, $"at least {least}");
        string both = string.Create(CultureInfo.InvariantCulture, $"between {least} and {most}");
        return new(open ? words : string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), value =>
            (int)value >= least && (int)value <= most ? null : "must be " + (open ? words : both))
        {
            Least = least, Most = most,
        };
    }

    // zero is "unlimited"; less than one full packet would drop every full packet
    private static Limit Queue => new("unlimited, or 1500B to 2GiB", value => ((Size)value).Bytes switch
    {
        0 => null,
        < 1500 => "must hold at least one packet: 1500B, or unlimited",
        > int.MaxValue => "must be less than 2GiB, or unlimited",
        _ => null,
    });

    // as the journal keeps it, with draws up to 44 means
    private static Limit Worked => new("whole microseconds, at most 1m", value =>
        ((Duration)value).Nanoseconds % 1000 == 0 && (Duration)value <= Duration.FromMinutes(1) ? null
        : "must be whole microseconds, at most 1m");

    private static Limit WholeSeconds => new("whole seconds, 1s to 32767s", value =>
    {
        long ns = ((Duration)value).Nanoseconds;
        return ns > 0 && ns % 1_000_000_000 == 0 && ns / 1_000_000_000 <= MostKeepaliveSeconds ? null
            : "must be whole seconds from 1s to 32767s, as sockets take it";
    }) { IsPositive = true };
}
