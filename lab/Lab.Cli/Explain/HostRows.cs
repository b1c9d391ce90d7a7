using Lab.Experiments;
using Lab.Files;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>Who takes part and what lies between them, as an explanation has it.</summary>
internal static class HostRows
{
    private static readonly string[] ToldOfServers = ["count", "policy"],
        ToldOfClients = ["count", "server", "link", "links", "start", "policy"],
        ToldOfPairs = ["between", "link", "policy", "second-policy"];

    public static Section Hosts(Points points) => new(
        points.All[0].Topology.Description is { } about ? $"Who takes part ({about})" : "Who takes part",
        [.. Servers(points), .. Clients(points), .. Pairs(points), .. Links(points)]);

    /// <summary>
    /// The settings of hosts that are as by default, for those that have the same together; real programs have their
    /// own.
    /// </summary>
    public static IEnumerable<(string? Name, string Text)> Defaults(Points points) =>
        points.Named(t => t.Servers).Where(s => s.Variants.Any(v => v.Software == ServerSoftware.Lab))
            .Select(s => (s.Name, Of(s.Variants, ToldOfServers).Usual))
            .Concat(points.Named(t => t.Clients).Where(c => c.Variants.Any(v => v.Software == ClientSoftware.Lab))
                .Select(c => (c.Name, Of(c.Variants, ToldOfClients).Usual)))
            .Concat(points.Numbered(r => r.Topology.S2s).Select(s => (PairName(s), Of(s, ToldOfPairs).Usual)))
            .GroupBy(h => string.Join(", ", h.Usual.Where(u => !u.StartsWith("no ", StringComparison.Ordinal))),
                h => h.Item1)
            .Where(g => g.Key.Length > 0).Select(g => ((string?)Words.List(g), g.Key));

    private static IEnumerable<(string?, string)> Servers(Points points)
    {
        foreach ((string name, IReadOnlyList<ServerSpec> s) in points.Named(t => t.Servers))
        {
            string[] domains = [.. ServerSpec.Domains(name, s[0].Count)];
            string what = domains.Length == 1 && s.All(v => v.Count == 1) ? "a server"
                : $"{SettingText.Values(s, nameof(ServerSpec.Count))} servers alike, {domains[0]} to {domains[^1]}";
            yield return (name, What([what, Policy(s.Select(v => v.Policy)), .. Of(s, ToldOfServers).Said]));
        }
    }

    private static IEnumerable<(string?, string)> Clients(Points points)
    {
        foreach ((string name, IReadOnlyList<ClientSpec> c) in points.Named(t => t.Clients))
        {
            string count = SettingText.Values(c, nameof(ClientSpec.Count));
            string what = (count == "1" ? "a client" : $"{count} clients")
                + $" of {SettingText.Values(c, nameof(ClientSpec.Server))} over {Link(c)}";
            yield return (name, What([what, Policy(c.Select(v => v.Policy)), .. Of(c, ToldOfClients).Said]));
        }
    }

    private static IEnumerable<(string?, string)> Pairs(Points points)
    {
        foreach (IReadOnlyList<S2sSpec> s in points.Numbered(r => r.Topology.S2s))
        {
            string what = $"servers that talk to each other over {Link(s.Select(v => v.Link))}";
            string second = s.All(v => v.SecondPolicy is null) ? ""
                : $"{s[0].Between[1]}: {Policy(s.Select(v => v.SecondPolicy ?? v.Policy))}";
            yield return (PairName(s),
                What([what, Policy(s.Select(v => v.Policy)), second, .. Of(s, ToldOfPairs).Said]));
        }
    }

    private static IEnumerable<(string?, string)> Links(Points points)
    {
        IEnumerable<(string Name, LinkChoice? Choice)> used =
            points.All.SelectMany(r => r.Topology.Clients.Select(c => ($"to {c.Key}", c.Value.Link))
                .Concat(r.Topology.Clients.SelectMany(c => c.Value.Links.Select(l =>
                    ($"{l.Key} of {c.Key}", (LinkChoice?)l.Value))))
                .Concat(r.Topology.S2s.Select(s => (string.Join(" and ", s.Between), s.Link))));
        return used.Where(u => u.Choice?.Inline is not null)
            .GroupBy(u => u.Choice!.Name ?? $"link {u.Name}", u => u.Choice!.Inline!)
            .Select(g => ((string?)g.Key, "a link: " + SettingText.Of(g.Distinct())));
    }

    private static SettingText Of(IEnumerable<object> variants, string[] without) =>
        SettingText.Of(variants, Followers.All, without);

    private static string PairName(IReadOnlyList<S2sSpec> pair) => string.Join(" and ", pair[0].Between.Distinct());

    private static string Policy(IEnumerable<PolicyChoice?> choices)
    {
        string[] names = [.. choices.Select(p => p is null ? "none" : p.Name ?? "of its own").Distinct()];
        return names is ["none"] ? "no policy" : $"policy {SettingText.Either(names)}";
    }

    /// <summary>One link, or several by the client's own names.</summary>
    private static string Link(IReadOnlyList<ClientSpec> clients) => clients.All(c => c.Links.Count == 0)
        ? Link(clients.Select(c => c.Link))
        : SettingText.Either(clients.Select(c => c.Links.Count == 0 ? Link([c.Link])
            : string.Join(" or ", c.Links.Select(l => l.Value.Name is null || l.Value.Name == l.Key ? l.Key
                : $"{l.Key} ({l.Value.Name})")) + $", first over {c.Start ?? c.Links.Keys.First()}"));

    private static string Link(IEnumerable<LinkChoice?> choices) => SettingText.Either(
        choices.Select(l => l is null ? "a link without delay or limits" : l.Name ?? "a link of its own"));

    private static string What(IEnumerable<string> parts) => string.Join("; ", parts.Where(p => p.Length > 0));
}
