using System.Globalization;
using Lab.Experiments;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>What the command line adds to a file: --set path=value in order, --seed, --network, --vary.</summary>
internal sealed record Overrides(
    IReadOnlyList<string> Sets, IReadOnlyList<ulong>? Seeds, IReadOnlyList<NetworkKind>? Networks = null)
{
    /// <summary>path=a,b,c, each adding to or replacing what the file varies.</summary>
    public IReadOnlyList<string> Varies { get; init; } = [];

    public static readonly Overrides None = new([], null);
}

/// <summary>
/// A scenario file, resolved: the runs it asks for, in order, and the file that asks for the same again.
/// </summary>
internal sealed record Sweep
{
    public required string File { get; init; }
    public required string Name { get; init; }

    /// <summary>
    /// For each network the points in the order of the file (the first path varies slowest), for each point the seeds.
    /// </summary>
    public required IReadOnlyList<RunSpec> Plan { get; init; }

    /// <summary>Those that run.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>Those that the file asks for; --seed may run others.</summary>
    public required IReadOnlyList<ulong> Asked { get; init; }

    public required IReadOnlyList<string> Varied { get; init; }
    public required IReadOnlyList<NetworkKind> Networks { get; init; }

    /// <summary>
    /// Everything resolved: topology in place, presets that are named and all defaults written out, --set applied.
    /// </summary>
    public string RunYaml => Resolved();

    public required Func<string> Resolved { private get; init; }
}

/// <summary>
/// What whoever runs them cannot have of a run: in a sentence each, with the group (servers, clients, s2s) and the name
/// in the topology, of an entry of s2s its number.
/// </summary>
internal delegate IEnumerable<(string Group, string Name, string Message)> Refusals(RunSpec run);

/// <summary>Reads a scenario with its topology, applies --set and vary, binds and checks every point.</summary>
internal sealed class SweepReader
{
    public const int MostRuns = 1_000_000;
    public static readonly string[] FileKeys = [.. Shapes.Keys(typeof(SweepSpec)).Select(k => k.Name)];
    private static readonly string[] Whole = ["topology", "name", "network", "seeds", Variety.Baseline];

    // not of what happens, but of how it is looked at: no run differs by it
    private static readonly string[] Judging = ["expect", Variety.Baseline];

    private readonly string file;
    private readonly Problems problems;
    private readonly Refusals refusals;
    private readonly List<(Scalar Path, IReadOnlyList<Node> Values)> vary = [];
    private IReadOnlyList<ulong> seeds = [1], asked = [1];          // what runs, and what the file asks for
    private IReadOnlyList<NetworkKind> networks = [NetworkKind.Simulated];
    private Mapping root = null!;
    private string? topologyName;
    private bool unreadTopology, brokenVary;

    private SweepReader(string file, Problems problems, Refusals refusals) =>
        (this.file, this.problems, this.refusals) = (file, problems, refusals);

    /// <summary>The sweep, or null after all problems of the file and its topology were noted.</summary>
    public static Sweep? Read(string file, Overrides overrides, Problems problems, Refusals refusals) =>
        YamlText.ReadSource(file, problems) is { } source ? Read(source, overrides, problems, refusals) : null;

    /// <summary>The same of a text that need not be a file; a topology it names is looked for as if it were.</summary>
    public static Sweep? Read(Source source, Overrides overrides, Problems problems, Refusals refusals)
    {
        int before = problems.Count;
        Sweep? sweep = YamlText.Read(source, problems) is { } mapping
            ? new SweepReader(source.Name, problems, refusals).Read(mapping, overrides) : null;
        return problems.Count == before ? sweep : null;
    }

