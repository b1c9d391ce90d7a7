using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Reports;
using SkiaSharp;

namespace Lab.Tests;

/// <summary>lab plot over stored results, and the picture of the README.</summary>
public sealed class PlotCommandTests : IDisposable
{
    private readonly Laboratory lab = new();
    private readonly string results;

    public PlotCommandTests() => results = Path.Combine(lab.Folder, "stored");

    public void Dispose() => lab.Dispose();

    [Fact]
    public void Stored_results_give_the_report_s_own_pictures_again()
    {
        Store("dead-link", [1, 2]);
        string[] drawn = Pictures(Path.Combine(results, "figures"));
        Assert.Contains("detection.png", drawn);

        Assert.Equal(ExitCode.Pass, lab.Lab("plot", results, "--out", Path.Combine(lab.Folder, "again")));
        Assert.Equal(drawn, Pictures(Path.Combine(lab.Folder, "again")));
        Assert.All(drawn, name => Assert.Equal(File.ReadAllBytes(Path.Combine(results, "figures", name)),
            File.ReadAllBytes(Path.Combine(lab.Folder, "again", name))));
        Assert.Contains("storm is not drawn: ", lab.Error);
    }

    [Fact]
    public void Stored_results_give_the_report_itself_again()
    {
        Store("dead-link", [1, 2]);
        string page = Path.Combine(results, "report.html"), before = File.ReadAllText(page);
        File.Delete(page);
        Directory.Delete(Path.Combine(results, "figures"), recursive: true);

        Assert.Equal(ExitCode.Pass, lab.Lab("plot", results, "--report"));
        Assert.Equal(before, File.ReadAllText(page));
        Assert.Equal(ExitCode.BadInput, lab.Lab("plot", results, "--report", "--where", "policy=ping"));
        Assert.Contains("leave out --where", lab.Error);
    }

    [Fact]
    public void Chosen_figures_runs_paper_and_size_are_drawn_into_a_folder_of_one_s_own()
    {
        Store("dead-link", [1, 2]);
        Assert.Equal(ExitCode.Pass, lab.Lab("plot", results, "--figure", "detection", "--size", "1600x900", "--dark",
            "--where", "policy=ping,acks", "--where", "seed=1", "--out", Path.Combine(lab.Folder, "mine")));
        Assert.Equal(["detection.png"], Pictures(Path.Combine(lab.Folder, "mine")));
        using SKBitmap picture = SKBitmap.Decode(Path.Combine(lab.Folder, "mine", "detection.png"));
        Assert.Equal((1600, 900), (picture.Width, picture.Height));
        Assert.Equal(new Paper(Dark: true).Background, picture.GetPixel(0, 0));
    }

    [Theory]
    [InlineData("--figure|detektion", "did you mean 'detection'?")]
    [InlineData("--where|polcy=ping", "there is no field 'polcy', expected one of policy, network, seed")]
    [InlineData("--where|policy=pnig", "no run has clients.phone.policy pnig, expected one of nothing, spaces")]
    [InlineData("--where|policy", "--where takes field=value")]
    [InlineData("--where|seed=1..9", "no run has seed 3, expected one of 1, 2")]
    [InlineData("--where|policy=ping|--where|policy=acks", "no run is left of 10 runs")]
    [InlineData("--size|big", "--size takes width and height in pixels")]
    [InlineData("--size|400x200|--figure|lanes", "lanes is not drawn: needs a height of")]
    [InlineData("--figure|storm", "nothing was drawn")]
    public void What_cannot_be_drawn_is_told_and_nothing_written(string words, string told)
    {
        Store("dead-link", [1, 2]);
        string folder = Path.Combine(lab.Folder, "none");
        Assert.Equal(ExitCode.BadInput, lab.Lab(["plot", results, "--out", folder, .. words.Split('|')]));
        Assert.Contains(told, lab.Error);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_told_before_anything_is_drawn()
    {
        string file = lab.Write("a-file", "x");
        Assert.Equal(ExitCode.BadInput, lab.Lab("plot", results, "--out", file));
        Assert.Equal("--out: a-file is a file, expected a directory\n", lab.Error);
    }

    [Fact]
    public void A_plot_that_is_stopped_writes_nothing()
    {
        Store("dead-link", [1]);
        lab.Stop.Cancel();
        string folder = Path.Combine(lab.Folder, "none");
        Assert.Equal(ExitCode.Stopped, lab.Lab("plot", results, "--out", folder));
        Assert.False(Directory.Exists(folder));
    }

    /// <summary>make accept draws it anew. Another processor may round a shade otherwise, hence not the
    /// bytes.</summary>
    [Fact]
    public void The_picture_of_the_README_is_the_golden_one_of_today_s_run()
    {
        string path = Path.Combine(RepositoryRoot.Path, "results", "showcase", "dead-link.png");
        var figures = new FigureFiles(ShippedSweeps.Of("dead-link", null).Result);
        byte[] today = Assert.Single(figures.Draw(["detection"])).Png!;
        if (Environment.GetEnvironmentVariable("LAB_ACCEPT") == "1") File.WriteAllBytes(path, today);
        using SKBitmap drawn = SKBitmap.Decode(today), kept = SKBitmap.Decode(path);
        Assert.Equal((kept.Width, kept.Height), (drawn.Width, drawn.Height));
        Assert.Equal(0, drawn.Pixels.Zip(kept.Pixels).Count(p => Math.Abs(p.First.Red - p.Second.Red) > 8
            || Math.Abs(p.First.Green - p.Second.Green) > 8 || Math.Abs(p.First.Blue - p.Second.Blue) > 8));
        Assert.Contains("(results/showcase/dead-link.png)",
            File.ReadAllText(Path.Combine(RepositoryRoot.Path, "README.md")));
    }

    private static string[] Pictures(string folder) =>
        [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private void Store(string name, ulong[] seeds)
    {
        (SweepResult result, string yaml) = ShippedSweeps.Of(name, seeds);
        ReportWriter.Write(result, yaml, results);
    }
}
