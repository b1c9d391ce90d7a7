using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// An XMPP server with all its streams, sans IO: RFC 6120 and 6121 towards clients, XEP-0160, 0198, 0199, 0203.
/// <para>
/// Driving rule: make one call; then TryTake until false (a Write action's bytes are in Output until the next TryTake);
/// then look at NextTime and call Tick at that moment. Calls with actions left over, or with a time before the last
/// one's, throw. Calls about a stream that is over are ignored: bytes and ends may cross with a Close or Abort.
/// </para>
/// <para>
/// Order: what one call says to one stream is one Write. Sessions that die in a call are wound up at its end, after
/// everything else, so that their unacknowledged messages meet the final routing table.
/// </para>
/// The routing table, the life of a session and what is left out: lab/MODELS.md.
/// </summary>
public sealed partial class XmppServer
{
    /// <summary>An echo's number is the number it answers plus this.</summary>
    public const long EchoOffset = 1L << 40;

    private readonly ServerSettings settings;
    private readonly ServerStore store;
    private readonly BufferPool buffers;
    private readonly ScramCache scram;
    private readonly TreePool trees;
    private readonly Secrets streamIds, resources, ackIds, nonces;
    private readonly ServedDomains domains;
    private readonly Policy policy;
    private readonly AckPolicy? acks;

    private readonly StreamMachine machine;
    private readonly Queue<Session> dying = new();
    private readonly XmppWriter scratch, reply;
    private readonly XmppReader rereader;

    private Session?[] sessions = [];                                  // by account: its resources in order of binding
    private long availabilities, pings;

    /// <param name="trees">Shared by the machines of a run; absent = its own.</param>
    public XmppServer(
        ServerSettings settings, ServerStore store, RandomStream random, BufferPool buffers, ScramCache scram,
        TreePool? trees = null)
    {
        this.settings = settings;
        this.store = store;
        this.buffers = buffers;
        this.scram = scram;
        this.trees = trees ?? new TreePool();
        machine = new StreamMachine(buffers);
        acks = settings.Policy.Acks ?? settings.AcksWhenAsked;
        policy = settings.Policy with { Acks = acks };
        domains = new ServedDomains(settings.Domains, settings.FormerDomains);
        Secrets secrets = settings.Secrets ?? new RepeatableSecrets(random);
        if (store.Salt.Length == 0) secrets.Fork("salt").Fill(store.Salt = new byte[16]);
        // A restarted server must not repeat the identifiers of its predecessor.
        Secrets life = secrets.Fork($"start-{store.Starts++}");
        streamIds = life.Fork("stream-id");
        resources = life.Fork("resource");
        ackIds = life.Fork("sm-id");
        nonces = life.Fork("nonce");
        scratch = new XmppWriter(buffers);
        reply = new XmppWriter(buffers);
        remoteText = new XmppWriter(buffers);
        rereader = new XmppReader(this.trees, int.MaxValue);
        BeginRereading();
    }

    /// <summary>A transport was accepted; returns the number of its stream, never used before by this server.</summary>
    public int Accept(Instant now, bool secured = false)
    {
        Begin(now);
        var reader = new XmppReader(trees, settings.MaxStanzaBytes);
        var stream = new ServerStream(this, machine, reader, new Liveness(policy), secured);
        machine.List(stream);
        Finish();
        return stream.Number;
    }

    public void TlsEstablished(Instant now, int stream)
    {
        Begin(now);
        if (machine[stream] is ServerStream { Phase: StreamPhase.Securing } s) s.TlsDone();
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

    /// <summary>The transport is over.</summary>
    public void Disconnected(Instant now, int stream, TransportEnd end)
    {
        Begin(now);
        machine[stream]?.Lose(end);
        Finish();
    }

    public void Tick(Instant now)
    {
        Begin(now);
        while (machine.Deadlines.TryTake(now, out Timed timed))
        {
            if (timed is Session session) Retire(session);
            else if (timed is ListedStream stream)
            {
                if (stream.PhaseEnd <= now) stream.EndPhase();
                stream.Touch();
            }
        }
        Finish();
    }

    /// <summary>Sends a message from echo@domain to an account, as a push would be.</summary>
    public void SendMessage(Instant now, int account, long number, int bodyBytes)
    {
        Begin(now);
        Push(account, number, bodyBytes);
        Finish();
    }

    /// <summary>Says system-shutdown to every stream and closes it; sessions end, their id and h are kept.</summary>
    public void Shutdown(Instant now)
    {
        Begin(now);
        foreach (ListedStream stream in machine.Living) stream.ShutDown();
        foreach (Session? first in sessions.ToList())
            for (Session? session = first; session is not null; session = session.Next) Retire(session);
        Finish();
    }

    /// <summary>Prefetches a stream that bytes will come for (step 0), then what it points at (steps 1, 2).</summary>
    public void Foresee(int stream, int step)
    {
        ListedStream? listed = machine[stream];
        if (step == 0) Prefetch.Object(listed, 256);               // to ask for its type would be to wait for it
        else if (listed is ServerStream s)
        {
            if (step == 2) Prefetch.Object(s.Session?.FullJid, 64);
            else
            {
                Prefetch.Object(s.Session, 128);
                s.PrefetchReader();
            }
        }
    }

    public bool TryTake(out XmppAction action)
    {
        bool more = machine.TryTake(out action);
        if (!more) ForgetRemotes();
        else if (action.Kind == ActionKind.Remote) remote = remotes.Dequeue();
        return more;
    }

    /// <summary>The bytes of the Write or Remote action taken last.</summary>
    public ReadOnlySpan<byte> Output => machine.Output;

    public Instant NextTime => machine.Deadlines.Next;

    /// <summary>Numbers of the messages that wait in sessions' queues and in the offline store.</summary>
    public IEnumerable<long> HeldMessages()
    {
        var held = new List<long>();
        foreach (Session? first in sessions)
            for (Session? session = first; session is not null; session = session.Next) AddQueue(session);
        foreach (ListedStream stream in machine.Living)
            if (stream is ServerStream { Session: { Withdrawn: true } closing }) AddQueue(closing);
        for (int account = 0; account < store.Count; account++)
            held.AddRange(store[account].Offline.Select(message => message.Number).Where(number => number >= 0));
        return held;

        void AddQueue(Session session)
        {
            if (session.Acks is not { } queue) return;
            foreach (UnackedStanza stanza in queue)
                if (stanza.Number >= 0) held.Add(stanza.Number);
        }
    }

    /// <summary>
    /// Where the counters of new stream management sessions begin; other than 0 only to test their wrap.
    /// </summary>
    internal uint FirstStanzaCount { get; init; }

    /// <summary>How long the phases of a stream may last.</summary>
    internal ConnectPolicy Connect => settings.Policy.Connect;

    private Instant Now => machine.Now;

    private void Begin(Instant now)
    {
        machine.Begin(now);
        ForgetRemotes();
        if (sessions.Length < store.Count) Array.Resize(ref sessions, store.Count);
    }

    // The end of every call: checks of the streams it touched, then dead sessions, until nothing is left.
    private void Finish()
    {
        while (true)
        {
            if (machine.CheckNext()) continue;
            if (!dying.TryDequeue(out Session? session)) break;
            WindUp(session);
        }
        machine.End();
        scratch.Release();
        reply.Release();
    }

    private void ObserveMessage(ActionKind kind, int account, long number, long answers = 0, int stream = -1)
    {
        if (number >= 0) machine.Add(new XmppAction(kind, stream, account, Traffic.Payload, A: number, B: answers));
    }
}
