using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>lab show: what scenario files can name.</summary>
internal static class ShowCommand
{
    private static readonly string[] Kinds =
        ["presets", "links", "middleboxes", "radios", "sleep", "faults", "metrics", "networks", "os", "keys"];

    private static readonly (NetworkKind Network, string Meaning)[] NetworkMeanings =
    [
        (NetworkKind.Simulated, "virtual time, modelled TCP and TLS; the same seed gives the same run"),
        (NetworkKind.Proxied, "real sockets and TLS on loopback in real time, behind fault proxies"),
    ];

    public static int Run(string what, string? name, Terminal terminal)
    {
        if (!Kinds.Contains(what)) return Unknown($"there is no list '{what}'", what, Kinds, terminal);
        return what switch
        {
            "presets" => ShowPresets(Presets.Policies, "policy", name, terminal),
            "links" => ShowPresets(Presets.Links, "link", name, terminal),
            "middleboxes" => ShowPresets(Presets.Middleboxes, "middlebox", name, terminal),
            "radios" => ShowPresets(Presets.Radios, "radio", name, terminal),
            "sleep" => ShowPresets(Presets.Sleep, "sleep", name, terminal),
            "faults" => ShowFaults(name, terminal),
            "metrics" => ShowMetrics(name, terminal),
            "os" => ShowSystems(name, terminal),
            "keys" => ShowKeys(name, terminal),
            _ => ShowNetworks(name, terminal),
        };
    }

    private static int ShowPresets(Mapping presets, string what, string? name, Terminal terminal)
    {
        string[] names = [.. presets.Entries.Select(e => e.Key.Text)];
        if (name is null)
        {
            int width = names.Max(n => n.Length);
            foreach (IGrouping<string, string> group in names.GroupBy(n => Presets.Group(presets, n)))
            {
                if (what == "link") terminal.Out.WriteLine($"{(group.First() == names[0] ? "" : "\n")}{group.Key}:");
                List(group.Select(n => (n.PadRight(width), Presets.Headline(presets, n))), terminal);
            }
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(what == "policy"
                ? "lab show presets NAME shows one in full; lab show links lists the links."
                : $"lab show {Kinds.First(k => k.StartsWith(what, StringComparison.Ordinal))} NAME shows one in full"
                    + (what == "link" ? ", with what each number comes from; profile: NAME takes it." : "."));
            return ExitCode.Pass;
        }
        if (!names.Contains(name)) return Unknown($"there is no preset {what} '{name}'", name, names, terminal);
        foreach (string line in Presets.Comment(presets, name)) terminal.Out.WriteLine(("# " + line).TrimEnd());
        foreach (string line in Presets.Text(presets, name)) terminal.Out.WriteLine(line);
        return ExitCode.Pass;
    }

    private static int ShowFaults(string? name, Terminal terminal)
    {
        if (name is null)
        {
            List(FaultKinds.All.Select(k => (k.Word, k.Help)), terminal);
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(
                "Times: at, within (drawn from at to at + within), after (a step of negotiation), every (mean gap), "
                    + "for (how long).");
            terminal.Out.WriteLine();
            Table(FaultRows, "how truly", terminal);
            terminal.Out.WriteLine();
            terminal.Out.WriteLine("lab show faults NAME says why.");
            return ExitCode.Pass;
        }
        if (FaultKinds.Find(name) is not { } kind)
            return Unknown($"there is no fault '{name}'", name, FaultKinds.Words, terminal);
        terminal.Out.WriteLine($"{name}: {kind.Help}");
        terminal.Out.WriteLine($"target:  {TargetsOf(kind)}");
        terminal.Out.WriteLine($"example: {kind.Example}");
        foreach (string own in kind.OwnKeys)
            if (KeyTree.Of(typeof(FaultSpec)).Keys.First(k => k.Name == own) is { } key)
                terminal.Out.WriteLine($"{own + ":",-8} {key.Meaning}");
        if (kind.Targets.HasFlag(TargetKinds.Client))
            terminal.Out.WriteLine(
                $"after:   with a client as target, it may wait for one of these steps: "
                    + $"{Words.List(KeyTree.Steps)}");
        Judged(kind.On, terminal);
        return ExitCode.Pass;
    }

    private static string TargetsOf(FaultKind kind)
    {
        string[] names =
        [
            .. kind.Targets.HasFlag(TargetKinds.Client) ? (string[])["client", "member"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Link) ? (string[])["link"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Server) ? (string[])["server"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Streams) ? (string[])["streams"] : [],
        ];
        return string.Join(", ", names) + (kind.IsBetweenServers ? " with s2s" : "");
    }

    private static Row[] FaultRows => [.. FaultKinds.All.Select(k => new Row(k.Word, k.On))];

    private static int ShowSystems(string? name, Terminal terminal)
    {
        string[] names = Names<Os>();
        if (name is not null && !names.Contains(name))
            return Unknown($"there is no system '{name}'", name, names, terminal);
        foreach (SystemProfile system in SystemProfile.All.Where(s => name is null || Words.Kebab($"{s.Os}") == name))
        {
            terminal.Out.WriteLine(Words.Kebab($"{system.Os}"));
            foreach (SystemFact fact in system.Facts)
                terminal.Out.WriteLine($"  {fact.What}: {fact.Value} [{fact.Provenance}]");
            foreach (string unknown in system.Unknown) terminal.Out.WriteLine($"  unknown: {unknown}");
        }
        return ExitCode.Pass;
    }

