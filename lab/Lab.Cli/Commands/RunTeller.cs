using Lab.Experiments;
using Lab.Files;
using Lab.Reports;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>What lab run prints to standard output.</summary>
internal enum OutputFormat
{
    /// <summary>Words for people.</summary>
    Text,

    /// <summary>A summary per scenario, each on a line of its own, and nothing else.</summary>
    Json,
}

/// <summary>
/// What lab run says of its sweeps: of one file everything, of several an answer each, of a quiet run verdicts and
/// paths, and to programs a summary, while people read standard error.
/// </summary>
internal sealed class RunTeller(Terminal terminal, RunRequest request, bool several)
{
    private const int Indent = 9;

    private readonly List<string> pages = [];

    private bool ForPrograms => request.Format == OutputFormat.Json;
    private bool InShort => several && !request.Tables;

    /// <summary>Before the first run.</summary>
    public void Begins(Sweep sweep)
    {
        if (request.Quiet || InShort) return;
        terminal.Error.WriteLine(Wrapped.Text($"{sweep.Name}: {Words.Count(sweep.Plan.Count, "run")}"
            + $"{(sweep.Varied.Count > 0 ? " over " + Words.List(sweep.Varied) : "")}"
            + (sweep.Networks is [NetworkKind.Simulated] ? ""
                : $" on {Words.List(sweep.Networks.Select(n => n.Word()))}"), terminal.Width));
    }

    /// <summary>When all runs are done and judged; the command gives one run again.</summary>
    public void CameTo(Study study, Sweep asked, Func<RunSpec, string> command)
    {
        SweepResult sweep = study.Sweep;
        if (ForPrograms)
        {
            terminal.Out.WriteLine(Summary.Of(study).ToJson(indented: false));
            terminal.Out.Flush();
            return;
        }
        string answer = Answer.Of(study).Sentence;
        bool whole = !request.Quiet && !InShort;
        if (whole && sweep.Runs.Count > 0)
        {
            Say(answer);
            ResultText.Tables(study, terminal.Console);
            bool unicode = terminal.Console.Profile.Capabilities.Unicode;
            IReadOnlyList<string> curves = CurveText.Of(study, terminal.Width, unicode);
            if (curves.Count > 0) terminal.Out.WriteLine();
            foreach (string line in curves) terminal.Out.WriteLine(line);
            terminal.Out.WriteLine();
        }
        if (InShort && !request.Quiet)
            Say($"{ResultText.Word(sweep.Verdict),-7}  {sweep.ScenarioName}: {answer}", Indent);
        foreach (CheckResult check in sweep.Checks)
        {
            if (InShort && check.Verdict == Verdict.Pass) continue;
            string why = check.Explanation.Length > 0 ? ": " + check.Explanation : "";
            Say($"{ResultText.Word(check.Verdict),-7}  {ResultText.Describe(check.Expectation)}{why}", Indent);
            if (check.Verdict == Verdict.Fail && check.Failing.Count > 0)
                terminal.Out.WriteLine($"         see one: {command(check.Failing[0])}");
        }
        if (sweep.Verdict == Verdict.Fail && asked.Seeds.Count < asked.Asked.Count)
            Say($"note     judged on {CommandText.SeedsInWords(asked.Seeds)} alone; the scenario asks this of "
                + $"{CommandText.SeedsInWords(asked.Asked)}, and what holds over many seeds need not hold in each",
                Indent);
        foreach ((string doubt, RunSpec first) in ResultText.Doubts(sweep))
        {
            Say($"doubt    {doubt}", Indent);
            terminal.Out.WriteLine($"         see it: {command(first)}");
        }
    }

    /// <summary>When the results are in their place: the files worth telling of, report first.</summary>
    public void Wrote(SweepResult sweep, IReadOnlyList<string> paths)
    {
        if (paths.Count > 0) pages.Add($"{ResultText.Word(sweep.Verdict),-7}  {paths[0]}");
        if (InShort && !request.Quiet && !ForPrograms || ForPrograms && request.Quiet) return;
        foreach (string path in paths) (ForPrograms ? terminal.Error : terminal.Out).WriteLine($"wrote    {path}");
    }

    /// <summary>The last word on a scenario.</summary>
    public void Ends(SweepResult sweep)
    {
        if (ForPrograms || InShort && !request.Quiet) return;
        Say($"{ResultText.Word(sweep.Verdict),-7}  {sweep.ScenarioName}"
            + (sweep.Verdict == Verdict.None ? ": nothing was asked" : ""), Indent);
        if (!request.Quiet) terminal.Out.WriteLine($"again    {sweep.Command}");
    }

    /// <summary>After the last scenario: where all of it is to be seen, on the page of that path if there is
    /// one.</summary>
    public void EndsAll(string? index)
    {
        if (!several || request.Quiet || ForPrograms || pages.Count == 0) return;
        terminal.Out.WriteLine();
        if (index is not null)
        {
            terminal.Out.WriteLine(index);
            return;
        }
        terminal.Out.WriteLine("The reports:");
        foreach (string page in pages) terminal.Out.WriteLine(page);
    }

    private void Say(string text, int indent = 0) =>
        terminal.Out.WriteLine(Wrapped.Text(text, terminal.Width, indent));
}
