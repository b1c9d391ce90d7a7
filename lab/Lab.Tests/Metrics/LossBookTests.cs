using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Histories written by hand, and why the message in them is lost.</summary>
public sealed class LossBookTests
{
    private const int Phone = 0, Server = 1, Cut = 0, Freeze = 1, Crash = 2;
    private readonly Journal journal = new();
    private readonly Recorder recorder;

    public LossBookTests()
    {
        recorder = RecorderTests.OnePhone(journal);
        journal.ConnectAttempt(At(0), Phone, 0);
        journal.FarAccepted(At(0), Phone, 0);
        journal.ServerAvailable(At(1), Phone, resumed: false, 0);
        journal.ClientOnline(At(1), Phone, resumed: false, 0);
    }

    private static Instant At(long second) => Instant.Zero + Duration.FromSeconds(second);

    private void Asked() => journal.MessageSent(At(10), Phone, 7, SentEntry.OwnEcho);

    private void ClientGivesUp(long second, Mechanism mechanism) =>
        journal.ClientOffline(At(second), Phone, new StreamEnd(mechanism, Claim.None), 0);

    private void Is(LossCause cause, FaultKind? fault)
    {
        MessageRecord m = Assert.Single(recorder.Messages.Close());
        Assert.Equal((MessageFate.Lost, cause, fault), (m.Fate, m.Cause, m.Fault));
    }

    [Fact]
    public void Written_into_a_stream_whose_path_is_dead()
    {
        journal.PathChanged(At(5), Phone, true, true, Cut);
        Asked();
        ClientGivesUp(20, Mechanism.PingTimeout);
        journal.PathChanged(At(30), Phone, false, false, Cut);
        Is(LossCause.DeadPath, FaultKinds.Cut);
    }

    /// <summary>Where the path is open again the connection is as gone as before.</summary>
    [Fact]
    public void Written_to_a_forgotten_connection_while_the_path_is_dead_too()
    {
        journal.PassageChanged(At(4), Phone, 0, upDead: true, downDead: true, PassageCause.Expired);
        journal.PathChanged(At(5), Phone, true, true, Cut);
        Asked();
        journal.PathChanged(At(12), Phone, false, false, Cut);
        ClientGivesUp(20, Mechanism.PingTimeout);
        Is(LossCause.Forgotten, FaultKinds.Forget);
    }

    [Fact]
    public void Written_to_a_frozen_peer()
    {
        journal.ProcessChanged(At(5), Server, ProcessState.Frozen, Freeze);
        Asked();
        ClientGivesUp(20, Mechanism.PingTimeout);
        Is(LossCause.FrozenPeer, FaultKinds.Freeze);
    }

    [Fact]
    public void Written_to_a_living_stream_whose_path_dies_under_it()
    {
        Asked();
        journal.PathChanged(At(11), Phone, true, false, Cut);
        ClientGivesUp(20, Mechanism.PingTimeout);
        Is(LossCause.PathDied, FaultKinds.Cut);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_process_that_should_have_got_it_ends_whatever_is_told_first(bool processFirst)
    {
        Asked();
        if (processFirst) journal.ProcessChanged(At(11), Server, ProcessState.Gone, Crash);
        journal.TransportEnded(At(11), Phone, PathEnd.Far, default, 0);
        journal.ServerLost(At(11), Phone);
        if (!processFirst) journal.ProcessChanged(At(11), Server, ProcessState.Gone, Crash);
        ClientGivesUp(20, Mechanism.Reset);
        Is(LossCause.ProcessEnded, FaultKinds.Crash);
    }

    [Fact]
    public void The_stream_ends_with_it_while_all_is_well()
    {
        Asked();
        ClientGivesUp(11, Mechanism.Reset);
        journal.PathChanged(At(12), Phone, true, true, Cut);    // what comes later is not why
        Is(LossCause.StreamEnded, null);
    }

    [Fact]
    public void The_session_in_whose_queue_it_waits_is_never_resumed()
    {
        journal.PathChanged(At(5), Phone, true, true, Cut);
        journal.MessageSent(At(10), -1, 7, Phone);
        journal.ServerOffline(At(20), Phone, new StreamEnd(Mechanism.AckTimeout, Claim.Dead), 0);
        journal.ServerHibernated(At(20), Phone, 0);
        journal.ServerUnavailable(At(320), Phone, 0);
        Is(LossCause.SessionExpired, FaultKinds.Cut);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_session_in_whose_queue_it_waits_falls_with_its_server(bool processFirst)
    {
        journal.PathChanged(At(5), Phone, true, true, Cut);
        journal.MessageSent(At(10), -1, 7, Phone);
        journal.ServerOffline(At(20), Phone, new StreamEnd(Mechanism.AckTimeout, Claim.Dead), 0);
        journal.ServerHibernated(At(20), Phone, 0);
        if (processFirst) journal.ProcessChanged(At(60), Server, ProcessState.Gone, Crash);
        journal.ServerLost(At(60), Phone);
        if (!processFirst) journal.ProcessChanged(At(60), Server, ProcessState.Gone, Crash);
        Is(LossCause.ProcessEnded, FaultKinds.Crash);
    }

    [Fact]
    public void A_session_that_was_resumed_does_not_fall_with_its_server()
    {
        journal.PathChanged(At(5), Phone, true, true, Cut);
        journal.MessageSent(At(10), -1, 7, Phone);
        journal.ServerOffline(At(20), Phone, new StreamEnd(Mechanism.AckTimeout, Claim.Dead), 0);
        journal.ServerHibernated(At(20), Phone, 0);
        journal.PathChanged(At(25), Phone, false, false, Cut);
        journal.ConnectAttempt(At(30), Phone, 1);
        journal.FarAccepted(At(30), Phone, 1);
        journal.ServerAvailable(At(31), Phone, resumed: true, 1);
        journal.ProcessChanged(At(60), Server, ProcessState.Gone, Crash);
        journal.ServerLost(At(60), Phone);
        Is(LossCause.DeadPath, FaultKinds.Cut);
    }

    [Fact]
    public void Given_up_by_its_sender_without_a_stream_and_unknown_without_that()
    {
        ClientGivesUp(5, Mechanism.Reset);
        Asked();
        Is(LossCause.Unknown, null);
        journal.MessageAbandoned(At(30), Phone, 7);
        Is(LossCause.GivenUp, null);
    }
}
