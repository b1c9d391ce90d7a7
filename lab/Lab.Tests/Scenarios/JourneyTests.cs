using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>Journeys as the faults that they are short for, and mistakes in them and in what moves.</summary>
public sealed class JourneyTests
{
    private static readonly LinkChoice Bad = new LinkProfile { Delay = Seconds(1) };

    private static readonly Scenario Day = new()
    {
        Topology = "t", Duration = Seconds(1000), Tail = Seconds(100),
        Journeys = new OrderedDictionary<string, JourneyBlock>
        {
            ["home"] = new([new JourneyStep { On = "wifi", Linger = Seconds(30) }]),
            ["walk"] = new([new JourneyStep { On = "lte", Gap = Seconds(3), Old = OldConnections.Reset }]),
            ["train"] = new([
                new JourneyStep { On = "lte", For = Seconds(50) }, new JourneyStep { Cut = true, For = Seconds(20) },
                new JourneyStep { Like = Bad, For = Seconds(30) }]),
        },
    };

    private static Duration Seconds(int s) => Duration.FromSeconds(s);

    private static Scenario With(params Leg[] legs) => Day with
    {
        Journey = new OrderedDictionary<string, Journey> { ["phone"] = new(legs) },
    };

    private static IReadOnlyList<string> Unfolded(params Leg[] legs) =>
    [
        .. Journeys.Unfold(With(legs), MovingTests.Net(Lab.Xmpp.Policy.Nothing), Library.Empty).Faults.Select(f =>
            $"{f.At} {f.Kind} {f.Target} {f.On ?? f.To?.Name} {f.For ?? f.Gap ?? f.Linger}"),
    ];

    [Fact]
    public void A_way_becomes_handovers_cuts_and_degrades() => Assert.Equal(
        [
            "200s handover phone lte 3s", "310s cut phone lte 20s", "330s degrade phone lte 30s",
            "410s cut phone lte 20s", "430s degrade phone lte 5s", "435s handover phone wifi 30s",
        ],
        Unfolded(new Leg("home", Seconds(200)), new Leg("walk", Seconds(60)), new Leg("train", Seconds(175)),
            new Leg("home", null)));

    [Fact]
    public void A_part_without_a_time_is_taken_once_and_the_last_one_to_the_healed_tail()
    {
        Assert.Equal(["0s handover phone lte ", "50s cut phone lte 20s", "70s degrade phone lte 30s",
            "100s handover phone wifi 30s"], Unfolded(new Leg("train", null), new Leg("home", null)));
        IReadOnlyList<string> rides = Unfolded(new Leg("train", null));
        Assert.Equal(19, rides.Count);                          // nine of 100 s until the tail at 900 s
        Assert.Equal("870s degrade phone lte 30s", rides[^1]);
    }

    [Fact]
    public void What_would_begin_in_the_healed_tail_does_not() =>
        Assert.Empty(Unfolded(new Leg("home", Seconds(900)), new Leg("train", null)));

    [Fact]
    public void A_way_and_the_faults_that_it_is_short_for_are_one_and_the_same_run()
    {
        Topology topology = MovingTests.Net(Lab.Xmpp.Policy.Nothing);
        Scenario unfolded = Journeys.Unfold(With(new Leg("home", Seconds(300)), new Leg("train", Seconds(100)),
            new Leg("home", null)), topology, Library.Empty);
        Assert.Empty(Rules.Check(unfolded, topology));
        Assert.Same(unfolded, Journeys.Unfold(unfolded, topology, Library.Empty));
    }

    private static string Told(Scenario scenario, Topology? topology = null) => string.Join('\n',
        Rules.Check(scenario, topology ?? MovingTests.Net(Lab.Xmpp.Policy.Nothing)));

