using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;
using static Lab.Tests.LiveSpecs;

namespace Lab.Tests;

/// <summary>The same scenario on both networks.</summary>
public sealed class ComparisonTests(ITestOutputHelper output) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-compare-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static RunSpec Both(Duration duration)
    {
        RunSpec spec = Spec(
            new Policy
            {
                Ping = new PingPolicy { Every = Milliseconds(500), Timeout = Duration.FromSeconds(10) },
                Acks = new AckPolicy { Resume = Duration.FromMinutes(5) },
            },
            link: new LinkProfile { Delay = Milliseconds(20) },
            workload: new WorkloadSpec { From = "phone", To = "echo@example.org", Every = Milliseconds(250) });
        return spec with { Scenario = spec.Scenario with { Duration = duration, Faults = [] } };
    }

    [Fact]
    public void Bytes_by_cause_are_of_one_size_on_both_networks()
    {
        RunSpec spec = Both(Duration.FromSeconds(6));
        RunResult simulated = Simulation.Run(spec, RunOptions.Default)!;
        RunResult proxied = LiveRun.Run(spec, RunOptions.Default, folder)!;
        foreach (CauseCost s in simulated.Costs)
        {
            CauseCost p = proxied.Costs.FirstOrDefault(c => c.Cause == s.Cause);
            output.WriteLine(
                $"{s.Cause}: simulated {s.Packets} packets {s.Bytes} bytes, proxied {p.Packets}, {p.Bytes}");
        }
        foreach (CauseCost s in simulated.Costs)
        {
            CauseCost p = proxied.Costs.FirstOrDefault(c => c.Cause == s.Cause);
            // a late moment of a loaded machine sends pure ACKs and tail probes that virtual time never needs
            if (s.Cause is "tcp acks" or "retransmission") continue;
            Assert.InRange((double)p.Bytes / s.Bytes, 0.5, 2);
        }
    }

    private sealed class RoundTrips : IJournalReader
    {
        public readonly List<double> Milliseconds = [];

        public void On(in Entry e)
        {
            if (e.Kind != EntryKind.ClientCheckAnswered) return;
            CheckEntry answered = CheckEntry.Of(in e);
            if (answered.Check == Traffic.Ping) Milliseconds.Add(answered.After.TotalSeconds * 1000);
        }
    }

    [Fact]
    public void A_ping_takes_about_as_long_as_the_link_says()
    {
        RunSpec spec = Both(Duration.FromSeconds(6));
        var virtually = new RoundTrips();
        var really = new RoundTrips();
        Simulation.Run(spec, RunOptions.Default with { Reader = virtually });
        var options = RunOptions.Default with { Reader = really, IsCancelled = () => really.Milliseconds.Count == 8 };
        LiveRun.Run(spec, options, folder);
        output.WriteLine($"simulated {string.Join(" ", virtually.Milliseconds.Select(m => $"{m:0.0}"))}");
        output.WriteLine($"proxied   {string.Join(" ", really.Milliseconds.Select(m => $"{m:0.0}"))}");
        double[] sorted = [.. really.Milliseconds.Order()];
        Assert.All(virtually.Milliseconds, m => Assert.InRange(m, 40, 41));
        Assert.True(sorted[0] >= 40, $"{sorted[0]} ms over a link of twice 20 ms");
        Assert.InRange(sorted[sorted.Length / 2], 40, 40 + RealTimeLoop.TrustedLateness.TotalSeconds * 1000);
    }
}
