using System.Globalization;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What a server's process needs for its streams with other servers: whom it knows and over which path, what faults
/// make of names and certificates, and the pipes of these streams.
/// </summary>
internal sealed class FederationSide
{
    private readonly World world;
    private readonly LabServer server;
    private readonly int host;
    private readonly Dictionary<string, int> paths = [];          // by remote domain: its first route
    private readonly List<Pipe?> pipes = [];                      // by number of stream; null once it is closed
    private readonly int[] unresolved, expired;                   // by server: faults that make it so
    private int ignoring;

    public FederationSide(World world, LabServer server, int host, string domain)
    {
        (this.world, this.server, this.host) = (world, server, host);
        Cast cast = world.Cast;
        int self = host - cast.Members.Count;
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
        Settings = new FederationSettings
        {
            Domains = [domain], Vouches = [.. vouched.Select(s => cast.Domains[s])], Remotes = remotes,
            Secrets = world.Secrets,
            // those who share it know each other's keys
            DialbackSecret = authority == self && vouched.Length == 0 ? null
                : world.Random.Fork($"dialback/{cast.Domains[authority]}").Next().ToString(
                    "x16", CultureInfo.InvariantCulture),
        };
    }

    public FederationSettings Settings { get; }

    /// <summary>Faults have the server answer nothing that others ask by dialback.</summary>
    public bool IgnoresDialback => ignoring > 0;

    private DomainServer Machine => server.Machine;

    /// <summary>Certificates that expired while the process was frozen end the streams they were shown on.</summary>
    public void Thaw(Instant now)
    {
        for (int server = 0; server < expired.Length; server++)
            if (expired[server] > 0) EndExpired(now, server);
    }

    /// <summary>The process is gone, with all it knew.</summary>
    public void Forget() => pipes.Clear();

    public void OnNameChanged(int server, bool hidden) => unresolved[server] += hidden ? 1 : -1;

    public void OnCertificateChanged(Instant now, int server, bool hasExpired)
    {
        expired[server] += hasExpired ? 1 : -1;
        if (hasExpired && this.server.Runs) EndExpired(now, server);
    }

    public void OnDialbackChanged(bool ignored)
    {
        ignoring += ignored ? 1 : -1;
        Machine.IgnoresDialback = IgnoresDialback;
    }

    // an expired certificate ends the streams that it was shown on
    private void EndExpired(Instant now, int server)
    {
        foreach (Pipe pipe in pipes.OfType<Pipe>().ToList())
        {
            if (PeerOf(pipe) == server && pipe.Tag >= 0) this.server.OnCertificateExpired(now, pipe);
        }
    }

    private int PeerOf(Pipe pipe) => pipe.AtFar ? RouteOf(pipe).From : RouteOf(pipe).To;

    public void ReportHeld(Instant now)
    {
        if (!server.IsListening) return;
        foreach (long number in Machine.HeldStanzas()) world.Journal.MessageHeld(now, host, number);
    }

    public void OnConnected(Instant now, Pipe pipe)
    {
        if (pipe.AtFar)
        {
            Keep(Machine.AcceptPeer(now), pipe);
            world.Journal.FarAccepted(now, pipe.Path, pipe.Connection);
        }
        else Machine.Connected(now, pipe.Tag);
    }

    /// <summary>Where TLS is modelled every server has a certificate of its domain that everybody trusts.</summary>
    public IReadOnlyList<string> CertifiedOf(Pipe pipe)
    {
        int peer = PeerOf(pipe);
        return expired[peer] > 0 ? [] : pipe.Certified ?? [world.Cast.Domains[peer]];
    }

    /// <summary>The connection is over, and the machine knows.</summary>
    public void Let(Pipe pipe) => pipes[pipe.Tag - DomainServer.FirstPeerStream] = null;

    private Route RouteOf(Pipe pipe) => world.Cast.RouteAt(pipe.Path);

    public void Act(Instant now, in XmppAction a)
    {
        switch (a.Kind)
        {
            case ActionKind.Connect:
                Connect(now, in a);
                break;
            case ActionKind.Write:
                PipeOf(a.Stream)!.Write(now, Machine.Output, a.Traffic);
                break;
            case ActionKind.StartTls:
                PipeOf(a.Stream)!.StartTls(now);
                break;
            case ActionKind.Close:
                TakePipe(a.Stream)?.Close(now);
                break;
            case ActionKind.Abort:
                TakePipe(a.Stream)?.Drop(now);
                break;
            default:
                if (PipeOf(a.Stream) is { } pipe) Observe(now, in a, pipe);
                break;
        }
    }

    /// <summary>The place's own path; to verify a key, the first place's towards whoever vouches for it.</summary>
    private void Connect(Instant now, in XmppAction a)
    {
        Cast cast = world.Cast;
        if (Machine.DomainOf(a.Stream) is not { } domain)
        {
            Keep(a.Stream, null);                                  // given up again in the call that asked for it
            return;
        }
        int asked = cast.FindServer(domain);
        bool verifies = a.A < 0 && asked >= 0;
        string host = verifies ? cast.Domains[cast.AuthorityOf(asked)] : domain;
        bool known = paths.TryGetValue(host, out int path);
        // the name of the domain leads to its authority, and that one's to an address
        if (!known || unresolved[asked] > 0 || unresolved[cast.RouteAt(path).To] > 0)
        {
            Keep(a.Stream, null);
            Machine.Unresolved(a.Stream);
            return;
        }
        path += Math.Max(0, (int)a.A);
        Route route = cast.RouteAt(path);
        Keep(a.Stream, world.Network.Connect(now, path, server, world.ServerTcp(route.From, route.Policy)));
    }

    private void Keep(int stream, Pipe? pipe)
    {
        int place = stream - DomainServer.FirstPeerStream;
        while (pipes.Count <= place) pipes.Add(null);
        pipes[place] = pipe;
        if (pipe is not null) pipe.Tag = stream;
    }

    private Pipe? PipeOf(int stream) => pipes[stream - DomainServer.FirstPeerStream];

    private Pipe? TakePipe(int stream)
    {
        Pipe? pipe = PipeOf(stream);
        pipes[stream - DomainServer.FirstPeerStream] = null;
        if (pipe is not null) server.Leave(pipe);
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
                pipe.StreamIsOver = true;
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
