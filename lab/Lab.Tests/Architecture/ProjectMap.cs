using System.Text;

namespace Lab.Tests;

/// <summary>A project, those it points to, and its parts: each uses only those to its left.</summary>
internal sealed record ProjectMap(string Project, string[] Uses, string[] Parts)
{
    /// <summary>The house. Tests and benchmarks may use everything.</summary>
    public static readonly ProjectMap[] All =
    [
        new("Lab.Network", [], ["Time", "Randomness", "Links", "BufferPool", "Tcp", "Paths"]),
        new("Lab.Xmpp", ["Lab.Network"],
            ["Wire", "Stanzas", "Policies", "Streams", "Sasl", "Acks", "Client", "Federation", "Server"]),
        new("Lab.Experiments", ["Lab.Xmpp"],
            ["Scenarios", "Journal", "World", "Simulated", "Faults", "Statistics", "Truth", "Metrics",
                "Stories", "Checks", "Rules", "Simulation"]),
        new("Lab.Toxiproxy", ["Lab.Network"], ["Machines", "Pumps", "Api"]),
        new("Lab.Files", ["Lab.Experiments"], ["Yaml", "Presets", "Sweeps", "Keys"]),
        new("Lab.Live", ["Lab.Experiments"], ["Loop", "Sockets", "Proxy", "Programs", "LiveStage", "LiveRun"]),
        new("Lab.Reports", ["Lab.Experiments"],
            ["Words", "Resources", "Study", "Charts", "Vega", "Plot", "Figures", "Html", "Store",
                "ReportFailure", "FigureFiles", "ReportWriter", "ResultsIndex"]),
        new("Lab.Cli", ["Lab.Files", "Lab.Live", "Lab.Reports", "Lab.Toxiproxy"],
            ["Runs", "Explain", "Commands", "Program"]),
    ];

    /// <summary>What is otherwise than the map says: its short form, and where.</summary>
    public IEnumerable<(string What, string Where)> Differences(IReadOnlyList<(string Path, string Text)> sources)
    {
        string[] parts = [.. sources.Select(s => SourceGraph.Part(s.Path)).Distinct()];
        foreach (string part in Parts.Except(parts)) yield return ($"{Project} has no {part}", "");
        foreach (string part in parts.Except(Parts))
            yield return ($"{Project}: {part} has no place in the map", "");
        foreach (Use use in SourceGraph.Of(Project, sources))
        {
            int from = Array.IndexOf(Parts, use.From), to = Array.IndexOf(Parts, use.To);
            if (from >= 0 && to > from)
                yield return ($"{Project}: {use.From} uses {use.To}", $"{use.Where} {use.What}");
        }
    }

    /// <summary>The lines of lab/README.md.</summary>
    public static string Text()
    {
        var text = new StringBuilder();
        text.Append("| project | uses | its folders and single files; each uses only those to its left |\n|---|---|---|\n");
        foreach (ProjectMap map in All)
            text.Append($"| `{map.Project}` | {string.Join(", ", map.Uses.Select(u => $"`{u}`"))} | ")
                .Append(string.Join(" ", map.Parts.Select(p => $"`{p}`"))).Append(" |\n");
        return text.ToString().Replace("|  |", "| |");
    }
}
