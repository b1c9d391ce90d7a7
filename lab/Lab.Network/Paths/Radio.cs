namespace Lab.Network;

/// <summary>
/// The radio of one phone: which state it is in, and when it lets a packet pass.
/// </summary>
/// <remarks>
/// Theory of operation (3GPP TS 25.331, 36.331, 38.331 in outline; numbers from measurements, see the presets).
/// Silence brings the radio down, state by state. A packet of the phone's that the state does not carry wakes it at
/// once; one for the phone waits for the next time that the phone listens, which lies on a grid with a fixed phase, and
/// then wakes it. While it wakes nothing passes, and afterwards everything that waited does. In a state that carries
/// packets, those for the phone wait for the next time that it listens; it listens all the time for a little while
/// after each packet. What the radio does is on the account of the last packet that said something by itself:
/// acknowledgements, repeats and farewells only prolong what others began, unless they are what woke it.
/// Leaves out: searching for a network where there is none, a paging that fails, measurements, what the network's load
/// changes, the two cards of a phone with two.
/// Driving rule: call Advance at <see cref="NextTime"/> and before anything else at a later time.
/// </remarks>
public sealed class Radio
{
    private const long Permyriad = 10_000;
    private readonly RadioSpec spec;
    private readonly long phase;                          // of the grid on which it listens, in permyriad of a cycle
    private Instant now, since, heardAt, silentSince, wakeEnd = Instant.Never, pageAt = Instant.Never;
    private RadioWake wake;

    /// <param name="random">Draws when the phone listens, once.</param>
    public Radio(RadioSpec spec, RandomStream random) => (this.spec, phase) = (spec, (long)random.Below(Permyriad));

    /// <summary>The number of its state; the one that it leaves while it wakes.</summary>
    public int State { get; private set; }

    public bool IsWaking => wakeEnd != Instant.Never;

    /// <summary>What it draws now.</summary>
    public long Microwatts => IsWaking ? wake.Microwatts : Is.Microwatts;

    /// <summary>The use and mark of the packet on whose account it is in this state.</summary>
    public (SegmentUse Use, byte Mark) Account { get; private set; }

    /// <summary>When it changes by itself.</summary>
    public Instant NextTime => IsWaking ? wakeEnd : Instant.Min(pageAt, Instant.Min(FallsAt, ClimbsAt));

    private RadioState Is => spec.States[State];
    private Instant FallsAt => silentSince + Is.Stay;
    private Instant ClimbsAt => since + Is.ClimbsAfter;

    public void Advance(Instant to)
    {
        for (Instant next = NextTime; next <= to; next = NextTime)
            if (IsWaking)
            {
                (wakeEnd, heardAt, silentSince) = (Instant.Never, next, next);
                Enter(wake.To, next);
            }
            else if (FallsAt == next)
            {
                Enter(Is.Below, next);
                silentSince = next;
            }
            else if (ClimbsAt == next) Enter(Is.Above, next);
            else Wake(Is.Down, next);
        now = to;
    }

    /// <summary>Whether a packet passes now; if not it waits, and is asked for again at
    /// <see cref="OpensAt"/>.</summary>
    public bool Passes(Direction way, in Segment packet)
    {
        if (IsWaking) return false;
        int bytes = packet.WireBytes;
        if (bytes > Is.Carries(way))
        {
            if (pageAt == Instant.Never || way == Direction.Up) Charge(in packet, wakes: true);
            if (way == Direction.Up) Wake(Is.Up, now);
            else pageAt = Instant.Min(pageAt, Occasion);
            Advance(now);                                  // neither has to take any time
            return !IsWaking && bytes <= Is.Carries(way) && Passes(way, in packet);
        }
        if (way == Direction.Down && Listens > now) return false;
        Charge(in packet, wakes: false);
        heardAt = now;
        if (bytes >= Is.RefreshedFrom) silentSince = now;
        return true;
    }

    /// <summary>When packets that wait may pass, or wake the radio, if nothing happens before.</summary>
    public Instant OpensAt(Direction way) => IsWaking ? wakeEnd : way == Direction.Up ? now
        : pageAt != Instant.Never ? pageAt : Listens;

    private Instant Listens => now == heardAt || now - heardAt < Is.ListensFor ? now : Occasion;

    private Instant Occasion
    {
        get
        {
            long cycle = Is.Cycle.Nanoseconds;
            if (cycle == 0) return now;
            long into = (now.Nanoseconds - cycle / Permyriad * phase) % cycle;
            return into == 0 ? now : now + new Duration(into < 0 ? -into : cycle - into);
        }
    }

    private void Enter(int state, Instant at) => (State, since) = (state, at);

    private void Wake(RadioWake how, Instant at) => (wake, wakeEnd, pageAt) = (how, at + how.For, Instant.Never);

    private void Charge(in Segment packet, bool wakes)
    {
        bool speaks = packet.Use is SegmentUse.Handshake or SegmentUse.Data or SegmentUse.KeepaliveProbe
            or SegmentUse.WindowProbe;
        if (speaks || wakes) Account = (packet.Use, packet.Mark);
    }
}
