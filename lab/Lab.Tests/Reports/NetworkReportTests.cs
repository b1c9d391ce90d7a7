using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>What the page says of more than one network, and of one that is not simulated.</summary>
public sealed class NetworkReportTests
{
    private static string Page(SweepResult sweep)
    {
        Study study = new(sweep);
        return ReportPage.Of(study, AllFigures.Of(study), "", []);
    }

    private static string Group(string page, string metric)
    {
        string name = MetricTables.Name(metric).ToString();
        int from = page.IndexOf($"{name}</abbr>", page.IndexOf("class=\"comparison\"", StringComparison.Ordinal),
            StringComparison.Ordinal);
        return page[from..page.IndexOf("</table>", from, StringComparison.Ordinal)];
    }

    private static string Row(string group, string policy)
    {
        int from = group.IndexOf($"<tr><th scope=\"row\">{policy}</th>", StringComparison.Ordinal);
        return group[from..group.IndexOf("</tr>", from, StringComparison.Ordinal)];
    }

    [Fact]
    public void Networks_stand_beside_each_other_with_their_difference()
    {
        string group = Group(Page(Sweeps.TwoNetworks()), "cost.bytes");

        Assert.Contains("<th scope=\"col\" class=\"n\">simulated</th><th scope=\"col\" class=\"n\">proxied", group);
        Assert.Matches("<b>69.7</b>.*<b>92.7</b>.*<b>\\+23</b>", Row(group, "ping"));
    }

    [Fact]
    public void A_difference_that_the_table_foretells_is_told_from_one_that_it_does_not()
    {
        string page = Page(Sweeps.TwoNetworks());

        Assert.Contains("<small class=\"label\">expected<sup title=\"On the proxied network approximate: cut: nothing",
            Row(Group(page, "ghost.time"), "ping"));
        Assert.Contains("not expected", Row(Group(page, "cost.bytes"), "ping"));
        Assert.DoesNotContain("expected", Row(Group(page, "cost.bytes"), "acks"));
        Assert.Contains("these differences between the\nnetworks: cost.bytes (ping): 69.7 KiB/h against 92.7 KiB/h.",
            page.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_difference_below_a_tenth_does_not_count()
    {
        string row = Row(Group(Page(Sweeps.TwoNetworks()), "detection.client.p50"), "ping");

        Assert.Contains("<b>+0.5</b>", row);
        Assert.DoesNotContain("expected", row);
    }

    [Fact]
    public void What_a_network_cannot_show_has_a_label_instead_of_a_number()
    {
        string page = Page(Sweeps.TwoNetworks());
        string kernel = Row(Group(page, "detection.client.p50"), "kernel");

        Assert.DoesNotContain("never", kernel);
        Assert.Contains("unsupported<sup title=\"On the proxied network unsupported: phone has no", kernel);
        Assert.Contains("<li>On the proxied network unsupported: phone has no check above TCP", page);
        Assert.Contains("<b>unsupported</b> connect-time: the proxy accepts a connect at once", page);
    }

    [Fact]
    public void The_proxied_network_alone_labels_its_cells_too()
    {
        string page = Page(Sweeps.TwoNetworks(8, [NetworkKind.Proxied]));

        Assert.DoesNotContain("class=\"comparison\"", page);
        Assert.Contains("<small class=\"label\">approximate<sup", page);
        Assert.Contains("<small class=\"label\">unsupported<sup", page);
    }

    [Fact]
    public void A_page_of_simulated_runs_speaks_of_no_other_network()
    {
        string page = Page(Sweeps.DeadLink(8));

        Assert.DoesNotContain("class=\"comparison\"", page);
        Assert.DoesNotContain("class=\"label\"", page);
        Assert.DoesNotContain("How true the networks are", page);
        Assert.DoesNotContain("Lateness", page);
    }

    [Fact]
    public void A_doubt_stands_at_the_top()
    {
        SweepResult sweep = Sweeps.TwoNetworks(2);
        string page = Page(sweep with
        {
            Runs = [.. sweep.Runs.Select((r, i) => i >= 18 ? r with { Doubts = ["the loop was 2 s late"] } : r)],
        });

        Assert.Contains("<b>Not to be trusted.</b> 2 runs of 20 cannot", page);
        Assert.Contains("the loop was 2 s late (2 runs).", page);
    }

    [Fact]
    public void A_sweep_stopped_before_the_second_network_reads_as_one_of_the_first()
    {
        SweepResult sweep = Sweeps.TwoNetworks(2);
        string page = Page(sweep with { Runs = [.. sweep.Runs.Take(10)] });

        Assert.DoesNotContain("class=\"comparison\"", page);
        Assert.Contains("Stopped early", page);
    }
}