    [Fact]
    public void Mistakes_in_journeys_are_told_with_the_nearest_word()
    {
        Assert.Equal("journey.phone[0]: there is no part of a journey called 'hom', expected one of home, walk, train; "
            + "did you mean 'home'?", Told(With(new Leg("hom", null))));
        Assert.Equal("journey.phone[0]: home does not say how long it lasts; write one, as in home 10m",
            Told(With(new Leg("home", null), new Leg("walk", null))));
        Assert.Equal("journey.fone: there is no client 'fone', expected one of phone",
            Told(Day with { Journey = new OrderedDictionary<string, Journey> { ["fone"] = new([]) } }));
        Scenario lost = Day with
        {
            Journeys = new OrderedDictionary<string, JourneyBlock>
            {
                ["out"] = new([new JourneyStep { On = "let" }]), ["fast"] = new([new JourneyStep
                {
                    Cut = true, For = Duration.FromMilliseconds(1),
                }]),
                ["none"] = new([]), ["nowhere"] = new([new JourneyStep { Gap = Seconds(1) }]),
            },
        };
        string nameless = "journeys.none: none has no steps\n"
            + "journeys.nowhere[0].gap: without on it stays where it is; say on which link it goes\n";
        Assert.Equal(nameless + "journey.phone: phone has no link 'let', expected one of wifi, lte; did you mean "
            + "'lte'?", Moved(lost, "out"));
        Assert.Equal(nameless + "journey.phone: this journey is short for more than 10000 handovers, cuts and degrades",
            Moved(lost, "fast"));

        // what is wrong within records is told first
        string Moved(Scenario scenario, string block)
        {
            string[] all = Told(scenario with
            {
                Journey = new OrderedDictionary<string, Journey> { ["phone"] = new([new Leg(block, null)]) },
            }).Split('\n');
            return string.Join('\n', all.OrderByDescending(l => l.StartsWith("journeys", StringComparison.Ordinal))
                .ThenByDescending(l => l.Contains("none", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Mistakes_in_handovers_are_told_with_the_nearest_word()
    {
        FaultSpec to = MovingTests.To("let", 100);
        Assert.Equal("faults[0].to: phone has no link 'let', expected one of wifi, lte; did you mean 'lte'?",
            Told(Day with { Faults = [to] }));
        Assert.Equal("faults[0].linger: with a gap nothing is left to linger; give gap or linger",
            Told(Day with { Faults = [MovingTests.To("lte", 100) with { Gap = Seconds(1), Linger = Seconds(1) }] }));
        Assert.Equal("faults[0].kind: handover needs to: the client's link that it goes to",
            Told(Day with { Faults = [to with { To = null }] }));
        Assert.Equal("faults[0].gap: gap belongs to handover, not to cut", Told(Day with
        {
            Faults = [new FaultSpec { Kind = FaultKinds.Cut, Target = "phone", Gap = Seconds(1) }],
        }));
        Assert.Equal("faults[0].on: phone has no link 'wif', expected one of wifi, lte; did you mean 'wifi'?", Told(
            Day with { Faults = [new FaultSpec { Kind = FaultKinds.Cut, Target = "phone", On = "wif" }] }));
    }

    [Fact]
    public void Mistakes_in_links_of_clients_are_told_with_the_nearest_word()
    {
        ClientSpec phone = MovingTests.Net(Lab.Xmpp.Policy.Nothing).Clients["phone"];
        Assert.Equal("clients.phone.link: a client has one link or several links; give link or links",
            Told(Day, Having(phone with { Link = Bad })));
        Assert.Equal("clients.phone.start: there is no link 'let', expected one of wifi, lte; did you mean 'lte'?",
            Told(Day, Having(phone with { Start = "let" })));
        Assert.Equal("faults[0].to: phone has one link only; give it links, as in links: {wifi: wifi-home, lte: "
            + "lte-good}", Told(
            Day with { Faults = [MovingTests.To("lte", 1)] }, Having(new ClientSpec { Server = "example.org" })));
        Assert.Equal("clients.phone.links.example.org: 'example.org' is also the name of a server; faults could not "
            + "tell them apart", Told(Day, Having(phone with
            {
                Links = new OrderedDictionary<string, LinkChoice> { ["example.org"] = Bad },
            })));
    }

    private static Topology Having(ClientSpec phone) => MovingTests.Net(Lab.Xmpp.Policy.Nothing) with
    {
        Clients = new OrderedDictionary<string, ClientSpec> { ["phone"] = phone },
    };
}
