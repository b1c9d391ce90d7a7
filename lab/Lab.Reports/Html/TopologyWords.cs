using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>Topologies, workloads and faults in a line each.</summary>
internal static class TopologyWords
{
    public static string Server(string domain, ServerSpec server)
    {
        List<string> about = [];
        if (server.Policy is { } policy) about.Add("policy " + Named(policy));
        if (server.Authority is { } authority) about.Add($"{authority} vouches for its dialback keys");
        AddHost(about, server.Os, server.Kernel);
        if (server.Tls != TlsUse.Required) about.Add($"TLS {Words.Of(server.Tls)}");
        if (server.Service is { } service) about.Add(Service(service));
        return Line(domain, about);
    }

    public static string Client(string name, ClientSpec client, Topology topology, IReadOnlyList<string> varied)
    {
        List<string> about = [];
        if (varied.Contains($"clients.{name}.policy")) about.Add("policy varied");
        else if (client.Policy is { } policy) about.Add("policy " + Named(policy));
        AddHost(about, client.Os, client.Kernel);
        if (client.Tls != TlsMode.StartTls) about.Add(client.Tls == TlsMode.None ? "no TLS" : "direct TLS");
        if (client.StartWithin > Duration.Zero) about.Add($"started within {client.StartWithin}");
        if (client.Joins > Duration.Zero) about.Add($"joins at {client.Joins}");
        if (client.Leaves is { } leaves) about.Add($"leaves at {leaves}");
        if (client.Foreground is { } foreground) about.Add(Foreground(foreground));
        if (varied.Contains($"clients.{name}.sleep")) about.Add("sleep varied");
        else if (client.Sleep is { } sleep) about.AddRange(Sleep(sleep));
        if (client.Push is { } push) about.Add(Push(push));
        string group = client.Count == 1 ? name : $"{name} × {Words.Number(client.Count)}";
        string links = client.Links.Count == 0 ? Link(client.Link, topology)
            : " over " + string.Join(", ", client.Links.Select(l => l.Key
                + (l.Value.Name == l.Key ? Link(l.Value, topology)[(" over ".Length + l.Key.Length)..]
                    : $" ({Link(l.Value, topology)[" over ".Length..]})")))
                + $", starting on {client.Start ?? client.Links.Keys.First()}";
        return Line($"{group} at {client.Server}{links}", about);
    }

    private static string Service(ServiceSpec service)
    {
        string times = string.Join(", ", Enum.GetValues<Work>().Where(w => service.Mean(w) > Duration.Zero)
            .Select(w => $"{service.Mean(w)} for {(w is Work.Tls or Work.Sasl ? Words.Of(w).ToUpperInvariant()
                : "a " + Words.Of(w))}"));
        string spread = service.Spread == ServiceSpread.Fixed ? "" : ", on average";
        return $"{Words.Count(service.Workers, "worker")}{spread} {times}, accept queue {service.AcceptQueue}";
    }

    /// <summary>Whose TCP it has, what was set there, and what is not known of it.</summary>
    private static void AddHost(List<string> about, Os os, KernelSpec? kernel)
    {
        if (os != Os.Linux) about.Add($"TCP of {Words.Of(os)}");
        foreach ((string key, object value) in kernel?.Given() ?? [])
            about.Add(value is KeepaliveOption k ? "the host's " + PolicyWords.Keepalive(k) : $"{key} {value}");
        about.AddRange(SystemProfile.Of(os).Unknown);
    }

    public static string Streams(S2sSpec s2s, int index, Topology topology, IReadOnlyList<string> varied)
    {
        bool Varies(string key) => varied.Contains($"s2s[{index}].{key}");
        List<string> about = [];
        about.Add(Varies("streams") ? "streams varied" : $"{s2s.Streams} each way");
        string auth = s2s.Auth == FederationAuth.Dialback ? "dialback" : "EXTERNAL";
        about.Add(Varies("auth") ? "authentication varied" : auth);
        if (Varies("bidi")) about.Add("bidi varied");
        else if (s2s.Bidi) about.Add("bidi");
        if (Varies("policy")) about.Add("policy varied");
        else if (s2s.Policy is { } policy) about.Add("policy " + Named(policy));
        if (s2s.SecondPolicy is { } second) about.Add("the second server's policy " + Named(second));
        return Line($"{string.Join(" and ", s2s.Between)}{Link(s2s.Link, topology)}", about);
    }

