using Lab.Network;

namespace Lab.Bench;

/// <summary>A host moves its deadline a little later, as on each packet; 10,000 hosts in random order.</summary>
internal static class AlarmBench
{
    public static IEnumerable<Benchmark> All { get; } =
    [
        new OperationBenchmark("alarm, moved later", 30, "ns", () =>
        {
            var queue = new EventQueue();
            var chance = RandomStream.Root(1);
            int target = queue.Register(new Nobody());
            var alarms = new Alarm[10_000];
            for (int i = 0; i < alarms.Length; i++) alarms[i] = new Alarm(target, i);
            Instant deadline = Instant.Zero + Duration.FromSeconds(60);
            return times =>
            {
                for (int i = 0; i < times; i++)
                {
                    deadline += new Duration(1);
                    alarms[chance.Below((ulong)alarms.Length)].Set(queue, deadline);
                }
            };
        }),
    ];

    private sealed class Nobody : EventTarget
    {
        public override void OnEvent(Instant now, int argument) { }
    }
}
