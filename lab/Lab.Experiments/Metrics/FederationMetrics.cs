using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Streams between servers and what crosses them; no run without such streams has these.</summary>
internal static class FederationMetrics
{
    private static readonly Sight Lengths = Sight.Unnoticed(onlyWithTcpChecks: false);
    private static readonly Sight Costs = Sight.FederationCosts;
    private static readonly Sight Shares = Sight.Unnoticed(onlyWithTcpChecks: true);

    public static readonly IReadOnlyList<Metric> All =
    [
        New("federation.detected", Unit.Share,
            "share of deaths that a check of the sending server noticed before they ended",
            "deaths of streams between servers, by the side that sends on them", "censored = not detected",
            Better.Higher, Joining.Share, Detected, Shares),
        New("federation.missed", Unit.Share,
            "share of deaths noticed only when TCP gave up or the peer said so, or not at all",
            "as federation.detected", "censored = missed",
            Better.Lower, Joining.Share, Missed, Shares),
        New("federation.unnoticed.p50", Unit.Seconds,
            "median time for which a stream between servers was dead and its sending server did not know",
            "as federation.detected", "a death that ends or outlasts the run counts with its length",
            Better.Lower, Joining.Quantile(0.5), f => Sample.Of(Unnoticed(f)), Lengths),
        New("federation.unnoticed.max", Unit.Seconds,
            "longest time for which a stream between servers was dead and its sending server did not know",
            "as p50", "as p50",
            Better.Lower, Joining.Largest, f => Unnoticed(f).DefaultIfEmpty(double.NaN).Max(), Lengths),
        New("federation.blamed-wrongly", Unit.Count,
            "healthy streams between servers that a verdict tore down",
            "verdicts of servers on each other", "none",
            Better.Lower, Joining.Count,
            f => f.Federation.Verdicts.Count(v => v.IsFalseAlarm && Acts(f, v)), Sight.AsFaults),
        OfSenders("federation.reordered", Unit.Count,
            "messages that overtook an earlier one of the same sender to the same recipient",
            "messages between domains, first copies", "undelivered messages are not in it",
            Better.Lower, Joining.Count, f => Reordered(f).Count()),
        OfSenders("federation.senders.losing", Unit.Share,
            "share of those who wrote to other domains who lost at least one message",
            "senders of messages between domains", "pending messages are not lost",
            Better.Lower, Joining.Share,
            f => Senders(Between(f).Where(m => m.Fate == MessageFate.Lost), f)),
        OfSenders("federation.senders.bounced", Unit.Share,
            "share of those who wrote to other domains who got at least one back as an error",
            "as federation.senders.losing", "none",
            Better.Lower, Joining.Share, f => Senders(Bounced(f), f)),
        OfSenders("federation.senders.reordered", Unit.Share,
            "share of those who wrote to other domains of whose messages one was overtaken",
            "as federation.senders.losing", "undelivered messages are not in it",
            Better.Lower, Joining.Share, f => Senders(Reordered(f), f)),
        OfSenders("federation.bounced.after", Unit.Seconds,
            "from the end of the last fault to the last message between domains that still bounced; 0 = none did",
            "messages between domains that were sent after it", "empty without a fault that ends",
            Better.Lower, Joining.Median, BouncedAfter),
        New("federation.handshakes", Unit.PerHour,
            "connections that servers opened to each other, to verify keys too, per hour of the run",
            "attempts of servers", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Federation.Storm.Attempts(f.Chosen, Opens(f)), f.Hours),
            ConnectMetrics.Attempts),
        New("federation.peak", Unit.PerSecond,
            "most connections that servers began to open to each other in any one second",
            "seconds of the run", "none",
            Better.Lower, Joining.Median,
            f => f.Federation.Storm.Peak(f.Chosen, Opens(f), withFirst: true), ConnectMetrics.Attempts),
        New("federation.first-delay.p50", Unit.Seconds,
            "median time for which the first stanza of a connection between servers waited for it",
            "connections that were opened for a stanza and carried one", "stanzas that were returned are not in it",
            Better.Lower, Joining.Quantile(0.5), f => Sample.Of(FirstDelays(f)), Sight.AsFaults),
        New("federation.bytes", Unit.BytesPerHour,
            "bytes on the links between servers, both directions, IP headers included, of all streams, per hour",
            "packets offered to the links between servers", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(f.Cost(betweenServers: true, _ => true).Bytes, f.Hours), Costs),
        New("federation.packets", Unit.PerHour,
            "packets on the links between servers, both directions, of all streams, per hour",
            "as federation.bytes", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Cost(betweenServers: true, _ => true).Packets, f.Hours), Costs),
        New("federation.upkeep", Unit.BytesPerHour,
            "the part of federation.bytes that keeps streams alive: whitespace, pings, acks, bare TCP, retransmissions",
            "as federation.bytes", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Cost(betweenServers: true, Causes.IsUpkeep).Bytes, f.Hours), Costs)
            with
            {
                Hidden = _ => "a real program does not say what its bytes are for",
            },
    ];

    private static Metric New(
        string name, Unit unit, string meaning, string population, string censoring, Better better, Joining joining,
        Func<RunFacts, Sample> measure, Sight sight) =>
        new(name, unit, meaning, population, censoring, better, joining, measure, sight)
        {
            Applies = f => !f.Federation.IsEmpty, Targets = Metric.OfStreams,
        };

    /// <summary>Of messages between domains, by who wrote them.</summary>
    private static Metric OfSenders(
        string name, Unit unit, string meaning, string population, string censoring, Better better, Joining joining,
        Func<RunFacts, Sample> measure) =>
        New(name, unit, meaning, population, censoring, better, joining, measure, Sight.AsFaults)
            with { Targets = Metric.OfClients };

    private static Sample Detected(RunFacts f) => Sample.Of(f.Deaths.Count(IsDetected), f.Deaths.Count());

    private static Sample Missed(RunFacts f) => Sample.Of(f.Deaths.Count(d => !IsDetected(d)), f.Deaths.Count());

    private static bool IsDetected(Incident death) => death.Detected && IsCheck(death.Mechanism);

    /// <summary>Whether somebody asked, or set a limit; TCP that gives up by itself is no check.</summary>
    private static bool IsCheck(Mechanism mechanism) => mechanism is Mechanism.PingTimeout or Mechanism.AckTimeout
        or Mechanism.IdleRule or Mechanism.TcpKeepalive or Mechanism.TcpUserTimeout;

    private static IEnumerable<double> Unnoticed(RunFacts f) => f.Deaths.Select(d => d.Elapsed.TotalSeconds);

    private static bool Acts(RunFacts f, StreamVerdict v) =>
        f.Chosen.Holds(v.At) && f.Chosen.HasEnd(v.Path.Index, v.Side);

    /// <summary>Of paths whose connections a chosen server opens.</summary>
    private static Func<int, bool> Opens(RunFacts f) => path => f.Chosen.HasEnd(path, Side.Client);

    private static IEnumerable<double> FirstDelays(RunFacts f) => f.Federation.FirstDelays
        .Where(d => f.Chosen.Holds(d.At) && f.Chosen.HasEnd(d.Path, Side.Client)).Select(d => d.Waited.TotalSeconds);

    private static bool Counts(RunFacts f, MessageRecord m) => f.Chosen.Holds(m.SentAt) && f.Chosen.HasClient(m.From);

    private static bool IsBetween(RunFacts f, MessageRecord m) =>
        m is { From: >= 0, To: >= 0 } && f.Cast.Members[m.From].Server != f.Cast.Members[m.To].Server;

    private static IEnumerable<MessageRecord> Between(RunFacts f) =>
        f.AllMessages.Where(m => IsBetween(f, m) && Counts(f, m));

    private static IEnumerable<MessageRecord> Bounced(RunFacts f) =>
        Between(f).Where(m => m.Fate == MessageFate.Bounced);

    private static Sample BouncedAfter(RunFacts f)
    {
        Instant healed = f.Storm.LastFaultEnd(f.Chosen);
        if (healed == Instant.Never) return double.NaN;
        return Bounced(f).Where(m => m.SentAt > healed).Select(m => (m.SentAt - healed).TotalSeconds)
            .DefaultIfEmpty(0).Max();
    }

    private static Sample Senders(IEnumerable<MessageRecord> such, RunFacts f) => Sample.Of(
        such.Select(m => m.From).Distinct().Count(), Between(f).Select(m => m.From).Distinct().Count());

    private static IEnumerable<MessageRecord> Reordered(RunFacts f)
    {
        var last = new Dictionary<(int, int), long>();
        foreach (MessageRecord m in f.AllMessages.Where(m => m.Copies > 0 && IsBetween(f, m))
            .OrderBy(m => m.DeliveredAt.Nanoseconds).ThenBy(m => m.Number))
        {
            if (m.Number < last.GetValueOrDefault((m.From, m.To), -1))
            {
                if (Counts(f, m)) yield return m;
            }
            else last[(m.From, m.To)] = m.Number;
        }
    }
}
