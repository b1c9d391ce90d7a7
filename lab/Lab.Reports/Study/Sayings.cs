using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// How a sentence says who is ahead by a metric, and its number: "notices", "notice", "soonest", "95 % within " 78 s.
/// </summary>
/// <param name="Noun">What is compared, for a sentence in which nobody is ahead.</param>
/// <param name="None">Said in place of how, of those whose number is 0, where that is the end of the scale.</param>
internal sealed record Saying(string One, string Many, string How, string Noun, string Before = "", string After = "",
    string? None = null)
{
    private static readonly Dictionary<string, Saying> All = new()
    {
        ["detection.client.p50"] = new("notices", "notice", "soonest", "time to detection", "half within "),
        ["detection.client.p95"] = new("notices", "notice", "soonest", "time to detection", "95 % within "),
        ["detection.client.max"] = new("notices", "notice", "soonest", "time to detection", "all within "),
        ["detection.client.share"] = new("notices", "notice", "most", "what is noticed", "", " of it"),
        ["detection.server.p50"] =
            new("lets", "let", "the server notice soonest", "the server's time to detection", "half within "),
        ["detection.server.p95"] =
            new("lets", "let", "the server notice soonest", "the server's time to detection", "95 % within "),
        ["detection.server.max"] =
            new("lets", "let", "the server notice soonest", "the server's time to detection", "all within "),
        ["detection.server.share"] = new("lets", "let", "the server notice most", "what the server notices"),
        ["misdiagnosis.false-alarms"] = Counted("raises", "raise", "false alarm"),
        ["misdiagnosis.wrong-claims"] = Counted("makes", "make", "wrong claim"),
        ["misdiagnosis.idle-closings"] = Counted("closes", "close", "idle but healthy stream") with
        {
            Noun = "idle but healthy streams closed",
        },
        ["ghost.time"] = new("leaves", "leave", "the shortest ghost", "ghost time"),
        ["availability"] = new("is", "are", "reachable most", "availability", "", " of the time"),
        ["messages.delivered"] = new("delivers", "deliver", "most messages", "messages delivered", "", " per run"),
        ["messages.lost"] = Counted("loses", "lose", "message") with { Noun = "messages lost" },
        ["messages.doubled"] = Counted("doubles", "double", "message") with { Noun = "messages doubled" },
        ["messages.bounced"] = Counted("bounces", "bounce", "message") with { Noun = "messages bounced" },
        ["messages.delay.p50"] = new("delivers", "deliver", "soonest", "delay of messages", "half within "),
        ["messages.delay.p95"] = new("delivers", "deliver", "soonest", "delay of messages", "95 % within "),
        ["messages.delay.max"] = new("delivers", "deliver", "soonest", "delay of messages", "all within "),
        ["connects.attempts"] = new("tries", "try", "to connect least often", "attempts to connect"),
        ["connects.online"] = new("comes", "come", "online least often", "times online", "", " per run"),
        ["connects.resumed"] = new("resumes", "resume", "most sessions", "sessions resumed", "", " of returns"),
        ["connections.forgotten"] = Counted("has", "have", "connection") with
        {
            How = "fewest connections forgotten", None = "no connection forgotten", Noun = "connections forgotten",
        },
        ["connects.time.p50"] = new("connects", "connect", "soonest", "time to connect", "half within "),
        ["storm.peak"] = new("has", "have", "the lowest peak of attempts", "peak of attempts"),
        ["recovery.time"] = new("is", "are", "back soonest", "time to recovery", "after "),
        ["cost.bytes"] = new("costs", "cost", "least", "bytes"),
        ["cost.upkeep"] = new("spends", "spend", "least on upkeep", "upkeep"),
        ["cost.packets"] = new("sends", "send", "fewest packets", "packets"),
        ["cost.wakeups"] = new("wakes", "wake", "least often", "wake-ups"),
        ["energy.radio"] = new("draws", "draw", "least energy", "energy"),
        ["energy.upkeep"] = new("draws", "draw", "least energy for upkeep", "energy for upkeep"),
        ["energy.battery"] = new("draws", "draw", "least of the battery", "draw on the battery"),
        ["energy.wakings"] = new("wakes", "wake", "the radio least often", "wakings of the radio"),
        ["energy.awake"] = new("keeps", "keep", "the radio awake least", "time that the radio is awake"),
        ["connects.ready.p50"] = new("is", "are", "ready soonest", "time to be ready", "half within "),
        ["connects.ready.p95"] = new("is", "are", "ready soonest", "time to be ready", "95 % within "),
        ["federation.detected"] = new("finds", "find", "most dead streams", "dead streams found"),
        ["federation.missed"] = Counted("misses", "miss", "dead stream") with
        {
            Noun = "dead streams missed", After = "",
        },
        ["federation.unnoticed.p50"] =
            new("notices", "notice", "dead streams soonest", "time to notice a dead stream", "half within "),
        ["federation.unnoticed.max"] =
            new("notices", "notice", "dead streams soonest", "time to notice a dead stream", "all within "),
        ["federation.blamed-wrongly"] = Counted("blames", "blame", "healthy stream") with
        {
            Noun = "healthy streams blamed",
        },
        ["federation.reordered"] = Counted("reorders", "reorder", "message") with { Noun = "messages reordered" },
        ["federation.senders.losing"] = Counted("makes", "make", "sender") with
        {
            How = "fewest senders lose", None = "no sender lose", Noun = "senders who lose", After = "",
        },
        ["federation.senders.bounced"] = Counted("bounces", "bounce", "sender") with
        {
            Noun = "senders bounced", After = "",
        },
        ["federation.bounced.after"] = new("stops", "stop", "bouncing soonest", "time until bouncing ends", "after "),
        ["federation.handshakes"] = new("opens", "open", "fewest connections", "connections between servers"),
        ["federation.peak"] = new("has", "have", "the lowest peak of connections", "peak of connections"),
        ["federation.first-delay.p50"] =
            new("makes", "make", "first stanzas wait shortest", "wait of first stanzas", "half "),
        ["federation.bytes"] = new("costs", "cost", "least between servers", "bytes between servers"),
        ["federation.packets"] = new("sends", "send", "fewest packets between servers", "packets between servers"),
        ["federation.upkeep"] = new("spends", "spend", "least on upkeep between servers", "upkeep between servers"),
    };

    /// <summary>Of a metric that has no words of its own, by its name.</summary>
    public static Saying Of(Yardstick by)
    {
        string name = by.Metric.Name, end = Contest.LowerFirst(by.Metric) ? "lowest" : "highest";
        Saying known = All.GetValueOrDefault(name) ?? new("has", "have", $"the {end} {name}", name);
        string scope = by.Scope.ToString();
        // ahead for a phone, in what is of a phone
        string whose = scope.StartsWith(" of ", StringComparison.Ordinal) ? " for " + scope[" of ".Length..] : scope;
        return scope == "" ? known : known with { How = known.How + whose, Noun = known.Noun + scope };
    }

    private static Saying Counted(string one, string many, string thing) =>
        new(one, many, $"fewest {thing}s", $"{thing}s", "", " per run", $"no {thing}");
}
