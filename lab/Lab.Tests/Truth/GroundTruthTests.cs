using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// Histories of one client's stream and of one between servers: the same rules make the same incidents.
/// </summary>
public sealed class GroundTruthTests : IDisposable
{
    private const int Phone = 0, A = 1, B = 2, Route = 3, Cut = 0, Freeze = 1, Restart = 2;
    private readonly Journal journal = new();
    private readonly Reader reader = new();

    private sealed class Reader : IJournalReader
    {
        public readonly List<StreamVerdict> Verdicts = [];

        public readonly GroundTruth Truth = new(
            new Cast(new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["a.example"] = new(), ["b.example"] = new() },
                Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "a.example" } },
                S2s = [new S2sSpec { Between = ["a.example", "b.example"] }],
            }),
            [
                new FaultSpec { Kind = FaultKinds.Cut, Target = "phone" },
                new FaultSpec { Kind = FaultKinds.Freeze, Target = "a.example" },
                new FaultSpec { Kind = FaultKinds.Restart, Target = "a.example" },
            ]);

        public void On(in Entry e)
        {
            if (Truth.On(in e) is { } verdict) Verdicts.Add(verdict);
        }
    }

    /// <summary>The phone and server a have a stream, and so have servers a and b, which only a sends on.</summary>
    public GroundTruthTests()
    {
        journal.Attach(reader);
        foreach (int path in new[] { Phone, Route })
        {
            journal.ConnectAttempt(At(0), path, path);
            journal.FarAccepted(At(0), path, path);
        }
        journal.ClientOnline(At(1), Phone, resumed: false, Phone);
        journal.ServerAvailable(At(1), Phone, resumed: false, Phone);
        journal.MemberReady(At(1), Route, PathEnd.Near, sends: true, Route);
        journal.MemberReady(At(1), Route, PathEnd.Far, sends: false, Route);
    }

    public void Dispose() => reader.Truth.Finish(At(1000));

    private GroundTruth Truth => reader.Truth;

    private static Instant At(long second) => Instant.Zero + Duration.FromSeconds(second);

    private void Process(long second, int host, ProcessState state, int fault = Freeze) =>
        journal.ProcessChanged(At(second), host, state, fault);

    private void Ends(long second, int path, PathEnd side, Mechanism mechanism, Claim claim = Claim.None)
    {
        var end = new StreamEnd(mechanism, claim);
        if (path == Route) journal.MemberEnded(At(second), path, side, end, path);
        else if (side == PathEnd.Near) journal.ClientOffline(At(second), path, end, path);
        else journal.ServerOffline(At(second), path, end, path);
    }

    private IReadOnlyList<Incident> IncidentsOf(int path)
    {
        Truth.Finish(At(1000));
        return path == Route ? Truth.OfRoutes : Truth.OfClients;
    }

    [Theory]
    [InlineData(Phone)]
    [InlineData(Route)]
    public void A_cut_is_an_incident_for_who_sends_until_it_gives_up(int path)
    {
        journal.PathChanged(At(100), path, upDead: true, downDead: false, Cut);
        Ends(130, path, PathEnd.Near, Mechanism.PingTimeout, Claim.Dead);
        Incident near = Assert.Single(IncidentsOf(path), i => i.Side == Side.Client);
        Assert.Equal((30, true, FaultKinds.Cut), (near.Elapsed.TotalSeconds, near.Detected, near.Fault));
        Assert.Equal(path == Phone, Truth.OfClients.Any(i => i.Side == Side.Server));
        Assert.DoesNotContain(Truth.OfRoutes, i => i.Side == Side.Server);
    }

    /// <summary>Near ends at host a or b; the one that is frozen sees nothing of its own freeze.</summary>
    [Theory]
    [InlineData(Phone, A)]
    [InlineData(Route, B)]
    public void A_frozen_peer_is_an_incident_that_a_stream_outlives_when_the_peer_goes_on(int path, int peer)
    {
        Process(100, peer, ProcessState.Frozen);
        Assert.Equal(Silence.Broken, Truth.Path(path).Find(path)!.TruthAt(PathEnd.Near));
        Process(140, peer, ProcessState.Runs);
        Incident incident = Assert.Single(IncidentsOf(path));
        Assert.Equal((Side.Client, 40, false, true), (
            incident.Side, incident.Elapsed.TotalSeconds, incident.Detected, incident.Outlived));
    }

    [Theory]
    [InlineData(Phone, Phone)]
    [InlineData(Route, A)]
    public void Who_goes_on_after_a_freeze_meets_a_cut_that_came_meanwhile(int path, int own)
    {
        Process(100, own, ProcessState.Frozen);
        journal.PathChanged(At(110), path, upDead: true, downDead: true, Cut);
        Process(150, own, ProcessState.Runs);
        Ends(170, path, PathEnd.Near, Mechanism.AckTimeout, Claim.Dead);
        Incident near = Assert.Single(IncidentsOf(path), i => i.Side == Side.Client);
        Assert.Equal((150, 20, FaultKinds.Cut, true), (
            near.Began.Nanoseconds / 1e9, near.Elapsed.TotalSeconds, near.Fault, near.Detected));
    }

    /// <summary>Its peer has said goodbye; that waits in its kernel and is no fault.</summary>
    [Theory]
    [InlineData(Phone, Phone)]
    [InlineData(Route, A)]
    public void Who_goes_on_after_a_freeze_and_finds_the_stream_closed_has_met_no_fault(int path, int own)
    {
        Process(100, own, ProcessState.Frozen);
        Ends(120, path, PathEnd.Far, Mechanism.IdleRule, Claim.Idle);
        Process(150, own, ProcessState.Runs);
        Ends(150, path, PathEnd.Near, Mechanism.StreamClose);
        Assert.DoesNotContain(IncidentsOf(path), i => i.Side == Side.Client);
    }

    [Theory]
    [InlineData(Phone, A)]
    [InlineData(Route, B)]
    public void A_peer_that_ends_in_order_is_no_incident(int path, int peer)
    {
        Ends(100, path, PathEnd.Far, Mechanism.Stopped);
        Process(100, peer, ProcessState.Gone, Restart);
        Process(110, peer, ProcessState.Runs, Restart);
        Assert.Empty(IncidentsOf(path));
    }

    [Theory]
    [InlineData(Mechanism.TcpRetransmissionLimit)]
    [InlineData(Mechanism.TcpUserTimeout)]
    [InlineData(Mechanism.TcpKeepalive)]
    [InlineData(Mechanism.TcpWindowProbe)]
    public void A_side_whose_TCP_gave_up_has_called_its_peer_dead(Mechanism mechanism)
    {
        Ends(100, Route, PathEnd.Near, mechanism);
        Assert.Equal(Claim.Dead, Assert.Single(reader.Verdicts).Claim);
    }

    [Theory]
    [InlineData(Mechanism.Stopped)]
    [InlineData(Mechanism.Replaced)]
    [InlineData(Mechanism.Crashed)]
    public void Who_ends_a_dead_stream_for_reasons_of_its_own_has_not_noticed_it(Mechanism mechanism)
    {
        journal.PathChanged(At(100), Phone, upDead: true, downDead: true, Cut);
        Ends(130, Phone, PathEnd.Far, mechanism);
        Incident far = Assert.Single(IncidentsOf(Phone), i => i.Side == Side.Server);
        Assert.Equal((false, true, 30), (far.Detected, far.Outlived, far.Elapsed.TotalSeconds));
    }

    [Fact]
    public void A_server_that_loses_its_sessions_has_nothing_left_to_notice()
    {
        journal.PathChanged(At(100), Phone, upDead: true, downDead: true, Cut);
        journal.ServerLost(At(150), Phone);
        Incident far = Assert.Single(IncidentsOf(Phone), i => i.Side == Side.Server);
        Assert.Equal((false, true, 50), (far.Detected, far.Outlived, far.Elapsed.TotalSeconds));
    }

    [Theory]
    [InlineData(Phone, A)]
    [InlineData(Route, B)]
    public void A_peer_whose_process_is_gone_is_dead_before_its_end_of_the_connection_is(int path, int peer)
    {
        Process(100, peer, ProcessState.Gone, Restart);
        Assert.Equal(Silence.Dead, Truth.Path(path).Find(path)!.TruthAt(PathEnd.Near));
    }

    /// <summary>The path stays open to others: only this connection is forgotten.</summary>
    [Theory]
    [InlineData(Phone)]
    [InlineData(Route)]
    public void A_connection_that_a_middlebox_forgot_is_an_incident_of_its_own_kind(int path)
    {
        journal.PassageChanged(At(100), path, path, upDead: true, downDead: true, PassageCause.Expired);
        Assert.Equal(Silence.Forgotten, Truth.Path(path).Find(path)!.TruthAt(PathEnd.Near));
        Assert.False(Truth.Path(path).IsDead);
        Ends(160, path, PathEnd.Near, Mechanism.PingTimeout, Claim.Dead);
        StreamVerdict verdict = Assert.Single(reader.Verdicts);
        Assert.Equal((Silence.Forgotten, true, false), (verdict.Truth, verdict.IsRight, verdict.IsFalseAlarm));
        Incident incident = Assert.Single(IncidentsOf(path), i => i.Side == Side.Client);
        Assert.Equal((FaultKinds.Forget, 60, true),
            (incident.Fault, incident.Elapsed.TotalSeconds, incident.Detected));
    }

    /// <summary>Linux knows it again when its own side sends.</summary>
    [Theory]
    [InlineData(Phone)]
    [InlineData(Route)]
    public void One_that_passes_again_was_outlived(int path)
    {
        journal.PassageChanged(At(100), path, path, upDead: false, downDead: true, PassageCause.Expired);
        journal.PassageChanged(At(130), path, path, upDead: false, downDead: false, PassageCause.None);
        Assert.Equal(Silence.Idle, Truth.Path(path).Find(path)!.TruthAt(PathEnd.Near));
        Assert.All(IncidentsOf(path), i => Assert.Equal((true, 30), (i.Outlived, i.Elapsed.TotalSeconds)));
        Assert.NotEmpty(IncidentsOf(path));
    }

    [Fact]
    public void Other_connections_of_the_path_are_not_forgotten_with_one()
    {
        journal.PassageChanged(At(100), Phone, 99, upDead: true, downDead: true, PassageCause.Evicted);
        Assert.Equal(Silence.Idle, Truth.Path(Phone).Find(Phone)!.TruthAt(PathEnd.Near));
        Assert.Empty(IncidentsOf(Phone));
    }

    /// <summary>TCP tells the end of the transport before the stream says what it makes of it.</summary>
    [Theory]
    [InlineData(Phone)]
    [InlineData(Route)]
    public void A_verdict_of_TCP_is_held_against_the_truth_on_either_side(int path)
    {
        journal.TransportEnded(At(100), path, PathEnd.Far, TcpEnd.UserTimeout, path);
        Ends(100, path, PathEnd.Far, Mechanism.TcpUserTimeout);
        StreamVerdict verdict = Assert.Single(reader.Verdicts);
        Assert.Equal((Side.Server, Claim.Dead, Silence.Idle, true), (
            verdict.Side, verdict.Claim, verdict.Truth, verdict.IsFalseAlarm));
    }

    [Fact]
    public void A_stream_that_came_after_a_ghost_has_incidents_of_its_own()
    {
        journal.PathChanged(At(100), Phone, upDead: true, downDead: true, Cut);
        Ends(110, Phone, PathEnd.Near, Mechanism.PingTimeout, Claim.Dead);
        journal.PathChanged(At(120), Phone, upDead: false, downDead: false, Cut);
        journal.ConnectAttempt(At(121), Phone, 9);
        journal.FarAccepted(At(121), Phone, 9);
        journal.ServerAvailable(At(122), Phone, resumed: false, 9);
        journal.PathChanged(At(200), Phone, upDead: true, downDead: true, Cut);
        journal.ServerOffline(At(260), Phone, new StreamEnd(Mechanism.PingTimeout, Claim.Dead), 9);
        Assert.Equal(
            [(true, 60.0), (false, 900.0)],
            IncidentsOf(Phone).Where(i => i.Side == Side.Server).Select(i => (i.Detected, i.Elapsed.TotalSeconds)));
    }

    [Fact]
    public void Connections_of_which_nothing_is_left_are_forgotten()
    {
        Ends(100, Phone, PathEnd.Near, Mechanism.Fin);
        Assert.Single(Truth.Path(Phone).Streams);
        journal.ServerLost(At(101), Phone);
        Assert.Empty(Truth.Path(Phone).Streams);
    }
}
