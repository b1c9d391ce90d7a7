using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>Text of files and command lines does nothing where it is shown, and passwords are not shown.</summary>
public sealed class HarmlessTextTests : IDisposable
{
    private const string Formulas = """
        topology: one-phone
        duration: 1m
        policies: {"=1+1": {}, "@SUM(1)": {}, "-2+3": {}, "+x": {}, "<b>&": {}, "\u202eevil\e[31m\a": {}, plain: {}}
        vary: {clients.phone.policy: ["=1+1", "@SUM(1)", "-2+3", "+x", "<b>&", "\u202eevil\e[31m\a", plain]}
        """;

    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public void A_spreadsheet_computes_nothing_of_it()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Written(), "metrics.csv"));
        Assert.Equal(["'=1+1", "'@SUM(1)", "'-2+3", "'+x", "<b>&", "\u202eevil\u001b[31m\u0007", "plain"],
            lines[1..].Select(l => l.Split(',')[3]).Distinct());
    }

    [Fact]
    public void A_browser_shows_it_as_text()
    {
        string page = File.ReadAllText(Path.Combine(Written(), "report.html"));
        Assert.DoesNotContain("<b>&,", page);
        Assert.DoesNotContain("<td><b>&</td>", page);
        Assert.Contains("&lt;b&gt;&amp;", page);
    }

    [Fact]
    public void A_terminal_stays_as_it_is()
    {
        lab.Write("scenarios/x.yaml", Formulas);
        lab.Check = (scenario, runs) => [new CheckResult(new Expectation { Metric = "messages.lost" }, Verdict.Fail, "",
            [.. runs.Select(r => r.Spec).Where(s => s.Label.Contains("evil"))])];
        lab.Simulate = (spec, _) => Laboratory.Result(spec, 1) with { Doubts = ["strange"] };
        lab.Lab("run", "scenarios/x.yaml", "--out", Path.Combine(lab.Folder, "out"));
        Assert.DoesNotContain(lab.Output + lab.Error, c => c != '\n' && Problem.IsHidden(c));
        Assert.Contains(@"$'clients.phone.policy=""\u202eevil\\u001B[31m\\u0007""'", lab.Output);
    }

    [Fact]
    public void A_name_of_a_file_stays_text_too()
    {
        Assert.Equal(ExitCode.BadInput, lab.Lab("check", "no\u001b[2J\u202efile"));
        Assert.Equal("no.[2J.file: no such file\n1 problem\n", lab.Error);
    }

    [Fact]
    public void Writers_of_the_process_let_no_control_character_pass()
    {
        var written = new StringWriter();
        var writer = new HarmlessWriter(written);
        writer.Write('\u001b');
        writer.Write("a\u202eb\tc\n");
        writer.WriteLine("d\u0007e".ToCharArray(), 0, 3);
        Assert.Equal(".a.b\tc\nd.e\n", written.ToString());
    }

    [Theory]
    [InlineData("servers: {example.org: {password: hunter2}}", "servers: {example.org: {password: *******}}")]
    [InlineData("\"password\": 'hunter2', x: 1", "\"password\": *********, x: 1")]
    [InlineData("passwort: \"hun,ter2\"", "passwort: **********")]
    [InlineData("pass: 60s, timeout: 20s", "pass: 60s, timeout: 20s")]
    public void A_line_is_shown_without_its_password(string line, string shown) =>
        Assert.Equal(shown, Passwords.Hidden(line));

    [Fact]
    public void A_password_stands_in_nothing_that_is_kept_or_told()
    {
        lab.Write("topologies/one-phone.yaml", Laboratory.Phone.Replace("example.org: {}",
            "example.org: {password: hunter2}").Replace("link: mobile}", "link: mobile, password: hunter3}"));
        const string set = "servers.example.org.password=hunter4";
        Sweep sweep = lab.Sweep(Laboratory.DeadLink, set);
        Assert.Equal("hunter4", sweep.Plan[0].Topology.Servers["example.org"].Password);
        Assert.DoesNotContain("hunter", sweep.RunYaml);
        Assert.Contains("# Passwords are left out", sweep.RunYaml);
        lab.Lab("run", "scenarios/dead-link.yaml", "--set", set, "--out", Path.Combine(lab.Folder, "out"));
        Assert.Contains("--set 'servers.example.org.password=***'", lab.Output);
        Assert.DoesNotContain("hunter", lab.Output + lab.Error + lab.Reports[0].Result.Command);
    }

    private string Written()
    {
        Sweep sweep = lab.Sweep(Formulas);
        RunResult[] runs = [.. sweep.Plan.Select(s => Simulation.Run(s, RunOptions.Default)!)];
        var result = new SweepResult
        {
            ScenarioName = "x", Scenario = sweep.Plan[0].Scenario, Topology = sweep.Plan[0].Topology, Runs = runs,
            Checks = [], Verdict = Verdict.None, Varied = sweep.Varied, Command = "lab run x.yaml",
            Planned = runs.Length, Made = new("0.1.0", null, "2026-11-22T17:05:33Z"),
        };
        return ReportWriter.Write(result, sweep.RunYaml, Path.Combine(lab.Folder, "out"),
            new ReportOptions { Figures = false }).Folder;
    }
}
