namespace Lab.Experiments;

/// <summary>What the numbers in the entries of one run stand for: hosts, faults, recipients.</summary>
public sealed class EntryNames(RunSpec spec)
{
    /// <summary>The fault of a path that its link's own weather took.</summary>
    public const string Outage = "outage";

    private const string Echo = "echo", ForeignEcho = "foreign-echo", ForeignClient = "foreign-client";

    private IReadOnlyList<string>? hosts;      // made when first asked for: there may be thousands
    private Cast? cast;

    /// <summary>Whom the entry is about; null when it is about nobody.</summary>
    public string? HostOf(in Entry e) => e.Host >= 0 ? Host(e.Host)
        : e.Kind is >= EntryKind.MessageSent and <= EntryKind.MessageAcknowledged ? Echo : null;

    /// <summary>The word of a fault of the scenario, by its place there.</summary>
    public string Fault(int fault) => fault < 0 ? Outage
        : fault < spec.Scenario.Faults.Count ? spec.Scenario.Faults[fault].Kind.Word : "unknown";

    /// <summary>The recipient that a MessageSent entry names.</summary>
    public string RecipientOf(in Entry e) => SentEntry.Of(in e).To switch
    {
        >= 0 and int client => Host(client),
        _ when e.Host < 0 => ForeignClient,
        SentEntry.OwnEcho => Echo,
        _ => ForeignEcho,
    };

    /// <summary>The link that the entry names, as its client calls it; null when it is on none.</summary>
    public string? LinkOf(in Entry e) => LinkOf(
        in e, e.Kind == EntryKind.RadioChanged ? RadioEntry.Of(in e).Link : LinkEntry.Of(in e).Link)?.Key;

    /// <summary>The state that a RadioChanged entry names.</summary>
    public string? RadioOf(in Entry e) =>
        LinkOf(in e, RadioEntry.Of(in e).Link)?.Radio?.States[RadioEntry.Of(in e).State].Name;

    private MemberLink? LinkOf(in Entry e, int link) =>
        link < 0 ? null : (cast ??= new Cast(spec.Topology)).Members[e.Host].Links[link];

    private string Host(int host) =>
        host < (hosts ??= spec.Topology.HostNames()).Count ? hosts[host] : $"host {host}";
}
