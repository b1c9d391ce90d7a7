using Lab.Experiments;
using Lab.Files;
using Lab.Xmpp;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>
/// Each policy that somebody follows, part by part with all settings in force. A part that most of them have alike is
/// told once.
/// </summary>
internal static class PolicyRows
{
    private sealed record Used(string Name)
    {
        public readonly List<Policy> Variants = [];
        public Followers Followers;
    }

    public static Section? Of(Points points)
    {
        Used[] used = [.. Collected(points)];
        if (used.Length == 0) return null;
        Dictionary<string, List<(string Part, string Text)>> rows =
            used.ToDictionary(u => u.Name, u => Parts(u).ToList());
        List<(string Part, string Text)> common = [];
        if (used.Length > 1)
            foreach (IGrouping<string, (string Part, string Text)> part in
                rows.Values.SelectMany(r => r).GroupBy(p => p.Part).ToList())
            {
                (string Part, string Text)[] most = [.. part.GroupBy(p => p.Text).MaxBy(g => g.Count())!];
                if (most.Length < 2 || most.Length * 2 <= used.Length) continue;
                common.Add(most[0]);
                foreach (List<(string, string)> row in rows.Values) row.Remove(most[0]);
            }
        bool all = common.All(c => rows.Values.All(r => r.All(p => p.Part != c.Part)));
        List<(string?, string)> told =
            [.. rows.Select(r => ((string?)r.Key, r.Value.Count == 0 ? "no checks" : Joined(r.Value)))];
        if (common.Count > 0) told.Add(("all", (all ? "" : "unless said above: ") + Joined(common)));
        return new Section("Policies; in brackets what holds by default", told);
    }

    private static string Joined(IEnumerable<(string Part, string Text)> parts) =>
        string.Join("; ", parts.Select(p => p.Text));

    private static IEnumerable<(string Part, string Text)> Parts(Used used)
    {
        object[] variants = [.. used.Variants];
        foreach (KeyShape key in Shapes.Keys(typeof(Policy))
            .Where(k => Mattering.Counts(variants[0], k, used.Followers)))
        {
            object[] parts = [.. variants.Select(key.Property.GetValue).OfType<object>()];
            if (parts.Length == 0) continue;
            bool sometimes = parts.Length < variants.Length;
            yield return (key.Name, (key.Type.IsEnum ? OfWord(key, parts) : $"{key.Name}: "
                + SettingText.Of(parts, used.Followers)) + (sometimes ? ", or none" : ""));
        }
    }

    private static string OfWord(KeyShape key, object[] values)
    {
        string words = SettingText.Either(values.Select(Word));
        return $"{key.Name}: " + (words == Word(key.Property.GetValue(Policy.Nothing)!) ? $"({words})" : words);
    }

    private static string Word(object value) => Words.Kebab($"{value}");

    private static List<Used> Collected(Points points)
    {
        List<Used> all = [];
        void Add(PolicyChoice? choice, string owner, Followers follower)
        {
            if (choice?.Inline is not { } policy) return;
            string name = choice.Name ?? owner;
            Used? used = all.Find(u => u.Name == name);
            if (used is null) all.Add(used = new Used(name));
            used.Followers |= follower;
            if (!used.Variants.Contains(policy)) used.Variants.Add(policy);
        }
        foreach (Topology topology in points.All.Select(r => r.Topology))
        {
            foreach ((string name, ClientSpec client) in topology.Clients)
                Add(client.Policy, $"of {name}", Followers.Client);
            foreach ((string name, ServerSpec server) in topology.Servers)
                Add(server.Policy, $"of {name}",
                    server.Software == ServerSoftware.Lab ? Followers.Server : Followers.Program);
            foreach (S2sSpec pair in topology.S2s)
            {
                Add(pair.Policy, $"of {pair.Between[0]} to {pair.Between[1]}", Followers.Peer);
                Add(pair.SecondPolicy, $"of {pair.Between[1]} to {pair.Between[0]}", Followers.Peer);
            }
        }
        return all;
    }
}
