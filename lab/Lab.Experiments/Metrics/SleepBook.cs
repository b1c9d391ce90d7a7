using Lab.Network;

namespace Lab.Experiments;

/// <summary>How long each client's system let its app sleep, and what let it run again, as the journal tells.</summary>
internal sealed class SleepBook
{
    private static readonly int Causes = Enum.GetValues<WakeCause>().Length;
    private readonly bool[] sleeps;                      // by client; none where nobody ever sleeps
    private readonly Instant[] since;
    private readonly long[] asleep, wakings;             // by client; by client and cause

    public SleepBook(Cast cast)
    {
        HasSleepers = cast.Members.Any(m => m.Spec.Sleep is not null);
        int clients = HasSleepers ? cast.Members.Count : 0;
        (sleeps, since) = (new bool[clients], new Instant[clients]);
        (asleep, wakings) = (new long[clients], new long[clients * Causes]);
    }

    private SleepBook(SleepBook other) =>
        (sleeps, since, asleep, wakings) = ([], [], [.. other.asleep], [.. other.wakings]);

    /// <summary>Whether any client has a system that lets it sleep.</summary>
    public bool HasSleepers { get; }

    public double AsleepSeconds(int client) => asleep[client] / 1e9;

    public long Wakings(int client, WakeCause cause) => wakings[client * Causes + (int)cause];

    public void On(int client, SleepEntry entry, Instant at)
    {
        Book(client, at);
        bool slept = sleeps[client];
        sleeps[client] = entry.State != SleepState.Awake;
        if (slept && !sleeps[client]) wakings[client * Causes + (int)entry.Cause]++;
    }

    /// <summary>What it holds at that moment, to be compared with later.</summary>
    public SleepBook Copy(Instant at)
    {
        for (int client = 0; client < sleeps.Length; client++) Book(client, at);
        return new SleepBook(this);
    }

    private void Book(int client, Instant at)
    {
        if (sleeps[client]) asleep[client] += (at - since[client]).Nanoseconds;
        since[client] = at;
    }
}
