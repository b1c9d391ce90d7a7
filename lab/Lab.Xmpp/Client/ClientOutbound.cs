using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// What a client asks for, in order, with the bytes of its writes. Pieces written in one call become one write, charged
/// to the kind of the first, unless a transport action lies between them; a login's begin one of their own. Drained, it
/// holds no memory.
/// </summary>
internal struct ClientOutbound(BufferPool buffers)
{
    private readonly XmppWriter writer = new(buffers);
    private PooledList<XmppAction> actions;
    private int taken, start, length;
    private int openWrite = -1;

    /// <summary>Actions not taken yet.</summary>
    public readonly int Waiting => actions.Count - taken;

    /// <summary>The bytes of the Write taken last.</summary>
    public readonly ReadOnlySpan<byte> Bytes => writer.Written.Slice(start, length);

    /// <summary>What was appended from that place on.</summary>
    public readonly ReadOnlySpan<byte> Since(int place) => writer.Written[place..];

    public void Add(in XmppAction action)
    {
        if (action.Kind <= ActionKind.Abort) Seal();
        actions.Add(buffers) = action;
    }

    /// <summary>Where to append bytes of that kind.</summary>
    public XmppWriter Write(Traffic traffic)
    {
        if (traffic == Traffic.Login && openWrite >= 0 && actions[openWrite].Traffic != Traffic.Login) Seal();
        if (openWrite < 0)
        {
            openWrite = actions.Count;
            actions.Add(buffers) = new XmppAction(ActionKind.Write, Traffic: traffic, A: writer.Length);
        }
        return writer;
    }

    public bool TryTake(out XmppAction action)
    {
        Seal();
        if (taken == actions.Count)
        {
            actions.Release(buffers);
            writer.Release();
            taken = start = length = 0;
            action = default;
            return false;
        }
        action = actions[taken++];
        if (action.Kind == ActionKind.Write)
        {
            (start, length) = ((int)action.A, (int)action.B);
            action = action with { A = 0, B = 0 };
        }
        return true;
    }

    private void Seal()
    {
        if (openWrite < 0) return;
        ref XmppAction write = ref actions[openWrite];
        write = write with { B = writer.Length - write.A };
        openWrite = -1;
    }
}
