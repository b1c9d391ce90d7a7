using Lab.Experiments;

namespace Lab.Files;

/// <summary>Finds the topology that a scenario names.</summary>
internal static class TopologyFiles
{
    /// <summary>
    /// The topology's mapping, or null after the problem was noted. Looked for in the folder "topologies" beside the
    /// scenario's folder, in it, in the scenario's folder itself and where the command runs.
    /// </summary>
    public static Mapping? Find(string scenarioFile, Scalar name, Problems problems)
    {
        string[] folders = Folders(scenarioFile);
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, name.Text + ".yaml");
            if (File.Exists(path)) return YamlText.ReadFile(path, problems);
        }
        string[] known = [.. folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, "*.yaml"))
            .Select(f => Path.GetFileNameWithoutExtension(f)!)
            .Distinct().Order(StringComparer.Ordinal)];
        string bare = name.Text.EndsWith(".yaml", StringComparison.Ordinal) ? "; write the name without .yaml"
            : Words.Hint(name.Text, known);
        problems.Add(name, $"there is no topology '{Problem.Printable(name.Text)}' (looked for {name.Text}.yaml in "
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
    public static bool Is(Mapping mapping)
    {
        string[] parts = [.. Shapes.Keys(typeof(Topology)).Select(k => k.Name).Where(k => k != "description")];
        return mapping.Entries.Any(e => parts.Contains(e.Key.Text)) && mapping["topology"] is null
            && mapping["duration"] is null;
    }

    private static string[] Folders(string scenarioFile)
    {
        string folder = Path.GetDirectoryName(scenarioFile) ?? "";
        string beside = folder.Length == 0 ? ".." : Path.GetDirectoryName(folder) ?? folder;
        return [.. new[] { Path.Combine(beside, "topologies"), Path.Combine(folder, "topologies"), folder,
            "topologies" }.Distinct()];
    }
}
