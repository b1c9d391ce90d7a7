using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>The machine of one server: pumps bytes, timers and actions between the XMPP server and its pipes.</summary>
internal sealed class LabServer : ServerHost
{
    private readonly World world;
    private readonly int host;
    private readonly ServerSettings settings;
    private readonly ServerStore store;
    private readonly string domain;
    private readonly List<Pipe?> pipes = [];                      // by number of stream; null once it is closed
    private readonly List<int> clientOfAccount = [], connectionOfStream = [];
    private XmppServer machine;
    private ProcessState state;
    private bool powered = true;
    private Alarm alarm;
    private int boots;

    public LabServer(World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts)
    {
        (this.world, this.host, this.domain) = (world, host, domain);
        Federation = world.Cast.Federates(host) ? new FederationHost(world, this, host, domain) : null;
        Policy policy = spec.Policy?.Inline ?? Policy.Nothing;
        settings = new ServerSettings
        {
            Domains = [domain], Policy = policy, Conflict = spec.Conflict, OfflineMessages = spec.OfflineMessages,
            OffersTls = spec.Tls != TlsUse.None, RequiresTls = spec.Tls == TlsUse.Required,
            Secrets = world.Secrets, Federates = Federation is not null,
        };
        TcpSettings = World.TcpSettingsOf(policy);
        store = new ServerStore();
        foreach (Member m in accounts)
        {
            store.AddAccount(m.Local, m.Password);
            clientOfAccount.Add(m.Index);
        }
        machine = Boot();
        alarm = new Alarm(world.Queue.Register(this));
    }

    /// <summary>Its half of the streams with other servers; null when the topology gives it none.</summary>
    public FederationHost? Federation { get; }

    public override TcpSettings TcpSettings { get; }
    public override bool Runs => state == ProcessState.Runs;
    public override bool IsPowered => powered;
    public override bool IsListening => state != ProcessState.Gone;

    /// <summary>Sends a message from the echo account, as a push would come.</summary>
    public override void Send(Instant now, int client, long number, int bodyBytes)
    {
        machine.SendMessage(now, clientOfAccount.IndexOf(client), number, bodyBytes);
        Drain(now);
    }

    public override void Freeze(Instant now, int fault) => SetState(now, ProcessState.Frozen, fault);

    /// <summary>What waited in the kernel is read first, then timers that passed meanwhile run.</summary>
    public override void Thaw(Instant now, int fault)
    {
        SetState(now, ProcessState.Runs, fault);
        world.Network.Thaw(now, this);
        TickIfDue(now);
        Federation?.Thaw(now);
    }

    public override void Crash(Instant now, int fault)
    {
        foreach (Pipe pipe in world.Network.PipesOf(this))
            if (pipe.Tag >= 0) RecordEnd(now, pipe, Claim.None, Mechanism.Crashed, 0);
        Federation?.RecordCrash(now);
        powered = false;
        world.Network.LoseHost(now, -1, this);
        if (Federation is not null) world.Network.LoseHost(now, -1, Federation);
        LoseProcess(now, fault);
    }

    /// <summary>The process says system-shutdown to everyone and ends; its kernel closes what is left.</summary>
    public override void Stop(Instant now, int fault)
    {
        machine.Shutdown(now);
        Drain(now);
        foreach (Pipe pipe in world.Network.PipesOf(this)) pipe.Drop(now);
        Federation?.Stop(now);
        LoseProcess(now, fault);
    }

    /// <summary>A new process on what the old one had stored.</summary>
    public override void Start(Instant now, int fault)
    {
        powered = true;
        machine = Boot();
        Federation?.Boot();
        SetState(now, ProcessState.Runs, fault);
    }

    public override void OnFederationFault(Instant now, FaultKind kind, int server, bool begins) =>
        Federation?.OnFault(now, kind, server, begins);

    /// <summary>Journals each message that waits in a session's queue or in the offline store.</summary>
    public override void ReportHeld(Instant now)
    {
        foreach (long number in machine.HeldMessages()) world.Journal.MessageHeld(now, host, number);
        Federation?.ReportHeld(now);
    }

    /// <summary>A stanza from another domain, whose identity is proven.</summary>
    public void ReceiveRemote(Instant now, ReadOnlySpan<byte> stanza)
    {
        machine.ReceiveRemote(now, stanza);
        Drain(now);
    }

    /// <summary>A stanza from here that another domain did not get.</summary>
    public void ReturnRemote(Instant now, ReadOnlySpan<byte> stanza, StanzaError error)
    {
        machine.ReturnRemote(now, stanza, error);
        Drain(now);
    }

    public override void OnEvent(Instant now, int argument)
    {
        if (alarm.Due(world.Queue, now) && Runs) TickIfDue(now);
    }

    public override void Foresee(Pipe pipe, int step)
    {
        if (pipe.Tag >= 0 && ReferenceEquals(pipe.Owner, this)) machine.Foresee(pipe.Tag, step);
    }

