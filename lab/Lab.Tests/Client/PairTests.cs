using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>The client and the lab's own server in dialogue.</summary>
public class PairTests
{
    private static readonly ReconnectPolicy After10 = new() { Kind = BackoffKind.Fixed,
        First = Duration.FromSeconds(10) };

    private static Policy Acks(long resume = 300, long timeout = 20, Reaction onDead = Reaction.Drop,
        bool resend = true) => new()
    {
        Acks = new AckPolicy
        {
            Resume = Duration.FromSeconds(resume), Timeout = Duration.FromSeconds(timeout),
                ResendAfterFailedResume = resend,
        },
        OnDead = onDead, Reconnect = After10,
    };

    private static Policy Pings(long every = 60, long timeout = 20) => new()
    {
        Ping = new PingPolicy { Every = Duration.FromSeconds(every), Timeout = Duration.FromSeconds(timeout) },
            Reconnect = After10,
    };

    [Theory]
    [InlineData(SaslMechanism.ScramSha256)]
    [InlineData(SaslMechanism.ScramSha1)]
    [InlineData(SaslMechanism.Plain)]
    public void A_client_gets_online_and_its_message_comes_back_as_an_echo(SaslMechanism mechanism)
    {
        Pair pair = new Pair(change: c => c with { Mechanisms = [mechanism] }).Online().Sends(7).Wait(1);
        Assert.Equal([7], pair.NumbersAtServer(Kind.MessageAccepted));
        Assert.Equal([7 + XmppServer.EchoOffset], pair.Numbers(Kind.MessageReceived));
        Assert.Equal("c0@a.test/desk", pair.Client.FullJid);
        Assert.Single(pair.AtServer(Kind.Available));
        Assert.Contains(pair.Transcript,
            t => t.Contains($"mechanism='{System.Text.Encoding.ASCII.GetString(SaslMechanisms.Name(mechanism))}'",
                StringComparison.Ordinal));
    }

    [Fact]
    public void Getting_online_by_starttls_and_scram_takes_nine_round_trips_and_one_more_with_acks()
    {
        // TCP 1, header 1, starttls 1, TLS 1, header 1, auth 2, header 1, bind 1 = 9; the features come with their
        // header.
        foreach ((Policy? policy, int trips) in new[] { (null, 9), (Acks(), 10) })
        {
            Pair pair = new Pair(policy, delay: Duration.FromMilliseconds(50)).Online();
            Assert.Equal(Duration.FromMilliseconds(100 * trips), pair.Seen[0].Single(s => s.Action.Kind == Kind.Online)
                .At - Instant.Zero);
        }
    }

    [Fact]
    public void A_wrong_password_never_gets_online_and_the_client_keeps_to_its_back_off()
    {
        Pair pair = new Pair(new Policy { Reconnect = After10 }, change: c => c with { Password = "wrong" }).Start()
            .Wait(60);
        Assert.Equal(Step.Offline, pair.Client.Step);
        Assert.Empty(pair.Of(Kind.Online));
        Assert.InRange(pair.Of(Kind.RetryScheduled).Count(), 4, 6);
    }

    [Fact]
    public void Both_sides_ping_and_answer_for_an_hour()
    {
        Pair pair = new Pair(Pings(), Pings(every: 90)).Online().Wait(3600);
        Assert.Equal(Step.Online, pair.Client.Step);
        Assert.Equal(60, pair.Of(Kind.CheckAnswered).Count());
        Assert.Equal(40, pair.AtServer(Kind.CheckAnswered).Count());
        Assert.All(pair.Of(Kind.CheckAnswered), a => Assert.Equal(Duration.FromMilliseconds(50).Nanoseconds, a.A));
    }

    [Rule("DEAD-01")]
    [Fact]
    public void A_cut_is_found_by_the_ping_the_transport_dropped_and_the_session_resumed()
    {
        Policy policy = Acks() with { Ping = Pings().Ping };
        Pair pair = new Pair(policy, Acks()).Online().Wait(5).Cut().Wait(120);
        (Instant at, XmppAction end) = pair.Seen[0].Single(s => s.Action.Kind == Kind.Ended);
        Assert.Equal((Claim.Dead, Mechanism.PingTimeout), (end.Claim, end.Mechanism));
        Assert.InRange(at.TotalSeconds, 60, 81);
        Assert.Equal(1, pair.Of(Kind.Online).Last().A);
        Assert.Contains(pair.AtServer(Kind.Available), a => a.A == 1);
    }

    [Rule("SM-21")]
    [Fact]
    public void The_old_stream_that_is_still_open_is_replaced()
    {
        Pair pair = new Pair(Acks() with { Ping = Pings().Ping }, Acks(timeout: 100_000)).Online().Cut().Wait(120);
        Assert.Contains(pair.AtServer(Kind.Ended), a => a.Mechanism == Mechanism.Replaced);
        Assert.Equal(Step.Online, pair.Client.Step);
    }

