using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What names stand for besides what a scenario and its topology define: the presets.</summary>
public sealed record Library
{
    public static readonly Library Empty = new();

    public IReadOnlyDictionary<string, Policy> Policies { get; init; } = new Dictionary<string, Policy>();
    public IReadOnlyDictionary<string, LinkProfile> Links { get; init; } = new Dictionary<string, LinkProfile>();
    public IReadOnlyDictionary<string, MiddleboxProfile> Middleboxes { get; init; } =
        new Dictionary<string, MiddleboxProfile>();
    public IReadOnlyDictionary<string, RadioProfile> Radios { get; init; } = new Dictionary<string, RadioProfile>();

    /// <summary>The topology with what its names stand for; they must be known.</summary>
    public Topology Resolve(Scenario scenario, Topology topology)
    {
        PolicyChoice? Policy(PolicyChoice? choice) => choice is { Name: { } name, Inline: null }
            ? choice with { Inline = scenario.Policies.GetValueOrDefault(name) ?? Policies[name] } : choice;
        LinkChoice? Link(LinkChoice? choice) => choice is null ? null : choice with
        {
            Inline = Powered(choice.Inline ?? topology.Links.GetValueOrDefault(choice.Name!) ?? Links[choice.Name!]),
        };
        LinkProfile Powered(LinkProfile link) => link.Radio is { Name: { } name, Inline: null }
            ? link with { Radio = link.Radio with { Inline = topology.Radios.GetValueOrDefault(name) ?? Radios[name] } }
            : link;
        IReadOnlyDictionary<string, LinkChoice> All(IReadOnlyDictionary<string, LinkChoice> own) => own.Count == 0 ? own
            : new OrderedDictionary<string, LinkChoice>(own.Select(l => KeyValuePair.Create(l.Key, Link(l.Value)!)));
        var servers = new OrderedDictionary<string, ServerSpec>();
        foreach ((string key, ServerSpec server) in topology.Servers)
            servers[key] = server with { Policy = Policy(server.Policy) };
        var clients = new OrderedDictionary<string, ClientSpec>();
        foreach ((string key, ClientSpec client) in topology.Clients)
            clients[key] = client with
            {
                Policy = Policy(client.Policy), Link = Link(client.Link), Links = All(client.Links),
            };
        var boxes = new OrderedDictionary<string, MiddleboxProfile>();
        foreach ((string key, MiddleboxProfile box) in topology.Middleboxes) boxes[key] = box;
        foreach (string name in Named(topology, clients.Values))
            if (!boxes.ContainsKey(name)) boxes[name] = Middleboxes[name];
        return topology with
        {
            Middleboxes = boxes, Servers = servers, Clients = clients,
            S2s = [.. topology.S2s.Select(s => s with
            {
                Policy = Policy(s.Policy), SecondPolicy = Policy(s.SecondPolicy), Link = Link(s.Link),
            })],
        };
    }

    /// <summary>The middleboxes that somebody's packets come by.</summary>
    private IEnumerable<string> Named(Topology topology, IEnumerable<ClientSpec> clients) =>
    [
        .. clients.SelectMany(c => c.Links.Values.Prepend(c.Link)).SelectMany(l => l?.Inline?.Through ?? []),
        .. topology.S2s.Select(s => s.Link).OfType<LinkChoice>().SelectMany(l => (l.Inline
            ?? topology.Links.GetValueOrDefault(l.Name!) ?? Links[l.Name!]).Through),
        .. topology.Servers.Values.SelectMany(s => s.Behind),
    ];
}
