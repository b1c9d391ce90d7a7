using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Why a process does not run.</summary>
internal enum ProcessCause
{
    /// <summary>Its machine has no power: nothing is said to anyone.</summary>
    NoPower,

    /// <summary>It was asked to end, and is started again.</summary>
    Stopped,

    /// <summary>It stands still; its kernel goes on.</summary>
    Frozen,

    /// <summary>Nobody wants it to be there: not yet, or no more. That is no fault.</summary>
    Absent,

    /// <summary>Its system has suspended it; its kernel goes on. That is no fault.</summary>
    Suspended,

    /// <summary>Its system dozes, and lets nothing pass to or from it. That is no fault.</summary>
    Dozing,
}

/// <summary>
/// A program's process and the machine that it runs on. It is what the sum of its causes says: gone while any takes its
/// power or has stopped it, else dozing or frozen while any makes it so, else it runs. So faults may overlap in any
/// order.
/// </summary>
/// <remarks>
/// Rule. A process that is stopped while it is frozen cannot say goodbye: it is killed, and its kernel closes its
/// sockets. One whose machine comes back while it is frozen starts when nothing freezes it any more; until then nobody
/// listens. The journal is told of each change of state, with the fault that keeps it so, or that let it run again;
/// with none where a client comes, goes or sleeps by itself.
/// Leaves out: hibernation, a kernel that dies alone, time that it takes to boot (real programs take their own).
/// </remarks>
internal sealed class HostProcess
{
    private enum Phase { Down, Loading, Ready, Begun }

    private readonly World world;
    private readonly HostProgram program;
    private readonly int[] causes = new int[Enum.GetValues<ProcessCause>().Length];
    private readonly int[] faults = new int[Enum.GetValues<ProcessCause>().Length];   // the last of each cause
    private Phase phase;
    private bool launched;
    private int lastEnded = -1;
    private bool byItself;                                      // as the journal has it, of one that stands still

    public HostProcess(World world, int host, HostProgram program) =>
        (this.world, Host, this.program) = (world, host, program);

    /// <summary>Its number as a host of the journal.</summary>
    public int Host { get; }

    public HostProgram Program => program;

    public ProcessState State { get; private set; }
    public bool Runs => State == ProcessState.Runs;
    public bool IsPowered => Count(ProcessCause.NoPower) == 0;

    /// <summary>There is a process, running or frozen: its sockets listen.</summary>
    public bool IsUp => phase >= Phase.Ready;

    /// <summary>Makes the program ready at the beginning of the run.</summary>
    public void Prepare(Instant now) => Settle(now);

    /// <summary>The program's time has come.</summary>
    public void Launch(Instant now)
    {
        launched = true;
        Settle(now);
    }

    /// <summary>One cause more, by that fault of the scenario, or by none (-1).</summary>
    public void Add(Instant now, ProcessCause cause, int fault)
    {
        causes[(int)cause]++;
        faults[(int)cause] = fault;
        Settle(now);
    }

    /// <summary>One cause less; of a cause that is not there it is a bug and throws.</summary>
    public void Remove(Instant now, ProcessCause cause, int fault)
    {
        if (causes[(int)cause]-- == 0)
            throw new InvalidOperationException($"host {Host} at {now}: no {cause} is left to end");
        lastEnded = fault;
        Settle(now);
    }

    /// <summary>The program that took time to load is ready.</summary>
    public void Loaded(Instant now)
    {
        if (phase != Phase.Loading) throw new InvalidOperationException($"host {Host} at {now}: nothing is loading");
        phase = Phase.Ready;
        Settle(now);
    }

    private ProcessState Wanted =>
        Count(ProcessCause.NoPower) + Count(ProcessCause.Stopped) + Count(ProcessCause.Absent) > 0
            ? ProcessState.Gone
        : Count(ProcessCause.Dozing) > 0 ? ProcessState.Dozing
        : Count(ProcessCause.Frozen) + Count(ProcessCause.Suspended) > 0 ? ProcessState.Frozen : ProcessState.Runs;

    private int Count(ProcessCause cause) => causes[(int)cause];

    private void Settle(Instant now)
    {
        ProcessState wanted = Wanted;
        bool stood = IsUp;
        if (wanted == ProcessState.Gone) End(now);
        else if (phase == Phase.Down && wanted == ProcessState.Runs)
            phase = program.Load(now) ? Phase.Ready : Phase.Loading;
        if (phase == Phase.Loading) return;
        if (StandsStill(wanted) && !StandsStill(State) && IsUp) program.Freeze(now);
        bool thaws = wanted == ProcessState.Runs && StandsStill(State) && stood;
        Say(now, wanted);
        if (thaws) program.Thaw(now);
        if (!Runs || !launched || phase != Phase.Ready) return;
        phase = Phase.Begun;
        program.Begin(now);
    }

    private void End(Instant now)
    {
        bool crashed = !IsPowered;
        if (phase != Phase.Down)
        {
            if (crashed) program.Die(now, Mechanism.Crashed);
            else if (phase == Phase.Begun && Runs) program.Stop(now);
            else program.Die(now, Mechanism.Stopped);
            phase = Phase.Down;
        }
        if (crashed) world.Network.Lose(program);
        else foreach (Pipe pipe in world.Network.PipesOf(program)) pipe.Drop(now);
    }

    private void Say(Instant now, ProcessState next)
    {
        bool sleeps = next == ProcessState.Frozen && Count(ProcessCause.Frozen) == 0;
        if (next == State && sleeps == byItself) return;
        (State, byItself) = (next, sleeps);
        world.Journal.ProcessChanged(now, Host, next, FaultBehind(next));
    }

    private static bool StandsStill(ProcessState state) => state is ProcessState.Frozen or ProcessState.Dozing;

    private int FaultBehind(ProcessState state) => state switch
    {
        ProcessState.Runs => lastEnded,
        ProcessState.Dozing => ProcessEntry.ByItself,
        ProcessState.Frozen => byItself ? ProcessEntry.ByItself : faults[(int)ProcessCause.Frozen],
        ProcessState.Gone when Count(ProcessCause.Absent) > 0 => ProcessEntry.ByItself,
        ProcessState.Gone => faults[(int)(IsPowered ? ProcessCause.Stopped : ProcessCause.NoPower)],
    };
}
