using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Lab.Cli;
using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>Skipped where a program is missing that the lab itself does not need.</summary>
public sealed class WhereThereIsAttribute : FactAttribute
{
    public WhereThereIsAttribute(params string[] files) =>
        Skip = files.FirstOrDefault(f => !Path.Exists(Path.Combine(RepositoryRoot.Path, f))) is { } missing
            ? $"there is no {missing}" : null;
}

/// <summary>The programs of results/README.md, run on results, say what the lab says.</summary>
public sealed class WorkedExamplesTests : IDisposable
{
    private const string Python = "/usr/bin/python3", R = "/usr/bin/Rscript",
        Duck = "lab/node_modules/@duckdb/node-api",
        Pandas = "/usr/lib/python3/dist-packages/pandas/__init__.py", Here = "Worked examples",
        Node = """
            require('@duckdb/node-api').DuckDBInstance.create().then(db => db.connect())
              .then(c => c.runAndReadAll(require('fs').readFileSync(0, 'utf8')))
              .then(r => console.log(JSON.stringify(r.getRowObjectsJson())));
            """;

    private readonly string root = Directory.CreateTempSubdirectory("lab-examples-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [WhereThereIs(Python, Pandas)]
    public async Task Pandas_gives_the_median_and_interval_of_detection_from_the_database()
    {
        Study study = Stored("dead-link");
        Dictionary<string, double[]> told = Table(await Ran(Python, ["-"], Only(Here, "python"), study), 4);
        Assert.Equal(study.Variants.Select(v => v.Label), told.Keys);
        foreach (Variant variant in study.Variants)
        {
            Estimate lab = variant.Over(Catalogue.Find("detection.client.p50")!);
            double[] row = told[variant.Label];
            Assert.Equal(Math.Round(lab.Value, 1), row[0]);
            // chance is another one, so an end may be the next case
            double[] cases = [.. variant.Observations(Side.Client).Select(o =>
                o.Outcome == Outcome.Noticed ? Math.Round(o.Seconds, 1) : double.PositiveInfinity).Distinct().Order()];
            foreach ((double ours, double its) in new[] { (lab.Low, row[1]), (lab.High, row[2]) })
                Assert.InRange(Array.IndexOf(cases, its) - Array.IndexOf(cases, Math.Round(ours, 1)), -1, 1);
            Assert.True(row[1] < row[2] && cases.Contains(row[1]));
            Assert.Equal(lab.Runs, row[3]);
        }
    }

    [WhereThereIs(R)]
    public async Task R_gives_what_each_policy_costs_more_seed_by_seed()
    {
        Study study = Stored("dead-link");
        Dictionary<string, double[]> told = Table(await Ran(R, ["-"], Only(Here, "r"), study), 3);
        Variant nothing = study.Variants[0];
        Assert.Equal(study.Variants.Skip(1).Select(v => v.Label).Order(StringComparer.Ordinal), told.Keys);
        foreach (Variant variant in study.Variants.Skip(1))
        {
            Estimate lab = Pairing.Difference(variant, nothing, Catalogue.Find("cost.bytes")!);
            double[] row = told[variant.Label];
            Assert.Equal(lab.Value, row[0], 2e-6 * lab.Value);
            // Student's interval and not the bootstrap's: a little wider for so few runs
            Assert.InRange((row[2] - row[1]) / (lab.High - lab.Low), 0.9, 1.5);
            Assert.Equal(row[0], (row[1] + row[2]) / 2, 1e-6 * row[0]);
        }
    }

    [WhereThereIs(Duck)]
    public async Task DuckDB_reads_all_results_at_once()
    {
        Study[] studies = [Stored("dead-link"), Stored("keepalive-trap"), Stored("wrong-suspect")];
        string json = await Ran("node", ["-e", Node], Only(Here, "sql"), null);
        Dictionary<(string, string), JsonElement> told = JsonDocument.Parse(json).RootElement.EnumerateArray()
            .ToDictionary(r => (r.GetProperty("scenario").GetString()!, r.GetProperty("policy").GetString() ?? "-"));
        Assert.Equal(studies[..2].Sum(s => s.Variants.Count) + 1, told.Count);   // the third varies other fields
        foreach (Variant variant in studies[..2].SelectMany(s => s.Variants))
        {
            JsonElement row = told[(variant.Runs[0].Spec.ScenarioName, variant.Label)];
            Assert.Equal("7", row.GetProperty("seeds").GetString());
            Assert.Equal(variant.Over(Catalogue.Find("messages.lost")!).Value,
                row.GetProperty("lost_per_run").GetDouble(), 0.00501);
            Assert.Equal(variant.Over(Catalogue.Find("cost.bytes")!).Value,
                row.GetProperty("bytes_per_hour").GetDouble(), 0.501);
        }
    }

    [WhereThereIs(Python)]
    public async Task Python_reads_the_summary()
    {
        Study study = Stored("dead-link");
        string told = await Ran(Python, ["-"], Only("summary.json", "python"), study);
        Assert.Equal(study.Variants.Select(v =>
            (v.Label, v.Over(Catalogue.Find("detection.client.p95")!).Value)),
            Table(told, 1).Select(r => (r.Key, r.Value[0])));
    }

    private static string Only(string heading, string language) =>
        Assert.Single(ResultsPage.Blocks(heading, language));

    /// <summary>Where lab run would put them, and as lab reads them there.</summary>
    private Study Stored(string scenario)
    {
        (SweepResult result, string yaml) = ShippedSweeps.Of(scenario, [1, 2, 3, 4, 5, 6, 7]);
        string folder = FolderOf(result);
        ReportWriter.Write(result, yaml, folder, new ReportOptions { Page = false, Figures = false });
        SweepResult? read = StoredSweeps.Read(folder, out string problem);
        Assert.True(read is not null, problem);
        return new Study(read);
    }

    private string FolderOf(SweepResult sweep) => Path.Combine(root, sweep.ScenarioName, "2026-11-22T17-05-33");

    /// <summary>What it prints when it runs in the folder of those results, or of all.</summary>
    private async Task<string> Ran(string program, string[] words, string source, Study? of)
    {
        var start = new ProcessStartInfo(program, words)
        {
            WorkingDirectory = of is null ? root : FolderOf(of.Sweep), RedirectStandardInput = true,
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["NODE_PATH"] = Path.Combine(RepositoryRoot.Path, "lab", "node_modules");
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(source);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }

    /// <summary>Rows of a printed table: a word and so many numbers; others are headings.</summary>
    private static Dictionary<string, double[]> Table(string text, int numbers)
    {
        Dictionary<string, double[]> rows = [];
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == numbers + 1 && words.Skip(1).All(w => double.TryParse(w.Replace("inf", "Infinity"),
                CultureInfo.InvariantCulture, out _)))
                rows[words[0]] = [.. words.Skip(1).Select(w =>
                    double.Parse(w.Replace("inf", "Infinity"), CultureInfo.InvariantCulture))];
        }
        return rows;
    }
}