    public static string Workload(WorkloadSpec w)
    {
        string from = w.Begin > Duration.Zero ? $", from {w.Begin}" : "", to = w.End is { } end ? $", to {end}" : "";
        string what = w.Send == SendKind.Presence
            ? $"presence{(w.Count == 1 ? "" : $", {w.Count} times at once,")} with a status"
            : w.Count == 1 ? $"a {Words.Of(w.Send)}" : $"{Words.Count(w.Count, Words.Of(w.Send))} at once";
        string when = w.On switch
        {
            Occasion.Online => "each time that it comes online",
            Occasion.NewSession => "each time that it comes online with a new session",
            Occasion.Open => "each time that its app is opened",
            _ => Times(w.At, w.Every, w.Arrivals),
        };
        return $"{what} of {w.Body.Bytes} B from {w.From} to {w.To} {when}{from}{to}";
    }

    private static string Times(IReadOnlyList<Duration> at, Duration? every, Arrivals arrivals) =>
        every is null ? $"at {string.Join(", ", at)}"
        : $"every {every}{(arrivals == Arrivals.Poisson ? " on average (Poisson)" : "")}";

    private static string Foreground(ForegroundSpec f)
    {
        string between = f.Between is [var first, var second] ? $" between {first} and {second} of each day" : "";
        return $"its app is opened {Times(f.At, f.Every, f.Arrivals)} for {f.For}{between}";
    }

    private static IEnumerable<string> Sleep(SleepProfile s)
    {
        if (s.SuspendsAfter is { } time)
            yield return $"suspended {time} after its app is left"
                + (s.ReclaimsAfter is { } later ? $", its sockets reclaimed {later} later" : "");
        if (s.Light is { } light) yield return $"dozes lightly {light.After} after its app is left, {Periods(light)}";
        if (s.Deep is { } deep) yield return $"dozes deeply {deep.After} after its app is left, {Periods(deep)}";
        if (s.Alarms is { } alarms)
            yield return $"its timers may wake it {Words.Count(alarms.AtMost, "time")} per {alarms.Per}, "
                + $"for {alarms.For}";
        if (s.Clock == SleepClock.Stops) yield return "its clock stands still while it sleeps";
    }

    private static string Push(PushProfile p) => $"woken by push within {p.Latency} on average, for {p.For}"
        + (p.Loss == Probability.Never ? "" : $", {p.Loss} of them lost")
        + (p.AtMost is { } most ? $", {most} per {p.Per} at most" : "");

    private static string Periods(DozeProfile d) =>
        $"for {d.Idle}{To(d.LongestIdle)} with windows of {d.Window}{To(d.LongestWindow)}";

    private static string To(Duration? longest) => longest is { } most ? $" to {most}" : "";

    public static string Fault(FaultSpec f)
    {
        string direction = f.Direction == CutDirection.Both ? "" : $" ({Words.Of(f.Direction)}stream only)";
        string within = f.Within > Duration.Zero ? $" to {f.At + f.Within} (drawn per run)" : "";
        string when = f.After is { } step ? $"when it first reaches {Words.Of(step)}" +
            (f.At > Duration.Zero ? $", not before {f.At}" : "") : $"at {f.At}{within}";
        string again = f.Every is { } every ? $", again every {every} on average" : "";
        string length = f.For is { } time ? $", for {time}" : f.Kind.IsMomentary ? "" : ", to the end";
        string to = f.To is not { } link ? "" : $", to {(link.Inline is { } profile ? Profile(profile) : link.Name)}";
        string on = f.On is { } one ? $" on {one}" : "";
        return $"{f.Kind} {f.Target}{on}{direction} {when}{again}{length}{to}{Move(f)}";
    }

