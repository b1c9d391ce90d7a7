using System.Globalization;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// The half of a server's process that talks to other servers: pumps bytes, timers and actions between Federation and
/// its pipes, and stanzas between it and the server. Stanzas wait until neither machine is in the middle of a call.
/// </summary>
internal sealed class FederationSide : EventTarget
{
    private enum Errand { Send, Deliver, Return, Unresolved }

    /// <summary>Stream: it came by that one, or it is the one whose name nobody knows.</summary>
    private readonly record struct Letter(
        Errand Errand, byte[] Stanza, byte[] Sender, byte[] Recipient, long Number, StanzaError Error, int Stream);

    private readonly World world;
    private readonly LabServer server;
    private readonly int host, self;
    private readonly string domain;
    private readonly FederationSettings settings;
    private readonly Dictionary<string, int> paths = [];          // by remote domain: its first route
    private readonly List<Pipe?> pipes = [];                      // by number of stream; null once it is closed
    private readonly Queue<Letter> letters = new();
    private readonly int[] unresolved, expired;                   // by server: faults that make it so
    private int ignoring;
    private Federation machine;
    private Alarm alarm;
    private bool running;
    private int boots, answering = -1;

    public FederationSide(World world, LabServer server, int host, string domain)
    {
        (this.world, this.server, this.host, this.domain) = (world, server, host, domain);
        Cast cast = world.Cast;
        self = host - cast.Members.Count;
        unresolved = new int[cast.Domains.Count];
        expired = new int[cast.Domains.Count];
        var remotes = new SortedDictionary<string, RemoteSettings>(StringComparer.Ordinal);
        foreach (Route route in cast.RoutesOf(self).Where(r => r.From == self && r.Slot == 0))
        {
            string remote = cast.Domains[route.To];
            paths[remote] = route.Index;
            remotes[remote] = route.Spec.Settings(route.Policy);
        }
        int authority = cast.AuthorityOf(self);
        int[] vouched = [.. Enumerable.Range(0, cast.Domains.Count)
            .Where(s => s != self && cast.AuthorityOf(s) == self)];
        settings = new FederationSettings
        {
            Domains = [domain], Vouches = [.. vouched.Select(s => cast.Domains[s])], Remotes = remotes,
            Secrets = world.Secrets,
            // those who share it know each other's keys
            DialbackSecret = authority == self && vouched.Length == 0 ? null
                : world.Random.Fork($"dialback/{cast.Domains[authority]}").Next().ToString(
                    "x16", CultureInfo.InvariantCulture),
        };
        machine = null!;                                           // Load makes it
        alarm = new Alarm(world.Queue.Register(this));
    }

    /// <summary>The server has a stanza for another domain; it goes out with the next <see cref="Run"/>.</summary>
    public void Send(ReadOnlySpan<byte> sender, ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> stanza, long number) =>
        letters.Enqueue(new Letter(
            Errand.Send, stanza.ToArray(), sender.ToArray(), recipient.ToArray(), number, default, answering));

    /// <summary>Carries actions and stanzas to and fro until nothing is left.</summary>
    public void Run(Instant now)
    {
        if (running) return;
        running = true;
        do
            while (machine.TryTake(out XmppAction a)) Act(now, in a);
        while (Carry(now));
        running = false;
        alarm.Set(world.Queue, machine.NextTime);
    }

    public void Thaw(Instant now)
    {
        TickIfDue(now);
        for (int server = 0; server < expired.Length; server++)
            if (expired[server] > 0) EndExpired(now, server);
    }

    /// <summary>Says system-shutdown to everyone.</summary>
    public void Stop(Instant now)
    {
        machine.Shutdown(now);
        Run(now);
    }

    /// <summary>The process is gone, with all it knew.</summary>
    public void Forget()
    {
        pipes.Clear();
        letters.Clear();
        alarm.Clear(world.Queue);
    }

    public void Load() =>
        machine = new(settings, world.Random.Fork($"federation/{domain}/{boots++}"), world.Buffers, world.Trees)
        {
            IgnoresDialback = ignoring > 0,
        };

