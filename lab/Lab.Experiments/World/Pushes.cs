using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// Servers that ask for pushes (XEP-0357), and the push service, for clients that have one. Rule: a message that is
/// stored for a client's account, or put into the queue of a session without a stream, asks at once; one that was
/// written to a stream with acknowledgements asks when the server still holds it after a while. One push is under way
/// at a time: it stands for all. The service refuses what is beyond its quota, loses some, and delivers the others
/// after a time drawn from a stream of the client's own; then the system lets the app run for a while.
/// Leaves out: what a push itself says, that the server is told of its fate, priorities, and the bytes of it on the
/// client's link.
/// </summary>
internal sealed class Pushes : EventTarget
{
    private const int Comes = 0, Checks = 1;
    private readonly World world;
    private readonly Subscriber?[] subscribers;                 // by client
    private readonly int target;

    private sealed class Subscriber(PushProfile spec, RandomStream random)
    {
        public readonly PushProfile Spec = spec;
        public readonly RandomStream Random = random;
        public readonly Queue<Instant> Taken = new();           // what the quota counts
        public readonly Queue<long> Unsure = new();             // messages whose acknowledgement is awaited
        public bool UnderWay;
    }

    private Pushes(World world)
    {
        this.world = world;
        subscribers = [.. world.Cast.Members.Select(m => m.Spec.Push is { } spec
            ? new Subscriber(spec, world.Random.Fork($"push/{m.Name}")) : null)];
        target = world.Queue.Register(this);
        world.Signals.Kept += OnKept;
    }

    public static void Plan(World world)
    {
        if (world.Cast.Members.Any(m => m.Spec.Push is not null)) _ = new Pushes(world);
    }

    public override void OnEvent(Instant now, int argument)
    {
        int client = argument >> 1;
        Subscriber to = subscribers[client]!;
        if ((argument & 1) == Comes)
        {
            to.UnderWay = false;
            world.Journal.PushCame(now, client);
            world.Signals.OnPushed(now, client);
        }
        else if (world.Servers[world.Cast.Members[client].Server].Holds(to.Unsure.Dequeue())) Ask(now, client, to);
    }

    private void OnKept(Instant now, int account, long number, bool waits)
    {
        foreach (Member device in world.Cast.DevicesOf(world.Cast.Members[account]))
        {
            if (subscribers[device.Index] is not { } to) continue;
            if (waits) Ask(now, device.Index, to);
            else
            {
                to.Unsure.Enqueue(number);
                world.Queue.At(now + to.Spec.UnacknowledgedFor, target, device.Index << 1 | Checks);
            }
        }
    }

    private void Ask(Instant now, int client, Subscriber to)
    {
        if (to.UnderWay || !world.Cast.Members[client].Spec.IsThere(now - Instant.Zero)) return;
        while (to.Taken.TryPeek(out Instant first) && first + to.Spec.Per <= now) to.Taken.Dequeue();
        if (to.Taken.Count >= to.Spec.AtMost)
        {
            world.Journal.PushSent(now, client, PushFate.Refused);
            return;
        }
        to.Taken.Enqueue(now);
        bool lost = to.Random.Chance(to.Spec.Loss);
        Duration latency = to.Random.Exponential(to.Spec.Latency);
        world.Journal.PushSent(now, client, lost ? PushFate.Lost : PushFate.UnderWay);
        if (lost) return;
        to.UnderWay = true;
        world.Queue.At(now + latency, target, client << 1 | Comes);
    }
}
