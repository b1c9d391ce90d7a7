namespace Lab.Network;

/// <summary>
/// Which of several rows of a path its near end is attached to: a phone and its Wi-Fi and LTE.
/// </summary>
/// <remarks>
/// Theory of operation. Each time that the near end attaches itself it has a new address, also on a row that it was on
/// before. A connection belongs to the address under which a segment of it was sent first; numbers of connections
/// grow, so each address has a span of them. An address may stay for a while beside the next one (make before break,
/// as Android lingers on an old network); when it is left, nothing passes on its connections any more, either way.
/// Between leaving and attaching there is a gap in which nothing passes at all. Of several moves the last one says
/// where it ends.
/// Leaves out: an address that is kept (MPTCP, QUIC, Mobile IP, the same lease on coming back).
/// </remarks>
public sealed class Attachment
{
    private readonly List<Address> held = [];               // the newest last
    private (long Number, int Row)? awaited;
    private int newest = -1;                                // of the connections that were sent anything

    /// <summary>Has the connections above After, up to UpTo.</summary>
    private readonly record struct Address(int Row, int After, int UpTo, long LeftBy);

    public Attachment(int row) => Take(row);

    /// <summary>The row that a connection opened now goes by; -1 = none, in a gap.</summary>
    public int Row => held is [.., { UpTo: int.MaxValue } current] ? current.Row : -1;

    /// <summary>The row of a connection; -1 = none: its address is gone, or it was never sent on.</summary>
    public int RowOf(int connection)
    {
        for (int i = held.Count - 1; i >= 0; i--)
            if (connection > held[i].After && connection <= held[i].UpTo) return held[i].Row;
        return -1;
    }

    /// <summary>Whether it goes by an address that is kept only for the connections it has.</summary>
    public bool Lingers(int connection) =>
        RowOf(connection) >= 0 && (Row < 0 || connection <= held[^1].After);

    /// <summary>Whether its address is gone: nothing of it ever passes again.</summary>
    public bool HasLeft(int connection) =>
        RowOf(connection) < 0 && connection <= newest;

    /// <summary>The near end sends on that connection: its row, or -1.</summary>
    internal int Enter(int connection)
    {
        int row = RowOf(connection);
        if (row >= 0) newest = Math.Max(newest, connection);
        return row;
    }

    /// <summary>
    /// To another row, or to the same one under another address. With a gap every address is left and the new one is
    /// there when <see cref="Finish"/> is called with the same number; if the old one lingers it is left then, and the
    /// new one is there at once; with neither both is at once.
    /// </summary>
    public void Move(long number, int row, bool gap, bool lingers)
    {
        awaited = null;
        if (lingers && held is [.., { UpTo: int.MaxValue } current])
            held[^1] = current with { UpTo = newest, LeftBy = number };
        else if (!lingers) held.Clear();
        if (gap) awaited = (number, row);
        else Take(row);
    }

    /// <summary>Its gap or its lingering is over; a move that a later one has overtaken ends nowhere.</summary>
    public void Finish(long number)
    {
        held.RemoveAll(a => a.UpTo != int.MaxValue && a.LeftBy == number);
        if (awaited is not { } move || move.Number != number) return;
        awaited = null;
        Take(move.Row);
    }

    private void Take(int row) => held.Add(new Address(row, newest, int.MaxValue, 0));
}
