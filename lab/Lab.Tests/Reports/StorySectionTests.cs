using Lab.Experiments;
using Lab.Network;
using Lab.Reports;

namespace Lab.Tests;

public sealed class StorySectionTests
{
    [Fact]
    public void Each_story_has_its_time_line_and_an_address_and_its_words_are_text()
    {
        string page = Section(One(0, "<b>phone</b>"));

        Assert.Contains("<details id=\"incident-1-1--b-phone--b--600000\"><summary>", page);
        Assert.Contains("&lt;b&gt;phone&lt;/b&gt; at 0:10:00.0: cut", page);
        Assert.Contains("<td title=\"0:10:40.0\">+40 s</td><td>server</td><td>gave up</td>", page);
        Assert.Contains("<td title=\"0:09:58.5\">−1.5 s</td>", page);
        Assert.DoesNotContain("are told here", page);
    }

    [Fact]
    public void Beyond_six_stories_the_others_are_folded_and_still_there()
    {
        SweepResult sweep = Sweeps.DeadLink(1, [.. Enumerable.Range(0, 10).Select(i => $"p{i}")]);
        sweep = sweep with { Runs = [.. sweep.Runs.Select((r, i) => r with { Stories = [One(i, "phone")] })] };

        string page = StorySection.Of(new Study(sweep)).ToString();

        int fold = page.IndexOf("<details class=\"others\"><summary>4 more</summary>", StringComparison.Ordinal);
        Assert.Equal(6, page[..fold].Split("<details id=").Length - 1);
        Assert.Equal(4, page[fold..].Split("<details id=").Length - 1);
    }

    [Fact]
    public void What_the_page_has_no_room_for_is_counted()
    {
        Experiments.Story[] many = [.. Enumerable.Range(0, 9).Select(i => One(i, "phone"))];

        Assert.Contains("6 of 9 are told here, the most telling ones.", Section(many));
        Assert.Equal("", Section());
    }

    private static string Section(params Experiments.Story[] stories)
    {
        SweepResult sweep = Sweeps.DeadLink(1, ["ping"]);
        return StorySection.Of(new Study(sweep with { Runs = [sweep.Runs[0] with { Stories = stories }] })).ToString();
    }

    private static Experiments.Story One(int number, string name)
    {
        Instant began = Instant.Zero + Duration.FromMinutes(10 + number);
        return new()
        {
            Path = 0, Name = name, Title = "cut", Began = began, Until = began + Duration.FromMinutes(1),
            Lines = [new(began - Duration.FromMilliseconds(1500), "phone", "wrote"),
                new(began + Duration.FromSeconds(40), "server", "gave up")],
        };
    }
}
