using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>What happens in a run, in the order in which it does: who begins, what goes wrong, what ends it.</summary>
internal static class TimeLine
{
    // what the sentences say of themselves
    private static readonly string[] Told = ["kind", "target", "at", "within", "after", "every", "for"];

    public static Section Of(Points points)
    {
        List<(Duration At, string? When, string Text)> rows = [(Duration.Zero, "0s", Begins(points))];
        foreach (IReadOnlyList<FaultSpec> fault in points.Numbered(r => r.Scenario.Faults))
            rows.Add((fault.Min(f => f.At), When(fault), What(fault, points)));
        if (points.Scenario.Faults.Count == 0)
            rows.Add((Duration.Zero, "", "no faults; links do what they do by themselves"));
        foreach ((string name, IReadOnlyList<ClientSpec> specs) in points.Named(t => t.Clients))
        {
            foreach (ClientSpec c in specs.Where(c => c.Joins > Duration.Zero).DistinctBy(c => c.Joins))
                rows.Add((c.Joins, $"{c.Joins}", $"{name} joins and goes online"));
            foreach (ClientSpec c in specs.Where(c => c.Leaves is not null).DistinctBy(c => c.Leaves))
                rows.Add((c.Leaves!.Value, $"{c.Leaves}", $"{name} says goodbye and does not come back"));
        }
        (Duration Tail, string Text)[] tails = [.. points.All.Select(r => r.Scenario).Where(s => s.Tail > Duration.Zero)
            .Select(s => (s.Duration - s.Tail, $"{s.Duration - s.Tail}"))];
        if (tails.Length > 0)
            rows.Add((tails.Min(t => t.Tail), SettingText.Either(tails.Select(t => t.Text)),
                "the healed tail begins: faults that last end here, none begins, recovery is judged"));
        Duration end = points.All.Max(r => r.Scenario.Duration);
        rows.Add((end, SettingText.Either(points.All.Select(r => $"{r.Scenario.Duration}")), "the run ends"));
        return new Section("What happens in a run", rows.OrderBy(r => r.At).Select(r => (r.When, r.Text)));
    }

    /// <summary>Who writes to whom, and about how many messages that makes.</summary>
    public static Section? Workload(Points points)
    {
        (string?, string)[] rows = [.. points.Numbered(r => r.Scenario.Workload).Select(w => (
            $"{SettingText.Values(w, nameof(WorkloadSpec.From))} to {SettingText.Values(w, nameof(WorkloadSpec.To))}",
            $"{SettingText.Of(w, Followers.All, "from", "to")}{Messages(points, w)}"))];
        return rows.Length == 0 ? null : new Section("Who writes to whom", rows);
    }

    private static string Begins(Points points)
    {
        string[] slow = [.. points.Named(t => t.Clients).Where(c => c.Variants.Any(v => v.StartWithin > Duration.Zero))
            .Select(c => $"{c.Name} within {SettingText.Values(c.Variants, nameof(ClientSpec.StartWithin))}")];
        ClientSpec[] clients = [.. points.Named(t => t.Clients).SelectMany(c => c.Variants)];
        string all = clients.All(c => c.Joins > Duration.Zero) ? "nobody is there yet"
            : clients.Any(c => c.Joins > Duration.Zero) ? "all that are there go online" : "all go online";
        return slow.Length == 0 ? all : $"{all}, {Words.List(slow)}";
    }

    private static string When(IReadOnlyList<FaultSpec> fault) => SettingText.Either(fault.Select(f =>
        f.After is not null ? f.At > Duration.Zero ? $"after {f.At}" : "at a step"
        : f.Within > Duration.Zero ? $"{f.At} to {f.At + f.Within}" : $"{f.At}"));

    private static string What(IReadOnlyList<FaultSpec> fault, Points points)
    {
        FaultKind[] kinds = [.. fault.Select(f => f.Kind).Distinct()];
        string after = fault.All(f => f.After is null) ? ""
            : $", when {SettingText.Values(fault, nameof(FaultSpec.Target))} first reaches "
                + SettingText.Values(fault, nameof(FaultSpec.After));
        string own = string.Concat(SettingText.Of(fault, Followers.All, Told).Said.Select(s => $", {s}"));
        string drawn = fault.Any(f => f.Within > Duration.Zero && f.After is null)
            ? "; the time is drawn for each seed" : "";
        string what = SettingText.Either(kinds.Select(k => k.Word));
        return $"{what} {Whom(fault, points)}{Length(fault, points)}{after}{own}: "
            + SettingText.Either(kinds.Select(k => k.Help)) + drawn;
    }

    private static string Whom(IReadOnlyList<FaultSpec> fault, Points points)
    {
        var cast = new Cast(points.All[0].Topology);
        Target[] targets = [.. fault.Select(f => f.Target).Distinct()];
        string names = SettingText.Values(fault, nameof(FaultSpec.Target));
        if (targets.Length > 1) return names;
        Meaning meant = cast.Resolve(targets[0]);
        if (targets[0] is Target.Streams { Any: true }) return $"{names} (one stream of each pool, drawn)";
        int clients = cast.MembersOf(meant).Count;
        return meant.Kind switch
        {
            TargetKinds.Client when clients > 1 => $"{names} (all {clients})",
            TargetKinds.Server when clients > 0 => $"{names} (a server with {Words.Count(clients, "client")})",
            TargetKinds.Link => $"{names} (a link)",
            _ => names,
        };
    }

    private static string Length(IReadOnlyList<FaultSpec> fault, Points points)
    {
        Scenario scenario = points.Scenario;
        Duration tail = scenario.Duration - scenario.Tail;
        string end = scenario.Tail > Duration.Zero ? $"until the tail at {tail}" : "to the end of the run";
        string again = fault.All(f => f.Every is null) ? ""
            : $", again {SettingText.Values(fault, nameof(FaultSpec.Every))} later on average, and so on {end}";
        if (fault.All(f => f.Kind.IsMomentary)) return again;
        if (fault.All(f => f.For is null)) return $" {end}{again}";
        string length = $" for {SettingText.Values(fault, nameof(FaultSpec.For))}";
        bool cutShort = fault.Count == 1 && fault[0] is { For: { } time, After: null, Every: null } only
            && only.At + only.Within + time > tail;
        return length + again + (cutShort ? $", at most {end}" : "");
    }

    /// <summary>"; about 11 messages a run", of each variant where they differ.</summary>
    private static string Messages(Points points, IReadOnlyList<WorkloadSpec> work)
    {
        var cast = new Cast(points.All[0].Topology);
        double? Count(WorkloadSpec w) => Math.Max(1, cast.MembersOf(cast.Resolve(w.From)).Count)
            * w.PerSender(points.Scenario.Duration, points.All[0].Topology.ForegroundOf(w.From));
        if (work.Any(w => Count(w) is null)) return "; how many a run depends on the policy";
        double[] counts = [.. work.Select(w => Count(w)!.Value).Order()];
        string Text(double count) => Math.Round(count).ToString("0", CultureInfo.InvariantCulture);
        string range = counts[0] == counts[^1] ? Text(counts[0]) : $"{Text(counts[0])} to {Text(counts[^1])}";
        string what = work.All(w => w.Send == SendKind.Presence) ? "time" : "message";
        return range == "1" ? $"; about 1 {what} a run" : $"; about {range} {what}s a run";
    }
}