    private static int ShowKeys(string? path, Terminal terminal)
    {
        string problem = "";
        KeyPlace? place = path is null ? null : KeyPath.Find(path, out problem);
        if (path is not null && place is null)
        {
            terminal.Error.WriteLine(problem);
            return ExitCode.BadInput;
        }
        foreach (string line in place is null ? KeyText.Files() : KeyText.Of(place)) terminal.Out.WriteLine(line);
        return ExitCode.Pass;
    }

    private static string[] Names<T>() where T : struct, Enum => [.. Enum.GetNames<T>().Select(Words.Kebab)];

    private static int ShowMetrics(string? name, Terminal terminal)
    {
        if (name is null)
        {
            List(Catalogue.All.Select(m => (m.Name, m.Meaning
                + (Units.Symbol(m.Unit) is { Length: > 0 } s ? $" [{s}]" : ""))), terminal);
            return ExitCode.Pass;
        }
        if (Catalogue.Find(name) is not { } metric)
            return Unknown($"there is no metric '{name}'", name, Catalogue.All.Select(m => m.Name), terminal);
        terminal.Out.WriteLine($"{metric.Name}: {metric.Meaning}");
        terminal.Out.WriteLine(
            $"unit:       {(Units.Symbol(metric.Unit) is { Length: > 0 } symbol ? symbol : "a count")}; in "
                + $"expectations {Units.Example(metric.Unit)}");
        terminal.Out.WriteLine($"population: {metric.Population}");
        terminal.Out.WriteLine($"censoring:  {metric.Censoring}");
        terminal.Out.WriteLine($"better:     {Words.Kebab(metric.Better.ToString())}");
        terminal.Out.WriteLine($"joined:     {metric.Joining.Words}; expectations judge "
            + (metric.Joining.IsPooled ? "these together" : "each run"));
        Judged(metric.On, terminal);
        return ExitCode.Pass;
    }

    private static int ShowNetworks(string? name, Terminal terminal)
    {
        if (name is null)
        {
            List(NetworkMeanings.Select(n => (n.Network.Word(), n.Meaning)), terminal);
            foreach ((string what, Row[] rows) in Fidelities())
            {
                terminal.Out.WriteLine();
                Table(rows, what, terminal);
            }
            terminal.Out.WriteLine();
            terminal.Out.WriteLine("lab show networks NAME says why.");
            return ExitCode.Pass;
        }
        if (NetworkWords.Find(name) is not { } network)
            return Unknown($"there is no network '{name}'", name, NetworkWords.All, terminal);
        terminal.Out.WriteLine($"{name}: {NetworkMeanings.First(n => n.Network == network).Meaning}");
        foreach ((string what, Row[] rows) in Fidelities())
        {
            terminal.Out.WriteLine();
            terminal.Out.WriteLine($"{what}:");
            List(rows.Select(r => (r.Name, Text(r.On(network)))), terminal);
        }
        return ExitCode.Pass;
    }

    private readonly record struct Row(string Name, Func<NetworkKind, Judgement> On);

    private static IEnumerable<(string What, Row[] Rows)> Fidelities() =>
    [
        ("faults", FaultRows), ("links", Rows<LinkProperty>(FidelityTable.Of)),
        ("mechanisms", [.. Rows<Xmpp.Mechanism>(FidelityTable.Of).Where(r => r.Name != "none")]),
        ("metrics", [.. Catalogue.All.Select(m => new Row(m.Name, m.On))]),
    ];

    private static Row[] Rows<T>(Func<NetworkKind, T, Judgement> of) where T : struct, Enum =>
        [.. Enum.GetValues<T>().Select(v => new Row(Words.Kebab(v.ToString()), n => of(n, v)))];

    /// <summary>A line per row, a column per network.</summary>
    private static void Table(Row[] rows, string corner, Terminal terminal)
    {
        int first = Math.Max(corner.Length, rows.Max(r => r.Name.Length));
        string Line(string name, IEnumerable<string> cells) =>
            $"{name.PadRight(first)}  {string.Join("  ", cells.Select(c => c.PadRight(11)))}".TrimEnd();
        terminal.Out.WriteLine(Line(corner, NetworkWords.All));
        foreach (Row row in rows)
            terminal.Out.WriteLine(
                Line(row.Name, Enum.GetValues<NetworkKind>().Select(n => Label(row.On(n).Fidelity))));
    }

    private static void Judged(Func<NetworkKind, Judgement> of, Terminal terminal)
    {
        foreach (NetworkKind network in Enum.GetValues<NetworkKind>())
            terminal.Out.WriteLine($"{network.Word()}: {Text(of(network))}");
    }

    private static string Text(Judgement j) => $"{Label(j.Fidelity)}: {j.Reason}";

    private static string Label(Fidelity fidelity) => Words.Kebab(fidelity.ToString());

    private static void List(IEnumerable<(string Name, string Meaning)> rows, Terminal terminal)
    {
        (string Name, string Meaning)[] all = [.. rows];
        int width = all.Max(r => r.Name.Length);
        foreach ((string name, string meaning) in all) terminal.Out.WriteLine($"{name.PadRight(width)}  {meaning}");
    }

    private static int Unknown(string message, string word, IEnumerable<string> valid, Terminal terminal)
    {
        string[] names = [.. valid];
        terminal.Error.WriteLine(
            $"{message}{Words.Hint(word, names)}{(names.Length <= 8 ? $"; there are {Words.List(names)}" : "")}");
        return ExitCode.BadInput;
    }
}
