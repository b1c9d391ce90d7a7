using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class LivenessTests
{
    private static Duration S(long seconds) => Duration.FromSeconds(seconds);
    private static Instant At(long seconds) => Instant.Zero + S(seconds);

    private static Liveness Online(Policy policy, bool acks = false)
    {
        var liveness = new Liveness(policy);
        liveness.Open(At(0));
        liveness.Establish(At(0));
        if (acks) liveness.EnableAcks(At(0));
        return liveness;
    }

    private static void Expect(ref Liveness liveness, long second, DueKind kind)
    {
        Assert.Equal(At(second), liveness.NextTime);
        Assert.Equal(DueKind.Nothing, liveness.Take(At(second) - new Duration(1)).Kind);
        Assert.Equal(kind, liveness.Take(At(second)).Kind);
    }

    private static void ExpectEnd(ref Liveness liveness, long second, Claim claim, Mechanism mechanism,
        Reaction reaction)
    {
        Assert.Equal(At(second), liveness.NextTime);
        Assert.Equal(new Due(DueKind.GiveUp, claim, mechanism, reaction), liveness.Take(At(second)));
        Assert.Equal(Instant.Never, liveness.NextTime);
    }

    private static Policy Whitespace(long every, Trigger trigger = Trigger.Periodic) =>
        new() { Whitespace = new WhitespacePolicy { Every = S(every), Trigger = trigger } };

    private static Policy Ping(long every, long timeout, Trigger trigger = Trigger.Periodic,
        ClearedBy cleared = ClearedBy.Answer,
        Reaction onDead = Reaction.Drop) =>
        new()
        {
            Ping = new PingPolicy { Every = S(every), Timeout = S(timeout), Trigger = trigger, ClearedBy = cleared },
            OnDead = onDead,
        };

    private static Policy Acks(long? every = null, long? timeout = null, int stanzas = 0,
        Trigger trigger = Trigger.Periodic) => new()
    {
        Acks = new AckPolicy
        {
            Every = every is { } e ? S(e) : null, Timeout = timeout is { } t ? S(t) : null, EveryStanzas = stanzas,
            Trigger = trigger,
        },
    };

    [Fact]
    public void A_policy_without_checks_never_demands_anything()
    {
        Liveness liveness = Online(Policy.Nothing, acks: true);
        Assert.Equal(Instant.Never, liveness.NextTime);
        Assert.Equal(default, liveness.Take(At(1_000_000)));
    }

    [Fact]
    public void White_space_flows_from_the_header_on_and_is_held_back_until_the_next_header()
    {
        var liveness = new Liveness(Whitespace(10));
        Assert.Equal(Instant.Never, liveness.NextTime);
        liveness.Open(At(0));
        Expect(ref liveness, 10, DueKind.SendWhitespace);
        liveness.Hold();
        Assert.Equal(Instant.Never, liveness.NextTime);
        Assert.Equal(DueKind.Nothing, liveness.Take(At(25)).Kind);
        liveness.Open(At(26));
        Expect(ref liveness, 36, DueKind.SendWhitespace);
    }

    [Theory]
    [InlineData(Trigger.Periodic, 10)]
    [InlineData(Trigger.IdleReceive, 14)]
    [InlineData(Trigger.IdleSend, 17)]
    [InlineData(Trigger.IdleBoth, 17)]
    public void A_trigger_says_what_restarts_the_interval(Trigger trigger, long due)
    {
        Liveness liveness = Online(Whitespace(10, trigger));
        liveness.Received(At(4), Heard.Element);
        liveness.Sent(At(7));
        Expect(ref liveness, due, DueKind.SendWhitespace);
        liveness = Online(Ping(10, 3, trigger));
        liveness.Received(At(4), Heard.Element);
        liveness.Sent(At(7));
        Expect(ref liveness, due, DueKind.SendPing);
        liveness = Online(Acks(10, 3, trigger: trigger), acks: true);
        liveness.Received(At(4), Heard.Element);
        liveness.Sent(At(7));
        Expect(ref liveness, due, DueKind.RequestAck);
    }

    [Fact]
    public void Either_direction_restarts_the_interval_of_idle_both()
    {
        Liveness liveness = Online(Whitespace(10, Trigger.IdleBoth));
        liveness.Sent(At(4));
        liveness.Received(At(7), Heard.Element);
        Expect(ref liveness, 17, DueKind.SendWhitespace);
    }

    [Fact]
    public void White_space_that_is_sent_ends_the_silence_that_a_ping_waits_for()
    {
        Liveness liveness = Online(Whitespace(10) with { Ping = Ping(15, 5, Trigger.IdleSend).Ping });
        for (long t = 10; t <= 60; t += 10) Expect(ref liveness, t, DueKind.SendWhitespace);
    }

    [Fact]
    public void The_idle_rule_begins_when_stanzas_may_flow()
    {
        var liveness = new Liveness(new Policy { Idle = new IdlePolicy { After = S(30), Then = IdleAction.Close } });
        liveness.Open(At(0));
        Assert.Equal(Instant.Never, liveness.NextTime);
        liveness.Establish(At(20));
        ExpectEnd(ref liveness, 50, Claim.Idle, Mechanism.IdleRule, Reaction.Close);
    }

    [Fact]
    public void Verify_first_lets_an_ack_request_that_is_out_already_verify()
    {
        Liveness liveness = Online(Acks(10, 100) with
        {
            Idle = new IdlePolicy { After = S(30), Then = IdleAction.VerifyFirst, Timeout = S(20) },
        }, acks: true);
        Expect(ref liveness, 10, DueKind.RequestAck);
        Assert.Equal(DueKind.Nothing, liveness.Take(At(30)).Kind);
        ExpectEnd(ref liveness, 50, Claim.Dead, Mechanism.IdleRule, Reaction.Drop);
    }

    [Fact]
    public void No_trigger_makes_a_check_more_frequent_than_its_interval()
    {
        Liveness liveness = Online(Whitespace(10, Trigger.IdleReceive));
        for (long t = 10; t <= 100; t += 10) Expect(ref liveness, t, DueKind.SendWhitespace);
    }

    [Fact]
    public void Pings_begin_when_stanzas_may_flow_and_at_most_one_is_out()
    {
        var liveness = new Liveness(Ping(60, 90));
        liveness.Open(At(0));
        Assert.Equal(Instant.Never, liveness.NextTime);
        liveness.Establish(At(5));
        Expect(ref liveness, 65, DueKind.SendPing);
        Assert.Equal(At(155), liveness.NextTime);
        Assert.True(liveness.PingAnswered(At(66), out Duration roundTrip));
        Assert.Equal(S(1), roundTrip);
        Assert.False(liveness.PingAnswered(At(67), out _));
        Expect(ref liveness, 125, DueKind.SendPing);
    }

    [Theory]
    [InlineData(Reaction.Drop, Claim.Dead)]
    [InlineData(Reaction.Close, Claim.Broken)]
    [InlineData(Reaction.Error, Claim.Broken)]
    public void An_unanswered_ping_is_the_verdict_that_the_reaction_stands_for(Reaction reaction, Claim claim)
    {
        Liveness liveness = Online(Ping(60, 20, onDead: reaction));
        Expect(ref liveness, 60, DueKind.SendPing);
        ExpectEnd(ref liveness, 80, claim, Mechanism.PingTimeout, reaction);
    }

    [Theory]
    [InlineData(ClearedBy.Answer, Heard.Element, false)]
    [InlineData(ClearedBy.AnyStanza, Heard.Whitespace, false)]
    [InlineData(ClearedBy.AnyStanza, Heard.Bytes, false)]
    [InlineData(ClearedBy.AnyStanza, Heard.Element, true)]
    [InlineData(ClearedBy.AnyData, Heard.Whitespace, true)]
    [InlineData(ClearedBy.AnyData, Heard.Bytes, true)]
    [InlineData(ClearedBy.AnyData, Heard.Element, true)]
    public void What_clears_a_ping_is_the_policys_choice(ClearedBy rule, Heard heard, bool clears)
    {
        Liveness liveness = Online(Ping(60, 20, cleared: rule));
        Expect(ref liveness, 60, DueKind.SendPing);
        liveness.Received(At(61), heard);
        Assert.Equal(clears ? At(120) : At(80), liveness.NextTime);
        Assert.True(liveness.PingAnswered(At(62), out Duration roundTrip));
        Assert.Equal(S(2), roundTrip);
    }

    [Theory]
    [InlineData(ClearedBy.Answer, Heard.Element, false)]
    [InlineData(ClearedBy.AnyStanza, Heard.Element, true)]
    [InlineData(ClearedBy.AnyData, Heard.Whitespace, true)]
    public void What_clears_an_ack_request_is_the_policys_choice(ClearedBy rule, Heard heard, bool clears)
    {
        Policy policy = Acks(60, 20);
        Liveness liveness = Online(policy with { Acks = policy.Acks! with { ClearedBy = rule } }, acks: true);
        Expect(ref liveness, 60, DueKind.RequestAck);
        liveness.Received(At(61), heard);
        Assert.Equal(clears ? At(120) : At(80), liveness.NextTime);
    }

    [Fact]
    public void An_ack_is_asked_for_so_long_after_the_last_request_or_answer()
    {
        Liveness liveness = Online(Acks(60, 20), acks: true);
        Expect(ref liveness, 60, DueKind.RequestAck);
        Assert.True(liveness.AckAnswered(At(63), out Duration roundTrip));
        Assert.Equal(S(3), roundTrip);
        Expect(ref liveness, 123, DueKind.RequestAck);
        ExpectEnd(ref liveness, 143, Claim.Dead, Mechanism.AckTimeout, Reaction.Drop);
    }

    [Fact]
    public void No_ack_is_asked_for_before_stream_management_is_on()
    {
        Liveness liveness = Online(Acks(60, 20, stanzas: 1));
        liveness.SentStanza(At(1));
        Assert.Equal(Instant.Never, liveness.NextTime);
        liveness.EnableAcks(At(2));
        Assert.Equal(DueKind.RequestAck, liveness.Take(At(2)).Kind);
    }

    [Fact]
    public void Stanzas_ask_for_an_ack_at_once_but_never_a_second_time_while_one_is_out()
    {
        Liveness liveness = Online(Acks(timeout: 20, stanzas: 2), acks: true);
        liveness.SentStanza(At(1));
        Assert.Equal(DueKind.Nothing, liveness.Take(At(1)).Kind);
        liveness.SentStanza(At(2));
        Assert.Equal(DueKind.RequestAck, liveness.Take(At(2)).Kind);
        liveness.SentStanza(At(3));
        liveness.SentStanza(At(4));
        Assert.Equal(DueKind.Nothing, liveness.Take(At(4)).Kind);
        Assert.True(liveness.AckAnswered(At(5), out _));
        Assert.Equal(DueKind.RequestAck, liveness.Take(At(5)).Kind);
        ExpectEnd(ref liveness, 25, Claim.Dead, Mechanism.AckTimeout, Reaction.Drop);
    }

    [Fact]
    public void Without_a_timeout_a_request_waits_for_ever()
    {
        Liveness liveness = Online(Acks(stanzas: 1), acks: true);
        liveness.SentStanza(At(1));
        Assert.Equal(DueKind.RequestAck, liveness.Take(At(1)).Kind);
        Assert.Equal(Instant.Never, liveness.NextTime);
        Assert.True(liveness.AckAnswered(At(9_000), out Duration roundTrip));
        Assert.Equal(S(8_999), roundTrip);
    }

    [Theory]
    [InlineData(IdleAction.Close, Reaction.Close)]
    [InlineData(IdleAction.Error, Reaction.Error)]
    public void The_idle_rule_claims_an_idle_peer(IdleAction then, Reaction reaction)
    {
        Liveness liveness = Online(new Policy { Idle = new IdlePolicy { After = S(600), Then = then } });
        liveness.Received(At(100), Heard.Element);
        liveness.Sent(At(300));
        ExpectEnd(ref liveness, 700, Claim.Idle, Mechanism.IdleRule, reaction);
    }

    [Theory]
    [InlineData(true, 700)]
    [InlineData(false, 600)]
    public void Whether_white_space_is_a_sign_of_life_is_the_policys_choice(bool counts, long end)
    {
        Liveness liveness = Online(new Policy { Idle = new IdlePolicy { After = S(600), WhitespaceCounts = counts } });
        liveness.Received(At(100), Heard.Whitespace);
        ExpectEnd(ref liveness, end, Claim.Idle, Mechanism.IdleRule, Reaction.Close);
    }

    [Theory]
    [InlineData(false, DueKind.SendPing)]
    [InlineData(true, DueKind.RequestAck)]
    public void Verify_first_asks_once_and_an_unanswered_question_is_a_dead_peer(bool acks, DueKind check)
    {
        Policy policy = Acks() with { Idle = new IdlePolicy { After = S(840), Then = IdleAction.VerifyFirst,
            Timeout = S(30) } };
        Liveness liveness = Online(policy, acks);
        Expect(ref liveness, 840, check);
        ExpectEnd(ref liveness, 870, Claim.Dead, Mechanism.IdleRule, Reaction.Drop);
    }

    [Fact]
    public void Verify_first_starts_again_when_its_question_is_answered()
    {
        Liveness liveness = Online(new Policy { Idle = new IdlePolicy { After = S(840),
            Then = IdleAction.VerifyFirst } });
        Expect(ref liveness, 840, DueKind.SendPing);
        liveness.Received(At(841), Heard.Element);
        Assert.True(liveness.PingAnswered(At(841), out _));
        Expect(ref liveness, 1_681, DueKind.SendPing);
    }

    [Fact]
    public void Verify_first_lets_a_check_that_is_out_already_verify()
    {
        var idle = new IdlePolicy { After = S(110), Then = IdleAction.VerifyFirst, Timeout = S(30) };
        Policy policy = Ping(100, 900) with { Idle = idle };
        Liveness liveness = Online(policy);
        Expect(ref liveness, 100, DueKind.SendPing);
        Assert.Equal(At(110), liveness.NextTime);
        Assert.Equal(DueKind.Nothing, liveness.Take(At(110)).Kind);
        ExpectEnd(ref liveness, 140, Claim.Dead, Mechanism.IdleRule, Reaction.Drop);
    }

    [Fact]
    public void A_verdict_precedes_every_check_of_the_same_moment()
    {
        Liveness liveness = Online(Ping(60, 60) with { Whitespace = new WhitespacePolicy { Every = S(120) } });
        Expect(ref liveness, 60, DueKind.SendPing);
        ExpectEnd(ref liveness, 120, Claim.Dead, Mechanism.PingTimeout, Reaction.Drop);
    }

    [Fact]
    public void A_closed_stream_has_no_timers()
    {
        Liveness liveness = Online(Ping(60, 20), acks: true);
        liveness.Close();
        Assert.Equal(Instant.Never, liveness.NextTime);
    }

    [Fact]
    public void An_interval_of_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Liveness(Whitespace(0)));

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Whatever_happens_no_check_comes_more_often_than_the_policy_claims()
    {
        Fuzz.Try(300, seed =>
        {
            RandomStream random = RandomStream.Root(seed);
            Trigger Any() => (Trigger)random.Below(4);
            var policy = new Policy
            {
                Whitespace = new WhitespacePolicy { Every = S(7), Trigger = Any() },
                Ping = new PingPolicy { Every = S(11), Timeout = S(5), Trigger = Any(),
                    ClearedBy = (ClearedBy)random.Below(3) },
                Acks = new AckPolicy { Every = S(13), Timeout = S(9), EveryStanzas = 0, Trigger = Any() },
                Idle = seed % 2 == 0 ? null : new IdlePolicy { After = S(40), Then = (IdleAction)random.Below(2) },
            };
            Liveness liveness = Online(policy, acks: true);
            var last = new Instant[5];
            Instant now = At(0);
            for (int i = 0; i < 400; i++)
            {
                now = Instant.Min(liveness.NextTime, now + new Duration((long)random.Below(6_000_000_000)));
                Assert.NotEqual(Instant.Never, now);
                Due due = liveness.Take(now);
                if (due.Kind == DueKind.GiveUp) break;
                if (due.Kind != DueKind.Nothing)
                {
                    Duration gap = due.Kind == DueKind.SendWhitespace ? S(7) : due.Kind == DueKind.SendPing ? S(11)
                        : S(13);
                    Assert.True(now - last[(int)due.Kind] >= gap,
                        $"seed {seed}: {due.Kind} {now - last[(int)due.Kind]} after the last");
                    last[(int)due.Kind] = now;
                    continue;
                }
                switch (random.Below(6))
                {
                    case 0: liveness.Received(now, (Heard)random.Below(3)); break;
                    case 1: liveness.Sent(now); break;
                    case 2: liveness.SentStanza(now); break;
                    case 3: liveness.PingAnswered(now, out _); break;
                    case 4: liveness.AckAnswered(now, out _); break;
                    default: break;
                }
            }
        });
    }
}
