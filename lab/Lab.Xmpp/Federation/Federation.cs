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
    private readonly FederationSettings settings;
    private readonly BufferPool buffers;
    private readonly TreePool trees;
    private readonly RandomStream retries;
    private readonly Secrets streamIds;
    private readonly ServedDomains domains, hosts;                    // hosts: those, then the ones vouched for
    private readonly string[] names;                                  // of the hosts
    private readonly DialbackKey keys;

    private readonly StreamMachine machine;
    private readonly List<Remote> remotes = [];
    private readonly List<Verification> verifications = [];
    private readonly Queue<FederationStream> lost = new();
    private readonly XmppWriter scratch;
    private readonly XmppReader rereader;
    private long lastId, pings;

    /// <param name="random">Of this process: with the one of its predecessor, ids would repeat.</param>
    /// <param name="trees">Shared by the machines of a run; absent = its own.</param>
    public Federation(FederationSettings settings, RandomStream random, BufferPool buffers, TreePool? trees = null)
    {
        this.settings = settings;
        this.buffers = buffers;
        this.trees = trees ?? new TreePool();
        machine = new StreamMachine(buffers);
        names = [.. settings.Domains, .. settings.Vouches];
        domains = new ServedDomains(settings.Domains, settings.FormerDomains);
        hosts = new ServedDomains(names, []);
        retries = random.Fork("retry");
        Secrets secrets = settings.Secrets ?? new RepeatableSecrets(random);
        streamIds = secrets.Fork("s2s-stream-id");
        keys = new DialbackKey(settings.DialbackSecret ?? Text(secrets.Fork("dialback")));
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
        Finish();
        return stream.Number;
    }

    /// <summary>The transport that Connect asked for is there.</summary>
    public void Connected(Instant now, int stream)
    {
        Begin(now);
        if (machine[stream] is FederationStream { Phase: StreamPhase.Connecting } s)
        {
            s.Connected();
            s.Touch();
        }
        Finish();
    }

    /// <summary>The name of the remote domain could not be resolved: remote-server-not-found.</summary>
    public void Unresolved(Instant now, int stream)
    {
        Begin(now);
        if (machine[stream] is FederationStream s)
        {
            s.Failure = StanzaError.RemoteServerNotFound;
            s.Lose(new TransportEnd(Mechanism.LocalFailure));
        }
        Finish();
    }

    /// <param name="certified">The domains that the peer's certificate is good for; none when it is not
    /// trusted.</param>
    public void TlsEstablished(Instant now, int stream, IReadOnlyList<string> certified)
    {
        Begin(now);
        if (machine[stream] is FederationStream { Phase: StreamPhase.Securing } s) s.TlsDone(certified);
        Finish();
    }

    public void Receive(Instant now, int stream, ReadOnlySpan<byte> bytes)
    {
        Begin(now);
        if (machine[stream] is { } s)
        {
            s.Hear(bytes);
            s.Touch();
        }
        Finish();
    }

    /// <summary>The peer's FIN.</summary>
    public void PeerClosed(Instant now, int stream)
    {
        Begin(now);
        machine[stream]?.HearFin();
        Finish();
    }

    /// <summary>The transport is over, or never came to be.</summary>
    public void Disconnected(Instant now, int stream, TransportEnd end)
    {
        Begin(now);
        machine[stream]?.Lose(end);
        Finish();
    }

    /// <summary>Bad on purpose: what others ask by dialback is never answered.</summary>
    public bool IgnoresDialback { get; set; }

    /// <summary>The peer's certificate ran out: a stream on which it was good for a domain is closed with reset (RFC
    /// 6120 section 13.7.2.3).</summary>
    public void CertificateExpired(Instant now, int stream)
    {
        Begin(now);
        if (machine[stream] is FederationStream { Writes: true, Secured: true, Certified.Count: > 0 } s)
            s.Fail(StreamErrorCondition.Reset, Mechanism.Stopped);
        Finish();
    }

    public void Tick(Instant now)
    {
        Begin(now);
        while (machine.Deadlines.TryTake(now, out Timed timed))
        {
            switch (timed)
            {
                case FederationStream stream:
                    if (stream.PhaseEnd <= now) stream.EndPhase();
                    stream.Touch();
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
        foreach (FederationStream stream in Streams) stream.ShutDown();
        Finish();
    }

    public bool TryTake(out XmppAction action) => machine.TryTake(out action);

    /// <summary>The bytes of the Write, Deliver or Returned action taken last.</summary>
    public ReadOnlySpan<byte> Output => machine.Output;

    /// <summary>The domain that a stream of this side's making leads to; null when it is over.</summary>
    public string? DomainOf(int stream) => (machine[stream] as FederationStream)?.To;

    public Instant NextTime => machine.Deadlines.Next;

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

    private Instant Now => machine.Now;

    /// <summary>Every stream that is not over, as of now.</summary>
    private IEnumerable<FederationStream> Streams => machine.Living.OfType<FederationStream>();

    private void Begin(Instant now) => machine.Begin(now);

    // The end of every call: checks of the streams it touched, then dead streams, until nothing is left.
    private void Finish()
    {
        while (true)
        {
            if (machine.CheckNext()) continue;
            if (!lost.TryDequeue(out FederationStream? stream)) break;
            WindUp(stream);
        }
        machine.End();
        scratch.Release();
    }

    private FederationStream NewStream(bool outbound, RemoteSettings known)
    {
        var reader = new XmppReader(trees, settings.MaxStanzaBytes);
        var stream = new FederationStream(this, machine, reader, outbound, known)
        {
            Liveness = new Liveness(ChecksOf(known)),
        };
        machine.List(stream);
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

    private string NewId() => settings.SequentialIds
        ? FormattableString.Invariant($"{++lastId}")
        : FormattableString.Invariant($"{streamIds.Next():x16}{streamIds.Next():x16}");

    private static string Text(Secrets secrets) =>
        FormattableString.Invariant($"{secrets.Next():x16}{secrets.Next():x16}");

    /// <summary>A domain as text in lower case, so that equal ones are equal.</summary>
    private static string Text(ReadOnlySpan<byte> domain) => Encoding.UTF8.GetString(domain).ToLowerInvariant();
}
