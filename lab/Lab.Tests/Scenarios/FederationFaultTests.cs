using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// Whole runs in which one of two servers cannot be found, proven, or got to speak. From minute 10 to 40 of an hour
/// alice of a.example writes to bob of b.example every minute; streams close after five minutes without a stanza.
/// </summary>
public class FederationFaultTests
{
    private static readonly Instant Begin = At(10), End = At(40);

    private static Instant At(double minutes) => Instant.Zero + Duration.FromSeconds((long)(minutes * 60));

    private sealed class Story : IJournalReader
    {
        public List<Entry> Entries { get; } = [];

        public void On(in Entry entry) => Entries.Add(entry);

        /// <summary>What returned stanzas say, with how often.</summary>
        public IReadOnlyDictionary<StanzaError, int> Returned() => Entries
            .Where(e => e.Kind == EntryKind.StanzaReturned).GroupBy(e => StanzaReturnedEntry.Of(e).Error)
            .ToDictionary(g => g.Key, g => g.Count());

        public IEnumerable<Entry> Ends(StreamErrorCondition condition) => Entries.Where(e =>
            e.Kind == EntryKind.MemberEnded && MemberEndEntry.Of(e).End.Condition == condition);
    }

    private static (RunResult Run, Story Story) Play(
        FaultSpec fault, FederationAuth auth = FederationAuth.Dialback, Duration? begin = null,
        Func<S2sSpec, S2sSpec>? change = null, params FaultSpec[] others)
    {
        var link = new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(20) });
        var s2s = new S2sSpec
        {
            Between = ["a.example", "b.example"], Link = link, Auth = auth,
            Policy = new PolicyChoice(null, new Policy { Idle = new IdlePolicy { After = Duration.FromMinutes(5) } }),
        };
        var spec = new RunSpec
        {
            ScenarioName = "test", Seed = 3,
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["a.example"] = new(), ["b.example"] = new() },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["alice"] = new() { Server = "a.example", Link = link },
                    ["bob"] = new() { Server = "b.example", Link = link },
                },
                S2s = [change?.Invoke(s2s) ?? s2s],
            },
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromHours(1), Tail = Duration.FromMinutes(10),
                Faults = [fault, .. others],
                Workload =
                [
                    new WorkloadSpec { From = "alice", To = "bob", Every = Duration.FromMinutes(1),
                        Begin = begin ?? Duration.FromSeconds(5), End = Duration.FromMinutes(55) },
                ],
            },
        };
        var story = new Story();
        return (Simulation.Run(spec, RunOptions.Default with { Reader = story })!, story);
    }

    private static FaultSpec Fault(FaultKind kind, string target) =>
        new() { Kind = kind, Target = target, At = Duration.FromMinutes(10), For = Duration.FromMinutes(30) };

    private static int Bounced(RunResult run, Instant from, Instant to) =>
        run.Messages.Count(m => m.Fate == MessageFate.Bounced && m.SentAt >= from && m.SentAt < to);

    private static void AllArriveAfterwards(RunResult run) => Assert.All(
        run.Messages.Where(m => m.SentAt > End + Duration.FromMinutes(2)),
        m => Assert.Equal(MessageFate.Delivered, m.Fate));

    [Fact]
    public void A_name_that_is_not_resolved_does_not_touch_streams_that_stand()
    {
        (RunResult run, Story story) = Play(Fault(FaultKinds.Unresolved, "b.example"));
        Assert.Empty(story.Returned());
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
    }

    [Fact]
    public void A_name_that_is_not_resolved_returns_what_needs_a_new_stream_as_remote_server_not_found()
    {
        (RunResult run, Story story) = Play(Fault(FaultKinds.Unresolved, "b.example"), begin: Duration.FromMinutes(12));
        Assert.Equal([StanzaError.RemoteServerNotFound], story.Returned().Keys);
        Assert.InRange(Bounced(run, Begin, End), 27, 28);
        Assert.DoesNotContain(story.Entries, e => e.Kind == EntryKind.ConnectAttempt && e.Host >= 4 && e.At < End);
        AllArriveAfterwards(run);
    }

    [Fact]
    public void A_server_that_cannot_be_found_can_still_write_but_not_be_proven_by_dialback()
    {
        (RunResult run, Story story) = Play(Fault(FaultKinds.Unresolved, "a.example"), begin: Duration.FromMinutes(12));
        Assert.Equal([StanzaError.RemoteServerTimeout], story.Returned().Keys);
        Assert.InRange(Bounced(run, Begin, End), 27, 28);
        (run, _) = Play(
            Fault(FaultKinds.Unresolved, "a.example"), FederationAuth.External, begin: Duration.FromMinutes(12));
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
    }

    [Theory]
    [InlineData(FederationAuth.Dialback, 0)]
    [InlineData(FederationAuth.External, 29)]
    public void An_expired_certificate_ends_streams_with_reset_and_only_certificates_cannot_do_without(
        FederationAuth auth, int bounced)
    {
        (RunResult run, Story story) = Play(Fault(FaultKinds.Expire, "b.example"), auth);
        Entry reset = story.Ends(StreamErrorCondition.Reset).First();
        Assert.Equal(Begin, reset.At);
        Assert.InRange(Bounced(run, Begin, End), bounced, bounced + 1);
        Assert.Equal(0, run.Value("federation.blamed-wrongly"));
        AllArriveAfterwards(run);
    }

    [Fact]
    public void A_server_that_was_frozen_when_a_certificate_ran_out_notices_when_it_goes_on()
    {
        var freeze = new FaultSpec
        {
            Kind = FaultKinds.Freeze, Target = "a.example", At = Duration.FromMinutes(9), For = Duration.FromMinutes(3),
        };
        (_, Story story) = Play(Fault(FaultKinds.Expire, "b.example"), others: freeze);
        Assert.Equal(At(12), story.Ends(StreamErrorCondition.Reset).First().At);
    }

    [Fact]
    public void A_stream_that_was_opened_on_an_expired_certificate_is_not_closed_for_it_later()
    {
        var freeze = new FaultSpec
        {
            Kind = FaultKinds.Freeze, Target = "a.example", At = Duration.FromMinutes(20),
            For = Duration.FromSeconds(30),
        };
        FaultSpec again = Fault(FaultKinds.Expire, "b.example") with { At = Duration.FromMinutes(25) };
        (_, Story story) = Play(Fault(FaultKinds.Expire, "b.example"), others: [freeze, again]);
        Assert.All(story.Ends(StreamErrorCondition.Reset), e => Assert.True(e.At < At(11), $"closed at {e.At}"));
    }

    [Fact]
    public void A_stream_without_TLS_showed_no_certificate_that_could_expire()
    {
        (RunResult run, Story story) = Play(
            Fault(FaultKinds.Expire, "b.example"), change: s => s with { Tls = FederationTls.None });
        Assert.Empty(story.Ends(StreamErrorCondition.Reset));
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
    }

    [Theory]
    [InlineData("b.example", 60)]   // whom alice's server asks: its db:result stays unanswered
    [InlineData("a.example", 30)]   // whom b.example asks whether the key is its own
    public void A_peer_that_never_answers_dialback_keeps_new_streams_away_until_the_timeouts(string mute, int seconds)
    {
        (RunResult run, Story story) = Play(Fault(FaultKinds.IgnoreDialback, mute), begin: Duration.FromMinutes(12));
        Assert.Equal([StanzaError.RemoteServerTimeout], story.Returned().Keys);
        Assert.InRange(Bounced(run, Begin, End), 26, 28);
        Instant waits = story.Entries.First(e => e.Kind == EntryKind.StanzaQueued).At;
        Entry first = story.Entries.First(e => e.Kind == EntryKind.StanzaReturned);
        Assert.InRange((first.At - waits).TotalSeconds, seconds, seconds + 1);   // and the handshakes
        AllArriveAfterwards(run);
    }

    [Fact]
    public void A_peer_that_never_answers_dialback_is_no_matter_for_certificates()
    {
        (RunResult run, _) = Play(Fault(FaultKinds.IgnoreDialback, "b.example"), FederationAuth.External);
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
    }

    [Fact]
    public void A_peer_that_accepts_TCP_and_says_nothing_is_dropped_when_the_whole_login_took_too_long()
    {
        (RunResult run, Story story) = Play(Fault(FaultKinds.Freeze, "b.example"), begin: Duration.FromMinutes(12));
        Entry waits = story.Entries.First(e => e.Kind == EntryKind.StanzaQueued);
        Entry first = story.Entries.First(e => e.Kind == EntryKind.StanzaReturned);
        // after the TCP handshake, which the kernel of the frozen process does
        Assert.Equal(new ConnectPolicy().Total, first.At - waits.At - Duration.FromMilliseconds(40));
        Assert.All(story.Entries.Where(e => e.Kind == EntryKind.MemberEnded && e.At < End),
            e => Assert.Equal(Mechanism.TotalTimeout, MemberEndEntry.Of(e).End.Mechanism));
        Assert.Equal([StanzaError.RemoteServerTimeout], story.Returned().Keys);
        Assert.InRange(Bounced(run, Begin, End), 27, 28);
        AllArriveAfterwards(run);
    }

    [Theory]
    [InlineData(20, true)]    // shorter than a login may take
    [InlineData(150, false)]
    public void A_peer_that_stops_again_and_again_costs_messages_only_when_it_stops_for_longer_than_a_login_may_take(
        int seconds, bool allArrive)
    {
        FaultSpec stops = Fault(FaultKinds.Freeze, "b.example") with
        {
            For = Duration.FromSeconds(seconds), Every = Duration.FromMinutes(2),
        };
        var eager = new Policy { Idle = new IdlePolicy { After = Duration.FromSeconds(30) } };
        (RunResult run, Story story) = Play(stops, change: s => s with { Policy = new PolicyChoice(null, eager) });
        Assert.InRange(story.Entries.Count(e => e.Kind == EntryKind.FaultBegan), 5, 30);
        Assert.Equal(0, run.Value("messages.lost"));
        Assert.Equal(allArrive, run.Value("messages.delivered") == run.Value("messages.sent"));
        Assert.All(story.Returned().Keys, e => Assert.Equal(StanzaError.RemoteServerTimeout, e));
        // a message waits for the peer to go on, then for the handshakes
        if (allArrive)
            Assert.InRange(run.Messages.Max(m => m.Delay.TotalSeconds), 5, seconds + 5);
    }

    [Theory]
    [InlineData(1, StanzaError.ResourceConstraint)]
    [InlineData(100, null)]
    public void A_slow_peer_fills_the_queue_and_only_what_is_over_its_limit_comes_back(int limit, StanzaError? error)
    {
        FaultSpec slow = Fault(FaultKinds.Degrade, "a.example->b.example") with
        {
            To = new LinkProfile { Delay = Duration.FromSeconds(5) },
        };
        (RunResult run, Story story) = Play(
            slow, begin: Duration.FromMinutes(12), change: s => s with { Queue = limit });
        Assert.Equal(error is { } one ? [one] : [], story.Returned().Keys);
        Assert.Equal(error is null, run.Value("messages.delivered") == run.Value("messages.sent"));
        AllArriveAfterwards(run);
    }

    [Fact]
    public void A_peer_too_slow_for_a_login_is_told_so_and_what_waited_comes_back()
    {
        FaultSpec slow = Fault(FaultKinds.Degrade, "a.example->b.example") with
        {
            To = new LinkProfile { Delay = Duration.FromSeconds(14) },   // twelve flights until stanzas pass
        };
        (RunResult run, Story story) = Play(slow, begin: Duration.FromMinutes(12));
        Assert.NotEmpty(story.Ends(StreamErrorCondition.ConnectionTimeout));
        Assert.Equal([StanzaError.RemoteServerTimeout], story.Returned().Keys);
        Assert.InRange(Bounced(run, Begin, End), 26, 28);
        AllArriveAfterwards(run);
    }
}