    private Sweep? Read(Mapping mapping, Overrides overrides)
    {
        int before = problems.Count;
        root = mapping;
        if (TopologyFiles.Part(mapping) is { } part)
        {
            problems.Add(part, $"this is a topology ('{part.Text}' is a part of one); a scenario names it, as in "
                + $"topology: {Path.GetFileNameWithoutExtension(file)}, and can run");
            return null;
        }
        List<(Scalar Path, Node Value)> sets =
            [.. overrides.Sets.Select(SetArgument.Parse(problems)).OfType<(Scalar, Node)>()];
        foreach ((Scalar path, Node value) in sets.Where(s => Whole.Contains(s.Path.Text)))
            root = root.With(path.Text, value);
        string name = Name();
        Seeds(overrides.Seeds);
        Networks(overrides.Networks);
        Vary();
        Topology(name);
        Node? expect = root["expect"];
        var variety = new Variety([.. vary.Select(v =>
            (v.Path.Text, (IReadOnlyList<string>)[.. v.Values.Select(YamlOut.Inline)]))], problems);
        foreach ((Scalar path, Sequence list) in overrides.Varies.Select(SetArgument.ParseVary(problems))
            .OfType<(Scalar, Sequence)>())
            if (!sets.Any(s => s.Path.Text == path.Text)) VaryInstead(path, list);
            else problems.Add(path, $"--set and --vary both say what {path.Text} is");
        foreach ((Scalar path, Node value) in sets.Where(s => !Whole.Contains(s.Path.Text)))
            if (value is Sequence list && Paths.TakesList(root, path) == false) VaryInstead(path, list);
            else Set(path, value);
        root = brokenVary ? root.Without(Variety.Baseline) : variety.WithBaseline(root, IsLeft);
        long runs = vary.Aggregate(
            (long)seeds.Count * networks.Count, (n, v) => Math.Min(MostRuns + 1L, n * v.Values.Count));
        if (runs > MostRuns)
            problems.Add(root.Key("vary") ?? (Node)root,
                $"this asks for more than {MostRuns} runs; vary fewer values or seeds");
        List<RunSpec> plan = runs > MostRuns ? [] : Plan(name);
        if (!brokenVary) When(expect, variety);
        if (problems.Count == before) RefusePrograms(plan);
        if (problems.Count == before) RefuseUnjudged(plan);
        if (problems.Count > before) return null;
        Advice.Give(root, plan, problems);
        return new Sweep
        {
            File = file, Name = name, Plan = plan, Seeds = seeds, Asked = asked,
            Varied = [.. vary.Select(v => v.Path.Text)], Networks = networks,
            Resolved = () => Resolved(name),
        };
    }

    private string Name()
    {
        const string rule = "becomes a folder's name: letters, digits, - and _";
        string ofFile = Path.GetFileNameWithoutExtension(file);
        if (root["name"] is { } node)
        {
            if (node is Scalar { Text: var name } && IsFolder(name)) return name;
            problems.Add(node, $"name {rule}, found {node.Kind}");
        }
        else if (!IsFolder(ofFile))
            problems.Add(root, $"the file's name {rule}, found '{ofFile}'; rename the file, or give it a name: key");
        return ofFile;
    }

    private static bool IsFolder(string name) => name.Length > 0 && name[0] != '.'
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    // seeds: 20 means 1 to 20
    private void Seeds(IReadOnlyList<ulong>? chosen)
    {
        if (root["seeds"] is { } node) seeds = SeedList(node) ?? seeds;
        asked = seeds;
        if (chosen is not null) seeds = chosen;
    }

    // network: simulated, or a list of networks
    private void Networks(IReadOnlyList<NetworkKind>? chosen)
    {
        if (root["network"] is { } node)
        {
            var found = new List<NetworkKind>();
            foreach (Node item in node is Sequence { Items.Count: > 0 } list ? list.Items : [node])
            {
                NetworkKind? network = item is Scalar s ? NetworkWords.Find(s.Text) : null;
                if (network is null)
                    problems.Add(item, $"network takes {Words.List(NetworkWords.All)} or a list of them, found "
                        + item.Kind + Words.Hint((item as Scalar)?.Text ?? "", NetworkWords.All));
                else if (found.Contains(network.Value)) problems.Add(item, $"{item.Kind} stands here twice");
                else found.Add(network.Value);
            }
            if (found.Count > 0) networks = found;
        }
        if (chosen is not null) networks = chosen;
    }

    // what real programs cannot do, said where the program is named
    private void RefusePrograms(List<RunSpec> plan)
    {
        // seeds of one point are alike
        IEnumerable<RunSpec> points = plan.Where((r, i) => i == 0
            || !ReferenceEquals(r.Scenario, plan[i - 1].Scenario) || r.Network != plan[i - 1].Network);
        foreach ((string group, string name, string message) in points.SelectMany(r => refusals(r)))
        {
            Node? all = (root["topology"] as Mapping)?[group];
            if (all is Sequence entries)
            {
                problems.Add(entries.Items[int.Parse(name, CultureInfo.InvariantCulture)], message);
                continue;
            }
            Node? spec = (all as Mapping)?[name];
            problems.Add((spec as Mapping)?["software"] ?? spec ?? root, $"{name}: {message}");
        }
    }

    // what the simulated network can judge, it judges; alone, a network must be able to judge all that is expected
    private void RefuseUnjudged(List<RunSpec> plan)
    {
        if (networks.Contains(NetworkKind.Simulated) || root["expect"] is not Sequence expect) return;
        for (int i = 0; i < expect.Items.Count; i++)
        {
            Expectation expectation = plan[0].Scenario.Expect[i];
            foreach ((NetworkKind network, string reason) in Checks.NotJudged(expectation, plan))
                problems.Add((expect.Items[i] as Mapping)?["metric"] ?? expect.Items[i],
                    $"{expectation.Metric} cannot be judged on the {network.Word()} network: {reason}; "
                        + $"--network simulated,{network.Word()} judges it by the simulated runs");
        }
    }