    [Rule("O18")]
    [Theory]
    [InlineData(Reaction.Drop, true)]
    [InlineData(Reaction.Close, false)]
    [InlineData(Reaction.Error, false)]
    public void A_misdiagnosed_stream_can_be_resumed_only_when_it_was_dropped(Reaction reaction, bool resumed)
    {
        Pair pair = new Pair(Acks(onDead: reaction), Acks(timeout: 1000)).Online().Wait(1).Cut().Sends(1).Wait(21)
            .Heal().Wait(30);
        Assert.Equal([0, resumed ? 1 : 0], pair.Of(Kind.Online).Select(a => a.A));
        Assert.Equal([1], pair.NumbersAtServer(Kind.MessageAccepted).Distinct());
        Claim claim = reaction == Reaction.Drop ? Claim.Dead : Claim.Broken;
        Assert.Equal((claim, Mechanism.AckTimeout),
            (pair.Of(Kind.Ended).First().Claim, pair.Of(Kind.Ended).First().Mechanism));
    }

    [Rule("O18")]
    [Theory]
    [InlineData(Reaction.Drop, true)]
    [InlineData(Reaction.Close, false)]
    [InlineData(Reaction.Error, true)]
    public void An_error_that_never_arrives_destroys_nothing(Reaction reaction, bool resumed)
    {
        Pair pair = new Pair(Acks(onDead: reaction), Acks(timeout: 1000)).Online().Wait(1).Cut().Sends(1).Wait(50);
        Assert.Equal([0, resumed ? 1 : 0], pair.Of(Kind.Online).Select(a => a.A));
        Assert.Equal([1], pair.NumbersAtServer(Kind.MessageAccepted));
    }

    [Fact]
    public void Resuming_after_a_reset_resends_only_what_was_not_acknowledged()
    {
        Pair pair = new Pair(Acks(), Acks()).Online();
        pair.Sends(1).Wait(1).Sends(2).Reset().Sends(3).Wait(12);
        Assert.Equal([1, 2, 3], pair.NumbersAtServer(Kind.MessageAccepted));
        Assert.Equal([1, 2, 3], pair.Numbers(Kind.MessageAcknowledged));
        Assert.Equal([1, 2, 3], pair.Numbers(Kind.MessageReceived).Select(n => n - XmppServer.EchoOffset));
    }

    [Rule("O17")]
    [Fact]
    public void A_session_that_expired_is_pruned_by_the_servers_last_h_so_that_nothing_arrives_twice()
    {
        Pair pair = new Pair(Acks(resume: 300), Acks(resume: 5)).Online();
        pair.Sends(1).Wait(0.03).Sends(2).Cut().Wait(60);
        Assert.All(pair.Of(Kind.Online), a => Assert.Equal(0, a.A));
        Assert.True(pair.NumbersAtServer(Kind.MessageAccepted) is [1, 2], string.Join("\n", pair.Transcript));
        Assert.Equal([1, 2], pair.Numbers(Kind.MessageAcknowledged));
        Assert.Empty(pair.Numbers(Kind.MessageAbandoned));
    }

    [Rule("REL-04")]
    [Fact]
    public void A_restarted_server_does_not_know_the_session_but_the_message_gets_through()
    {
        Pair pair = new Pair(Acks(), Acks()).Online().Sends(1).Wait(1).CrashServer().Sends(2).Wait(3).RestartServer()
            .Wait(30);
        Assert.Equal(Step.Online, pair.Client.Step);
        Assert.Equal([1, 2], pair.NumbersAtServer(Kind.MessageAccepted));
    }

    [Fact]
    public void A_shutdown_is_announced_and_the_clients_come_back_later()
    {
        Pair pair = new Pair(Acks(), Acks(), clients: 3);
        for (int i = 0; i < 3; i++) pair.Online(i);
        pair.ServerDoes((s, now) => s.Shutdown(now)).Wait(1);
        for (int i = 0; i < 3; i++)
        {
            XmppAction end = pair.Of(Kind.Ended, i).Single();
            Assert.Equal((Mechanism.StreamError, (long)StreamErrorCondition.SystemShutdown), (end.Mechanism, end.A));
        }
        pair.Wait(15);
        for (int i = 0; i < 3; i++) Assert.Equal(Step.Online, pair.Clients[i].Step);
    }

