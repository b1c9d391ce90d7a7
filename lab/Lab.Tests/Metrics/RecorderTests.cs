using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Histories written by hand, and what must be read from them.</summary>
public class RecorderTests
{
    private const int Phone = 0, Server = 1;
    private readonly Recorder recorder;

    public RecorderTests()
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
                new FaultSpec { Kind = FaultKind.Cut, Target = "phone" },
                new FaultSpec { Kind = FaultKind.Freeze, Target = "example.org" },
            ],
        };
        recorder = new Recorder(new Cast(topology), scenario);
    }

    private void At(long second, int host, EntryKind kind, long a = 0, long b = 0) =>
        recorder.On(new Entry(Instant.Zero + Duration.FromSeconds(second), host, kind, a, b));

    private static long End(Mechanism mechanism, Claim claim) => (long)mechanism | ((long)claim << 8);

    /// <summary>The phone is online on connection 0 from second 1 on, and the server calls it available.</summary>
    private void GoOnline(int connection = 0, long second = 0)
    {
        At(second, Phone, EntryKind.ConnectAttempt, 0, connection);
        At(second, Phone, EntryKind.FarAccepted, 0, connection);
        At(second + 1, Phone, EntryKind.ClientOnline, 0, connection);
        At(second + 1, Phone, EntryKind.ServerAvailable, 0, connection);
    }

    private void Finish(long second) => recorder.Finish(Instant.Zero + Duration.FromSeconds(second));

    [Fact]
    public void A_dead_path_that_the_client_gives_up_on_is_detected_and_one_the_server_does_not_notice_is_censored_when_it_ends()
    {
        GoOnline();
        At(100, Phone, EntryKind.PathChanged, 3, 0);
        At(170, Phone, EntryKind.ClientOffline, End(Mechanism.PingTimeout, Claim.Dead), 0);
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
        At(100, Phone, EntryKind.PathChanged, 1, 0);
        At(160, Phone, EntryKind.PathChanged, 0, 0);
        Finish(3600);
        Assert.All(recorder.Incidents,
            i => Assert.True(i is { Outlived: true, Detected: false, Elapsed.TotalSeconds: 60 }));
        Assert.Equal(2, recorder.Incidents.Count);
    }

    [Fact]
    public void After_the_path_returns_a_stream_whose_other_end_is_gone_stays_an_incident_until_its_own_end()
    {
        GoOnline();
        At(100, Phone, EntryKind.PathChanged, 3, 0);
        At(170, Phone, EntryKind.ClientOffline, End(Mechanism.PingTimeout, Claim.Dead), 0);
        At(200, Phone, EntryKind.PathChanged, 0, 0);
        At(260, Phone, EntryKind.ServerOffline, End(Mechanism.AckTimeout, Claim.Dead), 0);
        Finish(3600);
        Incident server = Assert.Single(recorder.Incidents, i => i.Side == Side.Server);
        Assert.True(server.Detected);
        Assert.Equal(160, server.Elapsed.TotalSeconds);
        Assert.Equal(0, recorder.FalseAlarms);
    }

    [Fact]
    public void A_verdict_on_a_living_peer_is_a_false_alarm_and_closing_an_idle_one_is_not()
    {
        GoOnline();
        At(50, Phone, EntryKind.ClientOffline, End(Mechanism.PingTimeout, Claim.Dead), 0);
        GoOnline(1, 60);
        At(90, Phone, EntryKind.ServerOffline, End(Mechanism.IdleRule, Claim.Idle), 1);
        Assert.Equal(1, recorder.FalseAlarms);
        Assert.Equal(1, recorder.WrongClaims);
        Assert.Equal(1, recorder.Verdicts["idle/dead"]);
        Assert.Equal(1, recorder.Verdicts["idle/idle"]);
    }

    [Theory]
    [InlineData(Claim.Dead, 1)]
    [InlineData(Claim.Broken, 0)]
    public void A_frozen_server_is_a_broken_stream_and_calling_it_dead_is_a_wrong_claim(Claim claim, int wrong)
    {
        GoOnline();
        At(100, Server, EntryKind.ProcessChanged, 1, 1);
        At(180, Phone, EntryKind.ClientOffline, End(Mechanism.PingTimeout, claim), 0);
        Assert.Equal(wrong, recorder.WrongClaims);
        Assert.Equal(0, recorder.FalseAlarms);
        Incident incident = Assert.Single(recorder.Incidents);
        Assert.Equal((FaultKind.Freeze, Side.Client, true), (incident.Fault, incident.Side, incident.Detected));
    }

    [Fact]
    public void Ghost_time_runs_while_the_server_calls_a_client_available_that_cannot_be_reached()
    {
        GoOnline();
        At(101, Phone, EntryKind.PathChanged, 2, 0);
        At(161, Phone, EntryKind.ServerHibernated, 0, 0);
        At(201, Phone, EntryKind.ServerUnavailable, 0, 0);
        Finish(1001);
        ClientRecord c = recorder.Clients[0];
        Assert.Equal(100, c.GhostNanoseconds / 1e9);
        Assert.Equal(100, c.ReachableNanoseconds / 1e9);
    }

    [Fact]
    public void The_end_of_a_ghost_does_not_make_the_new_session_unavailable()
    {
        GoOnline();
        At(100, Phone, EntryKind.ClientOffline, End(Mechanism.PingTimeout, Claim.Dead), 0);
        GoOnline(1, 200);
        At(300, Phone, EntryKind.ServerOffline, End(Mechanism.Reset, Claim.None), 0);
        At(300, Phone, EntryKind.ServerUnavailable, 0, 0);
        Finish(1201);
        Assert.Equal(99 + 1000, recorder.Clients[0].ReachableNanoseconds / 1e9);
        Assert.Equal(101, recorder.Clients[0].GhostNanoseconds / 1e9);
    }

    [Fact]
    public void A_resumed_session_moves_to_its_new_connection()
    {
        GoOnline();
        At(100, Phone, EntryKind.ServerHibernated, 0, 0);
        At(150, Phone, EntryKind.ConnectAttempt, 0, 1);
        At(150, Phone, EntryKind.FarAccepted, 0, 1);
        At(151, Phone, EntryKind.ServerAvailable, 1, 1);
        Assert.Equal([new ServerSession(1, false)], recorder.Clients[0].Sessions);
    }

    [Fact]
    public void A_burst_of_packets_after_ten_quiet_seconds_is_one_wake_up()
    {
        foreach (long second in new long[] { 0, 1, 2, 11, 12, 22, 31 }) At(second, Phone, EntryKind.PacketSent, 0, 100);
        Assert.Equal(2, recorder.WakeUps);
    }

    [Theory]
    [InlineData(EntryKind.MessageReceived, MessageFate.Delivered)]
    [InlineData(EntryKind.MessageBounced, MessageFate.Bounced)]
    [InlineData(EntryKind.MessageHeld, MessageFate.Pending)]
    [InlineData(EntryKind.None, MessageFate.Lost)]
    public void A_message_ends_in_exactly_one_fate(EntryKind what, MessageFate fate)
    {
        GoOnline();
        At(10, Phone, EntryKind.MessageSent, 7, -1);
        if (what != EntryKind.None) At(20, Phone, what, 7);
        At(30, Phone, EntryKind.ClientOffline, End(Mechanism.PingTimeout, Claim.Dead), 0);
        Assert.Equal(fate, Assert.Single(recorder.Messages.Close(recorder.Clients, recorder.Federation)).Fate);
    }

    [Fact]
    public void A_message_on_a_connection_that_still_stands_at_both_ends_is_pending_not_lost()
    {
        GoOnline();
        At(10, Phone, EntryKind.MessageSent, 7, -1);
        IReadOnlyList<MessageRecord> messages = recorder.Messages.Close(recorder.Clients, recorder.Federation);
        Assert.Equal(MessageFate.Pending, Assert.Single(messages).Fate);
    }

    [Fact]
    public void A_second_copy_is_counted_and_the_delay_is_that_of_the_first()
    {
        GoOnline();
        At(10, -1, EntryKind.MessageSent, 7, Phone);
        At(12, Phone, EntryKind.MessageReceived, 7);
        At(99, Phone, EntryKind.MessageReceived, 7);
        MessageRecord m = Assert.Single(recorder.Messages.Close(recorder.Clients, recorder.Federation));
        Assert.Equal((2, 2.0), (m.Copies, m.Delay.TotalSeconds));
    }

    [Fact]
    public void The_answer_to_a_question_that_came_twice_is_one_message_with_a_second_copy()
    {
        GoOnline();
        At(10, -1, EntryKind.MessageSent, 7, Phone);
        At(11, -1, EntryKind.MessageSent, 7, Phone);
        At(12, Phone, EntryKind.MessageReceived, 7);
        At(13, Phone, EntryKind.MessageReceived, 7);
        MessageRecord m = Assert.Single(recorder.Messages.Close(recorder.Clients, recorder.Federation));
        Assert.Equal((2, 2.0, MessageFate.Delivered), (m.Copies, m.Delay.TotalSeconds, m.Fate));
    }

    [Fact]
    public void An_answer_that_is_given_again_follows_the_session_it_is_given_to()
    {
        GoOnline();
        At(10, -1, EntryKind.MessageSent, 7, Phone);
        At(20, Phone, EntryKind.ClientOffline, End(Mechanism.PingTimeout, Claim.Dead), 0);
        At(21, Phone, EntryKind.ConnectAttempt, 0, 1);
        At(21, Phone, EntryKind.FarAccepted, 0, 1);
        At(22, Phone, EntryKind.ServerAvailable, 1, 1);
        At(22, Phone, EntryKind.ClientOnline, 0, 1);
        At(23, -1, EntryKind.MessageSent, 7, Phone);
        MessageRecord m = Assert.Single(recorder.Messages.Close(recorder.Clients, recorder.Federation));
        Assert.Equal((0, 10.0, MessageFate.Pending), (m.Copies, m.SentAt.Nanoseconds / 1e9, m.Fate));
    }

    [Theory]
    [InlineData(new double[0], 0.5, double.NaN)]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 0.5, 2)]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 0.95, 4)]
    [InlineData(new[] { 1.0, double.PositiveInfinity }, 0.5, 1)]
    [InlineData(new[] { 1.0, double.PositiveInfinity }, 0.95, double.PositiveInfinity)]
    public void Quantiles_are_nearest_ranks_and_censored_cases_are_never(
        double[] sorted, double share, double expected) =>
        Assert.Equal(expected, Measures.Quantile(sorted, share));
}
