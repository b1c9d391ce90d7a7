using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Histories written by hand, and what must be read from them.</summary>
public class RecorderTests
{
    private const int Phone = 0, Server = 1, CutFault = 0, FreezeFault = 1;
    private readonly Journal journal = new();
    private readonly Recorder recorder;

    public RecorderTests() => recorder = OnePhone(journal);

    /// <summary>One phone at one server; a cut, a freeze and a crash of the server may come, in that order.</summary>
    internal static Recorder OnePhone(Journal journal)
    {
        var topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "example.org" } },
        };
        var scenario = new Scenario
        {
            Topology = "t", Duration = Duration.FromHours(1),
            Faults =
            [
                new FaultSpec { Kind = FaultKinds.Cut, Target = "phone" },
                new FaultSpec { Kind = FaultKinds.Freeze, Target = "example.org" },
                new FaultSpec { Kind = FaultKinds.Crash, Target = "example.org" },
            ],
        };
        var recorder = new Recorder(new Cast(topology), scenario);
        journal.Attach(recorder);
        return recorder;
    }

    private static Instant At(long second) => Instant.Zero + Duration.FromSeconds(second);

    private void Path(long second, bool up, bool down) => journal.PathChanged(At(second), Phone, up, down, CutFault);

    private void Freeze(long second, int host, bool begins = true) => journal.ProcessChanged(
        At(second), host, begins ? ProcessState.Frozen : ProcessState.Runs, FreezeFault);

    private void ClientGivesUp(long second, int connection, Mechanism mechanism, Claim claim) =>
        journal.ClientOffline(At(second), Phone, new StreamEnd(mechanism, claim), connection);

    private void ServerGivesUp(long second, int connection, Mechanism mechanism, Claim claim) =>
        journal.ServerOffline(At(second), Phone, new StreamEnd(mechanism, claim), connection);

    /// <summary>The phone is online on connection 0 from second 1 on, and the server calls it available.</summary>
    private void GoOnline(int connection = 0, long second = 0)
    {
        journal.ConnectAttempt(At(second), Phone, connection);
        journal.FarAccepted(At(second), Phone, connection);
        journal.ClientOnline(At(second + 1), Phone, resumed: false, connection);
        journal.ServerAvailable(At(second + 1), Phone, resumed: false, connection);
    }

    private void Finish(long second) => recorder.Finish(At(second));

    [Fact]
    public void What_the_client_gives_up_on_is_detected_and_what_the_server_does_not_notice_is_censored_at_its_end()
    {
        GoOnline();
        Path(100, up: true, down: true);
        ClientGivesUp(170, 0, Mechanism.PingTimeout, Claim.Dead);
        Finish(3600);
        Incident client = Assert.Single(recorder.Incidents, i => i.Side == Side.Client);
        Assert.True(client.Detected);
        Assert.Equal(70, client.Elapsed.TotalSeconds);
        Assert.Equal(Mechanism.PingTimeout, client.Mechanism);
        Incident server = Assert.Single(recorder.Incidents, i => i.Side == Side.Server);
        Assert.False(server.Detected);
        Assert.False(server.Outlived);
        Assert.Equal(3500, server.Elapsed.TotalSeconds);
    }

    [Fact]
    public void A_stream_that_outlives_the_outage_is_censored_where_the_outage_ends()
    {
        GoOnline();
        Path(100, up: true, down: false);
        Path(160, up: false, down: false);
        Finish(3600);
        Assert.All(recorder.Incidents,
            i => Assert.True(i is { Outlived: true, Detected: false, Elapsed.TotalSeconds: 60 }));
        Assert.Equal(2, recorder.Incidents.Count);
    }

    [Fact]
    public void After_the_path_returns_a_stream_whose_other_end_is_gone_stays_an_incident_until_its_own_end()
    {
        GoOnline();
        Path(100, up: true, down: true);
        ClientGivesUp(170, 0, Mechanism.PingTimeout, Claim.Dead);
        Path(200, up: false, down: false);
        ServerGivesUp(260, 0, Mechanism.AckTimeout, Claim.Dead);
        Finish(3600);
        Incident server = Assert.Single(recorder.Incidents, i => i.Side == Side.Server);
        Assert.True(server.Detected);
        Assert.Equal(160, server.Elapsed.TotalSeconds);
        Assert.DoesNotContain(recorder.Verdicts, v => v.IsFalseAlarm);
    }

    [Fact]
    public void A_verdict_on_a_living_peer_is_a_false_alarm_and_closing_an_idle_one_is_not()
    {
        GoOnline();
        ClientGivesUp(50, 0, Mechanism.PingTimeout, Claim.Dead);
        GoOnline(1, 60);
        ServerGivesUp(90, 1, Mechanism.IdleRule, Claim.Idle);
        Assert.Single(recorder.Verdicts, v => v.IsFalseAlarm);
        Assert.Equal(
            [new("idle/dead", 1), new("idle/idle", 1)], StreamVerdict.Table(recorder.Verdicts).AsEnumerable());
    }

    [Theory]
    [InlineData(Claim.Dead, 1)]
    [InlineData(Claim.Broken, 0)]
    public void A_frozen_server_is_a_broken_stream_and_calling_it_dead_is_a_wrong_claim(Claim claim, int wrong)
    {
        GoOnline();
        Freeze(100, Server);
        ClientGivesUp(180, 0, Mechanism.PingTimeout, claim);
        Assert.Equal(wrong, recorder.Verdicts.Count(v => !v.IsRight));
        Assert.DoesNotContain(recorder.Verdicts, v => v.IsFalseAlarm);
        Incident incident = Assert.Single(recorder.Incidents);
        Assert.Equal((FaultKinds.Freeze, Side.Client, true), (incident.Fault, incident.Side, incident.Detected));
    }

    [Fact]
    public void Ghost_time_runs_while_the_server_calls_a_client_available_that_cannot_be_reached()
    {
        GoOnline();
        Path(101, up: false, down: true);
        journal.ServerHibernated(At(161), Phone, 0);
        journal.ServerUnavailable(At(201), Phone, 0);
        Finish(1001);
        ClientRecord c = recorder.Clients[0];
        Assert.Equal(100, c.GhostNanoseconds / 1e9);
        Assert.Equal(100, c.ReachableNanoseconds / 1e9);
    }

    [Fact]
    public void A_session_that_waits_to_be_resumed_is_out_of_reach_though_the_client_thinks_it_is_online()
    {
        GoOnline();
        journal.ServerHibernated(At(101), Phone, 0);
        Finish(201);
        ClientRecord c = recorder.Clients[0];
        Assert.Equal((100, 100), (c.ReachableNanoseconds / 1e9, c.GhostNanoseconds / 1e9));
    }

    /// <summary>A frozen server calls the phone available and no stanza passes; before and after it does.</summary>
    [Theory]
    [InlineData(Phone)]
    [InlineData(Server)]
    public void The_time_of_a_freeze_is_unreachable_and_the_time_before_it_and_after_it_is_not(int host)
    {
        GoOnline();
        Freeze(101, host);
        Freeze(131, host, begins: false);
        Finish(1001);
        ClientRecord c = recorder.Clients[0];
        Assert.Equal((970, 30), (c.ReachableNanoseconds / 1e9, c.GhostNanoseconds / 1e9));
    }

    [Fact]
    public void A_server_that_crashes_leaves_the_time_before_it_reachable_and_nobody_available_after_it()
    {
        GoOnline();
        ServerGivesUp(101, 0, Mechanism.Crashed, Claim.None);
        journal.ServerLost(At(101), Phone);
        journal.ProcessChanged(At(101), Server, ProcessState.Gone, FreezeFault);
        journal.ProcessChanged(At(200), Server, ProcessState.Runs, FreezeFault);
        Finish(1001);
        ClientRecord c = recorder.Clients[0];
        Assert.Equal((100, 0), (c.ReachableNanoseconds / 1e9, c.GhostNanoseconds / 1e9));
    }

    /// <summary>Whatever is told first at one instant, the time before it is booked as it was.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_order_of_what_happens_at_one_instant_changes_no_time(bool pathFirst)
    {
        GoOnline();
        if (pathFirst) Path(101, up: true, down: true);
        Freeze(101, Server);
        if (!pathFirst) Path(101, up: true, down: true);
        Freeze(111, Server, begins: false);
        Path(121, up: false, down: false);
        Finish(201);
        ClientRecord c = recorder.Clients[0];
        Assert.Equal((180, 20), (c.ReachableNanoseconds / 1e9, c.GhostNanoseconds / 1e9));
    }

    [Fact]
    public void The_end_of_a_ghost_does_not_make_the_new_session_unavailable()
    {
        GoOnline();
        ClientGivesUp(100, 0, Mechanism.PingTimeout, Claim.Dead);
        GoOnline(1, 200);
        ServerGivesUp(300, 0, Mechanism.Reset, Claim.None);
        journal.ServerUnavailable(At(300), Phone, 0);
        Finish(1201);
        Assert.Equal(99 + 1000, recorder.Clients[0].ReachableNanoseconds / 1e9);
        Assert.Equal(101, recorder.Clients[0].GhostNanoseconds / 1e9);
    }

    [Fact]
    public void A_resumed_session_moves_to_its_new_connection()
    {
        GoOnline();
        journal.ServerHibernated(At(100), Phone, 0);
        journal.ConnectAttempt(At(150), Phone, 1);
        journal.FarAccepted(At(150), Phone, 1);
        journal.ServerAvailable(At(151), Phone, resumed: true, 1);
        Assert.Equal([new ServerSession(1, false)], recorder.Clients[0].Sessions);
    }

    [Theory]
    [InlineData(EntryKind.MessageReceived, MessageFate.Delivered)]
    [InlineData(EntryKind.MessageBounced, MessageFate.Bounced)]
    [InlineData(EntryKind.MessageHeld, MessageFate.Pending)]
    [InlineData(EntryKind.None, MessageFate.Lost)]
    public void A_message_ends_in_exactly_one_fate(EntryKind what, MessageFate fate)
    {
        GoOnline();
        journal.MessageSent(At(10), Phone, 7, SentEntry.OwnEcho);
        if (what != EntryKind.None) journal.Add(At(20), Phone, what, 7);
        ClientGivesUp(30, 0, Mechanism.PingTimeout, Claim.Dead);
        Assert.Equal(fate, Assert.Single(recorder.Messages.Close()).Fate);
    }

    [Theory]
    [InlineData(EntryKind.MessageReceived, EntryKind.MessageBounced, MessageFate.Delivered)]
    [InlineData(EntryKind.MessageBounced, EntryKind.MessageReceived, MessageFate.Delivered)]
    [InlineData(EntryKind.MessageBounced, EntryKind.MessageHeld, MessageFate.Bounced)]
    [InlineData(EntryKind.MessageStored, EntryKind.MessageHeld, MessageFate.Stored)]
    public void Of_two_ends_that_a_message_met_the_better_known_one_counts(
        EntryKind one, EntryKind other, MessageFate fate)
    {
        GoOnline();
        journal.MessageSent(At(10), -1, 7, Phone);
        journal.Add(At(20), Phone, one, 7);
        journal.Add(At(21), Phone, other, 7);
        Assert.Equal(fate, Assert.Single(recorder.Messages.Close()).Fate);
    }

    [Fact]
    public void A_message_on_a_connection_that_still_stands_at_both_ends_is_pending_not_lost()
    {
        GoOnline();
        journal.MessageSent(At(10), Phone, 7, SentEntry.OwnEcho);
        IReadOnlyList<MessageRecord> messages = recorder.Messages.Close();
        Assert.Equal(MessageFate.Pending, Assert.Single(messages).Fate);
    }

    [Fact]
    public void A_second_copy_is_counted_and_the_delay_is_that_of_the_first()
    {
        GoOnline();
        journal.MessageSent(At(10), -1, 7, Phone);
        journal.MessageReceived(At(12), Phone, 7);
        journal.MessageReceived(At(99), Phone, 7);
        MessageRecord m = Assert.Single(recorder.Messages.Close());
        Assert.Equal((2, 2.0), (m.Copies, m.Delay.TotalSeconds));
    }

    [Fact]
    public void The_answer_to_a_question_that_came_twice_is_one_message_with_a_second_copy()
    {
        GoOnline();
        journal.MessageSent(At(10), -1, 7, Phone);
        journal.MessageSent(At(11), -1, 7, Phone);
        journal.MessageReceived(At(12), Phone, 7);
        journal.MessageReceived(At(13), Phone, 7);
        MessageRecord m = Assert.Single(recorder.Messages.Close());
        Assert.Equal((2, 2.0, MessageFate.Delivered), (m.Copies, m.Delay.TotalSeconds, m.Fate));
    }

    [Fact]
    public void An_answer_that_is_given_again_follows_the_session_it_is_given_to()
    {
        GoOnline();
        journal.MessageSent(At(10), -1, 7, Phone);
        ClientGivesUp(20, 0, Mechanism.PingTimeout, Claim.Dead);
        journal.ConnectAttempt(At(21), Phone, 1);
        journal.FarAccepted(At(21), Phone, 1);
        journal.ServerAvailable(At(22), Phone, resumed: true, 1);
        journal.ClientOnline(At(22), Phone, resumed: false, 1);
        journal.MessageSent(At(23), -1, 7, Phone);
        MessageRecord m = Assert.Single(recorder.Messages.Close());
        Assert.Equal((0, 10.0, MessageFate.Pending), (m.Copies, m.SentAt.Nanoseconds / 1e9, m.Fate));
    }
}
