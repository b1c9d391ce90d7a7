using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;
using static Lab.Tests.LiveSpecs;

namespace Lab.Tests;

/// <summary>Every fault over real sockets: what each side sees, what the journal says, who comes back.</summary>
public sealed class LiveFaultTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_cut_in_any_direction_is_noticed_by_the_ping_alone_and_the_client_comes_back(bool up, bool down)
    {
        using var lab = new LiveLab(output, Spec(Pings));
        await lab.Until(EntryKind.ClientCheckAnswered);
        await lab.On(now =>
        {
            if (up) lab.World.Network.Cut(now, 0, Direction.Up, 0);
            if (down) lab.World.Network.Cut(now, 0, Direction.Down, 0);
            lab.World.Servers[0].Send(now, 0, 7, 10);
            lab.World.Clients[0].Send(now, "echo@example.org", 8, 10);
        });
        await lab.Until(EntryKind.ClientOffline);
        Assert.Equal(Mechanism.PingTimeout, lab.Ends(EntryKind.ClientOffline)[0]);
        Assert.Equal(0, lab.Count(EntryKind.FarTransportEnded));
        Assert.Equal(down ? 0 : 1, lab.Of(EntryKind.MessageReceived).Count(e => MessageEntry.Of(e).Number == 7));
        Assert.Equal(up ? 0 : 1, lab.Of(EntryKind.MessageAccepted).Count(e => MessageEntry.Of(e).Number == 8));
        await lab.On(now =>
        {
            if (up) lab.World.Network.Heal(now, 0, Direction.Up, 0);
            if (down) lab.World.Network.Heal(now, 0, Direction.Down, 0);
        });
        await lab.Until(EntryKind.ClientOnline, 2);
    }

    [Fact]
    public async Task A_degraded_link_is_as_slow_as_it_says_until_it_is_healed()
    {
        using var lab = new LiveLab(output, Spec(Pings));
        await lab.Until(EntryKind.ClientCheckAnswered);
        LinkSpec slow = new LinkProfile { Delay = Milliseconds(150) }.Upward();
        await lab.On(now => lab.World.Network.Degrade(now, 0, 1, slow, slow));
        await lab.Until(() =>
            lab.Of(EntryKind.ClientCheckAnswered).Any(e => CheckEntry.Of(e).After >= Milliseconds(300)));
        await lab.On(now => lab.World.Network.Restore(now, 0, 1));
        int before = lab.Count(EntryKind.ClientCheckAnswered);
        await lab.Until(() => lab.Of(EntryKind.ClientCheckAnswered).Skip(before)
            .Any(e => CheckEntry.Of(e).After < Milliseconds(300)));
        Assert.Equal(0, lab.Count(EntryKind.ClientOffline));
    }

    [Fact]
    public async Task A_reset_meets_both_ends_as_a_reset_and_the_client_comes_back()
    {
        using var lab = new LiveLab(output, Spec(Pings, kind: FaultKinds.Reset));
        await lab.Until(EntryKind.ClientCheckAnswered);
        await lab.On(now => lab.World.Network.ResetConnections(now, 0));
        await lab.Until(EntryKind.NearTransportEnded);
        await lab.Until(EntryKind.FarTransportEnded);
        Assert.Equal(TcpEnd.Reset, lab.Transports(EntryKind.NearTransportEnded)[0]);
        Assert.Equal(TcpEnd.Reset, lab.Transports(EntryKind.FarTransportEnded)[0]);
        Assert.Equal(Mechanism.Reset, lab.Ends(EntryKind.ClientOffline)[0]);
        Assert.Equal(Mechanism.Reset, lab.Ends(EntryKind.ServerOffline)[0]);
        await lab.Until(EntryKind.ClientOnline, 2);
    }

    [Fact]
    public async Task A_frozen_client_is_given_up_by_the_server_and_hears_of_it_when_it_wakes()
    {
        using var lab = new LiveLab(
            output, Spec(new Policy { Reconnect = Pings.Reconnect }, Pings, kind: FaultKinds.Freeze));
        await lab.Until(EntryKind.ServerCheckAnswered);
        await lab.On(now => lab.World.Clients[0].Process.Add(now, ProcessCause.Frozen, 0));
        await lab.Until(EntryKind.ServerOffline);
        Assert.Equal(Mechanism.PingTimeout, lab.Ends(EntryKind.ServerOffline)[0]);
        Assert.Equal(0, lab.Count(EntryKind.ClientOffline));
        await lab.On(now => lab.World.Clients[0].Process.Remove(now, ProcessCause.Frozen, 0));
        await lab.Until(EntryKind.ClientOnline, 2);
        Assert.Equal(Mechanism.Fin, lab.Ends(EntryKind.ClientOffline)[0]);
    }

    [Fact]
    public async Task A_frozen_server_is_given_up_by_the_client_and_takes_it_back_when_it_wakes()
    {
        using var lab = new LiveLab(output, Spec(Pings, kind: FaultKinds.Freeze));
        await lab.Until(EntryKind.ClientCheckAnswered);
        await lab.On(now => lab.World.Servers[0].Process.Add(now, ProcessCause.Frozen, 0));
        await lab.Until(EntryKind.ClientOffline);
        Assert.Equal(Mechanism.PingTimeout, lab.Ends(EntryKind.ClientOffline)[0]);
        Assert.Equal(0, lab.Count(EntryKind.ServerOffline));
        await lab.Until(EntryKind.ConnectAttempt, 2);
        Assert.Equal(1, lab.Count(EntryKind.FarAccepted));
        await lab.On(now => lab.World.Servers[0].Process.Remove(now, ProcessCause.Frozen, 0));
        await lab.Until(EntryKind.ClientOnline, 2);
        Assert.Equal(Mechanism.Fin, lab.Ends(EntryKind.ServerOffline)[0]);
    }

    [Fact]
    public async Task A_crashed_client_says_nothing_and_the_server_finds_out_by_itself()
    {
        using var lab = new LiveLab(
            output, Spec(new Policy { Reconnect = Pings.Reconnect }, Pings, kind: FaultKinds.Crash));
        await lab.Until(EntryKind.ServerCheckAnswered);
        await lab.On(now => lab.World.Clients[0].Process.Add(now, ProcessCause.NoPower, 0));
        await lab.Until(EntryKind.ServerOffline);
        Assert.Equal(Mechanism.PingTimeout, lab.Ends(EntryKind.ServerOffline)[0]);
        Assert.Equal(0, lab.Count(EntryKind.NearTransportEnded));
        Assert.Equal(Mechanism.Crashed, lab.Ends(EntryKind.ClientOffline)[0]);
        await lab.On(now => lab.World.Clients[0].Process.Remove(now, ProcessCause.NoPower, 0));
        await lab.Until(EntryKind.ClientOnline, 2);
    }

    [Fact]
    public async Task A_client_back_from_a_crash_answers_its_old_connection_with_a_reset()
    {
        using var lab = new LiveLab(
            output, Spec(new Policy { Reconnect = Pings.Reconnect }, Policy.Nothing, kind: FaultKinds.Crash));
        await lab.Until(EntryKind.ClientOnline);
        await lab.On(now => lab.World.Clients[0].Process.Add(now, ProcessCause.NoPower, 0));
        await lab.On(now => lab.World.Clients[0].Process.Remove(now, ProcessCause.NoPower, 0));
        await lab.Until(EntryKind.ClientOnline, 2);
        await lab.On(now => lab.World.Servers[0].Send(now, 0, 7, 10));   // to all of its sessions
        await lab.Until(EntryKind.FarTransportEnded);
        Assert.Equal(TcpEnd.Reset, lab.Transports(EntryKind.FarTransportEnded)[0]);
    }

    [Fact]
    public async Task A_crashed_server_says_nothing_and_takes_its_clients_back_afterwards()
    {
        using var lab = new LiveLab(output, Spec(Pings, kind: FaultKinds.Crash));
        await lab.Until(EntryKind.ClientCheckAnswered);
        await lab.On(now => lab.World.Servers[0].Process.Add(now, ProcessCause.NoPower, 0));
        await lab.Until(EntryKind.ClientOffline);
        Assert.Equal(Mechanism.PingTimeout, lab.Ends(EntryKind.ClientOffline)[0]);
        Assert.Equal(0, lab.Count(EntryKind.FarTransportEnded));
        await lab.Until(EntryKind.ConnectAttempt, 2);
        await lab.On(now => lab.World.Servers[0].Process.Remove(now, ProcessCause.NoPower, 0));
        await lab.Until(EntryKind.ClientOnline, 2);
    }

    [Fact]
    public async Task A_restarted_server_says_so_refuses_while_it_is_away_and_takes_its_clients_back()
    {
        using var lab = new LiveLab(output, Spec(Pings, kind: FaultKinds.Restart));
        await lab.Until(EntryKind.ClientCheckAnswered);
        await lab.On(now => lab.World.Servers[0].Process.Add(now, ProcessCause.Stopped, 0));
        await lab.Until(EntryKind.NearTransportEnded, 3);
        Assert.Equal(Mechanism.StreamError, lab.Ends(EntryKind.ClientOffline)[0]);
        Assert.Equal(
            StreamErrorCondition.SystemShutdown, OfflineEntry.Of(lab.Of(EntryKind.ClientOffline)[0]).End.Condition);
        Assert.All(lab.Transports(EntryKind.NearTransportEnded).Skip(1), end => Assert.Equal(TcpEnd.Reset, end));
        Assert.Equal(1, lab.Count(EntryKind.FarAccepted));
        await lab.On(now => lab.World.Servers[0].Process.Remove(now, ProcessCause.Stopped, 0));
        await lab.Until(EntryKind.ClientOnline, 2);
    }

    [Fact]
    public async Task A_session_is_resumed_after_a_cut_and_what_was_sent_meanwhile_arrives_once()
    {
        Policy acks = Pings with { Acks = new AckPolicy { Resume = Duration.FromMinutes(5) } };
        using var lab = new LiveLab(output, Spec(acks));
        await lab.Until(EntryKind.ClientCheckAnswered);
        await lab.On(now =>
        {
            lab.World.Network.Cut(now, 0, Direction.Up, 0);
            lab.World.Network.Cut(now, 0, Direction.Down, 0);
            lab.World.Clients[0].Send(now, "echo@example.org", 8, 10);
            lab.World.Servers[0].Send(now, 0, 7, 10);
        });
        await lab.Until(EntryKind.ClientOffline);
        await lab.On(now =>
        {
            lab.World.Network.Heal(now, 0, Direction.Up, 0);
            lab.World.Network.Heal(now, 0, Direction.Down, 0);
        });
        await lab.Until(EntryKind.ClientOnline, 2);
        Assert.True(OnlineEntry.Of(lab.Of(EntryKind.ClientOnline)[1]).Resumed);
        await lab.Until(() =>
            lab.Of(EntryKind.MessageReceived).Any(e => MessageEntry.Of(e).Number == 8 + XmppServer.EchoOffset));
        Assert.Single(lab.Of(EntryKind.MessageReceived), e => MessageEntry.Of(e).Number == 7);
        Assert.Single(lab.Of(EntryKind.MessageAccepted), e => MessageEntry.Of(e).Number == 8);
    }

    [Fact]
    public async Task A_server_that_no_path_leads_to_suffers_faults_like_any_other()
    {
        RunSpec spec = Spec();
        using var lab = new LiveLab(output, spec with
        {
            Topology = spec.Topology with
            {
                Servers = new Dictionary<string, ServerSpec>(spec.Topology.Servers) { ["lone.example"] = new() },
            },
        });
        await lab.On(now =>
        {
            foreach (ProcessCause cause in Enum.GetValues<ProcessCause>())
            {
                lab.World.Servers[1].Process.Add(now, cause, 0);
                lab.World.Servers[1].Process.Remove(now, cause, 0);
            }
        });
        Assert.Equal(2 * Enum.GetValues<ProcessCause>().Length, lab.Count(EntryKind.ProcessChanged, 2));
    }
}
