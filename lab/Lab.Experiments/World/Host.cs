using Lab.Network;

namespace Lab.Experiments;

/// <summary>Who stands at the end of paths and holds pipes: a program's process, or the proxies before it.</summary>
internal abstract class Host : EventTarget
{
    /// <summary>False while the process is stopped: its kernel goes on, its pipes deliver nothing.</summary>
    public abstract bool Runs { get; }

    /// <summary>Whether the machine has power; without it packets vanish.</summary>
    public abstract bool IsPowered { get; }

    /// <summary>Whether a process listens; without it the kernel refuses with RST.</summary>
    public abstract bool IsListening { get; }

    /// <summary>
    /// Whether its kernel answers no new connection, because too many wait for the process to take them.
    /// </summary>
    public virtual bool IsFull => false;

    /// <summary>Its kernel's timers, with a phase of their own.</summary>
    public virtual TimerWheel Timers => TimerWheel.Exact;

    public abstract void OnConnected(Instant now, Pipe pipe);
    public abstract void OnTlsEstablished(Instant now, Pipe pipe);
    public abstract void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes);
    public abstract void OnPeerClosed(Instant now, Pipe pipe);
    public abstract void OnEnded(Instant now, Pipe pipe, TcpEnd end);

    /// <summary>What waited in the process because the kernel's send buffer was full has gone into it.</summary>
    public virtual void OnDrained(Instant now, Pipe pipe) { }

    /// <summary>Prefetches what bytes that come by a pipe will touch, in steps 0 to 2.</summary>
    public virtual void Foresee(Pipe pipe, int step) { }
}
