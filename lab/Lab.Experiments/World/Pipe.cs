using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// One end of a connection as an application sees it: bytes in, bytes out, TLS on request. An owner that called Close
/// or Drop hears nothing more of the pipe; its kernel finishes the rest.
/// </summary>
internal abstract class Pipe(int path, int connection, bool atFar)
{
    /// <summary>The number of its path: a client's own, or a route's.</summary>
    public int Path { get; } = path;

    /// <summary>The number of the connection in the journal.</summary>
    public int Connection { get; } = connection;

    /// <summary>At the far end of the path, which took the connection; the near end opened it.</summary>
    public bool AtFar { get; } = atFar;

    /// <summary>The owner's own number for it: the server's stream.</summary>
    public int Tag { get; set; } = -1;

    /// <summary>The owner has said that its stream is over; the transport may stand a little longer.</summary>
    public bool StreamIsOver { get; set; }

    /// <summary>Null once the owner has closed it or heard of its end.</summary>
    public Host? Owner { get; protected set; }

    /// <summary>
    /// The domains that the peer's certificate is good for, once TLS stands; null where TLS is modelled.
    /// </summary>
    public virtual IReadOnlyList<string>? Certified => null;

    /// <summary>Takes every byte; what the kernel's send buffer does not hold waits in the process.</summary>
    public abstract void Write(Instant at, ReadOnlySpan<byte> bytes, Traffic traffic);

    /// <summary>Begins TLS, as client at the near end and as server at the far one; the owner hears when it
    /// stands.</summary>
    public abstract void StartTls(Instant at);

    /// <summary>close_notify where TLS is on, then FIN. The process forgets the pipe.</summary>
    public abstract void Close(Instant at);

    /// <summary>
    /// The owner takes no more bytes for now: they wait in the kernel. Only where the simulated network is.
    /// </summary>
    public virtual void Hold() => throw new NotSupportedException("the bytes of a socket are not held back");

    /// <summary>The owner takes bytes again.</summary>
    public virtual void Resume(Instant at) =>
        throw new NotSupportedException("the bytes of a socket are not held back");

    /// <summary>
    /// The socket is closed without a word of TLS or XMPP. What waits in the process is gone; the kernel still tries to
    /// deliver what it has, and a FIN: that is what close(2) does.
    /// </summary>
    public abstract void Drop(Instant at);
}
