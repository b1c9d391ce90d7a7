using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What runs on a host: the lab's client or server, or a real program. It says only what it does when it is made ready,
/// begins, stops, freezes, thaws or dies; when that is, its <see cref="HostProcess"/> decides.
/// </summary>
internal abstract class HostProgram : Host
{
    protected HostProgram(World world, int host) =>
        (Process, Timers) = (new HostProcess(world, host, this), world.TimersOf(host));

    public HostProcess Process { get; }
    public override TimerWheel Timers { get; }
    public override bool Runs => Process.Runs;
    public override bool IsPowered => Process.IsPowered;
    public override bool IsListening => Process.IsUp;

    /// <summary>
    /// Makes a new process ready, on what the old one had stored. False: it takes time, and calls
    /// <see cref="HostProcess.Loaded"/> when it is done.
    /// </summary>
    public abstract bool Load(Instant now);

    /// <summary>Begins its work: once after each Load, when it runs and its time has come.</summary>
    public abstract void Begin(Instant now);

    /// <summary>Says goodbye and ends.</summary>
    public abstract void Stop(Instant now);

    /// <summary>
    /// It is gone without a word, with all it knew: its power (<see cref="Mechanism.Crashed"/>), or killed while it
    /// could not speak (<see cref="Mechanism.Stopped"/>). What its kernel does about its pipes is not its business.
    /// </summary>
    public abstract void Die(Instant now, Mechanism why);

    /// <summary>It is stopped where it stands.</summary>
    public virtual void Freeze(Instant now) { }

    /// <summary>It goes on.</summary>
    public virtual void Thaw(Instant now) { }

    /// <summary>Journals each message that would still be sent if the run went on.</summary>
    public abstract void ReportHeld(Instant now);
}

/// <summary>The program of one client.</summary>
internal interface IClientProgram
{
    HostProcess Process { get; }

    /// <summary>Is asked to send a message of that number.</summary>
    void Send(Instant now, string to, long number, int bodyBytes);

    /// <summary>Is asked to send directed presence; a real program is not.</summary>
    void SendPresence(Instant now, string to, int statusBytes) { }

    void ReportHeld(Instant now);

    /// <summary>Its system says that the network has changed; a real program is not told.</summary>
    void NetworkChanged(Instant now) { }

    /// <summary>When its next timer is due; of a real program nobody knows.</summary>
    Instant NextTimer => Instant.Never;

    /// <summary>Its person, or a push, woke it and wants it online; a real program finds out by itself.</summary>
    void Woken(Instant now) { }

    /// <summary>Its system lets it run again, after so long; a real program finds out by itself.</summary>
    void Slept(Duration time) { }

    /// <summary>When and how its last stream, or attempt at one, ended; null when none did.</summary>
    LastEnd? LastEnd => null;
}

/// <summary>The end of a stream, or of an attempt.</summary>
/// <param name="At">When.</param>
/// <param name="End">By what.</param>
/// <param name="Refusal">What the server said, as a condition; null = nothing.</param>
internal readonly record struct LastEnd(Instant At, StreamEnd End, string? Refusal);

/// <summary>The program of one server.</summary>
internal interface IServerProgram
{
    HostProcess Process { get; }

    /// <summary>Sends a message from the echo account, as a push would come.</summary>
    void Send(Instant now, int client, long number, int bodyBytes);

    /// <summary>A contact of that client's account changes its presence; a real program is not asked.</summary>
    void SendPresence(Instant now, int client, int contact, bool away, int statusBytes) { }

    /// <summary>Whether it has a message that it would still deliver; a real program does not say.</summary>
    bool Holds(long number) => false;

    /// <summary>Nobody can find that server any more (unresolved), or everybody again. Told to all servers; causes
    /// nest.</summary>
    void OnNameChanged(Instant now, int server, bool hidden);

    /// <summary>That server's certificate has run out (expire), or is renewed. Told to all servers; causes
    /// nest.</summary>
    void OnCertificateChanged(Instant now, int server, bool expired);

    /// <summary>This server ignores dialback, or not any more. Causes nest.</summary>
    void OnDialbackChanged(Instant now, bool ignored);

    void ReportHeld(Instant now);
}
