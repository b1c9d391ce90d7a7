using Lab.Network;

namespace Lab.Bench;

/// <summary>
/// Hold model: so many events pend, each that runs schedules another, half of them 50 ms ahead, half 60 s (what a lab
/// full of keepalives does). Cancel + at: a random one of so many 60 s timers is pushed out again.
/// </summary>
internal static class EventQueueBench
{
    private static readonly Duration Near = Duration.FromMilliseconds(50), Far = Duration.FromSeconds(60);

    public static IEnumerable<Benchmark> All { get; } =
    [
        new OperationBenchmark("queue, hold 10,000", 20, "M/s", () => Hold(10_000)),
        new OperationBenchmark("queue, hold 100,000", 12, "M/s", () => Hold(100_000)),
        new OperationBenchmark("queue, cancel + at, 10,000", 30, "ns", () => Rearm(10_000)),
        new OperationBenchmark("queue, cancel + at, 100,000", 30, "ns", () => Rearm(100_000)),
    ];

    private static Action<int> Hold(int pending)
    {
        var queue = new EventQueue();
        var chance = RandomStream.Root(1);
        int target = queue.Register(new Holder(queue, chance));
        for (int i = 0; i < pending; i++)
            queue.At(Instant.Zero + chance.Between(Duration.Zero, i % 2 == 0 ? Near : Far), target);
        return events =>
        {
            for (int i = 0; i < events; i++) queue.RunNext();
        };
    }

    private static Action<int> Rearm(int pending)
    {
        var queue = new EventQueue();
        var chance = RandomStream.Root(1);
        int target = queue.Register(new Holder(queue, chance));
        Instant at = Instant.Zero + Far;
        var tickets = new Ticket[pending];
        Duration gap = Far / pending;
        for (int i = 0; i < pending; i++) tickets[i] = queue.At(Instant.Zero + gap * i, target);
        return times =>
        {
            // Every timer is pushed out once a minute on average, to one minute from then. Time goes round in two
            // minutes, so that nothing needs to run.
            for (int i = 0; i < times; i++)
            {
                ref Ticket ticket = ref tickets[chance.Below((ulong)pending)];
                queue.Cancel(ticket);
                ticket = queue.At(at, target);
                at += gap;
                if (at > Instant.Zero + Far * 2) at = Instant.Zero;
            }
        };
    }

    private sealed class Holder(EventQueue queue, RandomStream chance) : EventTarget
    {
        public override void OnEvent(Instant now, int argument) =>
            queue.At(now + ((chance.Next() & 1) == 0 ? Near : Far), 0, argument);
    }
}