    private static string Move(FaultSpec f)
    {
        if (f.Kind != FaultKinds.Handover) return "";
        string how = f.Gap is { } gap ? $" after a gap of {gap}"
            : f.Linger is { } linger ? $", the old link lingers for {linger}" : "";
        string old = f.Old == OldConnections.Reset ? ", old connections are reset" : "";
        string notices = f.Notices switch
        {
            [] => ", its program is not told",
            [{ Nanoseconds: 0 }] => "",
            _ => $", its program is told after {string.Join(", ", f.Notices)}",
        };
        return how + old + notices;
    }

    private static string Link(LinkChoice? link, Topology topology)
    {
        if (link is null) return "";
        LinkProfile? profile = link.Inline ?? (link.Name is { } known ? topology.Links.GetValueOrDefault(known) : null);
        string numbers = profile is null ? "" : $" ({Profile(profile)})";
        return $" over {link.Name ?? "a link of its own"}{numbers}";
    }

    private static string Profile(LinkProfile link)
    {
        List<string> parts = [link.DelayTable is { } table ? Delay(table) : $"delay {link.Delay}"];
        if (link.Jitter.Any(j => j > Duration.Zero)) parts.Add($"jitter {link.Jitter}");
        if (link.Up.BitsPerSecond > 0) parts.Add($"{Rate(link.Up)} up");
        if (link.Down.BitsPerSecond > 0) parts.Add($"{Rate(link.Down)} down");
        if (link.Queue.Bytes > 0) parts.Add($"queue {Units.Format(link.Queue.Bytes, Unit.Bytes)}");
        if (link.Loss is { } loss)
            parts.Add(loss.Up == loss.Down ? Loss(loss.Up) : $"up {Loss(loss.Up)}, down {Loss(loss.Down)}");
        if (link.Outages is { } outages) parts.Add($"outages every {outages.Every} on average, "
            + (outages.Median is { } median ? $"median {median}" : $"mean {outages.Mean}"));
        if (link.Concealed is { } concealed)
            parts.Add($"{Units.Format(concealed.Share.Ratio, Unit.Share)} repaired {concealed.Delay} late");
        if (link.Grid is { } grid) parts.Add($"{grid.Extra} more around every {grid.Every}");
        if (link.Trace is { } trace)
            parts.Add($"traces {string.Join(" and ", new[] { trace.Up, trace.Down }.OfType<string>().Select(Shown))}");
        return string.Join(", ", parts);
    }

    // a page goes to others, for whom a place on this machine is none
    private static string Shown(string file) => Path.IsPathRooted(file) ? Path.GetFileName(file) : file;

    private static string Delay(DelayTableProfile table) => $"delay {string.Join(", ", table.Points.Select(p =>
        $"{p.Delay} at {p.Name.ToLowerInvariant()}"))} {Words.Of(table.Drawn).Replace('-', ' ')}";

    private static string Loss(LossProfile loss)
    {
        string good = Units.Format(loss.LossWhenGood.Ratio, Unit.Share),
            bad = Units.Format(loss.LossWhenBad.Ratio, Unit.Share);
        return loss.BadFor == Duration.Zero
            ? $"loss {good}"
            : $"loss {good}, and {bad} in bad times (good for {loss.GoodFor}, bad for {loss.BadFor})";
    }

    private static string Rate(Rate rate) => rate.BitsPerSecond switch
    {
        >= 1_000_000 => Units.Format(rate.BitsPerSecond / 1e6, Unit.Count) + " Mbit/s",
        >= 1_000 => Units.Format(rate.BitsPerSecond / 1e3, Unit.Count) + " kbit/s",
        _ => rate.BitsPerSecond + " bit/s",
    };

    private static string Named(PolicyChoice policy) => policy.Name ?? PolicyWords.Of(policy.Inline!);

    private static string Line(string subject, List<string> about) =>
        about.Count == 0 ? subject : $"{subject}; {string.Join(", ", about)}";
}
