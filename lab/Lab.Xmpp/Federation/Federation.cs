using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// The streams of one server with other servers, sans IO: RFC 6120 towards servers, XEP-0178, 0198, 0199, 0220, 0288.
/// <para>
/// Driving rule: make one call; then TryTake until false (the bytes of Write, Deliver and Returned are in Output until
/// the next TryTake); then look at NextTime and call Tick at that moment. Calls with actions left over, or with a time
/// before the last one's, throw. Calls about a stream that is over are ignored: bytes and ends may cross with a
/// Close or Abort.
/// </para>
/// <para>
/// Order: what one call says to one stream is one Write. Streams that die in a call are wound up at its end, after
/// everything else: their places in the pools are filled again, or what waited is returned.
/// </para>
/// Rules, sources and what is left out: lab/MODELS.md.
/// </summary>
public sealed partial class Federation
{
    private readonly record struct Entry(XmppAction Action, FederationStream? Stream, int Start, int Length);

    private readonly FederationSettings settings;
    private readonly BufferPool buffers;
    private readonly TreePool trees;
    private readonly RandomStream retries;
    private readonly Secrets streamIds;
    private readonly ServedDomains domains, hosts;                    // hosts: those, then the ones vouched for
    private readonly string[] names;                                  // of the hosts
    private readonly DialbackKey keys;

    private readonly List<FederationStream?> streams = [];            // by number; null once over
    private readonly List<Remote> remotes = [];
    private readonly List<Verification> verifications = [];
    private readonly Deadlines deadlines = new();
    private readonly List<FederationStream> touched = [];
    private readonly Queue<FederationStream> lost = new();
    private readonly List<Entry> actions = [];
    private readonly XmppWriter bodies, scratch;
    private readonly XmppReader rereader;

    private Entry taken;
    private Instant now;
    private int nextAction;
    private long lastId, pings;

    /// <param name="random">Of this process: with the one of its predecessor, ids would repeat.</param>
    /// <param name="trees">Shared by the machines of a run; absent = its own.</param>
    public Federation(FederationSettings settings, RandomStream random, BufferPool buffers, TreePool? trees = null)
    {
        this.settings = settings;
        this.buffers = buffers;
        this.trees = trees ?? new TreePool();
        names = [.. settings.Domains, .. settings.Vouches];
        domains = new ServedDomains(settings.Domains, settings.FormerDomains);
        hosts = new ServedDomains(names, []);
        retries = random.Fork("retry");
        Secrets secrets = settings.Secrets ?? new RepeatableSecrets(random);
        streamIds = secrets.Fork("s2s-stream-id");
        keys = new DialbackKey(settings.DialbackSecret ?? Text(secrets.Fork("dialback")));
        bodies = new XmppWriter(buffers);
        scratch = new XmppWriter(buffers);
        rereader = new XmppReader(this.trees, int.MaxValue);
        ReadOnlySpan<byte> header =
            "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>"u8;
        if (rereader.Read(ref header) != WireEvent.StreamOpened)
            throw new InvalidOperationException($"a plain header was refused: {rereader.Error}");
        rereader.Release();
    }

    /// <summary>A transport was accepted; returns the number of its stream, never used before here.</summary>
    public int Accept(Instant now)
    {
        Begin(now);
        FederationStream stream = NewStream(outbound: false, settings.Default);
        stream.Phase = FederationPhase.Opening;
        stream.PhaseEnd = stream.Settings.Policy.Connect.Total is { } total ? now + total : Instant.Never;
        Finish();
        return stream.Number;
    }

    /// <summary>The transport that Connect asked for is there.</summary>
    public void Connected(Instant now, int stream)
    {
        Begin(now);
        if (streams[stream] is { Phase: FederationPhase.Connecting } s)
        {
            s.Phase = FederationPhase.Opening;
            s.PhaseEnd = s.Settings.Policy.Connect.Total is { } total ? now + total : Instant.Never;
            WriteInitialHeader(s);
        }
        Finish();
    }