    public void OnNameChanged(int server, bool hidden) => unresolved[server] += hidden ? 1 : -1;

    public void OnCertificateChanged(Instant now, int server, bool hasExpired)
    {
        expired[server] += hasExpired ? 1 : -1;
        if (hasExpired && this.server.Runs) EndExpired(now, server);
    }

    public void OnDialbackChanged(bool ignored)
    {
        ignoring += ignored ? 1 : -1;
        machine.IgnoresDialback = ignoring > 0;
    }

    // an expired certificate ends the streams that it was shown on
    private void EndExpired(Instant now, int server)
    {
        foreach (Pipe pipe in pipes.OfType<Pipe>().ToList())
        {
            if (PeerOf(pipe) != server || pipe.Tag < 0) continue;
            machine.CertificateExpired(now, pipe.Tag);
            Run(now);
        }
    }

    private int PeerOf(Pipe pipe) => pipe.AtFar ? RouteOf(pipe).From : RouteOf(pipe).To;

    public void ReportHeld(Instant now)
    {
        if (!server.IsListening) return;
        foreach (long number in machine.HeldStanzas()) world.Journal.MessageHeld(now, host, number);
    }

    public override void OnEvent(Instant now, int argument)
    {
        if (alarm.Due(world.Queue, now) && server.Runs) TickIfDue(now);
    }

    public void OnConnected(Instant now, Pipe pipe)
    {
        if (pipe.AtFar)
        {
            Keep(machine.Accept(now), pipe);
            world.Journal.FarAccepted(now, pipe.Path, pipe.Connection);
        }
        else machine.Connected(now, pipe.Tag);
        Run(now);
    }

    /// <summary>Where TLS is modelled every server has a certificate of its domain that everybody trusts.</summary>
    public void OnTlsEstablished(Instant now, Pipe pipe)
    {
        int peer = PeerOf(pipe);
        machine.TlsEstablished(
            now, pipe.Tag, expired[peer] > 0 ? [] : pipe.Certified ?? [world.Cast.Domains[peer]]);
        Run(now);
    }

