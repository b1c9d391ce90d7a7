using Lab.Network;

namespace Lab.Experiments;

/// <summary>What a process is doing.</summary>
public enum ProcessState : byte { Runs, Frozen, Gone }

public sealed partial class Journal
{
    /// <param name="host">Its first target, or -1.</param>
    /// <param name="fault">Its index in the scenario.</param>
    /// <param name="occurrence">How often it had come before.</param>
    public void FaultBegan(Instant now, int host, int fault, int occurrence) =>
        Add(now, host, EntryKind.FaultBegan, fault, occurrence);

    /// <summary>Parameters as of <see cref="FaultBegan"/>.</summary>
    public void FaultEnded(Instant now, int host, int fault, int occurrence) =>
        Add(now, host, EntryKind.FaultEnded, fault, occurrence);

    /// <param name="fault">Index of the fault that did it, or <see cref="PathEntry.Weather"/>.</param>
    public void PathChanged(Instant now, int path, bool upDead, bool downDead, int fault) =>
        Add(now, path, EntryKind.PathChanged, (upDead ? 1 : 0) | (downDead ? 2 : 0), fault);

    /// <param name="fault">Index of the fault that keeps it so, or that let it run again.</param>
    public void ProcessChanged(Instant now, int host, ProcessState state, int fault) =>
        Add(now, host, EntryKind.ProcessChanged, (long)state, fault);
}

/// <summary>Of FaultBegan and FaultEnded.</summary>
public readonly record struct FaultEntry(int Fault, int Occurrence)
{
    public static FaultEntry Of(in Entry e) => new((int)e.A, (int)e.B);
}

/// <summary>Of PathChanged.</summary>
public readonly record struct PathEntry(bool UpDead, bool DownDead, int Fault)
{
    /// <summary>As fault: an outage that came by itself.</summary>
    public const int Weather = -1;

    public bool IsDead => UpDead || DownDead;

    public static PathEntry Of(in Entry e) => new((e.A & 1) != 0, (e.A & 2) != 0, (int)e.B);
}

/// <summary>Of ProcessChanged.</summary>
public readonly record struct ProcessEntry(ProcessState State, int Fault)
{
    public static ProcessEntry Of(in Entry e) => new((ProcessState)e.A, (int)e.B);
}
