using System.Text.Json;
using System.Xml.Linq;
using Lab.Cli;
using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>What lab run gives to programs, read back.</summary>
public sealed class OutputFormatTests : IDisposable
{
    private readonly Laboratory lab = new();

    private string Out => Path.Combine(lab.Folder, "out");

    private string Tests => Path.Combine(lab.Folder, "lab.xml");

    public void Dispose() => lab.Dispose();

    [Fact]
    public void Json_is_a_summary_per_scenario_and_nothing_else()
    {
        lab.Write("scenarios/other.yaml", Laboratory.DeadLink);
        lab.Simulate = (spec, _) => Laboratory.Result(spec, spec.Label == "ping" ? 60 : double.PositiveInfinity);
        Assert.Equal(ExitCode.Pass, Run("scenarios/dead-link.yaml", "scenarios/other.yaml", "--format", "json"));

        string[] lines = lab.Output.TrimEnd('\n').Split('\n');
        Summary[] read = [.. lines.Select(Summary.Read)];
        Assert.Equal(["dead-link", "other"], read.Select(s => s.Scenario));
        Assert.Equal(lab.Reports.Select(r =>
            Summary.Of(r.Study).ToJson(indented: false).Replace(lab.Folder + "/", "")), lines);
        Assert.Equal([60, double.PositiveInfinity], read[0].Points.Select(p =>
            p.Metrics.Single(m => m.Metric == "detection.client.p95").Value));
        Assert.Contains("wrote    out/dead-link/report.html\n", lab.Error);
    }

    [Fact]
    public void Json_of_one_file_is_one_document_and_quiet_leaves_nothing_beside_it()
    {
        Run("scenarios/dead-link.yaml", "--format", "json", "--quiet");
        Assert.Equal("dead-link", JsonDocument.Parse(lab.Output).RootElement.GetProperty("scenario").GetString());
        Assert.Equal("", lab.Error);
    }

    [Fact]
    public void Bad_input_leaves_no_json()
    {
        Assert.Equal(ExitCode.BadInput, Run("scenarios/none.yaml", "--format", "json"));
        Assert.Equal("", lab.Output);
        Assert.Equal(ExitCode.BadInput, Run("scenarios/dead-link.yaml", "--format", "jsno"));
        Assert.Contains("--format: there is no format 'jsno', expected one of text, json; did you mean 'json'?\n",
            lab.Error);
    }

