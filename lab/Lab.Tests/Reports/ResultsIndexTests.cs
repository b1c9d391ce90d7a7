using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

public sealed class ResultsIndexTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lab-index-").FullName;

    [Fact]
    public void It_lists_every_run_newest_first_with_its_answer_verdict_picture_and_report()
    {
        SweepResult sweep = Sweeps.DeadLink(1);
        Put("dead-link/first", sweep with { Made = sweep.Made with { Date = "2026-11-20T10:00:00Z" } });
        Put("dead-link/second", sweep with { Made = sweep.Made with { Date = "2026-11-21T10:00:00Z" } });
        Directory.CreateDirectory(Path.Combine(root, "dead-link/second/figures"));
        File.WriteAllText(Path.Combine(root, "dead-link/second/figures/detection.png"), "");
        File.WriteAllText(Path.Combine(root, "dead-link/second/report.html"), "");

        string page = Written();

        Assert.Contains("2 runs of scenarios", page);
        Assert.True(page.IndexOf("2026-11-21", StringComparison.Ordinal)
            < page.IndexOf("2026-11-20", StringComparison.Ordinal));
        Assert.Contains(Html.Of($"<p>{Answer.Of(new Study(sweep)).Sentence}</p>").ToString(), page);
        Assert.Contains("href=\"dead-link/second/report.html\"", page);
        Assert.Contains("src=\"dead-link/second/figures/detection.png\"", page);
        Assert.Contains("href=\"dead-link/first/\"", page);
        Assert.Contains("class=\"fail\">fail<", page);
    }

    [Fact]
    public void Folders_that_are_damaged_hidden_or_something_else_are_left_out()
    {
        Put("dead-link/good", Sweeps.DeadLink(1));
        Put(".dead-link.partial-7", Sweeps.DeadLink(1));
        foreach ((string folder, string text) in ((string, string)[])[("a/cut", "{\"schema\":1,"), ("a/empty", ""),
            ("a/null", "null"), ("a/other", "{}"), ("a/list", "[1]")])
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
            File.WriteAllText(Path.Combine(root, folder, "summary.json"), text);
        }
        string whole = File.ReadAllText(Path.Combine(root, "dead-link/good/summary.json"));
        Directory.CreateDirectory(Path.Combine(root, "a/nothing"));
        File.WriteAllText(Path.Combine(root, "a/nothing/summary.json"),
            System.Text.RegularExpressions.Regex.Replace(whole, "\"date\": \"[^\"]*\"", "\"date\": null"));
        Directory.CreateDirectory(Path.Combine(root, "showcase"));

        Assert.Contains("1 run of scenarios", Written());
    }

    [Fact]
    public void Names_are_text_and_addresses_never_markup()
    {
        Put("50% <b> #1/run?", Sweeps.DeadLink(1) with { ScenarioName = "<script>alert(1)</script>" });

        string page = Written();

        Assert.DoesNotContain("<script", page);
        Assert.Contains("href=\"50%25%20%3Cb%3E%20%231/run%3F/\"", page);
    }

    [Fact]
    public void Hundreds_of_runs_make_a_bounded_page_that_counts_the_others()
    {
        for (int i = 0; i < 203; i++) Put($"x/{i:000}", Sweeps.DeadLink(1));

        string page = Written();

        Assert.Contains("3 older runs", page);
        Assert.Equal(200, page.Split("<li>").Length - 1);
    }

    [Fact]
    public void A_folder_that_takes_no_file_has_no_index_and_nothing_is_left_in_it()
    {
        Assert.Null(ResultsIndex.Write(Path.Combine(root, "missing")));
        Put("dead-link/good", Sweeps.DeadLink(1));
        Directory.CreateDirectory(Path.Combine(root, "index.html"));

        Assert.Null(ResultsIndex.Write(root));
        Assert.Empty(Directory.EnumerateFiles(root));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private void Put(string folder, SweepResult sweep)
    {
        string place = Path.Combine(root, folder);
        Directory.CreateDirectory(place);
        File.WriteAllText(Path.Combine(place, "summary.json"), Summary.Of(sweep).ToJson(indented: true));
    }

    private string Written() => File.ReadAllText(ResultsIndex.Write(root)!);
}
