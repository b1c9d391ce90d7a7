namespace Lab.Experiments;

/// <summary>One metric: its name in files, its unit, and in words what is counted over what and how censored cases enter.</summary>
public sealed record MetricDefinition(string Name, Unit Unit, string Meaning, string Population, string Censoring, bool LowerIsBetter = true);

/// <summary>Every metric there is; lab/MODELS.md explains them, lab show metrics prints them.</summary>
public static class Catalogue
{
    public static readonly IReadOnlyList<MetricDefinition> All =
    [
        new("detection.client.p50", Unit.Seconds, "median time from the death of the path to the client's giving up", "incidents of a run that met a connected client", "censored values count as never; the quantile is never when it falls among them"),
        new("detection.client.p95", Unit.Seconds, "95th percentile of the same", "as p50", "as p50"),
        new("detection.client.max", Unit.Seconds, "longest of the same", "as p50", "never when any incident is censored"),
        new("detection.client.share", Unit.Share, "share of incidents that the client noticed before they ended", "as p50", "censored = not noticed", LowerIsBetter: false),
        new("detection.server.p50", Unit.Seconds, "median time from the death of the path to the server's giving up", "incidents of a run that met a connected client", "as for the client"),
        new("detection.server.p95", Unit.Seconds, "95th percentile of the same", "as p50", "as p50"),
        new("detection.server.max", Unit.Seconds, "longest of the same", "as p50", "as p50"),
        new("detection.server.share", Unit.Share, "share of incidents that the server noticed before they ended", "as p50", "censored = not noticed", LowerIsBetter: false),
        new("misdiagnosis.false-alarms", Unit.Count, "streams torn down by a verdict while path and peer were alive", "verdicts of both sides", "none"),
        new("misdiagnosis.wrong-claims", Unit.Count, "verdicts whose claim (dead, broken, idle) differs from the truth", "verdicts of both sides", "none"),
        new("ghost.time", Unit.Seconds, "time during which the server called a client available that no stanza could reach, mean over clients", "clients", "none"),
        new("availability", Unit.Share, "share of time in which a stanza could pass both ways, mean over clients", "clients", "none", LowerIsBetter: false),
        new("messages.sent", Unit.Count, "messages that an application wanted sent, echoes included", "messages", "none"),
        new("messages.delivered", Unit.Count, "messages that reached the recipient's application at least once", "messages", "none", LowerIsBetter: false),
        new("messages.doubled", Unit.Count, "extra copies that reached an application", "messages", "none"),
        new("messages.bounced", Unit.Count, "messages returned as errors and not delivered", "messages", "none"),
        new("messages.stored", Unit.Count, "messages in the offline store or in a queue that still retries at the end", "messages", "none"),
        new("messages.lost", Unit.Count, "messages neither delivered, bounced nor still on their way in a live queue at the end", "messages", "none"),
        new("messages.delay.p50", Unit.Seconds, "median delay from application to application", "delivered messages, first copy", "undelivered messages are not in it; see messages.lost"),
        new("messages.delay.p95", Unit.Seconds, "95th percentile of the same", "as p50", "as p50"),
        new("messages.delay.max", Unit.Seconds, "longest of the same", "as p50", "as p50"),
        new("cost.bytes", Unit.BytesPerHour, "bytes on the client's link, both directions, IP headers included, per client and hour", "packets offered to the links", "none"),
        new("cost.packets", Unit.PerHour, "packets on the client's link, both directions, per client and hour", "packets offered to the links", "none"),
        new("cost.upkeep", Unit.BytesPerHour, "the part of cost.bytes that is neither payload nor handshake", "packets offered to the links", "none"),
        new("cost.wakeups", Unit.PerHour, "bursts of packets after 10 s or more of silence, per client and hour", "packets offered to or delivered by the client's link", "none"),
        new("connects.attempts", Unit.PerHour, "connection attempts per client and hour", "attempts of clients", "none"),
        new("connects.online", Unit.Count, "times a client came online, resumed or bound", "clients", "none"),
        new("connects.resumed", Unit.Share, "share of those after the first that resumed the session", "returns of clients", "none", LowerIsBetter: false),
        new("connects.time.p50", Unit.Seconds, "median time from an attempt's start to stanzas flowing", "successful attempts", "none"),
        new("storm.peak", Unit.PerSecond, "most connection attempts in any one second", "seconds of the run", "none"),
        new("recovery.time", Unit.Seconds, "time from the end of the last fault until every client is online", "the run", "never when some client stays away"),
    ];

    public static MetricDefinition? Find(string name) => All.FirstOrDefault(m => m.Name == name);
}