    /// <summary>The name of the remote domain could not be resolved: remote-server-not-found.</summary>
    public void Unresolved(Instant now, int stream)
    {
        Begin(now);
        if (streams[stream] is { } s)
        {
            s.Failure = StanzaError.RemoteServerNotFound;
            End(s, Claim.None, Mechanism.LocalFailure, StreamErrorCondition.None);
            Forget(s);
        }
        Finish();
    }

    /// <param name="certified">The domains that the peer's certificate is good for; none when it is not
    /// trusted.</param>
    public void TlsEstablished(Instant now, int stream, IReadOnlyList<string> certified)
    {
        Begin(now);
        if (streams[stream] is { Phase: FederationPhase.Securing } s)
        {
            s.Secured = true;
            s.Certified = certified;
            Reopen(s);
        }
        Finish();
    }

    public void Receive(Instant now, int stream, ReadOnlySpan<byte> bytes)
    {
        Begin(now);
        if (streams[stream] is { } s)
        {
            s.Heard = now;
            Read(s, bytes);
            Touch(s);
        }
        Finish();
    }

    /// <summary>The peer's FIN.</summary>
    public void PeerClosed(Instant now, int stream)
    {
        Begin(now);
        if (streams[stream] is { } s)
        {
            End(s, Claim.None, Mechanism.Fin, StreamErrorCondition.None);
            CloseTransport(s);
        }
        Finish();
    }

    /// <summary>The transport is over, or never came to be.</summary>
    public void Disconnected(Instant now, int stream, TransportEnd end)
    {
        Begin(now);
        if (streams[stream] is { } s)
        {
            End(s, end.Claim, end.Mechanism, StreamErrorCondition.None);
            Forget(s);
        }
        Finish();
    }

    /// <summary>Bad on purpose: what others ask by dialback is never answered.</summary>
    public bool IgnoresDialback { get; set; }

    /// <summary>The peer's certificate ran out: a stream on which it was good for a domain is closed with reset (RFC
    /// 6120 section 13.7.2.3).</summary>
    public void CertificateExpired(Instant now, int stream)
    {
        Begin(now);
        if (streams[stream] is { Writes: true, Secured: true, Certified.Count: > 0 } s)
            Fail(s, StreamErrorCondition.Reset, Mechanism.Stopped);
        Finish();
    }

    public void Tick(Instant now)
    {
        Begin(now);
        while (deadlines.TryTake(now, out Timed timed))
        {
            switch (timed)
            {
                case FederationStream stream:
                    if (stream.PhaseEnd <= now) EndPhase(stream);
                    Touch(stream);
                    break;
                case DomainPair pair:
                    Reject(pair, StanzaError.RemoteServerTimeout);
                    break;
                case Verification late:
                    Conclude(late, StanzaError.RemoteServerTimeout);
                    break;
                case Remote remote:
                    CheckRemote(remote);
                    break;
            }
        }
        Finish();
    }

    /// <summary>Says system-shutdown to every stream and closes it; what waits is returned.</summary>
    public void Shutdown(Instant now)
    {
        Begin(now);
        foreach (Remote remote in remotes)
        {
            for (int i = 0; i < remote.Slots.Length; i++)
                ReturnAll(remote, i, _ => true, StanzaError.RemoteServerTimeout);
            remote.BarredUntil = Instant.Never;
            remote.BarredBy = StanzaError.RemoteServerTimeout;
        }
        foreach (FederationStream stream in streams.OfType<FederationStream>().ToList())
        {
            if (stream.Phase is FederationPhase.Securing or FederationPhase.Connecting)
                Drop(stream, Claim.None, Mechanism.Stopped);
            else if (stream.Phase != FederationPhase.Closing)
                Fail(stream, StreamErrorCondition.SystemShutdown, Mechanism.Stopped);
        }
        Finish();
    }

    public bool TryTake(out XmppAction action)
    {
        taken.Stream?.Output.Release();
        taken = default;
        if (nextAction == actions.Count)
        {
            actions.Clear();
            nextAction = 0;
            bodies.Release();
            action = default;
            return false;
        }
        taken = actions[nextAction++];
        action = taken.Action;
        if (taken.Stream is not { } stream) return true;
        action = action with { Traffic = stream.Cause };
        stream.WriteQueued = false;
        return true;
    }

