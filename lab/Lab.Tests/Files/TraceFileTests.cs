using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

public sealed class TraceFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-trace-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_trace_lies_beside_the_file_that_names_it()
    {
        File.WriteAllText(Path.Combine(folder, "slow.down"), "10\n20\n");
        LinkProfile link = Read("{trace: {down: slow.down, loop: false}}").Link!;
        Assert.Equal(2, Assert.IsType<OpportunityTrace>(link.Downward().Trace).Count);
        Assert.False(link.Downward().TraceLoops);
        Assert.Null(link.Upward().Trace);
        Assert.Same(link.Downward().Trace, Read("{trace: {down: slow.down}}").Link!.Downward().Trace);
    }

    [Theory]
    [InlineData("10\r\n20\r\n", 2)]
    [InlineData("10\n20", 2)]
    [InlineData("0\n0\n7\n7\n", 4)]
    public void Both_kinds_of_line_ends_are_read_and_the_last_one_may_be_missing(string text, int count) =>
        Assert.Equal(count, ((OpportunityTrace)Trace(text).Trace!).Count);

    [Theory]
    [InlineData("", "t.up is empty, or no regular file; expected lines of text")]
    [InlineData("10\n\n20\n", "t.up:2:1: the line is empty")]
    [InlineData("\n", "t.up:1:1: the line is empty")]
    [InlineData("10\n20\n15\n", "t.up:3:3: 15 ms is before 20 ms of the line above; times must not go back")]
    [InlineData("10\n-20\n", "t.up:2:1: a time cannot be negative")]
    [InlineData("10\n2x\n", "t.up:2:2: expected a time in whole milliseconds, found 'x'")]
    [InlineData("10\n2.5\n", "t.up:2:2: expected a time in whole milliseconds, found '.'")]
    [InlineData("10\n\u0001\n", "t.up:2:1: expected a time in whole milliseconds, found a byte of value 1")]
    [InlineData("\0\0\0\0", "t.up:1:1: expected a time in whole milliseconds, found a byte of value 0")]
    [InlineData("10\n99999999999\n", "t.up:2:10: a trace is no longer than 24 days")]
    [InlineData("0\n0\n", "the last time is 0 ms, so the trace lasts no time")]
    public void What_is_wrong_with_a_trace_is_said_with_its_line(string text, string message) =>
        Assert.Contains(message, Trace(text).Problems, StringComparison.Ordinal);

    [Fact]
    public void A_trace_that_never_ends_is_refused_at_a_line_and_not_read_on()
    {
        string path = Path.Combine(folder, "t.up");
        using (var file = new StreamWriter(path))
            for (int i = 0; i <= TraceFiles.MostOpportunities; i++) file.Write("7\n");
        Assert.Contains($"t.up:{TraceFiles.MostOpportunities + 1}:2: a trace has at most",
            Read("{trace: {up: t.up}}").Problems, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{trace: {up: nowhere.up}}", "up: there is no file 'nowhere.up' beside ")]
    [InlineData("{trace: {upp: x}}", "did you mean 'up'?")]
    [InlineData("{trace: x}", "trace takes keys with values")]
    public void What_is_wrong_with_the_keys_is_said_too(string link, string message) =>
        Assert.Contains(message, Read(link).Problems, StringComparison.Ordinal);

    [Fact]
    public void What_would_never_end_is_not_opened()
    {
        Assert.Contains("up: /dev/zero is empty, or no regular file", Read("{trace: {up: /dev/zero}}").Problems);
        string pipe = Path.Combine(folder, "pipe");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [pipe])) made.WaitForExit();
        Assert.Contains("links.yaml:1:20: up: ", Read("{trace: {up: pipe}}").Problems);
        using (FileStream huge = File.OpenWrite(Path.Combine(folder, "t.up")))
            huge.SetLength(TraceFiles.MostBytes + 1L);
        Assert.Contains("t.up has 536870913 bytes; a trace has at most 536870912",
            Read("{trace: {up: t.up}}").Problems);
    }

    [Theory]
    [InlineData("down", 1)]
    [InlineData("up", 2)]
    public void The_traces_of_the_lab_follow_the_rule_beside_them(string way, int share)
    {
        var lines = new List<int>();
        for (int s = 0; s < 60; s++)
        {
            if (s is >= 40 and < 46) continue;
            int n = (20 + 4 * Math.Min(s % 20, 20 - s % 20)) / share;
            for (int k = 1; k <= n; k++) lines.Add(1000 * s + 1000 * k / n);
        }
        string text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "topologies", "traces", "hills." + way));
        Assert.Equal(string.Concat(lines.Select(l => l.ToString(CultureInfo.InvariantCulture) + "\n")), text);
    }

    private (Trace? Trace, string Problems) Trace(string text)
    {
        File.WriteAllText(Path.Combine(folder, "t.up"), text);
        (LinkProfile? link, string problems) = Read("{trace: {up: t.up}}");
        return (link?.Upward().Trace, problems);
    }

    private (LinkProfile? Link, string Problems) Read(string link, string? file = null)
    {
        var problems = new Problems();
        Mapping root = YamlText.Read(
            new Source(file ?? Path.Combine(folder, "links.yaml"), $"link: {link}\n"), problems)!;
        var profile = new Binder(problems).Bind<LinkProfile>(root["link"]!);
        return (problems.Any ? null : profile, problems.ToString());
    }
}
