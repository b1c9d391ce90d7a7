using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What names stand for besides the policies and links of a scenario and its topology: the presets.</summary>
public sealed record Library(
    IReadOnlyDictionary<string, Policy> Policies, IReadOnlyDictionary<string, LinkProfile> Links)
{
    public static readonly Library Empty = new(new Dictionary<string, Policy>(), new Dictionary<string, LinkProfile>());

    /// <summary>The topology with what its names of policies and links stand for; they must be known.</summary>
    public Topology Resolve(Scenario scenario, Topology topology)
    {
        PolicyChoice? Policy(PolicyChoice? choice) => choice is { Name: { } name, Inline: null }
            ? choice with { Inline = scenario.Policies.GetValueOrDefault(name) ?? Policies[name] } : choice;
        LinkChoice? Link(LinkChoice? choice) => choice is { Name: { } name, Inline: null }
            ? choice with { Inline = topology.Links.GetValueOrDefault(name) ?? Links[name] } : choice;
        var servers = new OrderedDictionary<string, ServerSpec>();
        foreach ((string key, ServerSpec server) in topology.Servers)
            servers[key] = server with { Policy = Policy(server.Policy) };
        var clients = new OrderedDictionary<string, ClientSpec>();
        foreach ((string key, ClientSpec client) in topology.Clients)
            clients[key] = client with { Policy = Policy(client.Policy), Link = Link(client.Link) };
        return topology with
        {
            Servers = servers, Clients = clients,
            S2s = [.. topology.S2s.Select(s => s with
            {
                Policy = Policy(s.Policy), SecondPolicy = Policy(s.SecondPolicy), Link = Link(s.Link),
            })],
        };
    }
}
