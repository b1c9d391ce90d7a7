using System.Text.RegularExpressions;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Tests;

public sealed class GoldenStarterTests : IDisposable
{
    private readonly Laboratory lab = new();

    public static TheoryData<string> Words { get; } = [.. Starters.All.Select(s => s.Word)];

    private string Mine => Path.Combine(lab.Folder, "mine.yaml");

    public void Dispose() => lab.Dispose();

    [Fact]
    public void The_questions_and_what_is_said_of_a_written_file()
    {
        Assert.Equal(ExitCode.Pass, lab.Lab("new", "--list"));
        Assert.Equal(ExitCode.Pass, lab.Lab("new", "dead-link", Mine));
        Golden.AssertSame("new.txt", Regex.Replace(lab.Output, "   +", "  "));    // where a column begins, by the path
        Assert.Equal(Starters.Find("dead-link")!.Text, File.ReadAllText(Mine));
        Assert.All(lab.Output.Split('\n'), l => Assert.True(l.Length <= 100, l));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_starter_states_its_question_passes_the_check_and_is_explained(string word)
    {
        Starter starter = Starters.Find(word)!;
        Assert.EndsWith("?", starter.Question);
        Assert.StartsWith($"description: {starter.Question}\n", starter.Text);
        Assert.True(starter.Text.Split('\n').Count(l => l.Contains('#')) >= 5, "it teaches");
        string file = Path.Combine(lab.Folder, $"{word}.yaml");
        Assert.Equal(ExitCode.Pass, lab.Lab("new", word, file));
        Assert.Equal(ExitCode.Pass, lab.Lab("check", file));
        Assert.DoesNotContain("note:", lab.Output);
        Assert.Equal(ExitCode.Pass, lab.Lab("explain", file));
        Assert.Equal("", lab.Error);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_starter_keeps_its_expectations(string word)
    {
        Sweep sweep = ScenarioFiles.Read(lab.Write($"{word}.yaml", Starters.Find(word)!.Text),
            new Overrides([], [1, 2]), new Problems())!;
        RunResult[] runs = new RunResult[sweep.Plan.Count];
        Parallel.For(0, runs.Length, i => runs[i] = Simulation.Run(sweep.Plan[i], new RunOptions())!);
        Assert.NotEmpty(sweep.Plan[0].Scenario.Expect);
        Assert.All(Checks.Evaluate(sweep.Plan[0].Scenario, runs),
            c => Assert.True(c.Verdict == Verdict.Pass, $"{c.Expectation}: {c.Explanation}"));
    }

    [Fact]
    public void Nothing_is_ever_overwritten()
    {
        foreach (string there in (string[])["a file", ""])
        {
            File.WriteAllText(Mine, there);
            Assert.Equal(ExitCode.BadInput, lab.Lab("new", "dead-link", Mine));
            Assert.Equal(there, File.ReadAllText(Mine));
        }
        Assert.StartsWith("mine.yaml is there already and stays as it is; name another file", lab.Error);
        File.Delete(Mine);
        File.CreateSymbolicLink(Mine, Path.Combine(lab.Folder, "gone.yaml"));
        Assert.Equal(ExitCode.BadInput, lab.Lab("new", "dead-link", Mine));
        Assert.Equal(ExitCode.BadInput, lab.Lab("new", "dead-link", lab.Folder));
        Assert.Contains($"is a directory; name a file, as in lab new dead-link {lab.Folder}/dead-link.yaml".Replace(
            lab.Folder + "/", ""), lab.Error);
        Assert.Equal(ExitCode.BadInput, lab.Lab("new", "dead-link", "not-there/"));
        Assert.Contains("not-there/ is no file's name; name a file, as in lab new dead-link not-there/dead-link.yaml",
            lab.Error);
        Assert.Equal(ExitCode.BadInput, lab.Lab("new", "dead-link", "not-there/x.yaml"));
        Assert.Contains("there is no directory not-there to write x.yaml into", lab.Error);
        Assert.Equal(["mine.yaml"], Directory.GetFiles(lab.Folder).Select(Path.GetFileName));
        Assert.Equal("", lab.Output);
    }

    [Theory]
    [InlineData("dead-lnk", "mine.yaml", "there is no question 'dead-lnk'")]
    [InlineData("dead-link", "no/such/mine.yaml", "there is no directory no/such to write mine.yaml into")]
    [InlineData("dead-link", "my file.yaml", "the file's name becomes a folder's name")]
    [InlineData("dead-link", "", "the file's name is empty")]
    public void What_cannot_be_written_is_said_and_leaves_nothing_behind(string word, string file, string error)
    {
        Assert.Equal(ExitCode.BadInput, lab.Lab("new", word, file.Length == 0 ? "" : Path.Combine(lab.Folder, file)));
        Assert.Contains(error, lab.Error);
        Assert.Empty(Directory.GetFiles(lab.Folder));
    }

    [Fact]
    public void On_a_terminal_lab_alone_lets_one_pick_a_question()
    {
        string file = Path.Combine(Directory.GetCurrentDirectory(), "two-servers.yaml");
        File.Delete(file);
        IReadOnlyList<string> offered = [];
        lab.Choose = (_, lines, _) =>
        {
            offered = lines;
            return lines.Index().First(l => l.Item.StartsWith("two-servers ", StringComparison.Ordinal)).Index;
        };
        Assert.Equal(ExitCode.Pass, lab.Lab());
        Assert.StartsWith("wrote    two-servers.yaml\n", lab.Output);
        Assert.Equal(Starters.All.Count, offered.Count);
        Assert.Equal(Starters.Find("two-servers")!.Text, File.ReadAllText(file));
        File.Delete(file);
        lab.Choose = (_, _, _) => throw new OperationCanceledException();
        Assert.Equal(ExitCode.Stopped, lab.Lab("new"));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Where_nobody_can_be_asked_lab_alone_says_what_is_missing_and_new_only_lists()
    {
        Assert.Equal(ExitCode.BadInput, lab.Lab());
        Assert.StartsWith("a command is missing, one of new, explain, run", lab.Error);
        Assert.Equal(ExitCode.Pass, lab.Lab("new"));
        Assert.Equal(Starters.All.Count + 2, lab.Output.TrimEnd().Split('\n').Length);
    }
}
