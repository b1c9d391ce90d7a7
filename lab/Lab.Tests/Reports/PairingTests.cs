using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

public sealed class PairingTests
{
    [Fact]
    public void Differences_are_taken_over_the_seeds_that_both_have()
    {
        RunResult some = Sweeps.DeadLink(1, ["ping"]).Runs[0];
        RunResult Run(ulong seed, double value) =>
            some with { Spec = some.Spec with { Seed = seed }, Measures = [new("cost.bytes", value)] };
        Variant Of(string label, params RunResult[] runs) => new(label, label, "", runs);

        Variant a = Of("a", Run(1, 10), Run(2, 200), Run(3, 3000), Run(9, 1));
        Variant b = Of("b", Run(3, 2998), Run(2, 199), Run(1, 7), Run(8, 1));
        Estimate difference = Pairing.Difference(a, b, Catalogue.Find("cost.bytes")!);

        Assert.Equal(new Estimate(2, 1, 3, Ends.Range, 3), difference with { Value = Math.Round(difference.Value, 9) });
    }
}
