using Lab.Experiments;

namespace Lab.Files;

/// <summary>
/// The policies, links and middleboxes that a name can mean: those of the files first, then the presets.
/// </summary>
internal sealed class Names(Mapping root)
{
    // who says one of these does not want what a profile says in its place
    private static readonly (string Key, string[] Gone)[] Instead =
    [
        ("delay", ["delay-table"]), ("delay-table", ["delay", "jitter", "jitter-shape"]), ("trace", ["up", "down"]),
    ];

    private Mapping? Policies => root["policies"] as Mapping;
    private Mapping? Links => (root["topology"] as Mapping)?["links"] as Mapping;

    public IReadOnlyList<string> LinkNames => All(Links, Presets.Links);

    /// <summary>The mapping that a policy's name stands for; null = unknown.</summary>
    public Mapping? Policy(string name) => Find(Policies, Presets.Policies, name);

    /// <summary>The mapping that a link's name stands for; null = unknown.</summary>
    public Mapping? Link(string name) => Find(Links, Presets.Links, name);

    /// <summary>The mapping that a radio's name stands for; null = unknown.</summary>
    public Mapping? Radio(string name) =>
        Find((root["topology"] as Mapping)?["radios"] as Mapping, Presets.Radios, name);

    /// <summary>
    /// The tree with the names of presets replaced by what they stand for where a definition is expected:
    /// policies: {mine: conversations}, links: {mobile: lte-good}, middleboxes: {home: linux-conntrack}, and the to of
    /// a fault that degrades; and with a link's profile replaced by its numbers, where the link does not say others.
    /// </summary>
    public static Mapping Expand(Mapping root, Binder binder)
    {
        if (root["policies"] is Mapping policies)
            root = root.With("policies", policies with { Entries = [.. policies.Entries.Select(e =>
                e with { Value = Definition(e.Value, Presets.Policies, "policy", "presets", binder) })] });
        foreach ((string key, Mapping presets, string what) in new[]
            { ("links", Presets.Links, "link"), ("middleboxes", Presets.Middleboxes, "middlebox"),
                ("radios", Presets.Radios, "radio") })
            if (root["topology"] is Mapping topology && topology[key] is Mapping named)
            {
                named = named with { Entries = [.. named.Entries.Select(e =>
                    e with { Value = Definition(e.Value, presets, what, key, binder) })] };
                root = root.With("topology", topology.With(key, named));
            }
        if (root["topology"] is Mapping parts)
        {
            if (parts["links"] is Mapping links)
                parts = parts.With("links", Each(links, l => Profiled(l, binder)));
            if (parts["radios"] is Mapping radios)
                parts = parts.With("radios", Each(radios, r => ProfiledRadio(r, binder)));
            root = root.With("topology", Linked(Linked(parts, "clients", binder), "s2s", binder));
        }
        if (root["journeys"] is { } journeys) root = root.With("journeys", Liked(journeys, binder));
        if (root["faults"] is Sequence faults)
        {
            var names = new Names(root);
            root = root.With("faults", faults with { Items = [.. faults.Items.Select(f =>
                names.FaultLink(f, binder))] });
        }
        return root;
    }

    private static Node Definition(Node value, Mapping presets, string what, string command, Binder binder)
    {
        if (value is not Scalar { Text.Length: > 0 } name) return value;
        if (presets[name.Text] is { } found) return found;
        string[] known = [.. presets.Entries.Select(e => e.Key.Text)];
        binder.Fail(name, $"there is no preset {what} '{Problem.Printable(name.Text)}"
            + $"'{Words.HintOr(name.Text, known, $"lab show {command} lists them")}");
        return new Mapping(name.Place, [], Flow: true);
    }

    // the links written in place in a list or map of that name: a link, or several; and how a client sleeps
    private static Mapping Linked(Mapping topology, string name, Binder binder) => topology[name] switch
    {
        Mapping map => topology.With(name, Each(map, part => LinkedPart(part, binder))),
        Sequence list => topology.With(name, list with { Items = [.. list.Items.Select(p => LinkedPart(p, binder))] }),
        _ => topology,
    };

