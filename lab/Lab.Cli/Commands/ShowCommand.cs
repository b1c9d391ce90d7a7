using Lab.Experiments;

namespace Lab.Cli;

/// <summary>lab show: what scenario files can name.</summary>
internal static class ShowCommand
{
    private static readonly string[] Kinds = ["presets", "links", "faults", "metrics"];

    private static readonly (FaultKind Kind, string Meaning, string Targets, string Example)[] Faults =
    [
        (FaultKind.Cut, "nothing passes, and nobody is told: no FIN, no RST; direction: up or down cuts one way only",
            "client, member, link or server",
            "{at: 30m, cut: phone, for: 20m}"),
        (FaultKind.Degrade, "the link has other numbers for a while", "client, member or link",
            "{at: 30m, degrade: mobile, for: 10m, to: {delay: 3s, loss: 10%}}"),
        (FaultKind.Reset, "both ends of every connection get a RST, as from a middlebox; momentary",
            "client, member, link or server", "{every: 2h, reset: phone}"),
        (FaultKind.Freeze, "the process stops; its kernel goes on acknowledging", "client, member or server",
            "{at: 30m, freeze: example.org, for: 5m}"),
        (FaultKind.Crash, "the power is gone: nothing is sent; afterwards the host is back without memory of its "
            + "connections", "client, member or server",
            "{at: 30m, crash: 'phone[3]', for: 1m}"),
        (FaultKind.Restart, "the server's process ends (system-shutdown, FIN) and is back afterwards", "server",
            "{at: 30m, restart: example.org, for: 10s}"),
    ];

    public static int Run(string what, string? name, Terminal terminal)
    {
        if (!Kinds.Contains(what)) return Unknown($"there is no list '{what}'", what, Kinds, terminal);
        return what switch
        {
            "presets" => ShowPresets(Presets.Policies, "policy", name, terminal),
            "links" => ShowPresets(Presets.Links, "link", name, terminal),
            "faults" => ShowFaults(name, terminal),
            _ => ShowMetrics(name, terminal),
        };
    }

    private static int ShowPresets(Mapping presets, string what, string? name, Terminal terminal)
    {
        string[] names = [.. presets.Entries.Select(e => e.Key.Text)];
        if (name is null)
        {
            List(names.Select(n => (n, Presets.Headline(presets, n))), terminal);
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(what == "policy"
                ? "lab show presets NAME shows one in full; lab show links lists the links."
                : "lab show links NAME shows one in full.");
            return ExitCode.Pass;
        }
        if (!names.Contains(name)) return Unknown($"there is no preset {what} '{name}'", name, names, terminal);
        foreach (string line in Presets.Comment(presets, name)) terminal.Out.WriteLine(("# " + line).TrimEnd());
        foreach (string line in Presets.Text(presets, name)) terminal.Out.WriteLine(line);
        return ExitCode.Pass;
    }

    private static int ShowFaults(string? name, Terminal terminal)
    {
        string[] names = [.. Faults.Select(f => Words.Kebab(f.Kind.ToString()))];
        if (name is null)
        {
            List(Faults.Select(f => (Words.Kebab(f.Kind.ToString()), f.Meaning)), terminal);
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(
                "Times: at, within (drawn from at to at + within), after (a step of negotiation), every (mean gap), "
                    + "for (how long).");
            return ExitCode.Pass;
        }
        int at = Array.IndexOf(names, name);
        if (at < 0) return Unknown($"there is no fault '{name}'", name, names, terminal);
        terminal.Out.WriteLine($"{name}: {Faults[at].Meaning}");
        terminal.Out.WriteLine($"target:  {Faults[at].Targets}");
        terminal.Out.WriteLine($"example: {Faults[at].Example}");
        if (name == "degrade") terminal.Out.WriteLine("to takes a link's numbers, or the name of a link or preset.");
        if (Faults[at].Kind is not (FaultKind.Restart or FaultKind.Degrade))
            terminal.Out.WriteLine(
                $"after:   with a client as target, it may wait for one of these steps: "
                    + $"{Words.List(Shapes.Values(typeof(Xmpp.Step)))}");
        return ExitCode.Pass;
    }

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
                + $"expectations {Quantities.Example(metric.Unit)}");
        terminal.Out.WriteLine($"population: {metric.Population}");
        terminal.Out.WriteLine($"censoring:  {metric.Censoring}");
        terminal.Out.WriteLine($"better:     {(metric.LowerIsBetter ? "lower" : "higher")}");
        return ExitCode.Pass;
    }

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
            $"{message}{Words.Hint(word, names)}{(names.Length <= 6 ? $"; there are {Words.List(names)}" : "")}");
        return ExitCode.BadInput;
    }
}