    public override void OnConnected(Instant now, Pipe pipe)
    {
        bool secured = world.IsDirectTls(pipe.Client);
        pipe.Tag = machine.Accept(now, secured);
        if (pipe.Tag != pipes.Count)
            throw new InvalidOperationException($"stream {pipe.Tag} of a server that had {pipes.Count}");
        pipes.Add(pipe);
        connectionOfStream.Add(pipe.Connection);
        world.Journal.FarAccepted(now, pipe.Client, pipe.Connection);
        if (secured) pipe.StartTls(now);
        Drain(now);
    }

    public override void OnTlsEstablished(Instant now, Pipe pipe)
    {
        machine.TlsEstablished(now, pipe.Tag);
        Drain(now);
    }

    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes)
    {
        machine.Receive(now, pipe.Tag, bytes);
        Drain(now);
    }

    public override void OnPeerClosed(Instant now, Pipe pipe)
    {
        machine.PeerClosed(now, pipe.Tag);
        Drain(now);
    }

    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end)
    {
        if (pipe.Tag < 0) return;
        machine.Disconnected(now, pipe.Tag, TransportEnd.Of(end));
        Drain(now);
        pipes[pipe.Tag] = null;
    }

    private XmppServer Boot() =>
        new(settings, store, world.Random.Fork($"server/{domain}/{boots++}"), world.Buffers, world.Scram, world.Trees);

    private void LoseProcess(Instant now, int fault)
    {
        foreach (int client in clientOfAccount) world.Journal.ServerLost(now, client);
        pipes.Clear();
        connectionOfStream.Clear();
        alarm.Clear(world.Queue);
        Federation?.Lose();
        SetState(now, ProcessState.Gone, fault);
    }

    private void TickIfDue(Instant now)
    {
        if (machine.NextTime <= now) machine.Tick(now);
        Drain(now);
    }

    private void Drain(Instant now)
    {
        while (machine.TryTake(out XmppAction a)) Act(now, in a);
        alarm.Set(world.Queue, machine.NextTime);
        Federation?.Run(now);
    }

    private void Act(Instant now, in XmppAction a)
    {
        switch (a.Kind)
        {
            case ActionKind.Write:
                pipes[a.Stream]!.Write(now, machine.Output, a.Traffic);
                break;
            case ActionKind.StartTls:
                pipes[a.Stream]!.StartTls(now);
                break;
            case ActionKind.Close:
                TakePipe(a.Stream).Close(now);
                break;
            case ActionKind.Abort:
                TakePipe(a.Stream).Drop(now);
                break;
            case ActionKind.Remote:
                Federation!.Send(machine.RemoteSender, machine.RemoteRecipient, machine.Output, a.A);
                break;
            default:
                Observe(now, in a);
                break;
        }
    }

    private Pipe TakePipe(int stream)
    {
        Pipe pipe = pipes[stream]!;
        pipes[stream] = null;
        return pipe;
    }

    private void Observe(Instant now, in XmppAction a)
    {
        Journal journal = world.Journal;
        Pipe? pipe = a.Stream >= 0 ? pipes[a.Stream] : null;
        int client = a.Account >= 0 ? clientOfAccount[a.Account] : pipe?.Client ?? -1;
        int connection = a.Stream >= 0 ? connectionOfStream[a.Stream] : -1;
        switch (a.Kind)
        {
            case ActionKind.Available:
                journal.ServerAvailable(now, client, resumed: a.A != 0, connection);
                break;
            case ActionKind.Hibernated:
                journal.ServerHibernated(now, client, connection);
                break;
            case ActionKind.Unavailable:
                journal.ServerUnavailable(now, client, connection);
                break;
            case ActionKind.Ended:
                if (pipe is not null) RecordEnd(now, pipe, a.Claim, a.Mechanism, a.A);
                break;
            case ActionKind.MessageAccepted:
                journal.MessageAccepted(now, client, a.A);
                break;
            case ActionKind.MessageEchoed:
                journal.MessageSent(now, -1, a.A, client);
                break;
            case ActionKind.MessageStored:
                journal.MessageStored(now, client, a.A);
                break;
            case ActionKind.MessageBounced:
                journal.MessageBounced(now, client, a.A);
                break;
            case ActionKind.CheckSent:
                journal.ServerCheckSent(now, client, a.Traffic);
                break;
            case ActionKind.CheckAnswered:
                journal.ServerCheckAnswered(now, client, a.Traffic, new Duration(a.A));
                break;
        }
    }

    private void RecordEnd(Instant now, Pipe pipe, Claim claim, Mechanism mechanism, long condition) =>
        world.Journal.ServerOffline(
            now, pipe.Client, new StreamEnd(mechanism, claim, (StreamErrorCondition)condition), pipe.Connection);

    private void SetState(Instant now, ProcessState next, int fault)
    {
        state = next;
        world.Journal.ProcessChanged(now, host, next, fault);
    }
}