    private static Node LinkedPart(Node part, Binder binder)
    {
        if (part is not Mapping mapping) return part;
        if (mapping["sleep"] is { } sleep) mapping = mapping.With("sleep", Sleeping(sleep, binder));
        if (mapping["link"] is Mapping link) mapping = mapping.With("link", Profiled(link, binder));
        return mapping["links"] is Mapping links
            ? mapping.With("links", Each(links, l => Profiled(l, binder))) : mapping;
    }

    // the links that steps of journeys are like
    private static Node Liked(Node node, Binder binder) => node switch
    {
        Sequence list => list with { Items = [.. list.Items.Select(i => Liked(i, binder))] },
        Mapping { } map when map["like"] is Mapping like => map.With("like", Profiled(like, binder)),
        Mapping map => Each(map, n => Liked(n, binder)),
        _ => node,
    };

    private static Mapping Each(Mapping map, Func<Node, Node> made) =>
        map with { Entries = [.. map.Entries.Select(e => e with { Value = made(e.Value) })] };

    /// <summary>A link's numbers: its own, and below them those of its profile.</summary>
    private static Node Profiled(Node link, Binder binder)
    {
        if (link is not Mapping own) return link;
        if (own["radio"] is { } radio) own = own.With("radio", ProfiledRadio(radio, binder));
        (own, Mapping? preset) = Profile(own, Presets.Links, "links", binder);
        if (preset is null) return own;
        string[] gone = [.. Instead.Where(i => own[i.Key] is not null).SelectMany(i => i.Gone)];
        return Over(preset with { Entries = [.. preset.Entries.Where(e => !gone.Contains(e.Key.Text))] }, own);
    }

    /// <summary>The same of a radio; of a state that both have, key by key.</summary>
    private static Node ProfiledRadio(Node radio, Binder binder)
    {
        if (radio is not Mapping own) return radio;
        (own, Mapping? preset) = Profile(own, Presets.Radios, "radios", binder);
        if (preset is null) return own;
        if (own["states"] is Mapping states && preset["states"] is Mapping known)
            own = own.With("states", known with
            {
                Entries =
                [
                    .. known.Entries.Select(s => states[s.Key.Text] is Mapping mine && s.Value is Mapping its
                        ? s with { Value = Over(its, mine) } : s),
                    .. states.Entries.Where(s => known[s.Key.Text] is null),
                ],
            });
        return Over(preset, own);
    }

    /// <summary>The same of a system that lets its app sleep, which may be a name.</summary>
    private static Node Sleeping(Node sleep, Binder binder)
    {
        if (sleep is Scalar { Quoted: false, Text: Shapes.None }) return sleep;
        if (Definition(sleep, Presets.Sleep, "sleep", "sleep", binder) is not Mapping { Entries.Count: > 0 } own)
            return sleep is Scalar unknown ? new Scalar(unknown.Place, Shapes.None) : sleep;
        (own, Mapping? preset) = Profile(own, Presets.Sleep, "sleep", binder);
        if (preset is null) return own;
        foreach (Entry part in preset.Entries)
            if (part.Value is Mapping its && own[part.Key.Text] is Mapping mine)
                own = own.With(part.Key.Text, Over(its, mine));
        return Over(preset, own);
    }

    /// <summary>What is left without the profile, and what that is; null = it has none, or an unknown one.</summary>
    private static (Mapping Own, Mapping? Preset) Profile(Mapping own, Mapping presets, string list, Binder binder)
    {
        if (own["profile"] is not { } at) return (own, null);
        own = own.Without("profile");
        if (at is Scalar { Text.Length: > 0 } name && presets[name.Text] is Mapping preset) return (own, preset);
        string[] known = [.. presets.Entries.Select(e => e.Key.Text)];
        binder.Fail(at, $"there is no profile {at.Kind}"
            + Words.HintOr((at as Scalar)?.Text ?? "", known, $"lab show {list} lists them"));
        return (own, null);
    }

