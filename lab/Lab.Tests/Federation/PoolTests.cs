using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>Several streams each way: which one carries what, and what a check of one proves (RFC 6120 section
/// 4.6).</summary>
public class PoolTests
{
    private static readonly PingPolicy Pings = new()
    {
        Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20),
    };

    private static readonly AckPolicy Acks = new()
    {
        Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20),
    };

    private static RemoteSettings Four(RemoteSettings r) => r with { Streams = 4, Tls = FederationTls.None };

    /// <summary>Two servers with all members of both pools ready.</summary>
    private static Federated Meshed(Func<RemoteSettings, RemoteSettings> change, ulong seed = 1)
    {
        Federated world = Federated.With(r => change(Four(r)), seed);
        world.Sends("warm@a.example", "up@b.example", 1000).Wait(3);
        world.Sends("warm@b.example", "up@a.example", 1000).Wait(3);
        return world;
    }

    [Fact]
    public void One_sender_goes_over_one_member_and_many_use_all()
    {
        Federated world = Meshed(r => r);
        for (int i = 0; i < 40; i++) world.Sends($"u{i % 20}@a.example/r{i}", "v@b.example", i);
        world.Wait(1);
        var passed = world.A.Of(Kind.Passed).Where(p => p.A < 1000).ToList();
        for (int i = 0; i < 20; i++) Assert.Equal(passed[i].B, passed[i + 20].B);
        Assert.Equal([0, 1, 2, 3], passed.Select(p => p.B).Distinct().Order());
    }

    [Theory]
    [InlineData(MemberPick.RoundRobin, 4)]
    [InlineData(MemberPick.LeastQueued, 1)]
    public void Other_picks_spread_one_sender_or_follow_the_queues(MemberPick pick, int members)
    {
        Federated world = Meshed(r => r with { Pick = pick });
        for (int i = 0; i < 8; i++) world.Sends("u@a.example", "v@b.example", i).Wait(1);
        Assert.Equal(members, world.A.Of(Kind.Passed).Where(p => p.A < 1000).Select(p => p.B).Distinct().Count());
    }

    [Rule("RTE-02")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_order_of_one_sender_survives_any_deaths_of_members(bool resets)
    {
        for (ulong seed = 1; seed <= 12; seed++) Assert.Equal(0, Overtaken(MemberPick.SenderHash, resets, seed));
    }

    [Theory]
    [InlineData(MemberPick.RoundRobin, true)]
    [InlineData(MemberPick.RoundRobin, false)]
    [InlineData(MemberPick.LeastQueued, true)]
    [InlineData(MemberPick.LeastQueued, false)]
    public void Other_picks_lose_the_order_of_a_sender_when_members_die(MemberPick pick, bool resets)
    {
        int losing = 0;
        for (ulong seed = 1; seed <= 12; seed++)
            if (Overtaken(pick, resets, seed) > 0) losing++;
        Assert.True(losing >= 9, $"{losing} of 12 lost it");
    }

    /// <summary>
    /// Senders of whose stanzas one came before an earlier one, while members of the pool die at random. Nothing may be
    /// lost. A cut is noticed after a minute, a reset at once: there only what is sent during the handshake of the next
    /// stream can overtake, so all write much faster.
    /// </summary>
    private static int Overtaken(MemberPick pick, bool resets, ulong seed)
    {
        double slowest = resets ? 0.1 : 4;
        Federated world = Meshed(
            r => r with { Policy = Policy.Nothing with { Acks = Acks }, Pick = pick }, seed);
        RandomStream chance = RandomStream.Root(seed).Fork("deaths");
        const int senders = 6;
        for (int i = 0; i < 120; i++)
        {
            world.Sends($"u{i % senders}@a.example", "v@b.example", i);
            if (chance.Below(12) == 0 && world.A.Opened is { Length: > 0 } open)
            {
                Federated.Pipe victim = open[(int)chance.Below((ulong)open.Length)];
                if (resets) victim.Reset();
                else victim.Cut();
            }
            world.Wait(chance.Below(400) / 400.0 * slowest);
        }
        world.Wait(400);
        // Where every member is cut while it connects, a handshake may run out of time.
        if (resets) Assert.Empty(world.A.Returned);
        long[] arrived = [.. world.B.Numbers.Where(n => n < 1000)];
        Assert.True(arrived.Distinct().Count() + world.A.Returned.Count >= 120);
        return Enumerable.Range(0, senders).Count(u =>
        {
            long[] own = [.. arrived.Where(n => n % senders == u).Distinct()];
            return !own.Order().SequenceEqual(own);
        });
    }

    // what is still under way elsewhere would be overtaken
    [Fact]
    public void Senders_return_to_their_place_only_when_nothing_of_theirs_is_under_way()
    {
        var remote = new Remote("b.example", 0, new RemoteSettings { Streams = 4 }, new Liveness(Policy.Nothing));
        byte[] sender = "u@a.example"u8.ToArray();
        int home = remote.Choose(sender), other = (home + 1) % 4;
        remote.Move(home, other);
        remote.Slots[other].Waiting.Add(new Waiting(0, [], 1, Instant.Zero));
        Assert.Equal(other, remote.Choose(sender));
        remote.Slots[other].Waiting.Clear();
        Assert.Equal(other, remote.Choose(sender));            // a stream without acknowledgements cannot tell
        remote.ResetWays();
        Assert.Equal(home, remote.Choose(sender));
    }

    [Fact]
    public void Unacknowledged_stanzas_of_a_dead_member_go_back_when_the_settings_say_so()
    {
        Federated world = Meshed(r => r with
        {
            Policy = Policy.Nothing with { Acks = Acks }, Unacked = UnackedFate.Return,
        });
        foreach (Federated.Pipe pipe in world.A.Opened) pipe.Cut();
        world.Sends("u@a.example", "v@b.example", 1).Wait(30);
        (string stanza, StanzaError error) = world.A.Returned.Single();
        Assert.Contains("id='m1'", stanza);
        Assert.Equal(StanzaError.RemoteServerTimeout, error);
    }

    [Rule("O20")]
    [Fact]
    public void Domain_pings_miss_three_of_four_dead_members_and_acks_find_each()
    {
        // O20. The sender of a domain ping is always the same, and so is the member that carries it.
        int found = 0, blamed = 0;
        const int draws = 60;
        for (ulong seed = 1; seed <= draws; seed++)
        {
            int victim = (int)RandomStream.Root(seed).Fork("victim").Below(4);
            Federated pings = Meshed(r => r with { Policy = Policy.Nothing with { Ping = Pings } }, seed);
            pings.A.Opened.Single(p => p.Stream == Place(pings, victim)).Cut();
            pings.Wait(600);
            if (pings.A.Of(Kind.Blamed).Any()) found++;
            Federated acks = Meshed(r => r with { Policy = Policy.Nothing with { Acks = Acks } }, seed);
            int culprit = Place(acks, victim);
            acks.A.Opened.Single(p => p.Stream == culprit).Cut();
            acks.Wait(600);
            if (acks.A.Of(Kind.Blamed).Select(b => b.Stream).SequenceEqual([culprit])) blamed++;
        }
        Assert.InRange((draws - found) / (double)draws, 0.65, 0.85);
        Assert.Equal(draws, blamed);
    }

    private static int Place(Federated world, int place) =>
        world.A.Of(Kind.Ready).Last(r => r.A == place).Stream;

    [Rule("O21")]
    [Theory]
    [InlineData(FailedCheck.DropMember)]
    [InlineData(FailedCheck.DropAll)]
    [InlineData(FailedCheck.CloseMember)]
    public void A_dead_response_stream_makes_the_naive_policy_kill_healthy_ones(FailedCheck reaction)
    {
        // O21: every stream of A is healthy; what is dead is the one that B's answers take.
        Federated world = Meshed(r => r with
        {
            Policy = Policy.Nothing with { Ping = Pings }, OnFailedCheck = reaction,
        });
        var healthy = world.A.Opened.Select(p => p.Stream).ToList();
        foreach (Federated.Pipe pipe in world.B.Opened) pipe.Cut();
        world.Wait(85);
        XmppAction blame = world.A.Of(Kind.Blamed).First();
        Assert.Contains(blame.Stream, healthy);
        Assert.Equal(Mechanism.PingTimeout, blame.Mechanism);
        Assert.Equal(reaction == FailedCheck.CloseMember ? Claim.Broken : Claim.Dead, blame.Claim);
        int killed = world.A.Of(Kind.Ended).Count(e => healthy.Contains(e.Stream));
        Assert.Equal(reaction == FailedCheck.DropAll ? 4 : 1, killed);
        string said = world.Pipes.Single(p => p.Opener == world.A && p.Stream == blame.Stream).Said;
        Assert.Equal(reaction == FailedCheck.CloseMember,
            said.Contains("<connection-timeout", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Acks_see_the_culprit_whichever_direction_of_its_connection_is_dead(bool up)
    {
        Federated world = Meshed(r => r with { Policy = Policy.Nothing with { Acks = Acks } });
        Federated.Pipe culprit = world.B.Opened[2];
        if (up) culprit.CutUp = true;
        else culprit.CutDown = true;
        world.Wait(300);
        Assert.All(world.B.Of(Kind.Blamed), b => Assert.Equal(culprit.Stream, b.Stream));
        Assert.All(world.A.Of(Kind.Blamed), b => Assert.Equal(culprit.AcceptorStream, b.Stream));
        Assert.InRange(world.A.Of(Kind.Blamed).Count() + world.B.Of(Kind.Blamed).Count(), 1, 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bidi_restores_sight_a_ping_over_each_member_blames_the_dead_one_alone(int dead)
    {
        Federated world = Meshed(r => r with
        {
            Bidi = true, PingScope = PingScope.EachMember, Policy = Policy.Nothing with { Ping = Pings },
        });
        Federated.Pipe culprit = world.A.Opened[dead];
        Assert.Empty(world.B.Opened);
        culprit.Cut();
        world.Wait(300);
        Assert.Equal([culprit.Stream], world.A.Of(Kind.Blamed).Select(b => b.Stream));
        Assert.Equal([culprit.AcceptorStream], world.B.Of(Kind.Blamed).Select(b => b.Stream));
    }

    [Fact]
    public void Nothing_received_for_so_long_kills_every_healthy_stream_that_only_sends()
    {
        Federated world = Federated.With(r => r with { SilenceLimit = Duration.FromMinutes(5) });
        for (int i = 0; i < 20; i++) world.Sends("u@a.example", "v@b.example", i).Wait(60);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), world.B.Numbers);
        var blamed = world.A.Of(Kind.Blamed).ToList();
        Assert.InRange(blamed.Count, 3, 4);                            // each stream lives for five minutes
        Assert.All(blamed, b => Assert.Equal(Mechanism.IdleRule, b.Mechanism));
        Assert.Empty(world.B.Of(Kind.Blamed));                         // what only receives heard something
    }

    [Fact]
    public void White_space_is_sent_and_proves_nothing()
    {
        Federated world = Meshed(r => r with
        {
            Policy = Policy.Nothing with { Whitespace = new() { Every = Duration.FromSeconds(60) } },
        });
        Federated.Pipe dead = world.A.Opened[0].Cut();
        world.Wait(600);
        Assert.EndsWith("    ", dead.Said);
        Assert.Contains(world.A.Of(Kind.CheckSent), c => c.Stream == dead.Stream && c.Traffic == Traffic.Whitespace);
        Assert.Empty(world.A.Of(Kind.Blamed));
    }

    [Rule("O22")]
    [Theory]
    [InlineData(60, 30, 1)]
    [InlineData(60, 90, 5)]
    [InlineData(3600, 90, 1)]
    public void An_idle_limit_below_the_gap_between_stanzas_costs_a_handshake_each(int limit, int gap, int streams)
    {
        Federated world = Federated.With(r => r with
        {
            Policy = Policy.Nothing with { Idle = new() { After = Duration.FromSeconds(limit) } },
        });
        for (int i = 0; i < 5; i++) world.Sends("u@a.example", "v@b.example", i).Wait(gap);
        Assert.Equal([0, 1, 2, 3, 4], world.B.Numbers);
        Assert.Equal(streams, world.A.Of(Kind.Ready).Count());
        Assert.All(world.A.Of(Kind.Ended),
            e => Assert.True(e.Claim == Claim.Idle || e.Mechanism == Mechanism.StreamClose));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Verify_first_closes_only_what_does_not_answer(bool acks)
    {
        Federated world = Federated.With(r => r with
        {
            Policy = Policy.Nothing with
            {
                Idle = new() { After = Duration.FromSeconds(60), Then = IdleAction.VerifyFirst },
                Acks = acks ? new AckPolicy() : null,
            },
        });
        world.Sends("u@a.example", "v@b.example", 0).Wait(600);
        Federated.Pipe stream = world.A.Opened.Single(p => p.Said.Contains("id='m0'", StringComparison.Ordinal));
        Assert.Empty(world.A.Of(Kind.Blamed));
        stream.Cut();
        world.Wait(200);
        Assert.Contains(world.A.Of(Kind.Blamed), b => b.Stream == stream.Stream);
    }
}
