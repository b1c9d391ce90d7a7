using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// A scenario made in code is checked like one from a file; what the rules say of files is in MistakesTests.
/// </summary>
public sealed class RulesTests
{
    private static readonly Duration Minute = Duration.FromMinutes(1);

    private static readonly Topology Pair = new()
    {
        Servers = new OrderedDictionary<string, ServerSpec> { ["a.example"] = new(), ["b.example"] = new() },
        Clients = new OrderedDictionary<string, ClientSpec>
        {
            ["phone"] = new() { Server = "a.example", Link = new("mobile", null), Count = 2 },
        },
        S2s = [new() { Between = ["a.example", "b.example"] }],
        Links = new OrderedDictionary<string, LinkProfile> { ["mobile"] = new() { Delay = new Duration(35_000_000) } },
    };

    private static readonly Scenario Hour = new() { Topology = "pair", Duration = Duration.FromHours(1) };

    private static Scenario With(FaultSpec fault) => Hour with { Faults = [fault] };
    private static Scenario With(WorkloadSpec work) => Hour with { Workload = [work] };
    private static Scenario With(Policy policy) =>
        Hour with { Policies = new Dictionary<string, Policy> { ["mine"] = policy } };

    private static Topology With(string group, ClientSpec client) =>
        Pair with { Clients = new OrderedDictionary<string, ClientSpec> { [group] = client } };

