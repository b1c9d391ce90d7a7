using Lab.Experiments;

namespace Lab.Files;

/// <summary>The policies and links that a name can mean: those of the files first, then the presets.</summary>
internal sealed class Names(Mapping root)
{
    private Mapping? Policies => root["policies"] as Mapping;
    private Mapping? Links => (root["topology"] as Mapping)?["links"] as Mapping;

    public IReadOnlyList<string> LinkNames => All(Links, Presets.Links);

    /// <summary>The mapping that a policy's name stands for; null = unknown.</summary>
    public Mapping? Policy(string name) => Find(Policies, Presets.Policies, name);

    /// <summary>The mapping that a link's name stands for; null = unknown.</summary>
    public Mapping? Link(string name) => Find(Links, Presets.Links, name);

    /// <summary>
    /// The tree with the names of presets replaced by what they stand for where a definition is expected:
    /// policies: {mine: conversations}, links: {mobile: lte-good}, middleboxes: {home: linux-conntrack}, and the to of
    /// a fault that degrades.
    /// </summary>
    public static Mapping Expand(Mapping root, Binder binder)
    {
        Node Definition(Node value, Mapping presets, string what, string command)
        {
            if (value is not Scalar { Text.Length: > 0 } name) return value;
            if (presets[name.Text] is { } found) return found;
            string[] known = [.. presets.Entries.Select(e => e.Key.Text)];
            binder.Fail(name, $"there is no preset {what} '{Problem.Printable(name.Text)}"
                + $"'{Words.HintOr(name.Text, known, $"lab show {command} lists them")}");
            return new Mapping(name.Place, [], Flow: true);
        }

        if (root["policies"] is Mapping policies)
            root = root.With("policies", policies with { Entries = [.. policies.Entries.Select(e =>
                e with { Value = Definition(e.Value, Presets.Policies, "policy", "presets") })] });
        foreach ((string key, Mapping presets, string what) in new[]
            { ("links", Presets.Links, "link"), ("middleboxes", Presets.Middleboxes, "middlebox") })
            if (root["topology"] is Mapping topology && topology[key] is Mapping named)
            {
                named = named with { Entries = [.. named.Entries.Select(e =>
                    e with { Value = Definition(e.Value, presets, what, key) })] };
                root = root.With("topology", topology.With(key, named));
            }
        if (root["faults"] is Sequence faults)
        {
            var names = new Names(root);
            root = root.With("faults", faults with { Items = [.. faults.Items.Select(f =>
                names.FaultLink(f, binder))] });
        }
        return root;
    }

    private Node FaultLink(Node fault, Binder binder)
    {
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
}
