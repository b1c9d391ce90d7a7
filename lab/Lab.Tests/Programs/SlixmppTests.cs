using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>slixmpp on the lab's server and on Prosody. Runs end when the journal shows what is waited for.</summary>
public sealed class SlixmppTests(ITestOutputHelper output) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-slixmpp-").FullName;
    private readonly Chronicle seen = new(output);

    private static readonly Policy Acks = new()
    {
        Acks = new AckPolicy { Resume = Stage.Seconds(60), ResendAfterFailedResume = false }, Reconnect = Stage.Soon,
    };

    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Stage.Seconds(1), Timeout = Stage.Seconds(3) },
        Whitespace = new WhitespacePolicy { Every = Stage.Seconds(1) }, Reconnect = Stage.Soon,
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Until(
        ServerSoftware server, Policy client, Policy? serverPolicy, Func<Chronicle, bool> shown,
        params FaultSpec[] faults) =>
        seen.Until(
            Stage.Run(Stage.Topology(server, ClientSoftware.Slixmpp, client, serverPolicy), faults), folder, shown);

    [SlixmppFact]
    public void It_logs_in_to_the_labs_server_and_messages_and_pings_go_both_ways() =>
        Until(ServerSoftware.Lab, Pings, Pings with { Whitespace = null }, s => s.Has(EntryKind.MessageReceived)
            && s.Has(EntryKind.ServerCheckAnswered) && s.Has(EntryKind.ClientCheckAnswered));

    [SlixmppFact]
    public void Its_session_at_the_labs_server_is_resumed_after_a_reset() =>
        Until(ServerSoftware.Lab, Acks, null, s =>
            s.HasAfter(EntryKind.ServerHibernated, EntryKind.ClientOnline, Chronicle.Resumed)
            && s.HasAfter(EntryKind.ServerHibernated, EntryKind.MessageReceived),
            Stage.Fault(FaultKinds.Reset, "phone", 5, every: 8));

    [SlixmppFact]
    public void A_cut_is_found_by_its_ping_and_it_comes_back()
    {
        Until(ServerSoftware.Lab, Pings, null, s => s.HasAfter(EntryKind.FaultEnded, EntryKind.MessageReceived),
            Stage.Fault(FaultKinds.Cut, "phone", 5, 7));
        Assert.Contains(seen.Of(EntryKind.ClientOffline), e =>
            OfflineEntry.Of(e).End.Mechanism == Mechanism.PingTimeout);
    }

    [SlixmppFact]
    public void A_frozen_client_goes_on_and_a_crashed_one_begins_anew() =>
        Until(ServerSoftware.Lab, Stage.Patient, null, s => s.Of(EntryKind.FaultEnded).Count() == 2
            && s.HasAfter(EntryKind.FaultEnded, EntryKind.ClientOnline, Chronicle.Anew)
            && s.HasAfter(EntryKind.FaultEnded, EntryKind.MessageReceived),
            Stage.Fault(FaultKinds.Freeze, "phone", 4, 2), Stage.Fault(FaultKinds.Crash, "phone", 8, 1));

    [ProsodyAndSlixmppFact]
    public void It_logs_in_to_Prosody_and_messages_and_its_pings_come_back() =>
        Until(ServerSoftware.Prosody, Pings, null, s => s.Has(EntryKind.MessageReceived)
            && s.Has(EntryKind.ClientCheckAnswered) && s.Has(EntryKind.ServerAvailable));

    [ProsodyAndSlixmppFact]
    public void It_comes_back_when_Prosody_has_restarted() =>
        Until(ServerSoftware.Prosody, Acks, null, s =>
            s.HasAfter(EntryKind.FaultEnded, EntryKind.ClientOnline, Chronicle.Anew)
            && s.HasAfter(EntryKind.FaultEnded, EntryKind.MessageReceived),
            Stage.Fault(FaultKinds.Restart, "example.org", 5, 1));

    [ProsodyAndSlixmppFact]
    public void Its_session_at_Prosody_is_resumed_after_a_reset() =>
        Until(ServerSoftware.Prosody, Acks, null, s =>
            s.HasAfter(EntryKind.FaultBegan, EntryKind.ClientOnline, Chronicle.Resumed)
            && s.HasAfter(EntryKind.FaultBegan, EntryKind.MessageReceived),
            Stage.Fault(FaultKinds.Reset, "phone", 5, every: 20));
}
