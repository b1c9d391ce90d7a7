using System.Globalization;
using Lab.Experiments;

namespace Lab.Cli;

/// <summary>What this machine's memory holds of runs.</summary>
internal static class Memory
{
    /// <summary>What the process may use, of the machine or of its container.</summary>
    public static long AvailableBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Why a run does not fit, told of its largest group; empty when it does.</summary>
    public static IEnumerable<(string Group, string Name, string Message)> Refusals(RunSpec run, long available)
    {
        long needed = Footprint.Of(run);
        if (needed <= available) yield break;
        string group = run.Topology.Clients.MaxBy(c => c.Value.Count).Key;
        yield return ("clients", group, string.Create(CultureInfo.InvariantCulture,
            $"a run of {Footprint.Clients(run.Topology)} clients with its streams, messages and faults takes about ")
            + $"{Units.Format(needed, Unit.Bytes)} of memory ({Units.Format(Footprint.BytesPerClient, Unit.Bytes)} a "
            + $"client), and there are {Units.Format(available, Unit.Bytes)}");
    }

    /// <summary>So many runs at a time as fit, at least one.</summary>
    public static int Jobs(IEnumerable<RunSpec> plan, int wanted)
    {
        long most = 1;
        Scenario? last = null;
        foreach (RunSpec run in plan)
        {
            if (!ReferenceEquals(run.Scenario, last)) most = Math.Max(most, Footprint.Of(run));
            last = run.Scenario;
        }
        return (int)Math.Clamp(AvailableBytes / most, 1, wanted);
    }
}
