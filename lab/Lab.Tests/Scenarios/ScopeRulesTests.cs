using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Of whom and of which time something may be expected.</summary>
public sealed class ScopeRulesTests
{
    private static readonly Topology Topology = new()
    {
        Servers = new OrderedDictionary<string, ServerSpec>
        {
            ["a.example"] = new(), ["b.example"] = new(), ["c.example"] = new(), ["node.example"] = new() { Count = 2 },
        },
        Clients = new OrderedDictionary<string, ClientSpec>
        {
            ["phone"] = new() { Server = "a.example", Link = new("mobile", null), Count = 2 },
        },
        S2s = [new() { Between = ["a.example", "b.example"], Streams = 2, Link = new("backbone", null) }],
        Links = new OrderedDictionary<string, LinkProfile>
        {
            ["mobile"] = new(), ["backbone"] = new(), ["spare"] = new(),
        },
    };

    /// <summary>Metric, of, from and to in minutes of an hour, and what is wrong.</summary>
    [Theory]
    [InlineData("ghost.time", "phone", 30, 50, "")]
    [InlineData("ghost.time", "phone[1]", 0, 60, "")]
    [InlineData("cost.bytes", "mobile", null, 1, "")]
    [InlineData("storm.peak", "a.example", 59, null, "")]
    [InlineData("federation.missed", "a.example", null, null, "")]
    [InlineData("federation.bytes", "backbone", null, null, "")]
    [InlineData("federation.peak", "b.example->a.example#1", null, null, "")]
    [InlineData("federation.senders.losing", "phone", null, null, "")]
    [InlineData("ghost.time", null, 50, 30, "to: the span ends at 30m, which is not after its beginning at 50m")]
    [InlineData("ghost.time", null, 30, 30, "to: the span ends at 30m, which is not after its beginning at 30m")]
    [InlineData("ghost.time", null, null, 0, "to: the span ends at 0s, which is not after its beginning at 0s")]
    [InlineData("ghost.time", null, 60, null, "from: the span begins at 1h, but the run ends at 1h")]
    [InlineData("ghost.time", null, null, 61, "to: the span ends at 61m, but the run at 1h")]
    [InlineData("ghost.time", null, -1, null, "from: from cannot be negative, found '-1m'")]
    [InlineData("ghost.time", "fone", null, null,
        "of: there is no 'fone' to measure, expected one of phone, mobile, backbone, spare, a.example, b.example, "
        + "c.example, node.example, node-0.example, node-1.example")]
    [InlineData("federation.peak", "b.exmple", null, null,
        "of: there is no 'b.exmple' to measure, expected one of mobile, backbone, spare, a.example, b.example, "
        + "c.example, node.example, node-0.example, node-1.example; did you mean 'b.example'?")]
    [InlineData("ghost.time", "phone[2]", null, null,
        "of: there is no phone[2]: phone has count 2, so the last member is phone[1]")]
    [InlineData("ghost.time", "echo@a.example", null, null,
        "of: there is no 'echo@a.example' to measure, expected one of phone, mobile, backbone, spare, a.example, "
        + "b.example, c.example, node.example, node-0.example, node-1.example")]
    [InlineData("ghost.time", "b.example", null, null,
        "of: ghost.time is about clients, and there are none of the server b.example")]
    [InlineData("cost.bytes", "backbone", null, null,
        "of: cost.bytes is about clients, and there are none on the link backbone")]
    [InlineData("cost.bytes", "a.example->b.example", null, null,
        "of: cost.bytes is about clients, and 'a.example->b.example' names streams between servers")]
    [InlineData("federation.bytes", "phone", null, null,
        "of: federation.bytes is about streams between servers, and phone is a client; its server is a.example")]
    [InlineData("federation.bytes", "c.example", null, null,
        "of: federation.bytes is about streams between servers, and there are none of the server c.example")]
    [InlineData("federation.bytes", "mobile", null, null,
        "of: federation.bytes is about streams between servers, and there are none on the link mobile")]
    [InlineData("federation.bytes", "a.example->b.example#any", null, null,
        "of: 'a.example->b.example#any' is another one for each fault; name one, such as a.example->b.example#0, or "
        + "all: a.example->b.example")]
    [InlineData("federation.bytes", "a.example->b.example#2", null, null,
        "of: there is no a.example->b.example#2: the pool has 2, so the last one is #1")]
    [InlineData("federation.bytes", "a.example->c.example", null, null,
        "of: there are no streams a.example->c.example, expected one of a.example->b.example, b.example->a.example; "
        + "did you mean 'a.example->b.example'?")]
    public void An_expectation_is_of_somebody_there_is_and_of_a_time_in_the_run(
        string metric, string? of, int? from, int? to, string finding)
    {
        var expectation = new Expectation
        {
            Metric = metric, EqualTo = new Quantity(0, Unit.Count), Of = of is null ? null : Target.Parse(of),
            From = from is { } f ? new Duration(f * 60_000_000_000L) : null,
            To = to is { } t ? new Duration(t * 60_000_000_000L) : null,
        };
        var scenario = new Scenario { Topology = "t", Duration = Duration.FromHours(1), Expect = [expectation] };
        Assert.Equal(
            finding.Length == 0 ? "" : "expect[0]." + finding, string.Join('\n', Rules.Check(scenario, Topology)));
    }
}
