using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>The machine of one server: pumps bytes, timers and actions between it and its pipes.</summary>
internal sealed class LabServer : MachineProgram, IServerProgram
{
    private readonly int host;
    private readonly ServerSettings settings;
    private readonly ServerStore store;
    private readonly string domain;
    private readonly FederationSide? federation;                  // null when the topology gives it no other server
    private readonly List<Pipe?> pipes = [];                      // by number of stream; null once it is closed
    private readonly List<(int Client, int Connection)> streams = [];   // by number, also when it is closed
    private readonly IReadOnlyList<Member> members;
    private readonly Dictionary<int, int> accountOfClient = [];
    private readonly List<int> ownerOfAccount = [];
    private readonly ServiceSpec? service;
    private DomainServer? machine;
    private ServiceDesk? desk;                                          // null where work takes no time
    private int boots;

    public LabServer(World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts)
        : base(world, host)
    {
        (this.host, this.domain, members, service) = (host, domain, accounts, spec.Service);
        federation = world.Cast.Federates(host) ? new FederationSide(world, this, host, domain) : null;
        settings = new ServerSettings
        {
            Domains = [domain], Policy = spec.Policy?.Inline ?? Policy.Nothing, Conflict = spec.Conflict,
            OfflineMessages = spec.OfflineMessages, OffersTls = spec.Tls != TlsUse.None,
            RequiresTls = spec.Tls == TlsUse.Required, Secrets = world.Secrets,
            TellsKept = accounts.Any(m => m.Spec.Push is not null),
        };
        store = new ServerStore();
        foreach (Member m in accounts)
        {
            bool first = m.Account == m.Index;
            if (first) ownerOfAccount.Add(m.Index);
            IReadOnlyList<Member> devices = world.Cast.DevicesOf(m);
            accountOfClient[m.Index] = !first ? accountOfClient[m.Account]
                : store.AddAccount(m.Local, m.Password, shared: devices.Count > 1,
                    devices.Select(d => d.Spec.Login).OfType<LoginSpec>().FirstOrDefault()?.ToLoad());
        }
    }

    public DomainServer Machine => machine!;

    public override bool IsFull => desk is { IsFull: true };

    protected override Instant NextTime =>
        desk is null ? machine!.NextTime : Instant.Min(machine!.NextTime, desk.NextTime);

    public override bool Load(Instant now)
    {
        int life = boots++;
        machine = new DomainServer(
            settings, federation?.Settings, store, World.Random.Fork($"server/{domain}/{life}"),
            World.Random.Fork($"federation/{domain}/{life}"), World.Buffers, World.Scram, World.Trees)
        {
            IgnoresDialback = federation is { IgnoresDialback: true },
        };
        if (service is not null) desk = new ServiceDesk(service, World.Random.Fork($"service/{domain}/{life}"));
        return true;
    }

    public override void Begin(Instant now) { }                   // it waits for connections

    /// <summary>Sends a message from the echo account, as a push would come.</summary>
    public void Send(Instant now, int client, long number, int bodyBytes)
    {
        machine!.SendMessage(now, accountOfClient[client], number, bodyBytes);
        Pump(now);
    }

    public void SendPresence(Instant now, int client, int contact, bool away, int statusBytes)
    {
        machine!.SendPresence(now, accountOfClient[client], contact, away, statusBytes);
        Pump(now);
    }

    public override void Freeze(Instant now) => desk?.Pause(now);

    public override void Thaw(Instant now)
    {
        desk?.Resume(now);
        base.Thaw(now);
        federation?.Thaw(now);
    }

    public override void Die(Instant now, Mechanism why)
    {
        foreach (Pipe pipe in World.Network.PipesOf(this))
        {
            if (pipe.Tag < 0 || pipe.StreamIsOver) continue;
            if (IsFederations(pipe)) federation!.RecordEnd(now, pipe, why);
            else World.Journal.ServerOffline(now, pipe.Path, new StreamEnd(why), pipe.Connection);
        }
        Forget(now);
        base.Die(now, why);
    }