    private IReadOnlyList<ulong>? SeedList(Node node)
    {
        if (node is Scalar scalar)
        {
            Parsed parsed = Quantities.Integer(scalar.Text, 1, MostRuns);
            if (parsed.Value is decimal n) return [.. Enumerable.Range(1, (int)n).Select(i => (ulong)i)];
            problems.Add(node, $"seeds: {parsed.Error}; write how many (seeds: 20 means 1 to 20) or a list of them");
            return null;
        }
        if (node is not Sequence { Items.Count: > 0 } list)
        {
            problems.Add(node, node is Sequence ? "seeds is an empty list"
                : $"seeds takes how many (seeds: 20 means 1 to 20) or a list of them, found {node.Kind}");
            return null;
        }
        var found = new OrderedDictionary<ulong, Node>();
        foreach (Node item in list.Items)
        {
            Parsed parsed = item is Scalar s ? Quantities.Integer(s.Text, 0, ulong.MaxValue)
                : Parsed.Fail($"expected a whole number, found {item.Kind}");
            if (parsed.Value is not decimal seed) problems.Add(item, $"seeds: {parsed.Error}");
            else if (!found.TryAdd((ulong)seed, item))
                problems.Add(item, string.Create(CultureInfo.InvariantCulture, $"the seed {seed} stands here twice"));
        }
        return [.. found.Keys];
    }

    private void Vary()
    {
        if (root["vary"] is not { } node) return;
        int before = problems.Count;
        if (node is not Mapping paths)
        {
            brokenVary = true;
            problems.Add(node, $"vary takes paths with lists of values, as in vary: {{clients.phone.policy: [ping, "
                + $"acks]}}, found {node.Kind}");
            return;
        }
        foreach (Entry entry in paths.Entries)
        {
            if (entry.Value is not Sequence list)
                problems.Add(entry.Value,
                    $"{entry.Key.Text} needs a list of values to vary over, found {entry.Value.Kind}; a single value "
                        + "belongs in its own place");
            else if (MayVary(entry.Key, list)) vary.Add((entry.Key, list.Items));
        }
        brokenVary = problems.Count > before;
    }

    private bool MayVary(Scalar path, Sequence list)
    {
        if (list.Items.Count == 0) problems.Add(list, $"{path.Text} varies over an empty list");
        else if (Whole.Contains(path.Text) || Judging.Contains(path.Text.Split('.', '[')[0]))
            problems.Add(path, $"{path.Text} cannot vary within a scenario"
                + (path.Text is "seeds" ? "; --seed 1,2 runs several seeds" : ""));
        else if (path.Text.EndsWith(".profile", StringComparison.Ordinal))
            problems.Add(path, "a profile cannot vary; give each its link, and vary the link of who uses it, as in "
                + "vary: {clients.phone.link: [one, other]}");
        else if (path.Text.EndsWith("." + Passwords.Key, StringComparison.Ordinal) || Passwords.In(list))
            problems.Add(path, "a password cannot vary: what varies stands in every table");
        else
        {
            var seen = new HashSet<string>();
            foreach (Node item in list.Items)
                if (!seen.Add(YamlOut.Inline(item)))
                    problems.Add(item, $"{path.Text} has the value {YamlOut.Inline(item)} twice");
            return true;
        }
        return false;
    }

    private void Topology(string name)
    {
        if (root["topology"] is not Scalar { Text: not "" } reference) return;
        topologyName = reference.Text;
        if (TopologyFiles.Find(file, reference, problems) is { } found) root = root.With("topology", found);
        else (root, unreadTopology) = (root.Without("topology"), true);
    }

    // each when must speak of a varied path and one of its values
    private static void When(Node? expect, Variety variety)
    {
        foreach (Node expectation in (expect as Sequence)?.Items ?? [])
            if ((expectation as Mapping)?["when"] is Mapping when) variety.Check(when);
    }

    private bool IsLeft(string path, string value) =>
        vary.Any(v => v.Path.Text == path && v.Values.Any(item => YamlOut.Inline(item) == value));

    // a varied path is fixed to the one value
    private void Set(Scalar path, Node value)
    {
        if (vary.Any(v => v.Path.Text == path.Text)) VaryOver(path, new Sequence(value.Place, [value], Flow: true));
        else root = new Paths(problems).Apply(root, path, value) ?? root;
    }

