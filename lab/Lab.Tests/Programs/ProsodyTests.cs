using System.Diagnostics;
using System.Globalization;
using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>The lab's client on Prosody. Runs end when the journal shows what is waited for.</summary>
public sealed class ProsodyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-prosody-").FullName;
    private readonly Chronicle seen;

    public ProsodyTests(ITestOutputHelper output) => seen = new Chronicle(output);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static readonly Policy Acks = new()
    {
        Acks = new AckPolicy
        {
            Every = Stage.Seconds(1), Timeout = Stage.Seconds(3), Resume = Duration.FromMinutes(5),
        },
        Reconnect = Stage.Soon,
    };

    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Stage.Seconds(1), Timeout = Stage.Seconds(3) }, Reconnect = Stage.Soon,
    };

    private void Until(Policy client, Func<Chronicle, bool> shown, params FaultSpec[] faults) =>
        seen.Until(Stage.Run(Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Lab, client), faults), folder,
            shown);

    private string Log => File.ReadAllText(Path.Combine(folder, "prosody-example.org", "prosody.log"));

    [ProsodyFact]
    public void A_client_logs_in_over_TLS_and_SCRAM_and_its_messages_come_back()
    {
        Until(Pings, s => s.Has(EntryKind.MessageReceived) && s.Has(EntryKind.ClientCheckAnswered));
        Assert.Contains(seen.Of(EntryKind.StepReached), e => StepEntry.Of(e).Step == Step.TlsEstablished);
        // PLAIN has none
        Assert.Contains(seen.Of(EntryKind.StepReached), e => StepEntry.Of(e).Step == Step.ChallengeReceived);
        Assert.True(seen.HasAfter(EntryKind.ClientOnline, EntryKind.ServerAvailable));
    }

    [ProsodyFact]
    public void Direct_TLS_has_its_own_port()
    {
        Topology topology = Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Lab);
        ClientSpec direct = topology.Clients["phone"] with { Tls = TlsMode.Direct };
        topology = topology with { Clients = new Dictionary<string, ClientSpec> { ["phone"] = direct } };
        seen.Until(Stage.Run(topology), folder, s => s.Has(EntryKind.MessageReceived));
    }

    [ProsodyFact]
    public void Pushes_of_the_echo_account_arrive()
    {
        RunSpec run = Stage.Run(Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Lab));
        WorkloadSpec push = Stage.Work("echo@example.org", "phone");
        run = run with { Scenario = run.Scenario with { Workload = [push] } };
        seen.Until(run, folder, s => s.Of(EntryKind.MessageReceived).Count() >= 2);
    }

    [ProsodyFact]
    public void Two_devices_have_one_account_and_each_gets_a_copy_that_doubles_nothing()
    {
        Topology topology = Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Lab, Pings);
        ClientSpec phone = topology.Clients["phone"] with { Account = "alice" };
        topology = topology with
        {
            Clients = new OrderedDictionary<string, ClientSpec> { ["phone"] = phone, ["laptop"] = phone with { } },
        };
        RunSpec run = Stage.Run(topology);
        run = run with { Scenario = run.Scenario with { Workload = [Stage.Work("echo@example.org", "laptop")] } };
        var recorder = new Recorder(new Cast(topology), run.Scenario);
        seen.Until(run, folder, s => s.Of(EntryKind.MessageReceived).GroupBy(e => e.A).Count(m => m.Count() == 2) > 2);
        foreach (Entry e in seen.Entries) recorder.On(in e);
        MessageRecord[] got = [.. recorder.Messages.Close().Where(m => m.Fate == MessageFate.Delivered)];
        Assert.All(got, m => Assert.Equal(1, m.Copies));
        Assert.Equal([0, 1], seen.Of(EntryKind.ServerAvailable).Select(e => e.Host).Distinct().Order());
        Assert.Single(Directory.GetFiles(folder, "alice*", SearchOption.AllDirectories));
    }

    [ProsodyFact]
    public void A_server_that_runs_already_is_used_as_it_is()
    {
        using var authority = new Authority(folder);
        using var loop = new RealTimeLoop(new EventQueue());
        var spec = new ServerSpec { Software = ServerSoftware.Prosody };
        using var prosody = new Prosody(
            loop, authority, folder, "example.org", spec, [("echo", "their own"), ("phone", "their own")]);
        prosody.StartAndWait();
        Topology topology = Stage.Topology(ServerSoftware.Lab, ClientSoftware.Lab);
        var external = new ServerSpec
        {
            Software = ServerSoftware.External, Address = prosody.Address.ToString(), Password = "their own",
        };
        topology = topology with { Servers = new Dictionary<string, ServerSpec> { ["example.org"] = external } };
        seen.Until(Stage.Run(topology), Path.Combine(folder, "run"), s => s.Has(EntryKind.MessageReceived));
        Assert.False(prosody.Process!.HasEnded);
    }

    [ProsodyFact]
    public void A_cut_is_noticed_by_acks_and_the_session_is_resumed_with_all_messages()
    {
        FaultSpec cut = Stage.Fault(FaultKinds.Cut, "phone", 4, 6);
        Until(Acks, s => s.HasAfter(EntryKind.FaultEnded, EntryKind.ClientOnline, Chronicle.Resumed)
            && s.HasAfter(EntryKind.FaultEnded, EntryKind.ServerAvailable, Chronicle.Resumed)
            && s.Of(EntryKind.MessageSent).Where(m => m.At < s.Of(EntryKind.FaultEnded).First().At)
                .All(m => s.Entries.Any(e => MessageEntry.Of(e) == MessageEntry.Of(m)
                    && e.Kind is EntryKind.MessageReceived or EntryKind.MessageAccepted)), cut);
        Assert.Contains(seen.Of(EntryKind.ClientOffline), e =>
            OfflineEntry.Of(e).End.Mechanism == Mechanism.AckTimeout);
    }

    [ProsodyFact]
    public void A_silent_client_is_given_up_by_a_mechanism_that_is_not_seen()
    {
        var server = new Policy
        {
            Acks = new AckPolicy
            {
                Every = Stage.Seconds(2), Timeout = Stage.Seconds(2), Trigger = Trigger.IdleReceive,
                ClearedBy = ClearedBy.AnyData, Resume = Stage.Seconds(60),
            },
        };
        var client = new Policy { Acks = new AckPolicy { Resume = Stage.Seconds(60) }, Reconnect = Stage.Soon };
        FaultSpec cut = Stage.Fault(FaultKinds.Cut, "phone", 4);
        seen.Until(
            Stage.Run(Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Lab, client, server), cut), folder,
            s => s.HasAfter(EntryKind.FaultBegan, EntryKind.ServerUnavailable));
        Assert.Equal(Mechanism.Unseen, OfflineEntry.Of(seen.Of(EntryKind.ServerOffline).Last()).End.Mechanism);
    }

    [ProsodyFact]
    public void A_restarted_server_says_goodbye_and_its_clients_come_back()
    {
        Until(Stage.Patient, s => s.HasAfter(EntryKind.FaultEnded, EntryKind.MessageReceived),
            Stage.Fault(FaultKinds.Restart, "example.org", 4, 1));
        Assert.True(seen.Has(EntryKind.ProcessChanged, e => ProcessEntry.Of(e).State == ProcessState.Gone));
        Assert.True(seen.HasAfter(EntryKind.ServerLost, EntryKind.ServerAvailable, Chronicle.Anew));
        Assert.Contains("Received SIGTERM", Log);
    }

    [ProsodyFact]
    public void A_frozen_server_is_found_by_the_ping_and_answers_again_when_it_goes_on()
    {
        Until(Pings, s => s.HasAfter(EntryKind.FaultEnded, EntryKind.MessageReceived)
            && s.Of(EntryKind.ClientOffline).Any(e => OfflineEntry.Of(e).End.Mechanism == Mechanism.PingTimeout),
            Stage.Fault(FaultKinds.Freeze, "example.org", 4, 8));
    }

    [ProsodyFact]
    public void A_crashed_server_is_silent_and_comes_back_without_its_sessions()
    {
        Until(Acks, s => s.HasAfter(EntryKind.FaultEnded, EntryKind.MessageReceived),
            Stage.Fault(FaultKinds.Crash, "example.org", 4, 6));
        Assert.DoesNotContain(seen.Of(EntryKind.ClientOffline), e =>
            OfflineEntry.Of(e).End.Mechanism == Mechanism.StreamError);
        Assert.True(seen.HasAfter(EntryKind.ServerLost, EntryKind.ClientOnline, Chronicle.Anew));
    }

    [ProsodyFact]
    public void Nothing_is_left_running_when_a_run_ends()
    {
        Until(Stage.Patient, s => s.Has(EntryKind.ClientOnline));
        Assert.False(Directory.Exists($"/proc/{ProcessId()}"));
    }

    [ProsodyFact]
    public void A_server_that_ends_by_itself_ends_the_run()
    {
        Process? killed = null;
        var failure = Assert.Throws<ProgramFailure>(() => Until(Stage.Patient, s =>
        {
            if (s.Has(EntryKind.ClientOnline)) (killed ??= Process.GetProcessById(ProcessId())).Kill();
            return false;
        }));
        Assert.StartsWith("Prosody ended by itself", failure.Message);
    }

    private int ProcessId() => int.Parse(
        File.ReadAllText(Path.Combine(folder, "prosody-example.org", "prosody.pid")), CultureInfo.InvariantCulture);
}