    /// <summary>Says system-shutdown to everyone.</summary>
    public override void Stop(Instant now)
    {
        desk = null;
        machine!.Shutdown(now);
        Pump(now);
        Forget(now);
        base.Stop(now);
    }

    public void OnNameChanged(Instant now, int server, bool hidden) =>
        federation?.OnNameChanged(server, hidden);

    public void OnCertificateChanged(Instant now, int server, bool expired) =>
        federation?.OnCertificateChanged(now, server, expired);

    /// <summary>The certificate that was shown on that connection has run out.</summary>
    public void OnCertificateExpired(Instant now, Pipe pipe)
    {
        machine!.CertificateExpired(now, pipe.Tag);
        Pump(now);
    }

    public void OnDialbackChanged(Instant now, bool ignored) => federation?.OnDialbackChanged(ignored);

    /// <summary>Journals each message that waits in a session's queue or in the offline store.</summary>
    public override void ReportHeld(Instant now)
    {
        foreach (long number in machine?.HeldMessages() ?? [])
            World.Journal.MessageHeld(now, host, number);
        federation?.ReportHeld(now);
    }

    public bool Holds(long number) => Runs && machine!.HeldMessages().Contains(number);

    public override void Foresee(Pipe pipe, int step)
    {
        // the client's end may outlive the process that it was connected to
        int stream = pipe.Tag;
        if (stream >= 0 && stream < pipes.Count && ReferenceEquals(pipes[stream], pipe)) machine!.Foresee(stream, step);
    }

    public override void OnConnected(Instant now, Pipe pipe)
    {
        if (desk is null) Take(now, pipe);
        else
        {
            // nothing can be made of what comes before TLS begins
            if (IsDirectTls(pipe)) pipe.Hold();
            desk.Connected(now, pipe);
        }
        Pump(now);
    }

