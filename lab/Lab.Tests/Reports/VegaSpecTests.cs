using System.Text.Json.Nodes;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>Charts as specifications for the library of the page.</summary>
public sealed class VegaSpecTests
{
    public static TheoryData<string> Charts =>
        [.. SampleCharts.All.Where(c => c.Value.Panels.Count > 0).Select(c => c.Key)];

    [Theory]
    [MemberData(nameof(Charts))]
    public void A_legend_shares_no_channel_so_that_all_stand_together_in_the_order_of_the_keys(string name)
    {
        JsonObject whole = VegaSpec.Of(SampleCharts.All[name]);

        foreach (JsonNode? legends in whole["vconcat"]!.AsArray().Where(v => v!["layer"] is not null))
        {
            string[] own = [.. legends!["resolve"]!["legend"]!.AsObject().Select(c => c.Key)];
            Assert.Equal(own, legends["resolve"]!["scale"]!.AsObject().Select(c => c.Key));
            Assert.All(legends["layer"]!.AsArray(), legend => Assert.All(
                legend!["encoding"]!.AsObject(), channel => Assert.Contains(channel.Key, own)));
        }
    }
}
