using Lab.Live;
using Lab.Network;

namespace Lab.Tests;

/// <summary>The wall clock's loop: order, stamps, lateness.</summary>
public sealed class RealTimeLoopTests
{
    private static readonly Duration Limit = Duration.FromSeconds(60);

    private sealed class Arrivals(RealTimeLoop loop) : IArrival
    {
        public readonly List<(Instant At, int What, Instant Told)> All = [];
        public Action<int> Does = _ => { };

        public void Arrive(Instant now, int what)
        {
            All.Add((now, what, loop.Now));
            Does(what);
        }
    }

    private sealed class Timer(Action<Instant, int> act) : EventTarget
    {
        public override void OnEvent(Instant now, int argument) => act(now, argument);
    }

    [Fact]
    public void Arrivals_are_told_in_order_at_times_that_never_go_back()
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        var arrivals = new Arrivals(loop);
        Thread[] others = [.. Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            for (int i = 0; i < 1000; i++) loop.Post(arrivals, n * 1000 + i);
        }))];
        foreach (Thread other in others) other.Start();
        Assert.False(loop.RunUntil(Instant.Zero + Limit, () => arrivals.All.Count == 4000));
        foreach (Thread other in others) other.Join();
        Assert.All(arrivals.All.Zip(arrivals.All.Skip(1)), pair => Assert.True(pair.First.At <= pair.Second.At));
        Assert.All(arrivals.All, a => Assert.True(a.At <= a.Told));
        for (int n = 0; n < 4; n++)
            Assert.Equal(
                Enumerable.Range(n * 1000, 1000), arrivals.All.Select(a => a.What).Where(w => w / 1000 == n));
    }

    [Fact]
    public void A_timer_runs_at_its_time_and_an_arrival_before_it_comes_first()
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        var order = new List<string>();
        var arrivals = new Arrivals(loop) { Does = what => order.Add($"arrival {what}") };
        Instant due = Instant.Zero + Duration.FromMilliseconds(50), ran = Instant.Never;
        int busy = queue.Register(new Timer((_, _) =>
        {
            loop.Post(arrivals, 1);                    // stamped now, long before the timer
            while (loop.Now < due + Duration.FromMilliseconds(20)) { }
        }));
        int timer = queue.Register(new Timer((now, _) =>
        {
            ran = now;
            order.Add("timer");
        }));
        queue.At(Instant.Zero + Duration.FromMilliseconds(1), busy);
        queue.At(due, timer);
        Assert.False(loop.RunUntil(Instant.Zero + Limit, () => order.Count == 2));
        Assert.Equal(due, ran);
        // on a machine that slept through the first 50 ms the arrival is stamped after the timer, and comes after it
        bool earlier = arrivals.All[0].At < due;
        Assert.Equal(earlier ? ["arrival 1", "timer"] : ["timer", "arrival 1"], order);
    }

    [Fact]
    public void A_target_that_blocks_the_loop_shows_in_its_lateness()
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        var blocked = Duration.FromMilliseconds(300);
        int slow = queue.Register(new Timer((_, _) =>
        {
            Instant until = loop.Now + blocked;
            while (loop.Now < until) { }
        }));
        queue.At(Instant.Zero + Duration.FromMilliseconds(5), slow);
        Assert.True(loop.RunUntil(Instant.Zero + Duration.FromMilliseconds(10), () => false));
        Assert.True(loop.MaxLateness >= blocked, $"{loop.MaxLateness}");
        Assert.True(loop.MaxLateness > RealTimeLoop.TrustedLateness);
    }

    [Fact]
    public void Events_that_never_stop_do_not_keep_a_run_from_being_cancelled()
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        int target = -1, times = 0;
        target = queue.Register(new Timer((now, _) =>
        {
            times++;
            queue.At(now + new Duration(1000), target);
        }));
        queue.At(Instant.Zero, target);
        Assert.False(loop.RunUntil(Instant.Zero + Limit, () => times > 10_000));
    }
}
