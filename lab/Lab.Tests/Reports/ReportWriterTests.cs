using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

public sealed class ReportWriterTests : IDisposable
{
    private static readonly ReportOptions NoSvg = new() { Svg = false };
    private readonly string root = Directory.CreateTempSubdirectory("lab-reports-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_report_is_a_folder_with_everything_in_it_and_nothing_beside_it()
    {
        WrittenReport report = ReportWriter.Write(Sweeps.DeadLink(6), "scenario: dead-link\n", Path.Combine(root, "dead-link", "1"), NoSvg);

        Assert.Equal(["metrics.csv", "report.html", "results.db", "run.yaml"], report.Files);
        Assert.Empty(report.Notes);
        Assert.Equal("scenario: dead-link\n", File.ReadAllText(Path.Combine(report.Folder, "run.yaml")));
        Assert.Equal([report.Folder], Directory.GetFileSystemEntries(Path.Combine(root, "dead-link")));
    }

    public static TheoryData<string> Shapes => [.. All.Keys];

    private static readonly SortedDictionary<string, Func<SweepResult>> All = new(StringComparer.Ordinal)
    {
        ["dead-link"] = () => Sweeps.DeadLink(), ["storm"] = () => Sweeps.Storm(), ["grid"] = Sweeps.TwoDimensions, ["quiet"] = Sweeps.Quiet,
        ["nan"] = Sweeps.AllNaN, ["one-policy"] = () => Sweeps.DeadLink(20, ["ping"]), ["one-run"] = () => Sweeps.DeadLink(1, ["ping"]),
        ["many"] = Sweeps.ManyPolicies, ["partial"] = Sweeps.Partial, ["no-runs"] = () => Sweeps.DeadLink(1) with { Runs = [] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_shape_of_sweep_gives_a_report_of_bearable_size(string shape)
    {
        string keep = Environment.GetEnvironmentVariable("LAB_KEEP_REPORTS") ?? root;
        WrittenReport report = ReportWriter.Write(
            All[shape](), "scenario: made-up\n", Path.Combine(keep, shape), new ReportOptions { Svg = keep != root, Replace = true });

        Assert.InRange(new FileInfo(report.Page).Length, 5_000, 2_000_000);
        Assert.EndsWith("</html>\n", File.ReadAllText(report.Page));
    }

    [Fact]
    public void The_same_sweep_gives_the_same_page()
    {
        string Page(string name) => File.ReadAllText(ReportWriter.Write(Sweeps.DeadLink(7), "", Path.Combine(root, name), NoSvg).Page);

        Assert.Equal(Page("a"), Page("b"));
    }
}
