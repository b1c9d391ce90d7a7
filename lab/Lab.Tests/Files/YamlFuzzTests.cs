using System.Diagnostics;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// Whatever becomes of a file, it is read or refused in words, soon; and what is accepted can begin.
/// </summary>
public sealed class YamlFuzzTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "scenarios");

    private static readonly Lazy<YamlMutants> Mutants = new(() => new YamlMutants(Originals()));

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void A_mutant_of_a_shipped_file_is_read_or_refused_and_what_is_accepted_begins() => Fuzz.Try(1500, Try);

    /// <summary>Reads one mutant, and lets its first run begin if it was accepted; true = it was.</summary>
    internal static bool TryOne(ulong seed)
    {
        string text = Mutants.Value.Next(RandomStream.Root(seed));
        long began = Stopwatch.GetTimestamp();
        var problems = new Problems();
        Sweep? sweep = SweepReader.Read(new Source(Path.Combine(Folder, "mutant.yaml"), text), Overrides.None, problems,
            _ => []);
        Assert.True(sweep is null == problems.Any, text);
        if (sweep is null) Assert.DoesNotContain(problems.ToString(), c => c != '\n' && Problem.IsHidden(c));
        else
        {
            Assert.NotEmpty(sweep.RunYaml);
            Begin(sweep.Plan[0]);
        }
        Assert.True(Stopwatch.GetElapsedTime(began) < Longest, $"took {Stopwatch.GetElapsedTime(began)}: {text}");
        return sweep is not null;
    }

    private static void Try(ulong seed) => TryOne(seed);

    private static void Begin(RunSpec spec)
    {
        if (spec.Topology.Clients.Values.Sum(c => (long)c.Count) > 200
            || spec.Topology.Servers.Values.Sum(s => (long)s.Count) > 20 || spec.Topology.S2s.Any(s => s.Streams > 10))
            return;
        var run = new Run(spec, new SimulatedStage(), RunOptions.Default);
        run.Start();
        run.World.Queue.RunUntil(Instant.Zero + spec.Scenario.Duration, run.MostAtOnce, mostEvents: 300);
    }

    // a topology and the presets stand inside a scenario
    private static IEnumerable<string> Originals()
    {
        foreach (string file in Files("scenarios")) yield return File.ReadAllText(file);
        foreach (string file in Files("topologies"))
            yield return "duration: 1h\nworkload: [{from: phone, to: echo@example.org, every: 1m}]\ntopology:\n"
                + Indented(File.ReadAllLines(file));
        string presets = Path.Combine(RepositoryRoot.Path, "lab", "Lab.Files", "Presets");
        yield return "duration: 1h\ntopology: one-phone\npolicies:\n"
            + Indented(File.ReadAllLines(Path.Combine(presets, "policies.yaml")));
        yield return "duration: 1h\ntopology:\n  servers: {a.example: {}}\n  clients: {phone: {server: a.example}}\n"
            + "  links:\n  " + Indented(File.ReadAllLines(Path.Combine(presets, "links.yaml"))).Replace("\n", "\n  ");
    }

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, folder), "*.yaml")
            .Order(StringComparer.Ordinal)];

    private static string Indented(IEnumerable<string> lines) => string.Join('\n', lines.Select(l => "  " + l));
}