    public void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes)
    {
        machine.Receive(now, pipe.Tag, bytes);
        Run(now);
    }

    public void OnPeerClosed(Instant now, Pipe pipe)
    {
        machine.PeerClosed(now, pipe.Tag);
        Run(now);
    }

    public void OnEnded(Instant now, Pipe pipe, TcpEnd end)
    {
        if (pipe.Tag < 0) return;
        machine.Disconnected(now, pipe.Tag, TransportEnd.Of(end));
        Run(now);
        pipes[pipe.Tag] = null;
    }

    private Route RouteOf(Pipe pipe) => world.Cast.RouteAt(pipe.Path);

    private void TickIfDue(Instant now)
    {
        if (machine.NextTime <= now) machine.Tick(now);
        Run(now);
    }

    /// <summary>One stanza to where it belongs; false when none waits.</summary>
    private bool Carry(Instant now)
    {
        if (!letters.TryDequeue(out Letter letter)) return false;
        switch (letter.Errand)
        {
            case Errand.Send:
                machine.Send(now, letter.Sender, letter.Recipient, letter.Stanza, letter.Number, letter.Stream);
                break;
            case Errand.Deliver:
                answering = letter.Stream;
                server.ReceiveRemote(now, letter.Stanza);
                answering = -1;
                break;
            case Errand.Return:
                server.ReturnRemote(now, letter.Stanza, letter.Error);
                break;
            case Errand.Unresolved:
                machine.Unresolved(now, letter.Stream);
                break;
        }
        return true;
    }

    private void Act(Instant now, in XmppAction a)
    {
        switch (a.Kind)
        {
            case ActionKind.Connect:
                Connect(now, in a);
                break;
            case ActionKind.Write:
                pipes[a.Stream]!.Write(now, machine.Output, a.Traffic);
                break;
            case ActionKind.StartTls:
                pipes[a.Stream]!.StartTls(now);
                break;
            case ActionKind.Close:
                TakePipe(a.Stream)?.Close(now);
                break;
            case ActionKind.Abort:
                TakePipe(a.Stream)?.Drop(now);
                break;
            case ActionKind.Deliver:
                letters.Enqueue(new Letter(Errand.Deliver, machine.Output.ToArray(), [], [], -1, default, a.Stream));
                break;
            case ActionKind.Returned:
                letters.Enqueue(new Letter(Errand.Return, machine.Output.ToArray(), [], [], a.A, a.Error, -1));
                if (a.A >= 0) world.Journal.StanzaReturned(now, host, a.A, a.Error);
                break;
            default:
                if (pipes[a.Stream] is { } pipe) Observe(now, in a, pipe);
                break;
        }
    }

    /// <summary>The place's own path; to verify a key, the first place's towards whoever vouches for it.</summary>
    private void Connect(Instant now, in XmppAction a)
    {
        Cast cast = world.Cast;
        int asked = cast.FindServer(machine.DomainOf(a.Stream));
        bool verifies = a.A < 0 && asked >= 0;
        string host = verifies ? cast.Domains[cast.AuthorityOf(asked)] : machine.DomainOf(a.Stream);
        bool known = paths.TryGetValue(host, out int path);
        // the name of the domain leads to its authority, and that one's to an address
        if (!known || unresolved[asked] > 0 || unresolved[cast.RouteAt(path).To] > 0)
        {
            Keep(a.Stream, null);
            letters.Enqueue(new Letter(Errand.Unresolved, [], [], [], -1, default, a.Stream));
            return;
        }
        path += Math.Max(0, (int)a.A);
        Route route = cast.RouteAt(path);
        Keep(a.Stream, world.Network.Connect(now, path, server, World.TcpSettingsOf(route.Policy)));
    }

    private void Keep(int stream, Pipe? pipe)
    {
        while (pipes.Count <= stream) pipes.Add(null);
        pipes[stream] = pipe;
        if (pipe is not null) pipe.Tag = stream;
    }

    private Pipe? TakePipe(int stream)
    {
        Pipe? pipe = pipes[stream];
        pipes[stream] = null;
        return pipe;
    }

    private void Observe(Instant now, in XmppAction a, Pipe pipe)
    {
        Journal journal = world.Journal;
        (int route, int connection, PathEnd side) = (pipe.Path, pipe.Connection, SideOf(pipe));
        switch (a.Kind)
        {
            case ActionKind.Ready:
                journal.MemberReady(now, route, side, sends: a.A >= 0, connection);
                world.Signals.OnMemberReady(now, route, connection, sends: a.A >= 0);
                break;
            case ActionKind.Ended:
                journal.MemberEnded(now, route, side, StreamEnd.Of(in a), connection);
                break;
            case ActionKind.Blamed:
                journal.MemberBlamed(now, route, side, new StreamEnd(a.Mechanism, a.Claim), connection);
                break;
            case ActionKind.CheckSent:
                journal.MemberCheckSent(now, route, side, a.Traffic, connection);
                break;
            case ActionKind.CheckAnswered:
                journal.MemberCheckAnswered(now, route, side, a.Traffic, connection);
                break;
            case ActionKind.Queued:
                journal.StanzaQueued(now, route, a.A, connection);
                break;
            case ActionKind.Passed:
                journal.StanzaPassed(now, route, a.A, connection);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(a), a.Kind, "this action is no observation");
        }
    }

    /// <summary>The process of this side ended without a word on that stream.</summary>
    public void RecordEnd(Instant now, Pipe pipe, Mechanism mechanism) =>
        world.Journal.MemberEnded(now, pipe.Path, SideOf(pipe), new StreamEnd(mechanism), pipe.Connection);

    private static PathEnd SideOf(Pipe pipe) => pipe.AtFar ? PathEnd.Far : PathEnd.Near;
}
