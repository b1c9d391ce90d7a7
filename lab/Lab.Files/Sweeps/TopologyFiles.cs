using Lab.Experiments;

namespace Lab.Files;

/// <summary>Finds the topology that a scenario names.</summary>
internal static class TopologyFiles
{
    private const string Name = "topologies";
    private static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true };

    /// <summary>
    /// The topology's mapping, or null after the problem was noted. Looked for in the folder "topologies" beside the
    /// scenario, or beside a folder above it, up to the root of its repository, and in the scenario's own folder;
    /// where the command runs makes no difference.
    /// </summary>
    public static Mapping? Find(string scenarioFile, Scalar name, Problems problems)
    {
        string[] folders = Folders(scenarioFile);
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, name.Text + ".yaml");
            if (!File.Exists(path)) continue;
            if (YamlText.ReadFile(path, problems) is not { } found) return null;
            if (found["topology"] is null && found["duration"] is null) return found;
            problems.Add(name, $"'{name.Text}' is a scenario ({path}), expected the name of a topology");
            return null;
        }
        string[] known = [.. folders.Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.yaml", Readable))
            .Select(f => Path.GetFileNameWithoutExtension(f)!)
            .Distinct().Order(StringComparer.Ordinal)];
        string bare = name.Text.EndsWith(".yaml", StringComparison.Ordinal) ? "; write the name without .yaml"
            : Words.Hint(name.Text, known);
        problems.Add(name, $"there is no topology {name.Kind} (looked for {name.Text}.yaml in "
            + $"{Words.List(folders.Select(f => f.Length == 0 ? "." : f))}){bare}");
        return null;
    }

    /// <summary>A topology on its own, or null after the problems were noted.</summary>
    public static Topology? Read(Mapping mapping, Problems problems)
    {
        int before = problems.Count;
        var binder = new Binder(problems);
        var root = new Mapping(mapping.Place, [new Entry(new Scalar(mapping.Place, "topology"), mapping)], Flow: false);
        Node expanded = Names.Expand(root, binder)["topology"]!;
        Topology? topology = binder.Bind<Topology>(expanded);
        if (topology is not null) binder.Tell(Rules.Check(topology, Presets.Library), expanded);
        return problems.Count == before ? topology : null;
    }

    /// <summary>Whether a file is a topology rather than a scenario: it has the parts of one at its top.</summary>
    public static bool Is(Mapping mapping) => Part(mapping) is not null;

    /// <summary>What shows that a file is a topology: the first key that only one has; null when it is none.</summary>
    public static Scalar? Part(Mapping mapping)
    {
        if (mapping["topology"] is not null || mapping["duration"] is not null) return null;
        string[] parts = [.. Shapes.Keys(typeof(Topology)).Select(k => k.Name).Where(k => k != "description")];
        return mapping.Entries.Select(e => e.Key).FirstOrDefault(k => parts.Contains(k.Text));
    }

    // as the user wrote the way to the scenario, as far as that goes up, and whole beyond; without a repository, no
    // further than beside the scenario's folder
    private static string[] Folders(string scenarioFile)
    {
        string folder = Path.GetDirectoryName(scenarioFile) ?? "", above = folder;
        var folders = new List<string> { Path.Combine(folder, Name) };
        string whole = Path.GetFullPath(folder.Length == 0 ? "." : folder);
        bool within = Up(whole).Any(IsRepository);
        foreach (string parent in IsRepository(whole) ? [] : within ? Up(whole) : Up(whole).Take(1))
        {
            above = above.Length == 0 || Path.GetFileName(above) is ".." or "." ? Path.Combine(above, "..")
                : Path.GetDirectoryName(above) ?? parent;
            folders.Add(Path.Combine(above, Name));
            if (IsRepository(parent)) break;
        }
        folders.Add(folder);
        return [.. folders];
    }

    private static IEnumerable<string> Up(string folder)
    {
        for (string? above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
            yield return above;
    }

    private static bool IsRepository(string folder) => Path.Exists(Path.Combine(folder, ".git"));
}
