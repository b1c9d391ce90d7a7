using Lab.Cli;
using Lab.Experiments;

namespace Lab.Tests;

public sealed class RunCommandTests : IDisposable
{
    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public void A_sweep_runs_every_point_with_every_seed_and_passes()
    {
        Assert.Equal(ExitCode.Pass, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Path.Combine(lab.Folder, "out")));
        Assert.Equal(6, lab.Ran.Count);
        ReportRequest report = Assert.Single(lab.Reports);
        Assert.Equal(["ping 1", "ping 2", "ping 3", "acks 1", "acks 2", "acks 3"], report.Result.Runs.Select(r => $"{r.Spec.Label} {r.Spec.Seed}"));
        Assert.Equal("", string.Concat(lab.Error.Split('\n')[1..]));
    }

    [Fact]
    public void A_mistake_ends_with_2_and_nothing_runs_or_is_written()
    {
        lab.Write("scenarios/bad.yaml", "topology: one-phone\nduration: 0s\n");
        Assert.Equal(ExitCode.BadInput, lab.Lab("run", "scenarios/dead-link.yaml", "scenarios/bad.yaml", "--out", Path.Combine(lab.Folder, "out")));
        Assert.Empty(lab.Ran);
        Assert.Empty(lab.Reports);
        Assert.False(Path.Exists(Path.Combine(lab.Folder, "out")));
        Assert.Equal("""
            scenarios/bad.yaml:2:11: duration must be longer than zero, found '0s'
                2 | duration: 0s
                  |           ^~
            1 problem

            """, lab.Error);
    }
}
