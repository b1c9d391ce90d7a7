using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>What names mean: read once into a target, told by the cast of a topology.</summary>
public sealed class TargetTests
{
    /// <summary>Two groups over one link, a server of its own, one with three members, streams between them.</summary>
    private static readonly Topology Town = new()
    {
        Servers = new OrderedDictionary<string, ServerSpec>
        {
            ["a.example"] = new(), ["node.example"] = new() { Count = 3 },
        },
        Clients = new OrderedDictionary<string, ClientSpec>
        {
            ["alice"] = new() { Server = "a.example", Link = new("home", null) },
            ["phone"] = new() { Server = "node.example", Link = new("mobile", null), Count = 4 },
            ["tablet"] = new() { Server = "node.example", Link = new("mobile", null), Count = 2 },
            ["home"] = new() { Server = "a.example" },                          // also the name of a link
            ["node-1.example"] = new() { Server = "a.example" },                // also the domain of a server
        },
        S2s =
        [
            new() { Between = ["a.example", "node.example"], Streams = 2, Link = new("mobile", null) },
            new() { Between = ["node-0.example", "node-1.example"] },
        ],
        Links = new OrderedDictionary<string, LinkProfile> { ["mobile"] = new(), ["home"] = new(), ["spare"] = new() },
    };

    [Theory]
    [InlineData("alice", "Client", "alice", "")]
    [InlineData("alice[0]", "Client", "alice", "")]                             // the only one has a number, too
    [InlineData("alice[1]", "None", "", "")]
    [InlineData("phone", "Client", "phone[0] phone[1] phone[2] phone[3]", "")]
    [InlineData("phone[3]", "Client", "phone[3]", "")]
    [InlineData("phone[03]", "Client", "phone[3]", "")]
    [InlineData("phone[4]", "None", "", "")]
    [InlineData("phone[-1]", "None", "", "")]
    [InlineData("phone[x]", "None", "", "")]
    [InlineData("phone[1", "None", "", "")]
    [InlineData("phone[", "None", "", "")]
    [InlineData("mobile[0]", "None", "", "")]                                   // a link has no members
    [InlineData("phon", "None", "", "")]
    [InlineData("", "None", "", "")]
    [InlineData("mobile", "Link", "phone[0] phone[1] phone[2] phone[3] tablet[0] tablet[1]",
        "a>0#0 a>0#1 0>a#0 0>a#1 a>1#0 a>1#1 1>a#0 1>a#1 a>2#0 a>2#1 2>a#0 2>a#1")]
    [InlineData("spare", "Link", "", "")]
    [InlineData("a.example", "Server", "alice home node-1.example",
        "a>0#0 a>0#1 0>a#0 0>a#1 a>1#0 a>1#1 1>a#0 1>a#1 a>2#0 a>2#1 2>a#0 2>a#1")]
    [InlineData("node-2.example", "Server", "phone[2]", "a>2#0 a>2#1 2>a#0 2>a#1")]
    [InlineData("node.example", "Server", "phone[0] phone[3] tablet[0] phone[1] tablet[1] phone[2]",
        "a>0#0 a>0#1 0>a#0 0>a#1 a>1#0 a>1#1 1>a#0 1>a#1 a>2#0 a>2#1 2>a#0 2>a#1 0>1#0 1>0#0")]
    [InlineData("node-3.example", "None", "", "")]
    [InlineData("home", "Client", "home", "")]                                  // before the link
    [InlineData("node-1.example", "Server", "phone[1] tablet[1]", "a>1#0 a>1#1 1>a#0 1>a#1 0>1#0 1>0#0")]
    [InlineData("a.example->node-1.example", "Streams", "", "a>1#0 a>1#1")]
    [InlineData("node-1.example->a.example#1", "Streams", "", "1>a#1")]
    [InlineData("a.example->node.example#0", "Streams", "", "a>0#0 a>1#0 a>2#0")]
    [InlineData("a.example->a.example", "Streams", "", "")]                     // there are none
    [InlineData("node.example->node.example", "Streams", "", "0>1#0 1>0#0")]
    [InlineData("a.example->node.example#2", "Streams", "", "")]
    [InlineData("a.example->node.example#x", "None", "", "")]
    [InlineData("a.example->node.example#", "None", "", "")]
    [InlineData("a.example->b.example", "None", "", "")]
    [InlineData("alice->a.example", "None", "", "")]
    [InlineData("echo@a.example", "Echo", "", "")]
    [InlineData("echo@node-1.example", "Echo", "", "")]
    [InlineData("echo@b.example", "None", "", "")]
    [InlineData("alice@a.example", "None", "", "")]
    public void A_name_means_one_thing(string name, string kind, string members, string routes)
    {
        var cast = new Cast(Town);
        Meaning meaning = cast.Resolve(name);
        Assert.Equal(kind, meaning.Kind.ToString());
        Assert.Equal(members, string.Join(' ', cast.MembersOf(meaning).Select(m => m.Name)));
        Assert.Equal(routes, string.Join(' ', cast.RoutesOf(meaning, RandomStream.Root(1)).Select(Short)));
    }

    [Theory]
    [InlineData("phone[3]", "phone")]
    [InlineData("mobile", "phone tablet")]
    [InlineData("node.example", "phone tablet")]
    [InlineData("node-2.example", "phone")]                                     // two tablets are at the others
    [InlineData("a.example->node.example", "")]
    public void It_reaches_groups_in_whole_or_in_part(string name, string groups) =>
        Assert.Equal(groups, string.Join(' ', new Cast(Town).Resolve(name).Groups));

    [Fact]
    public void Of_each_pool_any_one_is_drawn()
    {
        var cast = new Cast(Town);
        Meaning any = cast.Resolve("node.example->a.example#any");
        string[] drawn = [.. Enumerable.Range(1, 20).Select(seed =>
            string.Join(' ', cast.RoutesOf(any, RandomStream.Root((ulong)seed)).Select(Short)))];
        Assert.All(drawn, d => Assert.Matches("^0>a#[01] 1>a#[01] 2>a#[01]$", d));
        Assert.Equal(8, drawn.Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("@")]
    [InlineData("->")]
    [InlineData("phone[3]")]
    [InlineData("a->b#any")]
    [InlineData("a->b->c#1#2")]
    [InlineData("echo@example.org")]
    public void A_target_keeps_its_text_and_reads_back_equal(string text)
    {
        Target target = Target.Parse(text);
        Assert.Equal(text, target.ToString());
        Assert.Equal(target, Target.Parse(target.Text));
        Assert.NotEqual(target, Target.Parse(text + "x"));
    }

    [Fact]
    public void Names_are_told_where_others_dangle()
    {
        var cast = new Cast(new Topology
        {
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new() { Server = "nowhere", Link = new("nothing", null) },
            },
            S2s = [new() { Between = ["one"] }],
        });
        Assert.Equal(TargetKinds.Client, cast.Resolve("phone").Kind);
        Assert.Equal(TargetKinds.None, cast.Resolve("nowhere").Kind);
        Assert.Equal(["phone"], cast.Resolve("nothing").Groups);
    }

    private static string Short(Route route) =>
        route.Name.Replace("node-", "").Replace(".example", "").Replace("->", ">");
}
