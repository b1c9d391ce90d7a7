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

    private readonly List<ServerStream?> streams = [];                // by number; null once over
    private readonly Deadlines deadlines = new();
    private readonly List<ServerStream> touched = [];
    private readonly Queue<Session> dying = new();
    private readonly List<(XmppAction Action, ServerStream? Output)> actions = [];
    private readonly XmppWriter scratch, reply;
    private readonly Stack<XmppWriter> writers = new();               // of streams that write nothing just now
    private readonly XmppReader rereader;

    private Session?[] sessions = [];                                  // by account: its resources in order of binding
    private XmppWriter? taken;
    private Instant now;
    private int nextAction;
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
        var stream = new ServerStream(streams.Count, reader, new Liveness(policy))
        {
            Secured = secured,
            PhaseEnd = settings.Policy.Connect.Total is { } total ? now + total : Instant.Never,
        };
        streams.Add(stream);
        Touch(stream);
        Finish();
        return stream.Number;
    }

    public void TlsEstablished(Instant now, int stream)
    {
        Begin(now);
        if (streams[stream] is { Phase: StreamPhase.Securing } s)
        {
            s.Secured = true;
            Reopen(s);
        }
        Finish();
    }

    public void Receive(Instant now, int stream, ReadOnlySpan<byte> bytes)
    {
        Begin(now);
        if (streams[stream] is { } s)
        {
            Read(s, bytes);
            Touch(s);
        }
        Finish();
    }

    /// <summary>The peer's FIN. Without a closing tag before it, the session stays resumable (SM-26).</summary>
    public void PeerClosed(Instant now, int stream)
    {
        Begin(now);
        if (streams[stream] is { } s)
        {
            End(s, Claim.None, Mechanism.Fin, StreamErrorCondition.None, Fate.Hibernate);
            CloseTransport(s);
        }
        Finish();
    }

    /// <summary>The transport is over.</summary>
    public void Disconnected(Instant now, int stream, TransportEnd end)
    {
        Begin(now);
        if (streams[stream] is { } s)
        {
            End(s, end.Claim, end.Mechanism, StreamErrorCondition.None, Fate.Hibernate);
            Forget(s);
        }
        Finish();
    }

    public void Tick(Instant now)
    {
        Begin(now);
        while (deadlines.TryTake(now, out Timed timed))
        {
            if (timed is Session session) Retire(session);
            else if (timed is ServerStream stream)
            {
                if (stream.PhaseEnd <= now) EndPhase(stream);
                Touch(stream);
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
        foreach (ServerStream stream in streams.OfType<ServerStream>().ToList())
        {
            if (stream.Phase is StreamPhase.Securing) Drop(stream, Claim.None, Mechanism.Stopped);
            else if (stream.Phase != StreamPhase.Closing)
                Fail(stream, StreamErrorCondition.SystemShutdown, Mechanism.Stopped);
        }
        foreach (Session? first in sessions.ToList())
            for (Session? session = first; session is not null; session = session.Next) Retire(session);
        Finish();
    }

    /// <summary>Prefetches a stream that bytes will come for (step 0), then what it points at (steps 1 and 2).</summary>
    public void Foresee(int stream, int step)
    {
        ServerStream? s = streams[stream];
        if (step == 0) Prefetch.Object(s, 256);
        else if (step == 1)
        {
            Prefetch.Object(s?.Session, 128);
            Prefetch.Object(s?.Reader, 128);
        }
        else Prefetch.Object(s?.Session?.FullJid, 64);
    }

    public bool TryTake(out XmppAction action)
    {
        PutBack();
        if (nextAction == actions.Count)
        {
            actions.Clear();
            nextAction = 0;
            ForgetRemotes();
            action = default;
            return false;
        }
        (action, ServerStream? stream) = actions[nextAction++];
        if (action.Kind == ActionKind.Remote) remote = remotes.Dequeue();
        if (stream is null) return true;
        action = action with { Traffic = stream.Cause };
        (taken, stream.Output) = (stream.Output, null);
        return true;
    }

    /// <summary>The bytes of the Write or Remote action taken last.</summary>
    public ReadOnlySpan<byte> Output => taken is null ? RemoteStanza : taken.Written;

    public Instant NextTime => deadlines.Next;

    /// <summary>The policy as set; its socket options are for whoever accepts the transports.</summary>
    public Policy Policy => settings.Policy;

    /// <summary>Numbers of the messages that wait in sessions' queues and in the offline store.</summary>
    public IEnumerable<long> HeldMessages()
    {
        var held = new List<long>();
        foreach (Session? first in sessions)
            for (Session? session = first; session is not null; session = session.Next) AddQueue(session);
        foreach (ServerStream stream in streams.OfType<ServerStream>())
            if (stream.Session is { Withdrawn: true } closing) AddQueue(closing);
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

    /// <summary>Where the counters of new stream management sessions begin; other than 0 only to test their
    /// wrap.</summary>
    internal uint FirstStanzaCount { get; init; }

    private void Begin(Instant now)
    {
        if (nextAction != actions.Count || now < this.now) throw Misuse(now);
        PutBack();
        actions.Clear();
        nextAction = 0;
        ForgetRemotes();
        this.now = now;
        if (sessions.Length < store.Count) Array.Resize(ref sessions, store.Count);
    }

    private void PutBack()
    {
        if (taken is null) return;
        taken.Release();
        writers.Push(taken);
        taken = null;
    }

    private InvalidOperationException Misuse(Instant at) => new(nextAction != actions.Count
        ? $"{actions.Count - nextAction} actions were not taken before a call"
        : $"call at {at}, the last one was at {now}");

    // The end of every call: checks of the streams it touched, then dead sessions, until nothing is left.
    private void Finish()
    {
        int checkedStreams = 0;
        while (true)
        {
            if (checkedStreams < touched.Count) Check(touched[checkedStreams++]);
            else if (dying.TryDequeue(out Session? session)) WindUp(session);
            else break;
        }
        touched.Clear();
        scratch.Release();
        reply.Release();
    }

    private void Touch(ServerStream stream)
    {
        if (stream.Touched) return;
        stream.Touched = true;
        touched.Add(stream);
    }

    private void Check(ServerStream stream)
    {
        stream.Touched = false;
        if (stream.Phase == StreamPhase.Over) return;
        while (stream.Liveness.Take(now) is { Kind: not DueKind.Nothing } due) Do(stream, due);
        if (stream.Phase == StreamPhase.Over) return;
        deadlines.Arm(stream, Instant.Min(stream.PhaseEnd, stream.Liveness.NextTime));
    }

    private void Do(ServerStream stream, in Due due)
    {
        switch (due.Kind)
        {
            case DueKind.SendWhitespace:
                Write(stream, Traffic.Whitespace).Raw(" "u8);
                Observe(ActionKind.CheckSent, stream, Traffic.Whitespace);
                break;
            case DueKind.SendPing:
                SendPing(stream);
                break;
            case DueKind.RequestAck:
                Write(stream, Traffic.Acks).Raw("<r xmlns='urn:xmpp:sm:3'/>"u8);
                Observe(ActionKind.CheckSent, stream, Traffic.Acks);
                break;
            case DueKind.GiveUp:
                GiveUp(stream, due);
                break;
        }
    }

    private void Add(in XmppAction action) => actions.Add((action, null));

    private void Observe(ActionKind kind, ServerStream stream, Traffic traffic, long a = 0) =>
        Add(new XmppAction(kind, stream.Number, stream.Account, traffic, A: a));

    private void ObserveMessage(ActionKind kind, int account, long number, long answers = 0, int stream = -1)
    {
        if (number >= 0) Add(new XmppAction(kind, stream, account, Traffic.Payload, A: number, B: answers));
    }

    private XmppWriter Write(ServerStream stream, Traffic cause)
    {
        if (stream.Output is null)
        {
            stream.Output = writers.TryPop(out XmppWriter? spare) ? spare : new XmppWriter(buffers);
            stream.Cause = cause;
            actions.Add((new XmppAction(ActionKind.Write, stream.Number, stream.Account), stream));
        }
        stream.Liveness.Sent(now);
        Touch(stream);
        return stream.Output;
    }
}