    // in the order of the first, and what only the second has behind it
    private static Mapping Over(Mapping preset, Mapping own) =>
        own with { Entries = [.. preset.Entries.Where(e => own[e.Key.Text] is null), .. own.Entries] };

    private Node FaultLink(Node fault, Binder binder)
    {
        if (fault is Mapping whole && whole["to"] is Mapping { } to && to["profile"] is not null)
            return whole.With("to", Profiled(to, binder));
        if (fault is not Mapping mapping || mapping["to"] is not Scalar { Text.Length: > 0 } name
            || mapping[FaultKinds.Handover.Word] is not null || name is { Quoted: false, Text: Shapes.None })
            return fault;
        if (Link(name.Text) is { } found) return mapping.With("to", found);
        binder.Fail(name, $"there is no link '{Problem.Printable(name.Text)}' in the topology or the "
            + $"presets{Words.Hint(name.Text, LinkNames)}");
        return mapping.With("to", new Mapping(name.Place, [], Flow: true));
    }

    private static Mapping? Find(Mapping? own, Mapping presets, string name) => own?[name] switch
    {
        Mapping mapping => mapping,
        Scalar alias => presets[alias.Text] as Mapping,
        _ => presets[name] as Mapping,
    };

    private static IReadOnlyList<string> All(Mapping? own, Mapping presets) =>
        [.. (own?.Entries ?? []).Concat(presets.Entries).Select(e => e.Key.Text).Distinct()];

    /// <summary>
    /// Presets that are named anywhere become definitions of the file, so that another version's numbers cannot slip
    /// in.
    /// </summary>
    public static Mapping WithPresets(Mapping tree)
    {
        var words = new List<string>();
        Collect(tree, words);
        var radios = new List<string>();
        CollectRadios(tree, radios);
        Mapping topology = (Mapping)tree["topology"]!;
        Mapping Add(Mapping? own, Mapping presets) =>
            presets.Entries.Where(p => (presets == Presets.Radios ? radios : words).Contains(p.Key.Text)
                && own?[p.Key.Text] is null)
            .Aggregate(own ?? new Mapping(tree.Place, [], Flow: false), (map, p) => map.With(p.Key.Text, p.Value));
        foreach ((string key, Mapping presets) in new[]
            { ("links", Presets.Links), ("middleboxes", Presets.Middleboxes), ("radios", Presets.Radios) })
            if (Add(topology[key] as Mapping, presets) is { Entries.Count: > 0 } named)
                topology = topology.With(key, named);
        Mapping policies = Add(tree["policies"] as Mapping, Presets.Policies);
        tree = tree.With("topology", topology);
        return policies.Entries.Count > 0 ? tree.With("policies", policies) : tree;
    }

    private static void Collect(Node node, List<string> words)
    {
        if (node is Scalar scalar) words.Add(scalar.Text);
        foreach (Node item in (node as Sequence)?.Items ?? []) Collect(item, words);
        foreach (Entry entry in (node as Mapping)?.Entries ?? [])
            if (entry.Key.Text != "kind") Collect(entry.Value, words);   // of a backoff; a preset has the same word
    }

    // links have names such as lte, too
    private static void CollectRadios(Node node, List<string> words)
    {
        foreach (Node item in (node as Sequence)?.Items ?? []) CollectRadios(item, words);
        foreach (Entry entry in (node as Mapping)?.Entries ?? [])
            if (entry.Key.Text.Split('.')[^1] == "radio") Collect(entry.Value, words);
            else CollectRadios(entry.Value, words);
    }

    /// <summary>Whether a link or a radio of the scenario has one, or a client sleeps as a preset says.</summary>
    public static bool HasProfiles(Node node) => node switch
    {
        Sequence list => list.Items.Any(HasProfiles),
        Mapping map => map["profile"] is not null || map["sleep"] is Scalar
            || map.Entries.Any(e => HasProfiles(e.Value)),
        _ => false,
    };
}
