using Lab.Cli;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Tests;

public sealed class RunCommandTests : IDisposable
{
    private readonly Laboratory lab = new();

    private string Out => Path.Combine(lab.Folder, "out");

    public void Dispose() => lab.Dispose();

    [Fact]
    public void A_sweep_runs_every_point_with_every_seed_and_passes()
    {
        Assert.Equal(ExitCode.Pass, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out));
        Assert.Equal(6, lab.Ran.Count);
        ReportRequest report = Assert.Single(lab.Reports);
        Assert.Equal(["ping 1", "ping 2", "ping 3", "acks 1", "acks 2", "acks 3"],
            report.Result.Runs.Select(r => $"{r.Spec.Label} {r.Spec.Seed}"));
        Assert.Equal(Out, report.Folder);
        Assert.Equal("dead-link: 6 runs over clients.phone.policy\n", lab.Error);
    }

    [Fact]
    public void The_console_shows_numbers_verdicts_files_and_the_command()
    {
        lab.Simulate = (spec, _) => Laboratory.Result(spec, spec.Label == "ping" ? 60 + spec.Seed
            : double.PositiveInfinity);
        lab.Check = (scenario, runs) => [new CheckResult(scenario.Expect[0], Verdict.Pass, "holds in 3 of 3 runs", [])];
        lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out);
        string answer = Lab.Reports.Answer.Of(lab.Reports[0].Study).Sentence;
        string[] lines = [.. lab.Output.Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0 && l[0] != '─')];
        Assert.Equal("""
              policy   detection
                          client
                             p95
                             (s)
              ping            63
                           61–63
              acks         never
            Over 3 seeds each; with each number the least and most of single runs. lab show metrics NAME: how
            seeds are joined.
            "never": not within the run.
            pass     detection.client.p95 below 90 s (clients.phone.policy: ping): holds in 3 of 3 runs
            wrote    out/report.html
            pass     dead-link
            again    lab run scenarios/dead-link.yaml
            """, string.Join("\n", lines.SkipWhile(l => !l.StartsWith("  policy"))));
        Assert.Equal(answer, string.Join(' ', lines.TakeWhile(l => !l.StartsWith("  policy"))));
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public void A_quiet_run_prints_verdicts_and_paths_only()
    {
        lab.Check = (scenario, runs) => [new CheckResult(scenario.Expect[0], Verdict.Pass, "holds in 3 of 3 runs", [])];
        lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out, "--quiet");
        Assert.Equal("""
            pass     detection.client.p95 below 90 s (clients.phone.policy: ping): holds in 3 of 3 runs
            wrote    out/report.html
            pass     dead-link

            """, lab.Output);
        Assert.Equal("", lab.Error);
    }

    [Fact]
    public void Several_files_get_an_answer_each_and_what_does_not_hold()
    {
        lab.Write("scenarios/other.yaml", Laboratory.DeadLink);
        lab.Simulate = (spec, _) => Laboratory.Result(spec, spec.Label == "ping" ? 60 : 90);
        lab.Check = (scenario, runs) => [new CheckResult(scenario.Expect[0],
            runs[0].Spec.ScenarioName == "other" ? Verdict.Fail : Verdict.Pass, "see there", [runs[1].Spec])];
        lab.Lab("run", "scenarios/dead-link.yaml", "scenarios/other.yaml", "--out", Out);
        string[] lines = [.. lab.Output.Split('\n')];
        Assert.StartsWith("pass     dead-link: ", lines[0]);
        Assert.StartsWith("fail     other: ", lines.First(l => l.Contains("other: ")));
        Assert.Single(lines, l => l.StartsWith("fail     detection.client.p95 below 90 s"));
        Assert.DoesNotContain(lines, l => l.StartsWith("pass     detection") || l.Contains("policy   detection"));
        Assert.All(lines.Where(l => !l.Contains("lab run")), l => Assert.True(l.Length <= 100, l));

        lab.Lab("run", "scenarios/dead-link.yaml", "scenarios/other.yaml", "--out", Out, "--tables");
        Assert.Contains("policy   detection", lab.Output);
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("--no-figures", true, false)]
    [InlineData("--no-report", false, false)]
    public void What_is_not_wanted_is_not_written(string option, bool page, bool figures)
    {
        lab.Lab([.. new[] { "run", "scenarios/dead-link.yaml", "--out", Out, option }.Where(w => w != "")]);
        Assert.Equal((page, figures), (lab.Reports[0].Page, lab.Reports[0].Figures));
    }

    [Theory]
    [InlineData("xterm", "en_GB.UTF-8", true)]
    [InlineData("xterm", "", true)]
    [InlineData("xterm", "de_DE.utf8", true)]
    [InlineData("xterm", "C", false)]
    [InlineData("linux", "en_GB.UTF-8", false)]
    [InlineData("dumb", "", false)]
    public void Where_a_terminal_cannot_show_them_there_are_no_blocks(string term, string locale, bool blocks) =>
        Assert.Equal(blocks, Terminal.DrawsUnicode(name => name == "TERM" ? term : name == "LANG" ? locale : null));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_curves_of_detection_are_lines_of_letters(bool unicode)
    {
        IReadOnlyList<string> lines = CurveText.Of(new(Sweeps.DeadLink()), 100, unicode);
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
        Golden.AssertSame(unicode ? "reports/curves.txt" : "reports/curves-ascii.txt", string.Join('\n', lines) + "\n");
        Assert.Equal(unicode, lines.Any(l => l.Any(c => c > 126)));
        Assert.Empty(CurveText.Of(new(Sweeps.Quiet()), 100, unicode));
    }

    [Fact]
    public void A_failed_expectation_ends_with_1_and_the_command_for_one_run_that_shows_it()
    {
        lab.Check = (scenario, runs) => [new CheckResult(scenario.Expect[0], Verdict.Fail, "1 of 3 runs does not hold",
            [runs[1].Spec])];
        Assert.Equal(ExitCode.Failed, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out, "--set",
            "links.mobile.delay=1s"));
        Assert.Contains("see one: lab run scenarios/dead-link.yaml --seed 2 --set links.mobile.delay=1s --set "
            + "clients.phone.policy=ping\n", lab.Output);
        Assert.Contains("again    lab run scenarios/dead-link.yaml --set links.mobile.delay=1s\n", lab.Output);
    }

    [Theory]
    [InlineData("2", true)]
    [InlineData("1..3", false)]
    [InlineData("7..9", false)]
    public void What_fails_on_fewer_seeds_than_the_scenario_asks_for_may_hold_on_all(string seeds, bool told)
    {
        lab.Check = (scenario, runs) => [new CheckResult(scenario.Expect[0], Verdict.Fail, "it is so",
            [runs[0].Spec])];
        Assert.Equal(ExitCode.Failed, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out, "--seed", seeds));
        Assert.Equal(told, lab.Said.Contains("note     judged on seed 2 alone; the scenario asks this of seeds 1..3, and "
            + "what holds over many seeds need not hold in each\n"));
    }

    [Fact]
    public void A_name_that_YAML_takes_for_something_else_stands_in_quotes_on_the_command_line()
    {
        lab.Check = (scenario, runs) => [new CheckResult(scenario.Expect[0], Verdict.Fail, "", [runs[0].Spec])];
        string text = Laboratory.DeadLink.Replace("  ping: {ping", "  \"{x}\": {ping")
            .Replace("[ping, acks]", "[\"{x}\", acks]").Replace("policy: ping}}", "policy: \"{x}\"}}");
        lab.Lab("run", lab.Write("scenarios/odd.yaml", text), "--out", Out);
        Assert.Contains("see one: lab run scenarios/odd.yaml --seed 1 --set 'clients.phone.policy=\"{x}\"'\n", lab.Output);
        Assert.Equal(ExitCode.Failed, lab.Lab("run", "scenarios/odd.yaml", "--out", Out, "--seed", "1", "--set",
            "clients.phone.policy=\"{x}\""));
        Assert.Single(lab.Reports[1].Result.Runs);
    }

    [Fact]
    public void The_console_shows_intervals_rare_losses_and_a_legend_of_what_is_there()
    {
        var writer = new StringWriter();
        var console = Terminal.Plain(writer);
        console.Profile.Width = 100;
        ResultText.Tables(new Lab.Reports.Study(Sweeps.DeadLink()), console);
        Golden.AssertSame("reports/console.txt",
            string.Join('\n', writer.ToString().Split('\n').Select(l => l.TrimEnd())));
    }

    [Fact]
    public void What_is_too_wide_for_the_console_goes_into_a_table_below()
    {
        var writer = new StringWriter();
        var console = Terminal.Plain(writer);
        console.Profile.Width = 40;
        lab.Simulate = (spec, _) => Laboratory.Result(spec, 1) with
        {
            Measures = [.. Catalogue.All.Select(m => Measured.Of(m.Name, 1))],
        };
        lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out);
        ResultText.Tables(lab.Reports[0].Study, console);
        IEnumerable<string> lines = writer.ToString().Split('\n');
        Assert.All(lines, l => Assert.True(l.Length <= 40, l));
        Assert.DoesNotContain("…", writer.ToString());
    }

    [Fact]
    public void An_unknown_verdict_ends_with_3()
    {
        lab.Check = (scenario, _) => [new CheckResult(scenario.Expect[0], Verdict.Unknown, "no values", [])];
        Assert.Equal(ExitCode.Unknown, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out));
    }

    [Fact]
    public void A_run_that_breaks_makes_the_verdict_unknown_and_the_others_go_on()
    {
        lab.Simulate = (spec, _) => spec is { Seed: 2, Label: "acks" }
            ? throw new InvalidOperationException("queue holds -1 units") : Laboratory.Result(spec, 1);
        Assert.Equal(ExitCode.Unknown, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out));
        Assert.Equal(5, Assert.Single(lab.Reports).Result.Runs.Count);
        Assert.Equal(6, lab.Reports[0].Result.Planned);
        Assert.Contains("A run broke inside the lab, so the verdict is unknown: queue holds -1 units\n"
            + "         lab run scenarios/dead-link.yaml --seed 2 --set clients.phone.policy=acks\n", lab.Error);
    }

    [Fact]
    public void A_failure_is_worse_than_a_broken_run()
    {
        lab.Simulate = (spec, _) => spec.Seed == 2 ? throw new InvalidOperationException("x")
            : Laboratory.Result(spec, 1);
        lab.Check = (scenario, _) => [new CheckResult(scenario.Expect[0], Verdict.Fail, "", [])];
        Assert.Equal(ExitCode.Failed, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out));
    }

    [Fact]
    public void A_stopped_sweep_ends_with_130_and_keeps_what_finished()
    {
        lab.Simulate = (spec, control) =>
        {
            if (lab.Ran.Count == 3) lab.Stop.Cancel();
            return control.ShouldStop() ? null : Laboratory.Result(spec, 1);
        };
        Assert.Equal(ExitCode.Stopped, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out, "--jobs", "1"));
        Assert.Equal(2, Assert.Single(lab.Reports).Result.Runs.Count);
        Assert.Equal(Verdict.Unknown, lab.Reports[0].Result.Verdict);
        Assert.Contains("Stopped; the 2 runs that finished of 6 are kept.\n", lab.Error);
    }

    [Fact]
    public void Stopped_before_anything_finished_writes_nothing()
    {
        lab.Simulate = (_, _) =>
        {
            lab.Stop.Cancel();
            return null;
        };
        Assert.Equal(ExitCode.Stopped, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Out));
        Assert.Empty(lab.Reports);
        Assert.Contains("Stopped before any run finished; nothing written.\n", lab.Error);
    }

    [Fact]
    public void A_mistake_ends_with_2_and_nothing_runs_or_is_written()
    {
        lab.Write("scenarios/bad.yaml", "topology: one-phone\nduration: 0s\n");
        Assert.Equal(ExitCode.BadInput, lab.Lab("run", "scenarios/dead-link.yaml", "scenarios/bad.yaml", "--out", Out));
        Assert.Empty(lab.Ran);
        Assert.Empty(lab.Reports);
        Assert.False(Path.Exists(Out));
        Assert.Equal("""
            scenarios/bad.yaml:2:11: duration must be longer than zero, found '0s'
                2 | duration: 0s
                  |           ^~
            1 problem

            """, lab.Error);
    }

    [Fact]
    public void Results_go_to_a_folder_named_after_the_scenario_and_the_time()
    {
        lab.Lab("run", "scenarios/dead-link.yaml");
        Assert.Equal(Path.Combine("results", "dead-link", "2026-11-22T17-05-33"), lab.Reports[0].Folder);
    }

    [Fact]
    public void Several_files_get_a_folder_each_and_the_worst_verdict_counts()
    {
        lab.Write("scenarios/other.yaml", Laboratory.DeadLink);
        lab.Check = (scenario, runs) => runs[0].Spec.ScenarioName == "other" ? []
            : [new CheckResult(scenario.Expect[0], Verdict.Fail, "", [])];
        Assert.Equal(ExitCode.Failed, lab.Lab("run", "scenarios/dead-link.yaml", "scenarios/other.yaml", "--out", Out));
        Assert.Equal([Path.Combine(Out, "dead-link"), Path.Combine(Out, "other")], lab.Reports.Select(r => r.Folder));
    }

    [Fact]
    public void Seed_and_set_choose_a_single_run()
    {
        lab.Lab("run", "scenarios/dead-link.yaml", "--seed", "7", "--set", "clients.phone.policy=ping", "--out", Out,
            "--journal");
        RunSpec run = Assert.Single(lab.Ran);
        Assert.Equal((7UL, "ping"), (run.Seed, run.Label));
        Assert.True(lab.Reports[0].Journal);
        Assert.Contains("again    lab run scenarios/dead-link.yaml --seed 7 --set clients.phone.policy=ping\n",
            lab.Output);
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_said_and_ends_with_3()
    {
        string file = lab.Write("taken", "");
        Assert.Equal(ExitCode.BadInput, lab.Lab("run", "scenarios/dead-link.yaml", "--out", file));
        Assert.Equal("--out: taken is a file, expected a directory\n", lab.Error);
        Assert.Empty(lab.Ran);
    }

    [Fact]
    public void Run_yaml_runs_again_with_the_same_runs()
    {
        lab.Lab("run", "scenarios/dead-link.yaml", "--seed", "4,5", "--set", "faults[0].for=5m", "--out", Out);
        lab.Write("out/run.yaml", lab.Reports[0].RunYaml);
        Assert.Equal(ExitCode.Pass, lab.Lab("run", Path.Combine(Out, "run.yaml"), "--out", Out));
        Assert.Equal(lab.Reports[0].Result.Runs.Select(r => (r.Spec.Label, r.Spec.Seed)),
            lab.Reports[1].Result.Runs.Select(r => (r.Spec.Label, r.Spec.Seed)));
        Assert.Equal(lab.Reports[0].RunYaml, lab.Reports[1].RunYaml);
        Assert.Equal("dead-link", lab.Reports[1].Result.ScenarioName);
    }

    [Theory]
    [InlineData("lab run", "lab run needs FILE: Scenario files (YAML).\nlab run --help explains.\n")]
    [InlineData("lab check", "lab check needs FILE: Scenario files (YAML).\nlab check --help explains.\n")]
    [InlineData("lab show",
        "lab show needs WHAT: presets, links, middleboxes, radios, sleep, faults, metrics, networks, os or keys.\nlab show --help explains.\n")]
    [InlineData("lab run x.yaml --seed", "--seed needs a value: seeds\nlab run --help explains.\n")]
    [InlineData("lab run x.yaml --seed 1..3,2..4", "--seed: 2 stands there twice, the second time in 2..4\n")]
    [InlineData("lab run x.yaml --seed 1..3,3", "--seed: 3 stands there twice\n")]
    [InlineData("lab run x.yaml --out ", "--out is empty; name a directory, such as --out results/mine\n")]
    [InlineData("lab check ", "'': an empty word names no file\n1 problem\n")]
    [InlineData("lab", "a command is missing, one of new, explain, run, check, show, schema, repeat, plot, proxy; "
        + "lab --help explains\n")]
    [InlineData("lab rum x",
        "there is no command 'rum', expected one of new, explain, run, check, show, schema, repeat, plot, proxy; did you "
            + "mean 'run'?\n")]
    [InlineData("lab run --sed 3 x.yaml", "lab run has no option --sed; did you mean --seed?\n")]
    [InlineData("lab run x.yaml --seed x", "--seed takes a seed (7), a list (1,2,3) or a range (1..20), found 'x'\n")]
    [InlineData("lab run x.yaml --jobs 0", "--jobs takes a whole number of at least 1, found '0'\nlab run --help explains.\n")]
    [InlineData("lab run x.yaml --jobs many",
        "--jobs takes a whole number of at least 1, found 'many'\nlab run --help explains.\n")]
    [InlineData("lab run x.yaml --network kernel",
        "--network kernel is not available in this version; there are simulated, proxied\n")]
    [InlineData("lab run x.yaml --network proxied,proxied", "--network: proxied stands there twice\n")]
    [InlineData("lab show networks proxid",
        "there is no network 'proxid'; did you mean 'proxied'?; there are simulated, proxied\n")]
    [InlineData("lab run x.yaml --network simulate",
        "--network: there is no network 'simulate', expected one of simulated, proxied; did you mean 'simulated'?\n")]
    [InlineData("lab show metric",
        "there is no list 'metric'; did you mean 'metrics'?\n")]
    [InlineData("lab show presets gajm", "there is no preset policy 'gajm'; did you mean 'gajim'?\n")]
    [InlineData("lab schema scene", "there is no schema 'scene', expected scenario or topology\n")]
    public void A_wrong_command_line_ends_with_2_and_says_what_would_be_right(string line, string message)
    {
        Assert.Equal(ExitCode.BadInput, lab.Lab(line.Split(' ')[1..]));
        Assert.Equal(message, lab.Error);
        Assert.Empty(lab.Ran);
    }

    [Theory]
    [InlineData("show presets", "Conversations")]
    [InlineData("show presets conversations", "first-exponent: 1")]
    [InlineData("show links sat-geo", "delay: 300ms")]
    [InlineData("show faults", "cut")]
    [InlineData("show faults degrade", "to: {delay: 3s, loss: 10%}")]
    [InlineData("show faults", "cut              modelled     approximate")]
    [InlineData("show faults cut", "proxied: approximate: nothing passes and nobody is told")]
    [InlineData("show networks", "tcp-keepalive             modelled     unsupported")]
    [InlineData("show networks proxied", "connect-time   unsupported: the proxy accepts a connect at once")]
    [InlineData("show metrics connects.time.p50", "proxied: unsupported: only the negotiation is seen")]
    [InlineData("show metrics", "messages.lost")]
    [InlineData("show metrics ghost.time", "population:")]
    [InlineData("schema topology", "json-schema.org")]
    [InlineData("--version", "0.1.0")]
    [InlineData("--help", "lab run dead-link.yaml")]
    [InlineData("run --help", "--set <path=value>")]
    public void What_there_is_can_be_asked_for(string line, string contained)
    {
        Assert.Equal(ExitCode.Pass, lab.Lab(line.Split(' ')));
        Assert.Contains(contained, lab.Output);
    }

    [Theory]
    [InlineData("plain/path.yaml", "plain/path.yaml")]
    [InlineData("faults[0].for=5m", "'faults[0].for=5m'")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("", "''")]
    public void Commands_can_be_pasted_into_a_shell(string word, string quoted) =>
        Assert.Equal(quoted, CommandText.Quote(word));

    [Fact]
    public void A_fault_example_in_the_help_is_a_valid_fault()
    {
        foreach (string fault in FaultKinds.Words)
        {
            using var one = new Laboratory();
            one.Lab("show", "faults", fault);
            string example = one.Output.Split('\n').Single(l => l.StartsWith("example: "))["example: ".Length..]
                .Replace("phone[3]", "phone[0]");
            string topology = example.Contains("handover: ") ? "{servers: {example.org: {}}, clients: {phone: "
                    + "{server: example.org, links: {wifi: wifi-home, lte: lte-good}}}}"
                : !example.Contains("b.example") ? "one-phone"
                : "{servers: {a.example: {}, b.example: {}}, clients: {phone: {server: a.example}}, "
                    + "s2s: [{between: [a.example, b.example]}]}";
            one.Sweep($"topology: {topology}\nduration: 2h\nfaults:\n  - {example}\n");
        }
    }
}