    /// <summary>The bytes of the Write, Deliver or Returned action taken last.</summary>
    public ReadOnlySpan<byte> Output =>
        taken.Stream is { } stream ? stream.Output.Written : bodies.Written.Slice(taken.Start, taken.Length);

    /// <summary>The domain that a stream of this side's making leads to.</summary>
    public string DomainOf(int stream) => streams[stream]!.To!;

    public Instant NextTime => deadlines.Next;

    /// <summary>Numbers of the stanzas that wait for streams or for acknowledgements.</summary>
    public IEnumerable<long> HeldStanzas()
    {
        var held = new List<long>();
        foreach (Slot slot in remotes.SelectMany(remote => remote.Slots))
        {
            held.AddRange(slot.Waiting.Select(w => w.Number).Where(number => number >= 0));
            if (slot.Stream?.Acks is not { } acks) continue;
            foreach (UnackedStanza stanza in acks)
                if (stanza.Number >= 0) held.Add(stanza.Number);
        }
        return held;
    }

    private void Begin(Instant now)
    {
        if (nextAction != actions.Count)
            throw new InvalidOperationException($"{actions.Count - nextAction} actions were not taken before a call");
        if (now < this.now) throw new InvalidOperationException($"call at {now}, the last one was at {this.now}");
        taken.Stream?.Output.Release();
        taken = default;
        actions.Clear();
        nextAction = 0;
        bodies.Release();
        this.now = now;
    }

    // The end of every call: checks of the streams it touched, then dead streams, until nothing is left.
    private void Finish()
    {
        int checkedStreams = 0;
        while (true)
        {
            if (checkedStreams < touched.Count) Check(touched[checkedStreams++]);
            else if (lost.TryDequeue(out FederationStream? stream)) WindUp(stream);
            else break;
        }
        touched.Clear();
        scratch.Release();
    }

    private void Touch(FederationStream stream)
    {
        if (stream.Touched) return;
        stream.Touched = true;
        touched.Add(stream);
    }

    private FederationStream NewStream(bool outbound, RemoteSettings known)
    {
        var reader = new XmppReader(trees, settings.MaxStanzaBytes);
        var stream = new FederationStream(streams.Count, outbound, reader, new XmppWriter(buffers))
        {
            Settings = known, Liveness = new Liveness(ChecksOf(known)),
        };
        streams.Add(stream);
        Touch(stream);
        return stream;
    }

    /// <summary>What each stream checks by itself: idleness and routed pings are looked after here.</summary>
    private static Policy ChecksOf(RemoteSettings remote) => remote.Policy with
    {
        Idle = null,
        Ping = remote.PingScope == PingScope.EachMember ? remote.Policy.Ping : null,
        OnDead = remote.OnFailedCheck == FailedCheck.CloseMember ? Reaction.Error : Reaction.Drop,
    };

    private RemoteSettings SettingsOf(string domain) =>
        settings.Remotes.TryGetValue(domain, out RemoteSettings? own) ? own : settings.Default;

    private void Add(in XmppAction action) => actions.Add(new Entry(action, null, 0, 0));

    private void AddBody(in XmppAction action, ReadOnlySpan<byte> body)
    {
        actions.Add(new Entry(action, null, bodies.Length, body.Length));
        bodies.Raw(body);
    }

    private XmppWriter Write(FederationStream stream, Traffic cause)
    {
        if (!stream.WriteQueued)
        {
            stream.WriteQueued = true;
            stream.Cause = cause;
            actions.Add(new Entry(new XmppAction(ActionKind.Write, stream.Number), stream, 0, 0));
        }
        stream.Liveness.Sent(now);
        Touch(stream);
        return stream.Output;
    }

    private string NewId() => settings.SequentialIds
        ? FormattableString.Invariant($"{++lastId}")
        : FormattableString.Invariant($"{streamIds.Next():x16}{streamIds.Next():x16}");

    private static string Text(Secrets secrets) =>
        FormattableString.Invariant($"{secrets.Next():x16}{secrets.Next():x16}");

    /// <summary>A domain as text in lower case, so that equal ones are equal.</summary>
    private static string Text(ReadOnlySpan<byte> domain) => Encoding.UTF8.GetString(domain).ToLowerInvariant();
}
