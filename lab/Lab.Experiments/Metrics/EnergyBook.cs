using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What the radios of clients draw, by cause: their states as the journal tells of them, each on the account of the
/// packet that it is there for, and what sending and receiving takes on top.
/// </summary>
internal sealed class EnergyBook
{
    private readonly Radio[][] radios;                   // by client and link; none where a link has no radio
    private readonly int[] links;                        // on which each client is
    private readonly Int128[] femtojoules;               // by client and cause, the last at rest
    private readonly long[] wakings, awake;              // by client; nanoseconds of all its radios

    private struct Radio
    {
        public RadioSpec? Spec;
        public Instant At;
        public long Microwatts;
        public int Cause;
        public bool Rests;
    }

    public EnergyBook(Cast cast)
    {
        IReadOnlyList<Member> members = cast.Members;
        HasRadios = members.Any(m => m.Links.Any(l => l.Radio is not null));
        radios = HasRadios ? [.. members.Select(m => m.Links.Select(Resting).ToArray())] : [];
        links = HasRadios ? [.. members.Select(m => m.Start)] : [];
        int clients = radios.Length;
        (femtojoules, wakings, awake) = (new Int128[clients * Accounts], new long[clients], new long[clients]);
    }

    private EnergyBook(EnergyBook other)
    {
        (radios, links) = ([], []);
        (femtojoules, wakings, awake) = ([.. other.femtojoules], [.. other.wakings], [.. other.awake]);
    }

    /// <summary>Causes, and rest.</summary>
    public static int Accounts => Causes.Count + 1;

    public static int Rest => Causes.Count;

    public bool HasRadios { get; }

    public double Joules(int client, int account) => (double)femtojoules[client * Accounts + account] / 1e15;

    /// <summary>How often its radios left a state because something was to pass.</summary>
    public long Wakings(int client) => wakings[client];

    /// <summary>How long its radios were in any state but rest, all together.</summary>
    public double AwakeSeconds(int client) => awake[client] / 1e9;

    public void On(int client, in RadioEntry entry, Instant at)
    {
        ref Radio radio = ref radios[client][entry.Link];
        Book(client, ref radio, at);
        if (entry.IsWaking) wakings[client]++;
        (radio.Microwatts, radio.Cause) = (entry.Microwatts, Causes.Of(entry.Use, entry.Mark));
        radio.Rests = entry.State == 0 && !entry.IsWaking;
    }

    public void Moved(int client, int link)
    {
        if (HasRadios && link >= 0) links[client] = link;
    }

    /// <summary>A packet left the client, or came to it.</summary>
    public void Passed(int client, PacketEntry packet)
    {
        if (radios[client][links[client]].Spec is not { } spec) return;
        long perByte = packet.Direction == Direction.Up ? spec.UpNanojoulesPerByte : spec.DownNanojoulesPerByte;
        int account = Causes.Of(packet.Use, packet.Mark);
        femtojoules[client * Accounts + account] += (Int128)perByte * packet.Bytes * 1_000_000;
    }

    /// <summary>What it holds at that moment, to be compared with later.</summary>
    public EnergyBook Copy(Instant at)
    {
        for (int client = 0; client < radios.Length; client++)
            for (int link = 0; link < radios[client].Length; link++) Book(client, ref radios[client][link], at);
        return new EnergyBook(this);
    }

    private static Radio Resting(MemberLink link) =>
        new() { Spec = link.Radio, Microwatts = link.Radio?.States[0].Microwatts ?? 0, Rests = true };

    // microwatts times nanoseconds are femtojoules
    private void Book(int client, ref Radio radio, Instant at)
    {
        long time = (at - radio.At).Nanoseconds;
        radio.At = at;
        femtojoules[client * Accounts + (radio.Rests ? Rest : radio.Cause)] += (Int128)radio.Microwatts * time;
        if (!radio.Rests) awake[client] += time;
    }
}