    public override void OnTlsEstablished(Instant now, Pipe pipe)
    {
        if (desk is null) Secured(now, pipe);
        else desk.Secured(now, pipe);
        Pump(now);
    }

    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes)
    {
        if (desk is null) machine!.Receive(now, pipe.Tag, bytes);
        else desk.Received(now, pipe, bytes);
        Pump(now);
    }

    public override void OnPeerClosed(Instant now, Pipe pipe)
    {
        if (desk is null) machine!.PeerClosed(now, pipe.Tag);
        else desk.PeerClosed(now, pipe);
        Pump(now);
    }

    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end)
    {
        Leave(pipe);
        if (pipe.Tag < 0) return;
        machine!.Disconnected(now, pipe.Tag, TransportEnd.Of(end));
        Pump(now);
        if (IsFederations(pipe)) federation!.Let(pipe);
        else pipes[pipe.Tag] = null;
    }

    /// <summary>The connection is over, or not this server's any more: nothing more is begun for it.</summary>
    public void Leave(Pipe pipe) => desk?.Leave(pipe);

    protected override void Pump(Instant now)
    {
        base.Pump(now);
        while (desk is not null && desk.TryTake(now, out Served served, out Pipe pipe, out byte[] bytes))
        {
            (Customer customer, Piece piece, Duration waited, Duration took) = served;
            if (piece.Kind != Work.None)
                World.Journal.WorkDone(now, pipe.Path, pipe.AtFar ? PathEnd.Far : PathEnd.Near, piece.Kind, waited,
                    took, pipe.Connection);
            if (!customer.HasLeft) Do(now, piece.Errand, pipe, bytes);
            base.Pump(now);
        }
    }

    private void Do(Instant now, Errand errand, Pipe pipe, byte[] bytes)
    {
        switch (errand)
        {
            case Errand.Take:
                Take(now, pipe);
                break;
            case Errand.BeginTls:
                pipe.StartTls(now);
                pipe.Resume(now);
                break;
            case Errand.Secured:
                Secured(now, pipe);
                break;
            case Errand.Hear:
                machine!.Receive(now, pipe.Tag, bytes);
                break;
            case Errand.HearEnd:
                machine!.PeerClosed(now, pipe.Tag);
                break;
        }
    }

    private void Take(Instant now, Pipe pipe)
    {
        if (IsFederations(pipe)) federation!.OnConnected(now, pipe);
        else Accept(now, pipe);
    }

    private void Secured(Instant now, Pipe pipe) =>
        machine!.TlsEstablished(now, pipe.Tag, IsFederations(pipe) ? federation!.CertifiedOf(pipe) : []);

    private bool IsDirectTls(Pipe pipe) => !IsFederations(pipe) && World.IsDirectTls(pipe.Path);

    private void Accept(Instant now, Pipe pipe)
    {
        bool secured = IsDirectTls(pipe);
        pipe.Tag = machine!.Accept(now, secured);
        if (pipe.Tag != pipes.Count)
            throw new InvalidOperationException($"stream {pipe.Tag} of a server that had {pipes.Count}");
        pipes.Add(pipe);
        streams.Add((pipe.Path, pipe.Connection));
        World.Journal.FarAccepted(now, pipe.Path, pipe.Connection);
        if (!secured) return;
        if (desk is null) pipe.StartTls(now);
        else desk.BeginTls(now, pipe);
    }

    private bool IsFederations(Pipe pipe) => pipe.Path >= World.Cast.FirstRoute;

    // the process is gone with all that it knew
    private void Forget(Instant now)
    {
        foreach (Member client in members) World.Journal.ServerLost(now, client.Index);
        desk = null;
        pipes.Clear();
        streams.Clear();
        federation?.Forget();
    }

    protected override bool TryTake(out XmppAction action) => machine!.TryTake(out action);

    protected override void Tick(Instant now) => machine!.Tick(now);

    protected override void Act(Instant now, in XmppAction a)
    {
        if (a.Kind == ActionKind.Returned)
        {
            if (a.A >= 0) World.Journal.StanzaReturned(now, host, a.A, a.Error);
            return;
        }
        if (a.Stream >= DomainServer.FirstPeerStream)
        {
            federation!.Act(now, in a);
            return;
        }
        switch (a.Kind)
        {
            case ActionKind.Write:
                pipes[a.Stream]!.Write(now, machine!.Output, a.Traffic);
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
            default:
                Observe(now, in a);
                break;
        }
    }

    private Pipe TakePipe(int stream)
    {
        Pipe pipe = pipes[stream]!;
        pipes[stream] = null;
        Leave(pipe);
        return pipe;
    }

    // What an account did without a session is told of the client that the workload meant; -1 is nobody's account.
    private int Named(int account, Member? meant) => account < 0 ? -1
        : meant is not null && meant.Account == ownerOfAccount[account] ? meant.Index : ownerOfAccount[account];

    private void Observe(Instant now, in XmppAction a)
    {
        Journal journal = World.Journal;
        Pipe? pipe = a.Stream >= 0 ? pipes[a.Stream] : null;
        (int client, int connection) = a.Stream >= 0 ? streams[a.Stream] : (-1, -1);
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
                if (pipe is null) break;
                pipe.StreamIsOver = true;
                journal.ServerOffline(now, pipe.Path, StreamEnd.Of(in a), connection);
                break;
            case ActionKind.MessageAccepted:
                journal.MessageAccepted(now, client, a.A);
                break;
            case ActionKind.MessageEchoed:
                journal.MessageSent(now, -1, a.A, client);
                break;
            case ActionKind.MessageStored:
                journal.MessageStored(now, Named(a.Account, World.Workload?.RecipientOf(a.A)), a.A);
                World.Signals.OnKept(now, ownerOfAccount[a.Account], a.A, waits: true);
                break;
            case ActionKind.MessageKept:
                World.Signals.OnKept(now, ownerOfAccount[a.Account], a.A, waits: a.B != 0);
                break;
            case ActionKind.MessageHanded:
                journal.MessageHanded(now, client, a.A, connection);
                break;
            case ActionKind.MessageBounced:
                journal.MessageBounced(now, Named(a.Account, World.Workload?.SenderOf(a.A)), a.A);
                break;
            case ActionKind.CheckSent:
                journal.ServerCheckSent(now, client, a.Traffic);
                break;
            case ActionKind.CheckAnswered:
                journal.ServerCheckAnswered(now, client, a.Traffic, new Duration(a.A));
                break;
        }
    }
}
