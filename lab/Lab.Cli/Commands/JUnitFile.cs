using System.Globalization;
using System.Text;
using System.Xml;
using Lab.Experiments;
using Lab.Files;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>
/// Expectations as test cases, in the JUnit XML that Jenkins, GitLab and others read: a suite per scenario. A failed
/// expectation is a failure, an unknown one an error. Each suite has one case more, which asks whether all runs
/// finished and can be trusted; so a scenario that expects nothing has a test, too.
/// </summary>
internal sealed class JUnitFile
{
    public const string TrustCase = "all runs finished and can be trusted";

    private readonly List<Suite> suites = [];

    /// <param name="Problem">"failure", "error", or null when it passed.</param>
    /// <param name="Message">On one line.</param>
    private sealed record Case(string Name, string? Problem, string Message, string Text);

    private sealed record Suite(SweepResult Sweep, TimeSpan Took, IReadOnlyList<Case> Cases)
    {
        public int Count(string problem) => Cases.Count(c => c.Problem == problem);
    }

    /// <summary>Why such a file cannot be written, or null.</summary>
    public static string? Refused(string file)
    {
        if (file.Length == 0) return "the name is empty; name a file, such as --junit lab.xml";
        if (Directory.Exists(file)) return $"{file} is a directory, expected a file";
        string? folder = Path.GetDirectoryName(Path.GetFullPath(file));
        return folder is not null && !Directory.Exists(folder) ? $"there is no directory {folder}" : null;
    }

    /// <summary>A sweep that took so long; the command shows one run again.</summary>
    public void Add(SweepResult sweep, Func<RunSpec, string> command, TimeSpan took) =>
        suites.Add(new(sweep, took, [.. sweep.Checks.Select(c => Of(c, command)), Trust(sweep, command)]));

    public void Write(string file) => WholeFile.Write(file, Encoding.UTF8.GetBytes(Text()));

    public string Text()
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true };
        text.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        using (var xml = XmlWriter.Create(text, settings)) Write(xml);
        return text + "\n";
    }

    private void Write(XmlWriter xml)
    {
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", "lab");
        Counts(xml, suites.Sum(s => s.Cases.Count), suites.Sum(s => s.Count("failure")),
            suites.Sum(s => s.Count("error")), new TimeSpan(suites.Sum(s => s.Took.Ticks)));
        foreach (Suite suite in suites) Write(xml, suite);
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, Suite suite)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", Clean(suite.Sweep.ScenarioName));
        Counts(xml, suite.Cases.Count, suite.Count("failure"), suite.Count("error"), suite.Took);
        // local time without a zone is what the format has; the runs do not depend on it
        xml.WriteAttributeString("timestamp", suite.Sweep.Made.Date.TrimEnd('Z'));
        xml.WriteStartElement("properties");
        Property(xml, "command", suite.Sweep.Command);
        Property(xml, "version", suite.Sweep.Made.Version);
        if (suite.Sweep.Made.Commit is { } commit) Property(xml, "commit", commit);
        xml.WriteEndElement();
        foreach (Case test in suite.Cases)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", Clean(suite.Sweep.ScenarioName));
            xml.WriteAttributeString("name", Clean(test.Name));
            xml.WriteAttributeString("time", "0");
            xml.WriteStartElement(test.Problem ?? "system-out");
            if (test.Problem is not null)
            {
                xml.WriteAttributeString("message", Clean(test.Message));
                xml.WriteAttributeString("type", test.Problem == "failure" ? "expectation" : "unknown");
            }
            xml.WriteString(Clean(test.Text));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static Case Of(CheckResult check, Func<RunSpec, string> command)
    {
        string see = check.Failing.Count == 0 ? "" : $"\nsee one: {command(check.Failing[0])}";
        return new(ResultText.Describe(check.Expectation), check.Verdict switch
        {
            Verdict.Fail => "failure", Verdict.Unknown => "error", _ => null,
        }, check.Explanation, check.Explanation + see);
    }

    private static Case Trust(SweepResult sweep, Func<RunSpec, string> command)
    {
        int missing = sweep.Planned - sweep.Runs.Count;
        string[] unfinished = missing > 0 ? [$"{Words.Count(missing, "run")} of {sweep.Planned} did not finish"] : [];
        string[] reasons =
        [
            .. unfinished, .. ResultText.Doubts(sweep).Select(d => $"{d.Text}\nsee it: {command(d.First)}"),
        ];
        return reasons.Length == 0 ? new(TrustCase, null, "", $"{Words.Count(sweep.Runs.Count, "run")}")
            : new(TrustCase, "error", reasons[0].Split('\n')[0], string.Join('\n', reasons));
    }

    private static void Counts(XmlWriter xml, int tests, int failures, int errors, TimeSpan took)
    {
        void Number(string name, int value) =>
            xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));
        Number("tests", tests);
        Number("failures", failures);
        Number("errors", errors);
        xml.WriteAttributeString("time", took.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
    }

    private static void Property(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement("property");
        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("value", Clean(value));
        xml.WriteEndElement();
    }

    // what XML has no way to write stands as a dot, as it does on a terminal
    private static string Clean(string text) => string.Join('\n', text.Split('\n').Select(line =>
        string.Concat(Problem.Printable(line).Select(c => c is '\ufffe' or '\uffff' ? '.' : c))));
}
