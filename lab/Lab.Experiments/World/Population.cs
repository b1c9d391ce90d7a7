using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>One client of the run, resolved from its group; what a group has in common is shared.</summary>
internal sealed record Member(
    int Index, string Name, string Local, string Domain, ClientSpec Spec, string LinkName, LinkSpec Up, LinkSpec Down,
    Policy Policy, string Password)
{
    public string BareJid => $"{Local}@{Domain}";
}

/// <summary>
/// Who takes part: members of groups in file order, then servers. Names as users write them are looked up here.
/// </summary>
internal sealed class Population
{
    private readonly Dictionary<string, Member[]> groups = [];
    private readonly Dictionary<string, Member> members = [];
    private readonly Dictionary<string, int> servers = [];

    public Population(Topology topology)
    {
        var all = new List<Member>();
        foreach ((string group, ClientSpec spec) in topology.Clients)
        {
            LinkProfile link = spec.Link?.Inline
                ?? (spec.Link?.Name is { } n ? topology.Links[n] : new LinkProfile());
            string password = spec.Password ?? topology.Servers[spec.Server].Password ?? World.Password;
            LinkSpec up = link.Upward(), down = link.Downward();
            var mine = new Member[spec.Count];
            for (int i = 0; i < spec.Count; i++)
            {
                bool alone = spec.Count == 1;
                string name = alone ? group : $"{group}[{i}]", local = alone ? group : $"{group}-{i}";
                mine[i] = new Member(
                    all.Count, name, local, spec.Server, spec, spec.Link?.Name ?? "", up, down,
                    spec.Policy?.Inline ?? Policy.Nothing, password);
                members[name] = mine[i];
                all.Add(mine[i]);
            }
            groups[group] = mine;
        }
        Members = all;
        Domains = [.. topology.Servers.Keys];
        for (int i = 0; i < Domains.Count; i++) servers[Domains[i]] = i;
    }

    public IReadOnlyList<Member> Members { get; }

    /// <summary>Server i is host Members.Count + i in the journal.</summary>
    public IReadOnlyList<string> Domains { get; }

    public int ServerOf(string domain) => servers[domain];

    /// <summary>The server of that domain, or -1.</summary>
    public int FindServer(string name) => servers.TryGetValue(name, out int i) ? i : -1;

    /// <summary>
    /// The members that a group name, a member name or a link name stands for; empty when it is neither.
    /// </summary>
    public IReadOnlyList<Member> Find(string name)
    {
        if (groups.TryGetValue(name, out Member[]? group)) return group;
        if (members.TryGetValue(name, out Member? one)) return [one];
        return [.. Members.Where(m => m.LinkName == name)];
    }

    /// <summary>echo@domain, the account that answers.</summary>
    public bool IsEcho(string name) => name.StartsWith("echo@", StringComparison.Ordinal) && FindServer(name[5..]) >= 0;
}
