using System.Runtime.InteropServices;
using Lab.Network;

namespace Lab.Experiments;

/// <summary>What a server does when a piece of work is over.</summary>
internal enum Errand : byte { Take, BeginTls, Secured, Hear, HearEnd }

/// <summary>
/// What stands between the pipes of a server whose work costs time and the machine that does it: the connections that
/// wait to be taken, and of each one what it brought and is not done.
/// Rule: taking a connection waits for a worker like all else, and costs nothing. What was read waits in the process.
/// The end of a stream is heard behind what came before it, as read(2) tells it; an error of the connection is heard at
/// once, and what was waiting is forgotten. Driven as <see cref="Workers"/> is.
/// Leaves out: a kernel's window that closes because nobody reads; the process reads all it gets.
/// </summary>
internal sealed class ServiceDesk(ServiceSpec spec, RandomStream random)
{
    private readonly Workers workers = new(spec, random);
    private readonly Dictionary<int, Guest> guests = [];               // by connection
    private int untaken;

    private sealed class Guest(Pipe pipe) : Customer
    {
        public readonly Pipe Pipe = pipe;
        public readonly List<byte> Bytes = [];
        public WorkReader Reader;                                      // mutable: used in place
        public bool IsUntaken;
    }

    /// <summary>
    /// More connections wait to be taken than the backlog says: the kernel answers no further one
    /// (linux/include/net/sock.h: sk_acceptq_is_full).
    /// </summary>
    public bool IsFull => untaken > spec.AcceptQueue;

    public Instant NextTime => workers.NextTime;

    public void Pause(Instant now) => workers.Pause(now);

    public void Resume(Instant now) => workers.Resume(now);

    /// <summary>A connection is there; one that this server did not open waits to be taken.</summary>
    public void Connected(Instant now, Pipe pipe)
    {
        Guest guest = guests[pipe.Connection] = new Guest(pipe) { IsUntaken = pipe.AtFar };
        if (guest.IsUntaken) untaken++;
        workers.Offer(now, guest, new Piece(Work.None, Errand.Take));
    }

    /// <summary>TLS is to begin on a connection that has just been taken.</summary>
    public void BeginTls(Instant now, Pipe pipe) =>
        workers.Offer(now, guests[pipe.Connection], new Piece(Work.Tls, Errand.BeginTls));

    public void Secured(Instant now, Pipe pipe) =>
        workers.Offer(now, guests[pipe.Connection], new Piece(Work.None, Errand.Secured));

    public void Received(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes)
    {
        Guest guest = guests[pipe.Connection];
        guest.Bytes.AddRange(bytes);
        while (!bytes.IsEmpty)
        {
            int length = guest.Reader.Next(bytes, out Work kind);
            workers.Offer(now, guest, new Piece(kind, Errand.Hear, length));
            bytes = bytes[length..];
        }
    }

    public void PeerClosed(Instant now, Pipe pipe) =>
        workers.Offer(now, guests[pipe.Connection], new Piece(Work.None, Errand.HearEnd));

    /// <summary>The connection is over, or not this server's any more.</summary>
    public void Leave(Pipe pipe)
    {
        if (!guests.Remove(pipe.Connection, out Guest? guest)) return;
        Taken(guest);
        workers.Leave(guest);
    }

    /// <summary>A piece of work that is over, whose it was, and what it read.</summary>
    public bool TryTake(Instant now, out Served served, out Pipe pipe, out byte[] bytes)
    {
        (pipe, bytes) = (null!, []);
        if (!workers.TryTake(now, out served)) return false;
        var guest = (Guest)served.Customer;
        pipe = guest.Pipe;
        if (served.Piece.Errand == Errand.Take) Taken(guest);
        if (served.Piece.Bytes == 0) return true;
        bytes = CollectionsMarshal.AsSpan(guest.Bytes)[..served.Piece.Bytes].ToArray();
        guest.Bytes.RemoveRange(0, bytes.Length);
        return true;
    }

    private void Taken(Guest guest)
    {
        if (guest.IsUntaken) untaken--;
        guest.IsUntaken = false;
    }
}
