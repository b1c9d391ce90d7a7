using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

public sealed class ReportWriterTests : IDisposable
{
    private static readonly ReportOptions NoFigures = new() { Figures = false };
    private readonly string root = Directory.CreateTempSubdirectory("lab-reports-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_report_is_a_folder_with_everything_in_it_and_nothing_beside_it()
    {
        WrittenReport report = ReportWriter.Write(Sweeps.DeadLink(6), "scenario: dead-link\n",
            Path.Combine(root, "dead-link", "1"), NoFigures);

        Assert.Equal(["metrics.csv", "report.html", "results.db", "run.yaml", "summary.json"], report.Files);
        Assert.Empty(report.Notes);
        Assert.Equal("scenario: dead-link\n", File.ReadAllText(Path.Combine(report.Folder, "run.yaml")));
        Assert.Equal([report.Folder], Directory.GetFileSystemEntries(Path.Combine(root, "dead-link")));
    }

    public static TheoryData<string> Shapes => [.. All.Keys];

    private static readonly SortedDictionary<string, Func<SweepResult>> All = new(StringComparer.Ordinal)
    {
        ["dead-link"] = () => Sweeps.DeadLink(), ["storm"] = () => Sweeps.Storm(), ["grid"] = Sweeps.TwoDimensions,
            ["quiet"] = Sweeps.Quiet,
        ["nan"] = Sweeps.AllNaN, ["one-policy"] = () =>
        Sweeps.DeadLink(20, ["ping"]), ["one-run"] = () => Sweeps.DeadLink(1, ["ping"]),
        ["networks"] = () => Sweeps.TwoNetworks(),
        ["networks-few"] = () => Sweeps.TwoNetworks(3),
        ["proxied"] = () => Sweeps.TwoNetworks(8, [NetworkKind.Proxied]),
        ["many"] = Sweeps.ManyPolicies, ["partial"] = Sweeps.Partial, ["no-runs"] = () =>
        Sweeps.DeadLink(1) with { Runs = [] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_shape_of_sweep_gives_a_report_of_bearable_size(string shape)
    {
        string keep = Environment.GetEnvironmentVariable("LAB_KEEP_REPORTS") ?? root;
        WrittenReport report = ReportWriter.Write(
            All[shape](), "scenario: made-up\n", Path.Combine(keep, shape),
            new ReportOptions { Figures = keep != root, Replace = true });

        Assert.InRange(new FileInfo(report.Page).Length, 5_000, 2_000_000);
        Assert.EndsWith("</html>\n", File.ReadAllText(report.Page));
    }

    [Fact]
    public void The_same_sweep_gives_the_same_page()
    {
        string Page(string name) =>
            File.ReadAllText(ReportWriter.Write(Sweeps.DeadLink(7), "", Path.Combine(root, name), NoFigures).Page);

        Assert.Equal(Page("a"), Page("b"));
    }

    [Fact]
    public void A_finished_result_is_never_lost()
    {
        string folder = Path.Combine(root, "result");
        WrittenReport first = ReportWriter.Write(Sweeps.Quiet(), "first", folder, NoFigures);
        WrittenReport second = ReportWriter.Write(Sweeps.Quiet(), "second", folder, NoFigures);
        WrittenReport third = ReportWriter.Write(Sweeps.Quiet(), "third", folder, NoFigures);

        Assert.Equal([folder, folder + "-2", folder + "-3"], [first.Folder, second.Folder, third.Folder]);
        Assert.Equal("first", File.ReadAllText(Path.Combine(folder, "run.yaml")));
    }

    [Fact]
    public void Replacing_swaps_the_folders_and_leaves_nothing_beside_them()
    {
        string folder = Path.Combine(root, "result");
        ReportWriter.Write(Sweeps.Quiet(), "first", folder, NoFigures);
        ReportWriter.Write(Sweeps.Quiet(), "second", folder, NoFigures with { Replace = true });

        Assert.Equal("second", File.ReadAllText(Path.Combine(folder, "run.yaml")));
        Assert.Equal([folder], Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public void What_runs_wrote_while_they_went_becomes_part_of_the_result()
    {
        string folder = Path.Combine(root, "result"), log = Path.Combine("proxied", "001-ping-seed-1", "server.log");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "earlier"), "kept");
        string stage = ReportWriter.Stage(folder);
        Assert.False(Path.Exists(stage));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(stage, log))!);
        File.WriteAllText(Path.Combine(stage, log), "ready");

        WrittenReport report = ReportWriter.Write(
            Sweeps.TwoNetworks(1), "", folder, NoFigures with { Staged = true });

        Assert.Equal(folder + "-2", report.Folder);
        Assert.Equal("ready", File.ReadAllText(Path.Combine(report.Folder, log)));
        Assert.Contains("<code>proxied/</code></a>: what the runs wrote themselves", File.ReadAllText(report.Page));
        Assert.False(Path.Exists(stage));
    }

    [Fact]
    public void What_an_ended_process_left_behind_does_not_get_into_a_result()
    {
        string folder = Path.Combine(root, "result"), stage = ReportWriter.Stage(folder);
        Directory.CreateDirectory(Path.Combine(stage, "stale"));
        ReportWriter.Stage(folder);
        Assert.False(Path.Exists(stage));

        Directory.CreateDirectory(Path.Combine(stage, "stale"));
        Assert.DoesNotContain(ReportWriter.Write(Sweeps.Quiet(), "", folder, NoFigures).Files,
            f => f.Contains("stale"));
    }

    [Fact]
    public void When_the_disk_refuses_the_message_names_the_place_and_nothing_is_left()
    {
        string file = Path.Combine(root, "a-file");
        File.WriteAllText(file, "in the way");

        ReportFailure failure =
            Assert.Throws<ReportFailure>(() => ReportWriter.Write(Sweeps.Quiet(), "", Path.Combine(file, "result"),
                NoFigures));

        Assert.StartsWith($"cannot write the report to {Path.Combine(file, "result")}: ", failure.Message);
        Assert.Equal([file], Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public void When_writing_breaks_off_in_the_middle_the_old_result_stands_and_nothing_half_written_stays()
    {
        string folder = Path.Combine(root, "result");
        ReportWriter.Write(Sweeps.Quiet(), "first", folder, NoFigures);
        SweepResult all = Sweeps.DeadLink(2);
        SweepResult breaking = all with { Runs = new Breaking<RunResult>(all.Runs) };

        Assert.ThrowsAny<Exception>(() => ReportWriter.Write(breaking, "second", folder,
            NoFigures with { Replace = true }));

        Assert.Equal("first", File.ReadAllText(Path.Combine(folder, "run.yaml")));
        Assert.Equal([folder], Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public void The_lock_file_names_no_host_to_fetch_from()
    {
        string project = Path.Combine(RepositoryRoot.Path, "lab", "Lab.Reports");

        Assert.DoesNotContain("\"resolved\"", File.ReadAllText(Path.Combine(project, "package-lock.json")));
        Assert.Contains("omit-lockfile-registry-resolved=true", File.ReadAllText(Path.Combine(project, ".npmrc")));
    }

    /// <summary>A list whose second entry cannot be read, as when the disk under a file goes away.</summary>
    private sealed class Breaking<T>(IReadOnlyList<T> inner) : IReadOnlyList<T>
    {
        public T this[int index] => index == 1 ? throw new IOException("gone") : inner[index];
        public int Count => inner.Count;
        public IEnumerator<T> GetEnumerator() => inner.GetEnumerator();
        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
