using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// What the streams of one process have in common: numbers, deadlines, what they ask for, and the frame of every call.
/// <para>
/// Driving rule: Begin; change what the call is about; then CheckNext until it says that no touched stream is left, as
/// often as winding up touches more; End. The actions are taken, with Output, before the next Begin. A call with
/// actions left over, or with a time before the last one's, throws.
/// </para>
/// Order: what one call says to one stream is one Write, at the place of its first word, unless Seal lies between;
/// what a login is answered with begins one of its own.
/// </summary>
internal sealed class StreamMachine(BufferPool buffers)
{
    private readonly List<ListedStream?> streams = [];                 // by number; null once over
    private readonly List<ListedStream> touched = [], writing = [];
    private readonly List<(XmppAction Action, XmppWriter? Text)> actions = [];
    private readonly Stack<XmppWriter> spare = new();
    private XmppWriter? taken;
    private int nextAction, nextTouched;

    public Deadlines Deadlines { get; } = new();
    public Instant Now { get; private set; }
    public int Count => streams.Count;
    public ListedStream? this[int number] => streams[number];

    /// <summary>Every stream that is not over, as of now: the list may be walked while streams end.</summary>
    public List<ListedStream> Living => [.. streams.OfType<ListedStream>()];

    /// <summary>The bytes of the action taken last; valid until the next one is.</summary>
    public ReadOnlySpan<byte> Output => taken is null ? default : taken.Written;

    public void Begin(Instant now)
    {
        if (nextAction != actions.Count || now < Now) throw Misuse(now);
        Forget();
        Now = now;
    }

    public void List(ListedStream stream)
    {
        streams.Add(stream);
        Touch(stream);
    }

    public void Unlist(ListedStream stream)
    {
        Deadlines.Disarm(stream);
        streams[stream.Number] = null;
    }

    public void Touch(ListedStream stream)
    {
        if (stream.Touched) return;
        stream.Touched = true;
        touched.Add(stream);
    }

    /// <summary>Looks after the next stream that was touched; false when there is none.</summary>
    public bool CheckNext()
    {
        if (nextTouched == touched.Count) return false;
        ListedStream stream = touched[nextTouched++];
        stream.Touched = false;
        if (stream.Phase == StreamPhase.Over) return true;
        stream.LookAfter();
        if (stream.Phase != StreamPhase.Over) Deadlines.Arm(stream, stream.NextTime);
        return true;
    }

    public void End()
    {
        Seal();
        touched.Clear();
        nextTouched = 0;
    }

    /// <summary>What is written from here on goes into Writes of its own.</summary>
    public void Seal()
    {
        foreach (ListedStream stream in writing) stream.Open = null;
        writing.Clear();
    }

    public XmppWriter Write(ListedStream stream, Traffic cause)
    {
        Touch(stream);
        if (stream.Open is { } open)
        {
            if (cause != Traffic.Login || stream.WritesLogin) return open;
        }
        else writing.Add(stream);
        stream.WritesLogin = cause == Traffic.Login;
        return stream.Open = Text(new XmppAction(ActionKind.Write, Traffic: cause), stream);
    }

    public void Add(in XmppAction action) => actions.Add((action, null));

    /// <summary>An action that carries bytes.</summary>
    public void Add(in XmppAction action, ReadOnlySpan<byte> text) => Text(action, null).Raw(text);

    public bool TryTake(out XmppAction action)
    {
        PutBack();
        if (nextAction == actions.Count)
        {
            Forget();
            action = default;
            return false;
        }
        (action, taken) = actions[nextAction++];
        return true;
    }

    private XmppWriter Text(in XmppAction action, ListedStream? stream)
    {
        XmppWriter text = spare.TryPop(out XmppWriter? writer) ? writer : new XmppWriter(buffers);
        actions.Add((stream is null ? action : stream.Stamp(action), text));
        return text;
    }

    private void Forget()
    {
        PutBack();
        actions.Clear();
        nextAction = 0;
    }

    private void PutBack()
    {
        if (taken is null) return;
        taken.Release();
        spare.Push(taken);
        taken = null;
    }

    private InvalidOperationException Misuse(Instant at) => new(nextAction != actions.Count
        ? $"{actions.Count - nextAction} actions were not taken before a call"
        : $"call at {at}, the last one was at {Now}");
}

/// <summary>A stream among others of its process, from Connect or Accept until its transport is gone.</summary>
internal abstract class ListedStream : XmppStream
{
    private protected readonly StreamMachine machine;

    private protected ListedStream(StreamMachine machine, XmppReader reader) : base(reader)
    {
        this.machine = machine;
        Number = machine.Count;
    }

    public readonly int Number;

    /// <summary>In the list of streams to look after at the end of the running call.</summary>
    public bool Touched;

    /// <summary>What the running call writes.</summary>
    public XmppWriter? Open;

    /// <summary>That is charged to a login.</summary>
    public bool WritesLogin;

    /// <summary>When it wants to be looked after.</summary>
    public virtual Instant NextTime => Instant.Min(PhaseEnd, Liveness.NextTime);

    public virtual void LookAfter() => Check();

    /// <summary>The action with who it is about.</summary>
    public virtual XmppAction Stamp(in XmppAction action) => action with { Stream = Number };

    internal override Instant Now => machine.Now;

    internal override XmppWriter Write(Traffic cause)
    {
        Liveness.Sent(machine.Now);
        return machine.Write(this, cause);
    }

    internal override void Add(in XmppAction action) => machine.Add(Stamp(action));

    internal override void Touch() => machine.Touch(this);

    internal override void OnOver() => machine.Unlist(this);
}