    private void VaryInstead(Scalar path, Sequence list)
    {
        if (MayVary(path, list)) VaryOver(path, list);
    }

    // expectations about values that are left out no longer speak of any run
    private void VaryOver(Scalar path, Sequence list)
    {
        int at = vary.FindIndex(v => v.Path.Text == path.Text);
        if (at < 0) vary.Add((path, list.Items));
        else vary[at] = (vary[at].Path, list.Items);
        string[] left = [.. list.Items.Select(YamlOut.Inline)];
        if (root["expect"] is Sequence expect)
            root = root.With("expect", expect with { Items = [.. expect.Items.Where(e =>
                ((e as Mapping)?["when"] as Mapping)?[path.Text] is not { } w || left.Contains(YamlOut.Inline(w)))] });
        if (root["vary"] is null or Mapping)
            root = root.With("vary", (root["vary"] as Mapping ?? new Mapping(path.Place, [], Flow: false))
                .With(path.Text, list));
    }

    private List<RunSpec> Plan(string name)
    {
        List<RunSpec> points = Points(name);
        return [.. networks.SelectMany(n => points.Select(p => p with { Network = n }))];
    }

    private List<RunSpec> Points(string name)
    {
        var plan = new List<RunSpec>();
        var chosen = new int[vary.Count];
        while (true)
        {
            Mapping? tree = root;
            var point = new Setting[vary.Count];
            for (int i = 0; i < vary.Count && tree is not null; i++)
            {
                Node value = vary[i].Values[chosen[i]];
                point[i] = new Setting(vary[i].Path.Text, YamlOut.Inline(value)) { Quoted = YamlOut.Quoted(value) };
                tree = new Paths(problems).Apply(tree, vary[i].Path, value);
            }
            // a path that leads nowhere: the rest of the file is still worth checking
            if (Bind(tree ?? root, name, point) is (Scenario scenario, Topology topology))
                plan.AddRange(seeds.Select(seed => new RunSpec { ScenarioName = name, Scenario = scenario,
                    Topology = topology, Seed = seed, Point = point }));
            int next = vary.Count - 1;
            while (next >= 0 && ++chosen[next] == vary[next].Values.Count) chosen[next--] = 0;
            brokenVary |= tree is null;
            if (next < 0 || tree is null) return plan;
        }
    }

    private (Scenario, Topology)? Bind(Mapping tree, string name, Setting[] point)
    {
        int before = problems.Count;
        var binder = new Binder(problems);
        tree = Names.Expand(tree, binder);
        Topology? topology = tree["topology"] is { } t ? binder.Bind<Topology>(t, default(Trail).Then("topology"))
            : null;
        // that the topology could not be read was said already; the rest is still worth checking
        Node? node = tree["topology"] ?? (unreadTopology ? tree : null);
        Mapping flat = node is null ? tree : tree.With("topology", new Scalar(node.Place, topologyName ?? name));
        Scenario? scenario = binder.Bind<Scenario>(flat, default, FileKeys);
        if (scenario is not null) binder.Tell(Rules.Check(scenario, topology, Presets.Library, point), tree);
        return problems.Count == before && scenario is not null && topology is not null
            ? (Journeys.Unfold(scenario, topology, Presets.Library), Presets.Library.Resolve(scenario, topology))
            : null;
    }

    private string Resolved(string name)
    {
        Place place = root.Place;
        Mapping tree = root;
        if (Names.HasProfiles(root))   // what varies over it decides what of a profile counts
            foreach ((Scalar path, IReadOnlyList<Node> values) in vary)
                tree = new Paths(problems).Apply(tree, path, values[0]) ?? tree;
        tree = Names.Expand(tree, new Binder(problems));
        tree = tree with { Entries = [new Entry(new Scalar(place, "name"), new Scalar(place, name)),
            new Entry(new Scalar(place, "network"), NetworkNode(place)),
            .. tree.Without("name").Without("network").Entries] };
        tree = tree.With("seeds", new Sequence(place,
            [.. seeds.Select(s => new Scalar(place, s.ToString(CultureInfo.InvariantCulture)))], Flow: true));
        string note = Passwords.In(tree)
            ? "# Passwords are left out; --set gives them again, as in --set servers.example.org.password=...\n" : "";
        tree = TraceNames.Lasting((Mapping)Passwords.Without(tree));
        return note + YamlOut.File(Completion.Of(Names.WithPresets(tree)));
    }

    private Node NetworkNode(Place place)
    {
        Scalar[] words = [.. networks.Select(n => new Scalar(place, n.Word()))];
        return words.Length == 1 ? words[0] : new Sequence(place, words, Flow: true);
    }
}
