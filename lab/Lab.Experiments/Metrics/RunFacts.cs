using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What the metrics of a run are measured on: all that was recorded of whom and when they are about, once it is over.
/// </summary>
internal sealed class RunFacts(
    RunSpec spec, Cast cast, Recorder recorder, IReadOnlyList<MessageRecord> all, Scope scope)
{
    private readonly Selection chosen = new(cast, spec.Scenario.Duration, scope);
    private readonly Dictionary<Side, IReadOnlyList<Observation>> detection = [];
    private Tally? before, after;
    private IReadOnlyList<MessageRecord>? messages;
    private IReadOnlyList<Observation>? delays;

    public Scope Scope => scope;
    public Selection Chosen => chosen;
    public Cast Cast => cast;
    public FederationRecord Federation => recorder.Federation;
    public StormRecord Storm => recorder.Storm;
    public ServiceBook Service => recorder.Service;
    public IReadOnlyList<MessageRecord> AllMessages => all;
    public Duration Duration => chosen.To - chosen.From;

    /// <summary>Of all clients together, as far as they are there.</summary>
    public double ClientHours => chosen.ClientSeconds / 3600;

    public double Hours => Duration.TotalSeconds / 3600;

    public IReadOnlyList<MessageRecord> Messages => messages ??= [.. all.Where(chosen.Has)];

    /// <summary>Each time a client came online.</summary>
    public IEnumerable<Login> Logins =>
        chosen.Clients.SelectMany(c => recorder.Clients[c].Logins).Where(l => chosen.Holds(l.At));

    /// <summary>Each time a client had all that its login asks for.</summary>
    public IEnumerable<Login> Loaded =>
        chosen.Clients.SelectMany(c => recorder.Clients[c].Loaded).Where(l => chosen.Holds(l.At));

    /// <summary>How often a stream ended before its client had all of that.</summary>
    public int CutLogins => chosen.Clients.Sum(c => recorder.Clients[c].CutLogins.Count(chosen.Holds));

    /// <summary>Whether any of the clients loads something.</summary>
    public bool HasLogins => chosen.Clients.Any(c => recorder.Clients[c].HasLogin);

    /// <summary>Ends of clients' streams that claimed something of the peer.</summary>
    public IEnumerable<StreamVerdict> Verdicts =>
        recorder.Verdicts.Where(v => chosen.Holds(v.At) && chosen.HasClient(v.Path.Index));

    /// <summary>How many connections of clients in use a middlebox forgot.</summary>
    public int Forgotten => recorder.Truth.Forgotten.Count(f => chosen.Holds(f.At) && chosen.HasClient(f.Path));

    /// <summary>Whether anything on paths may forget connections.</summary>
    public bool HasMiddleboxes => spec.Topology.HasMiddleboxes;

    /// <summary>Of streams between servers.</summary>
    public IEnumerable<Incident> Deaths => recorder.Federation.Deaths.Where(chosen.Has);

    /// <summary>Seconds of all clients together.</summary>
    public double GhostSeconds => Seconds(t => t.Ghost);

    public double ReachableSeconds => Seconds(t => t.Reachable);

    /// <summary>
    /// How long each incident took that side to notice, or for how long there was something to notice.
    /// </summary>
    public IReadOnlyList<Observation> DetectionTimes(Side side)
    {
        if (!detection.TryGetValue(side, out IReadOnlyList<Observation>? times))
            detection[side] = times =
            [
                .. recorder.Incidents.Where(i => i.Side == side && chosen.Has(i)).Select(i => i.Observed),
            ];
        return times;
    }

    /// <summary>Of delivered messages.</summary>
    public IReadOnlyList<Observation> Delays => delays ??=
    [
        .. Messages.Where(m => m.Copies > 0).Select(m => new Observation(m.Delay.TotalSeconds, Outcome.Noticed)),
    ];

    public int Fated(MessageFate fate) => Messages.Count(m => m.Fate == fate);

    /// <summary>Of the packets of such causes on the clients' paths, or on those between servers.</summary>
    public (long Packets, long Bytes) Cost(bool betweenServers, Func<int, bool> causes)
    {
        long packets = 0, bytes = 0;
        foreach (int path in betweenServers ? cast.Routes.Select(r => r.Index).Where(chosen.HasRoute) : chosen.Clients)
            for (int cause = 0; cause < Causes.Count; cause++)
            {
                if (!causes(cause)) continue;
                ((long allPackets, long allBytes), (long earlier, long earlierBytes)) =
                    (After.Costs.Of(path, cause), Before?.Costs.Of(path, cause) ?? default);
                packets += allPackets - earlier;
                bytes += allBytes - earlierBytes;
            }
        return (packets, bytes);
    }

    public long WakeUps => chosen.Clients.Sum(c => After.Costs.WakeUps(c) - (Before?.Costs.WakeUps(c) ?? 0));

    public bool HasRadios => recorder.HasRadios;

    /// <summary>Of the devices that have a radio, whether their client is there or not.</summary>
    public double RadioDeviceHours => chosen.Clients.Count(c => Radios(c) > 0) * Hours;

    /// <summary>Of all their radios together.</summary>
    public double RadioHours => chosen.Clients.Sum(Radios) * Hours;

    private int Radios(int client) => cast.Members[client].Links.Count(l => l.Radio is not null);

    /// <summary>Joules of such accounts.</summary>
    public double Energy(Func<int, bool> accounts) => Energy(chosen.Clients, accounts);

    private double Energy(IEnumerable<int> clients, Func<int, bool> accounts)
    {
        double joules = 0;
        foreach (int client in clients)
            for (int account = 0; account < EnergyBook.Accounts; account++)
                if (accounts(account))
                    joules += After.Energy.Joules(client, account) - (Before?.Energy.Joules(client, account) ?? 0);
        return joules;
    }

    /// <summary>Hours of the clients that have a battery, and how many batteries their radios drew.</summary>
    public double BatteryHours => Powered.Count() * Hours;

    public double Batteries => Powered.Sum(c => Energy([c], _ => true) / cast.Members[c].Spec.Battery!.Value.Joules);

    private IEnumerable<int> Powered => chosen.Clients.Where(c => cast.Members[c].Spec.Battery is not null);

    public double Wakings => chosen.Clients.Sum(c => After.Energy.Wakings(c) - (Before?.Energy.Wakings(c) ?? 0));

    public double AwakeSeconds =>
        chosen.Clients.Sum(c => After.Energy.AwakeSeconds(c) - (Before?.Energy.AwakeSeconds(c) ?? 0));

    public bool HasSleepers => recorder.HasSleepers;

    /// <summary>How long the clients are there whose system lets them sleep, all together.</summary>
    public double SleeperSeconds => Sleepers.Sum(c => chosen.Presence(c).TotalSeconds);

    public double AsleepSeconds =>
        Sleepers.Sum(c => After.Sleep.AsleepSeconds(c) - (Before?.Sleep.AsleepSeconds(c) ?? 0));

    /// <summary>How often any of these let them run again.</summary>
    public double SleepWakings(Func<WakeCause, bool> causes) => Sleepers.Sum(c => Enum.GetValues<WakeCause>()
        .Where(causes).Sum(w => After.Sleep.Wakings(c, w) - (Before?.Sleep.Wakings(c, w) ?? 0)));

    /// <summary>Hours of the clients with a push service.</summary>
    public double PushHours => chosen.Clients.Where(c => cast.Members[c].Spec.Push is not null)
        .Sum(c => chosen.Presence(c).TotalSeconds) / 3600;

    public int Pushes(Func<PushFate, bool> fates) =>
        recorder.Pushes.Count(p => chosen.Holds(p.At) && chosen.HasClient(p.Client) && fates(p.Fate));

    private IEnumerable<int> Sleepers => chosen.Clients.Where(c => cast.Members[c].Spec.Sleep is not null);

    private Tally? Before => before ??= recorder.TallyAt(chosen.From);
    private Tally After => after ??= recorder.TallyAt(chosen.To)!;

    private double Seconds(Func<Tally, IReadOnlyList<long>> of) =>
        chosen.Clients.Sum(c => of(After)[c] - (Before is { } b ? of(b)[c] : 0)) / 1e9;
}