    public static TheoryData<Scenario, Topology, string> Mistakes => new()
    {
        { Hour with { Duration = Duration.Zero }, Pair, "duration: duration must be longer than zero, found '0s'" },
        { Hour with { Tail = Duration.FromHours(1) }, Pair,
            "tail: the tail (1h) must be shorter than the duration (1h)" },
        { With(new FaultSpec { Kind = FaultKinds.Cut, Target = "phone", At = Minute * 50 }) with { Tail = Minute * 20 },
            Pair, "faults[0].at: begins at 50m, but the healed tail, in which no fault comes, begins at 40m" },
        { With(new FaultSpec { Kind = FaultKinds.Cut, Target = "fone" }), Pair,
            "faults[0].cut: there is no 'fone' to cut, expected one of phone, mobile, a.example, b.example" },
        { With(new FaultSpec { Kind = FaultKinds.IgnoreDialback, Target = "phone[1]" }), Pair,
            "faults[0].ignore-dialback: ignore-dialback does not go with a client, expected one of a.example, "
            + "b.example" },
        { With(new FaultSpec { Kind = FaultKinds.Reset, Target = "phone[2]", For = Minute }), Pair,
            "faults[0].for: reset is momentary; leave for out\n"
            + "faults[0].reset: there is no phone[2]: phone has count 2, so the last member is phone[1]" },
        { With(new FaultSpec { Kind = FaultKinds.Cut, Target = "phone", At = Duration.Zero - Minute }), Pair,
            "faults[0].at: at cannot be negative, found '-1m'" },
        { With(new WorkloadSpec { From = "phone", To = "echo@c.example", Every = Minute, Body = new(2 << 20) }), Pair,
            "workload[0].body: body must be between 1B and 252KiB: with its tags and addresses it is a stanza, of "
            + "which a server takes 256KiB at most, found '2MiB'\n"
            + "workload[0].to: there is no server 'c.example', expected one of a.example, b.example; did you mean "
            + "'a.example'?" },
        { With(new Policy { Connect = new() { Tcp = Duration.Zero }, Reconnect = new() { Kind = BackoffKind.Linear } }),
            Pair, "policies.mine.connect.tcp: tcp must be longer than zero, found '0s'\n"
            + "policies.mine.reconnect.kind: kind: linear needs step, the time added per attempt" },
        { Hour with { Expect = [new() { Metric = "messages.lost", Below = new(90, Unit.Seconds) }] }, Pair,
            "expect[0].below: messages.lost is a count, write a plain number such as 0, found '90 s'" },
        { Hour, With("phone", new() { Server = "a.example", Policy = new("ping", null), Link = new("moble", null) }),
            "clients.phone.link: there is no link 'moble' in the topology; did you mean 'mobile'?\n"
            + "clients.phone.policy: there is no policy 'ping' in the scenario" },
        { Hour, With("phone", new() { Server = "a.example", Policy = new(null, null) }),
            "clients.phone.policy.name: a policy is named or written in place" },
        { Hour, With("phone", new() { Server = "a.example", Count = -1 }),
            "clients.phone.count: count must be between 1 and 1000000, found '-1'" },
        { Hour, With("a.example", new() { Server = "c.example" }),
            "clients.a.example: 'a.example' is no name for clients: letters, digits, - and _ only\n"
            + "clients.a.example: 'a.example' is also the name of a server; faults could not tell them apart\n"
            + "clients.a.example.server: there is no server 'c.example', expected one of a.example, b.example; did you "
            + "mean 'a.example'?" },
        { Hour, Pair with { S2s = [new() { Between = ["a.example"] }] },
            "s2s[0].between: between takes two servers, as in between: [a.example, b.example]" },
        { Hour, Pair with { S2s = [new() { Between = ["a.example", "c.example"], Streams = 0 }] },
            "s2s[0].streams: streams must be between 1 and 1000, found '0'\n"
            + "s2s[0].between[1]: there is no server 'c.example', expected one of a.example, b.example; did you mean "
            + "'a.example'?" },
        { Hour, Pair with { Servers = new OrderedDictionary<string, ServerSpec>
            {
                ["a.example"] = new(), ["b.example"] = new() { Count = 1 }, ["b-1.example"] = new(),
                ["b.x"] = new() { Count = 2 }, ["b-1.x"] = new(),
            } }, "servers.b-1.x: 'b-1.x' is also a member of b.x, which has count 2" },
        { Hour with { Workload = [new() { From = "phone", To = "echo@n.x", Every = Minute }] }, Pair with
            {
                Servers = new OrderedDictionary<string, ServerSpec>
                {
                    ["a.example"] = new(), ["b.example"] = new(), ["n.x"] = new() { Count = 2 },
                },
            }, "workload[0].to: echo@n.x is at no one server; write echo@n-0.x, for one of them" },
        { Hour, Pair with
            {
                Links = new OrderedDictionary<string, LinkProfile> { ["mobile"] = new(), ["a->b"] = new() },
            }, "links.a->b: 'a->b' is no name for a link; faults could not tell it from another target" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_with_its_path(Scenario scenario, Topology topology, string findings) =>
        Assert.Equal(findings, string.Join('\n', Rules.Check(scenario, topology)));

    [Fact]
    public void Nothing_is_said_of_what_is_right()
    {
        Scenario right = Hour with
        {
            Workload = [new() { From = "phone", To = "echo@b.example", Every = Minute }],
            Faults =
            [
                new() { Kind = FaultKinds.Cut, Target = "a.example->b.example#0", At = Minute, For = Minute },
                new() { Kind = FaultKinds.Freeze, Target = "phone[1]", After = Step.Online },
            ],
            Expect = [new() { Metric = "messages.lost", EqualTo = new(0, Unit.Count) }],
        };
        Assert.Empty(Rules.Check(right, Pair));
    }

    [Theory]
    [InlineData(30, 0)]
    [InlineData(31, 1)]
    public void A_path_has_so_many_links_and_middleboxes_and_no_more(int boxes, int findings)
    {
        Topology net = With("phone", new()
        {
            Server = "a.example",
            Link = new LinkProfile { Through = [.. Enumerable.Repeat("nat", boxes)] },
        }) with { Middleboxes = new Dictionary<string, MiddleboxProfile> { ["nat"] = new() } };
        Assert.Equal(findings, Rules.Check(Hour, net).Count);
    }

    [Fact]
    public void A_name_may_stand_for_what_the_library_holds()
    {
        var library = new Library
        {
            Policies = new Dictionary<string, Policy> { ["quick"] = new() { Whitespace = new() { Every = Minute } } },
            Links = new Dictionary<string, LinkProfile> { ["slow"] = new() { Delay = Minute } },
        };
        Topology named = With(
            "phone", new() { Server = "a.example", Policy = new("quick", null), Link = new("slow", null) });
        Assert.Equal(2, Rules.Check(Hour, named).Count);
        Assert.Empty(Rules.Check(Hour, named, library));
        ClientSpec phone = library.Resolve(Hour, named).Clients["phone"];
        Assert.Equal(Minute, phone.Policy!.Inline!.Whitespace!.Every);
        Assert.Equal(Minute, phone.Link!.Inline!.Delay);
    }

    [Fact]
    public void A_topology_is_checked_on_its_own() =>
        Assert.Equal(["servers: a topology needs at least one server, as in servers: {example.org: {}}",
            "clients: a topology needs at least one client, as in clients: {phone: {server: example.org}}"],
            Rules.Check(new Topology()).Select(f => f.ToString()));
}
