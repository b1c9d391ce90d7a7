using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// The system of a client's device, which lets its app sleep: it tells the process and the network what its machine
/// (<see cref="Sleep"/>) says. A suspended app stands still and its kernel goes on; one that dozes stands still, and
/// nothing passes between it and its network. An app that goes on reads first, then runs the timers that are due.
/// </summary>
internal sealed class Device : EventTarget
{
    private readonly World world;
    private readonly int client;
    private readonly Sleep sleep;
    private Alarm alarm;
    private SleepState told;
    private Instant since;

    private Device(World world, int client, SleepProfile spec)
    {
        (this.world, this.client, sleep) = (world, client, new Sleep(spec));
        alarm = new Alarm(world.Queue.Register(this));
    }

    /// <summary>Watches over every client that has a system which lets it sleep.</summary>
    public static void Plan(World world)
    {
        var all = new Dictionary<int, Device>();
        foreach (Member m in world.Cast.Members)
            if (m.Spec.Sleep is { } spec) all[m.Index] = new Device(world, m.Index, spec);
        if (all.Count == 0) return;
        void On(Instant now, int client, Action<Sleep, Instant> what)
        {
            if (!all.TryGetValue(client, out Device? device)) return;
            what(device.sleep, now);
            device.Follow(now);
        }
        world.Signals.Launched += (now, client) => On(now, client, static (s, at) => s.Begin(at));
        world.Signals.Opened += (now, client) => On(now, client, static (s, at) => s.Open(at));
        world.Signals.Closed += (now, client) => On(now, client, static (s, at) => s.Leave(at));
        world.Signals.Pushed += (now, client) => On(
            now, client, (s, at) => s.Push(at, world.Cast.Members[client].Spec.Push!.For));
        world.Signals.Left += (now, client) => On(now, client, static (s, at) => s.End(at));
    }

    public override void OnEvent(Instant now, int argument)
    {
        if (!alarm.Due(world.Queue, now)) return;
        sleep.Tick(now);
        Follow(now);
    }

    private void Follow(Instant now)
    {
        if (sleep.TakesSockets) world.Network.Reclaim(now, client);
        if (sleep.State != told) Change(now, told, told = sleep.State);
        alarm.Set(world.Queue, sleep.NextTime);
    }

    private void Change(Instant now, SleepState from, SleepState to)
    {
        IClientProgram program = world.Clients[client];
        world.Journal.SleepChanged(now, client, to, sleep.Cause);
        if (from == SleepState.Awake)
        {
            since = now;
            sleep.Wants(program.NextTimer);
        }
        if (Dozes(from) != Dozes(to)) world.Network.Shut(client, Dozes(to));
        if (to == SleepState.Awake) program.Slept(now - since);
        if (to != SleepState.Awake) program.Process.Add(now, CauseOf(to), ProcessEntry.ByItself);
        if (from != SleepState.Awake) program.Process.Remove(now, CauseOf(from), ProcessEntry.ByItself);
        if (to == SleepState.Awake && sleep.Cause is WakeCause.Opened or WakeCause.Push) program.Woken(now);
    }

    private static bool Dozes(SleepState state) => state is SleepState.LightIdle or SleepState.DeepIdle;

    private static ProcessCause CauseOf(SleepState state) =>
        Dozes(state) ? ProcessCause.Dozing : ProcessCause.Suspended;
}
