using Lab.Experiments;
using Lab.Network;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>The first table of a report: what each number is held against, and of whom and when it is.</summary>
public sealed class ResultTableTests
{
    private const string Policy = "clients.phone.policy";
    private static readonly Scope Outage = new("phone", Duration.FromSeconds(1800), Duration.FromSeconds(3000));

    /// <summary>The ghosts of ping and acks last 10 and 14 s, of one phone during its outage 3 and 5 s.</summary>
    private static string Table(string? baseline = null, int seeds = 6, Expectation[]? expect = null)
    {
        SweepResult sweep = Sweeps.DeadLink(seeds, ["ping", "acks"]);
        Scenario scenario = sweep.Scenario with
        {
            Expect = expect ?? [], Description = null, Look = null,
            Baseline = baseline is null ? new() : new Dictionary<string, string> { [Policy] = baseline },
        };
        return ResultTable.Of(new Study(sweep with
        {
            Scenario = scenario, Checks = [],
            Runs = [.. sweep.Runs.Select(r => (Run: r, Ping: r.Spec.Label == "ping")).Select(r =>
                Sweeps.Emptied(r.Run) with
                {
                    Spec = r.Run.Spec with { Scenario = scenario },
                    Measures = [new("ghost.time", r.Ping ? 10 : 14), new("ghost.time", r.Ping ? 3 : 5, Outage)],
                })],
        })).ToString();
    }

    [Theory]
    [InlineData(null, "ping", "+4")]
    [InlineData("ping", "ping", "+4")]
    [InlineData("acks", "acks", "−4")]
    public void Each_number_is_held_against_that_of_the_baseline_which_is_the_first_where_none_is_named(
        string? baseline, string named, string difference)
    {
        string table = Table(baseline);

        Assert.Contains($"<th scope=\"row\">{named}<small class=\"baseline\">baseline</small></th>", table);
        Assert.Equal(2, table.Split("class=\"baseline\"").Length);
        Assert.Contains($"<span>{difference}</span>", table);
        Assert.Equal(2, table.Split("<small class=\"diff").Length);
        Assert.Contains($"is the difference to {named},", table);
    }

    [Fact]
    public void Of_one_seed_nothing_is_held_against_a_baseline()
    {
        Assert.DoesNotContain("baseline", Table("acks", seeds: 1));
        Assert.DoesNotContain("<small class=\"diff", Table("acks", seeds: 1));
    }

    [Fact]
    public void A_number_of_a_group_and_a_span_has_a_column_of_its_own_before_that_of_the_whole_run()
    {
        const string words = "ghost.time of phone from 30m to 50m";
        string table = Table(expect:
            [new() { Metric = "ghost.time", Of = "phone", From = Outage.From, To = Outage.To }]);

        Assert.Contains("</abbr> of phone from 30m to 50m<span class=\"unit\">s</span></th>", table);
        string ping = table[table.IndexOf("<th scope=\"row\">ping", StringComparison.Ordinal)..];
        int part = ping.IndexOf($"data-label=\"{words}, s\"><b>3</b>", StringComparison.Ordinal);
        Assert.InRange(part, 0, ping.IndexOf("data-label=\"ghost.time, s\"><b>10</b>", StringComparison.Ordinal));
        Assert.Contains("<span>+2</span>", table);
        Assert.DoesNotContain(words, Table());
    }
}
