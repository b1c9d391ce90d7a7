using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// A stanza on its way to a remote domain; Number -1 = nobody counts it, -2 = a ping of this machine.
/// </summary>
internal readonly record struct Waiting(int Local, byte[] Bytes, long Number, Instant First);

/// <summary>A place in a pool: the stream that fills it and what waits for that stream.</summary>
internal sealed class Slot
{
    public FederationStream? Stream;
    public readonly List<Waiting> Waiting = [];

    /// <summary>The remote refused this one as too many; closed until the pool is empty.</summary>
    public bool Refused;
}

/// <summary>
/// The pool of streams towards a remote domain.
/// <para>
/// Rule. A sender's home is hash(bare JID) mod n, and what it sends goes through the stream of that place. When the
/// stream dies, the place gets another one, and what the dead one left unacknowledged goes first; so a sender's order
/// holds although its stream changes. Only when no stream can be had for the place do its senders move together to
/// another; they return when nothing of theirs is under way there, which only acknowledgements can tell, or when the
/// pool is empty.
/// </para>
/// Source: RFC 6120 section 10.1; ejabberd's pool (hash of the bare JID of the sender). Due: the next domain ping.
/// </summary>
internal sealed class Remote : Timed
{
    private readonly int[] way;                                       // by home: the place that serves it
    private int turn;

    public Remote(string domain, int local, RemoteSettings settings, in Liveness pings)
    {
        if (settings.Streams < 1)
            throw new ArgumentOutOfRangeException(nameof(settings), $"streams is {settings.Streams}, at least 1");
        (Domain, Local, Settings, Pings) = (domain, local, settings, pings);
        Name = Encoding.UTF8.GetBytes(domain);
        Slots = [.. Enumerable.Range(0, settings.Streams).Select(_ => new Slot())];
        way = new int[settings.Streams];
        ResetWays();
    }

    public readonly string Domain;
    public readonly byte[] Name;

    /// <summary>The local domain whose stanzas it carries; -1 = of all.</summary>
    public readonly int Local;

    public readonly RemoteSettings Settings;
    public readonly Slot[] Slots;

    /// <summary>Routed domain pings; a mutable struct: used in place.</summary>
    public Liveness Pings;

    /// <summary>The number and the stream of the routed ping that waits for its answer.</summary>
    public long Ping;
    public FederationStream? Pinged;

    /// <summary>Until then every stanza is returned at once, with this error.</summary>
    public Instant BarredUntil;
    public StanzaError BarredBy;

    public int Queued => Slots.Sum(slot => slot.Waiting.Count);
    public bool IsEmpty => Array.TrueForAll(Slots, slot => slot.Stream is null);

    public bool Serves(int local, ReadOnlySpan<byte> domain) =>
        (Local < 0 || Local == local) && Jid.SameText(Name, domain);

    /// <summary>The place that a stanza of this sender (bare JID) goes through.</summary>
    public int Choose(ReadOnlySpan<byte> sender)
    {
        switch (Settings.Pick)
        {
            case MemberPick.RoundRobin:
                do turn = (turn + 1) % Slots.Length;
                while (Slots[turn].Refused);
                return turn;
            case MemberPick.LeastQueued:
                int best = -1;
                for (int i = 0; i < Slots.Length; i++)
                    if (!Slots[i].Refused && (best < 0 || Load(i) < Load(best))) best = i;
                return best;
        }
        int home = (int)(Hash(sender) % (ulong)Slots.Length);
        if (way[home] != home && !Slots[home].Refused && IsSettled(Slots[way[home]])) way[home] = home;
        // A stream that the peer opened both ways serves as well as a new one would.
        if (Slots[way[home]].Stream is null && Find(way[home], s => s is { Ready: true, Outbound: false }) is >= 0 and
            var other) way[home] = other;
        return way[home];
    }

    /// <summary>All who went through one place go through another from now on.</summary>
    public void Move(int from, int to)
    {
        for (int home = 0; home < way.Length; home++)
            if (way[home] == from) way[home] = to;
    }

    public void ResetWays()
    {
        for (int home = 0; home < way.Length; home++) way[home] = home;
        foreach (Slot slot in Slots) slot.Refused = false;
    }

    /// <summary>The next place after this one whose stream is such, or -1.</summary>
    public int Find(int after, Predicate<FederationStream> such)
    {
        for (int i = 1; i < Slots.Length; i++)
        {
            int place = (after + i) % Slots.Length;
            if (Slots[place].Stream is { } stream && such(stream)) return place;
        }
        return -1;
    }

    private int Load(int place) => Slots[place].Waiting.Count + (Slots[place].Stream?.Acks?.Count ?? 0);

    private static bool IsSettled(Slot slot) => slot.Waiting.Count == 0 && slot.Stream?.Acks is { Count: 0 };

    /// <summary>FNV-1a, mixed; ASCII letters without case.</summary>
    internal static ulong Hash(ReadOnlySpan<byte> sender)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in sender) hash = (hash ^ Jid.Fold(b)) * 0x100000001B3;
        hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93;
        return hash ^ hash >> 32;
    }
}