    [Rule("O15")]
    [Fact]
    public void Without_acks_messages_into_a_cut_are_gone_and_nobody_says_so()
    {
        Pair pair = new Pair(Pings()).Online().Sends(1).Wait(1).Cut().Sends(2).Wait(100).Sends(3).Wait(5);
        Assert.Equal(Step.Online, pair.Client.Step);
        Assert.Equal([1, 3], pair.NumbersAtServer(Kind.MessageAccepted));
        Assert.Empty(pair.Numbers(Kind.MessageAbandoned));
    }

    [Rule("O24")]
    [Theory]
    [InlineData(ConflictPolicy.GenerateResource)]
    [InlineData(ConflictPolicy.RefuseNew)]
    [InlineData(ConflictPolicy.CloseOld)]
    public void Two_clients_of_one_account_do_not_evict_each_other_for_ever(ConflictPolicy conflict)
    {
        Pair pair = new Pair(new Policy { Reconnect = After10 }, clients: 2,
            settings: s => s with { Conflict = conflict }, change: c => c with { BareJid = "c0@a.test" });
        pair.Online(0).Online(1).Wait(3600);
        Assert.Equal(Step.Online, pair.Clients[0].Step);
        Assert.Equal(Step.Online, pair.Clients[1].Step);
        Assert.NotEqual(pair.Clients[0].FullJid, pair.Clients[1].FullJid);
        Assert.Equal(conflict == ConflictPolicy.CloseOld ? 1 : 0, pair.Of(Kind.Ended, 0).Count());
        Assert.Empty(pair.Of(Kind.Ended, 1));
    }

    [Fact]
    public void A_message_from_one_client_to_another_arrives()
    {
        Pair pair = new Pair(Acks(), Acks(), clients: 2).Online(0).Online(1);
        pair.Sends(5, "c1@a.test").Wait(1);
        Assert.Equal([5], pair.Numbers(Kind.MessageReceived, 1));
        pair.Stop(1).Wait(6).Sends(6, "c1@a.test").Sends(7, "nobody@a.test").Wait(1);
        Assert.Equal([6], pair.NumbersAtServer(Kind.MessageStored));
        Assert.Equal([7], pair.Numbers(Kind.MessageBounced));
        pair.Online(1);
        Assert.Equal([5, 6], pair.Numbers(Kind.MessageReceived, 1));
    }

    [Fact]
    public void Stopping_closes_in_an_orderly_way_on_both_sides()
    {
        Pair pair = new Pair(Acks(), Acks()).Online().Sends(1).Wait(1).Stop().Wait(1);
        Assert.Equal(Step.Offline, pair.Client.Step);
        Assert.Equal(Mechanism.Stopped, pair.Of(Kind.Ended).Single().Mechanism);
        Assert.Equal(Mechanism.StreamClose, pair.AtServer(Kind.Ended).Single().Mechanism);
        Assert.Equal((Instant.Never, 0), (pair.Client.NextTime, pair.Held));
    }

    /// <summary>
    /// O16 as a property: whatever breaks and when, with resumption each message is accepted once, in order, and none
    /// is lost.
    /// </summary>
    [Rule("O16")]
    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue - 9)]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void With_resumption_every_message_arrives_once_and_in_order_through_resets_and_cuts(uint firstCount)
    {
        int resumed = 0;
        Fuzz.Try(60, seed =>
        {
            RandomStream random = RandomStream.Root(seed);
            Policy client = Acks(resume: 3600, timeout: 5) with { Ping = Pings(30, 10).Ping };
            Pair pair = new Pair(client, Acks(resume: 3600, timeout: 5), seed: seed, firstCount: firstCount).Start();
            long sent = 0;
            for (int step = 0; step < 40; step++)
            {
                pair.Wait(random.Below(4_000) / 1000.0);
                switch (random.Below(6))
                {
                    case 0: pair.Reset(); break;
                    case 1: pair.Cut(); break;
                    case 2: pair.Heal(); break;
                    default: pair.Sends(++sent); break;
                }
            }
            pair.Heal().Wait(120);
            long[] all = [.. Enumerable.Range(1, (int)sent).Select(i => (long)i)];
            Assert.True(all.SequenceEqual(pair.NumbersAtServer(Kind.MessageAccepted)),
                string.Join("\n", pair.Transcript));
            Assert.Equal(all, pair.Numbers(Kind.MessageAcknowledged));
            Assert.True(all.SequenceEqual(pair.Numbers(Kind.MessageReceived).Select(n => n - XmppServer.EchoOffset)),
                string.Join("\n", pair.Transcript));
            resumed += pair.Of(Kind.Online).Count(a => a.A == 1);
            pair.Stop().Wait(3700);   // a server that did not hear of it keeps a session for an hour
            Assert.Equal(0, pair.Held);
        });
        Assert.True(resumed > 100, $"{resumed} resumptions in all");
    }
}
