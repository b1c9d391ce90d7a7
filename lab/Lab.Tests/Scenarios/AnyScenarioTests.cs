using System.Collections;
using System.Reflection;
using Lab.Experiments;
using Lab.Files;
using Binder = Lab.Files.Binder;

namespace Lab.Tests;

/// <summary>What must hold of every valid scenario.</summary>
[Trait(Fuzz.Category, Fuzz.Random)]
public sealed class AnyScenarioTests
{
    [Fact]
    public void The_rules_find_nothing_and_a_scenario_is_written_and_read_back_the_same() =>
        AnyScenario.Scenarios.Try(300, any =>
        {
            Assert.Equal("", string.Join('\n', Rules.Check(any.Scenario, any.Topology)));
            var problems = new Problems();
            Sweep? sweep = SweepReader.Read(new Source("any.yaml", any.ToString()), Overrides.None, problems, _ => []);
            Assert.Equal("", problems.ToString());
            Assert.Equal("", Difference(any.Run, sweep!.Plan[0]));
            Mapping alone = YamlText.Read(new Source("any.yaml", Unbinder.File(any.Topology)), problems)!;
            Topology? read = new Binder(problems).Bind<Topology>(alone);
            Assert.Equal("", Difference(any.Topology, read));
        });

    [Fact]
    public void It_runs_to_its_end_and_the_same_again() => AnyScenario.Scenarios.Try(100, any =>
    {
        RunResult first = Simulation.Run(any.Run, RunOptions.Default)!;
        RunResult again = Simulation.Run(any.Run, RunOptions.Default)!;
        Assert.Equal((first.Entries, first.JournalHash), (again.Entries, again.JournalHash));
    });

    [Fact]
    public void A_difference_is_found()
    {
        var topology = new Topology { S2s = [new() { Between = ["a", "b"] }, new() { Between = ["a", "c"] }] };
        var cut = new FaultSpec { Kind = FaultKinds.Cut, Target = "a" };
        FaultSpec freeze = cut with { Kind = FaultKinds.Freeze };
        var scenario = new Scenario { Topology = "x", Duration = Network.Duration.Zero, Faults = [cut, freeze] };
        Assert.Equal("", Difference(scenario, scenario with { Faults = [cut with { }, freeze] }));
        Assert.Equal(".Faults.Count", Difference(scenario, scenario with { Faults = [cut] }));
        Assert.Equal(".Faults[1].Target",
            Difference(scenario, scenario with { Faults = [cut, freeze with { Target = "b" }] }));
        Assert.Equal(".S2s[1].Between[0]", Difference(topology, topology with
        {
            S2s = [topology.S2s[0], topology.S2s[1] with { Between = ["b", "c"] }],
        }));
        Assert.Equal(".Policies.Keys", Difference(scenario, scenario with
        {
            Policies = new Dictionary<string, Xmpp.Policy> { ["quick"] = new() },
        }));
    }

    /// <summary>Where two records differ, through their lists and maps; empty when nowhere.</summary>
    private static string Difference(object? a, object? b, string path = "")
    {
        if (a is null || b is null || a.GetType().IsValueType || a is string or Target)
            return Equals(a, b) ? "" : path;
        if (a is IDictionary left && b is IDictionary right)
        {
            if (!left.Keys.Cast<string>().SequenceEqual(right.Keys.Cast<string>())) return path + ".Keys";
            return First(left.Keys.Cast<string>().Select(k => Difference(left[k], right[k], $"{path}.{k}")));
        }
        if (a is IEnumerable ones && b is IEnumerable others)
        {
            object[] one = [.. ones.Cast<object>()], other = [.. others.Cast<object>()];
            if (one.Length != other.Length) return path + ".Count";
            return First(one.Select((item, i) => Difference(item, other[i], $"{path}[{i}]")));
        }
        if (a.GetType() != b.GetType()) return path;
        return First(a.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is not null)
            .Select(p => Difference(p.GetValue(a), p.GetValue(b), $"{path}.{p.Name}")));
    }

    private static string First(IEnumerable<string> differences) => differences.FirstOrDefault(d => d.Length > 0, "");
}
