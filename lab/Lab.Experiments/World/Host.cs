using Lab.Network;

namespace Lab.Experiments;

/// <summary>A machine with a process that holds pipes: a client's, a server's, or a proxy between them.</summary>
internal abstract class Host : EventTarget
{
    /// <summary>False while the process is stopped: its kernel goes on, its pipes deliver nothing.</summary>
    public abstract bool Runs { get; }

    public abstract void OnConnected(Instant now, Pipe pipe);
    public abstract void OnTlsEstablished(Instant now, Pipe pipe);
    public abstract void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes);
    public abstract void OnPeerClosed(Instant now, Pipe pipe);
    public abstract void OnEnded(Instant now, Pipe pipe, TcpEnd end);

    /// <summary>What waited in the process because the kernel's send buffer was full has gone into it.</summary>
    public virtual void OnDrained(Instant now, Pipe pipe) { }
}

/// <summary>A host that accepts connections.</summary>
internal abstract class ServingHost : Host
{
    /// <summary>Whether the host has power; without it packets vanish.</summary>
    public abstract bool IsPowered { get; }

    /// <summary>Whether a process listens; without it the kernel refuses with RST.</summary>
    public abstract bool IsListening { get; }

    public abstract TcpSettings TcpSettings { get; }

    /// <summary>Prefetches the stream of a pipe that bytes will come by, in steps 0 to 2.</summary>
    public virtual void Foresee(Pipe pipe, int step) { }
}

/// <summary>The device of one client, whatever program runs on it.</summary>
internal abstract class ClientHost : Host
{
    public abstract void StartAt(Instant when);

    /// <summary>Asks the program to send a message of that number.</summary>
    public abstract void Send(Instant now, string to, long number, int bodyBytes);

    public abstract void Freeze(Instant now, int fault);
    public abstract void Thaw(Instant now, int fault);

    /// <summary>Power gone: nothing is said to anyone, memory is lost.</summary>
    public abstract void Crash(Instant now, int fault);

    public abstract void Restart(Instant now, int fault);

    /// <summary>Journals each message that would still be sent if the run went on.</summary>
    public abstract void ReportHeld(Instant now);
}

/// <summary>The machine of one server, whatever program runs on it.</summary>
internal abstract class ServerHost : ServingHost
{
    /// <summary>Sends a message from the echo account, as a push would come.</summary>
    public abstract void Send(Instant now, int client, long number, int bodyBytes);

    public abstract void Freeze(Instant now, int fault);
    public abstract void Thaw(Instant now, int fault);

    /// <summary>Power gone: nothing is said to anyone, memory is lost, the disk is kept.</summary>
    public abstract void Crash(Instant now, int fault);

    /// <summary>The process says goodbye and ends; its kernel closes what is left.</summary>
    public abstract void Stop(Instant now, int fault);

    /// <summary>A new process on what the old one had stored.</summary>
    public abstract void Start(Instant now, int fault);

    /// <summary>A fault of some server, told to all of them, in what servers say to each other: unresolved, expire or
    /// ignore-dialback.</summary>
    public virtual void OnFederationFault(Instant now, FaultKind kind, int server, bool begins) { }

    /// <summary>Journals each message that waits in a session's queue or in the offline store.</summary>
    public abstract void ReportHeld(Instant now);
}