    [Fact]
    public void JUnit_has_a_suite_per_scenario_with_failures_errors_and_doubts()
    {
        lab.Write("scenarios/other.yaml", Laboratory.DeadLink);
        lab.Simulate = (spec, _) => Laboratory.Result(spec, 60) with
        {
            Doubts = spec is { ScenarioName: "other", Seed: 2 } ? ["late <&> \u0007\uffff\ud800"] : [],
        };
        lab.Check = (scenario, runs) => runs[0].Spec.ScenarioName == "other"
            ? [new CheckResult(scenario.Expect[0], Verdict.Unknown, "no \"values\"", [])]
            : [new CheckResult(scenario.Expect[0], Verdict.Pass, "holds", []),
                new CheckResult(scenario.Expect[0], Verdict.Fail, "a < b & c\u202e", [runs[1].Spec])];
        Run("scenarios/dead-link.yaml", "scenarios/other.yaml", "--junit", Tests);

        XElement root = XDocument.Load(Tests).Root!;
        Assert.Equal(("testsuites", "5", "1", "2"), (root.Name.LocalName, (string?)root.Attribute("tests"),
            (string?)root.Attribute("failures"), (string?)root.Attribute("errors")));
        XElement[] suites = [.. root.Elements("testsuite")];
        Assert.Equal(["dead-link", "other"], suites.Select(s => (string?)s.Attribute("name")));
        Assert.Equal(["2026-11-22T17:05:33"], suites.Select(s => (string?)s.Attribute("timestamp")).Distinct());
        XElement[] cases = [.. suites[0].Elements("testcase")];
        Assert.Equal("detection.client.p95 below 90 s (clients.phone.policy: ping)", (string?)cases[0].Attribute("name"));
        Assert.Equal("dead-link", (string?)cases[0].Attribute("classname"));
        Assert.Equal("holds", cases[0].Element("system-out")!.Value);
        XElement failure = cases[1].Element("failure")!;
        Assert.Equal("a < b & c.", (string?)failure.Attribute("message"));
        Assert.EndsWith("see one: lab run scenarios/dead-link.yaml --seed 2 --set clients.phone.policy=ping",
            failure.Value.Replace(lab.Folder + "/", ""));
        Assert.Equal(JUnitFile.TrustCase, (string?)cases[2].Attribute("name"));
        Assert.Null(cases[2].Element("error"));
        Assert.Equal("no \"values\"",
            (string?)suites[1].Elements("testcase").First().Element("error")!.Attribute("message"));
        string doubt = (string?)suites[1].Elements("testcase").Last().Element("error")!.Attribute("message") ?? "";
        Assert.StartsWith("2 runs, the first ping seed 2, simulated: late <&> ...", doubt);
        Assert.Contains($"wrote    {Path.GetFileName(Tests)}\n", lab.Output);
        // what the readers of Jenkins and GitLab know, in the order of their schema
        string[] known =
            ["testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "system-out"];
        Assert.All(root.DescendantsAndSelf(), e => Assert.Contains(e.Name.LocalName, known));
    }

    [Fact]
    public void Runs_that_did_not_finish_are_an_error_even_where_nothing_is_expected()
    {
        lab.Simulate = (spec, _) => spec.Seed == 2 ? throw new InvalidOperationException("x")
            : Laboratory.Result(spec, 1);
        Run("scenarios/dead-link.yaml", "--junit", Tests);
        XElement test = Assert.Single(XDocument.Load(Tests).Descendants("testcase"));
        Assert.Equal("2 runs of 6 did not finish", (string?)test.Element("error")!.Attribute("message"));
    }

    [Fact]
    public void Output_that_takes_no_more_text_loses_the_text_and_not_the_results()
    {
        using var full = new LastingWriter(new StreamWriter(new FullStream()) { AutoFlush = true });
        lab.Out = full;
        lab.Lost = () => full.Failure;
        Assert.Equal(ExitCode.Unknown, Run("scenarios/dead-link.yaml"));
        Assert.Single(lab.Reports);
        Assert.EndsWith("standard output did not take everything: No space left on device\n", lab.Error);
    }

    private sealed class FullStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw Full();

        public override void Write(ReadOnlySpan<byte> buffer) => throw Full();

        private static IOException Full() => new("No space left on device");
    }

    [Fact]
    public void What_stands_where_the_tests_go_stays_what_it_is()
    {
        string kept = lab.Write("kept.xml", "");
        File.CreateSymbolicLink(Tests, kept);
        Assert.Equal(ExitCode.Pass, Run("scenarios/dead-link.yaml", "--junit", Tests));
        Assert.Equal(kept, new FileInfo(Tests).LinkTarget);
        Assert.NotNull(XDocument.Load(kept).Root);

        // so would a pipe or a device be written, and not replaced
        string empty = lab.Write("empty.xml", "");
        using FileStream reader = new(empty, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal(ExitCode.Pass, Run("scenarios/dead-link.yaml", "--junit", empty));
        Assert.NotNull(XDocument.Load(reader).Root);
    }

    [Fact]
    public void A_place_where_no_file_can_be_is_refused_before_anything_runs()
    {
        Assert.Equal(ExitCode.BadInput, Run("scenarios/dead-link.yaml", "--junit", lab.Folder));
        Assert.Equal(ExitCode.BadInput, Run("scenarios/dead-link.yaml", "--junit", Path.Combine(Out, "none", "x.xml")));
        Assert.Contains("is a directory, expected a file\n", lab.Error);
        Assert.Contains("--junit: there is no directory out/none\n", lab.Error);
        Assert.Empty(lab.Ran);
    }

    private int Run(params string[] words) => lab.Lab(["run", .. words, "--out", Out]);
}
