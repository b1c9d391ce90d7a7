using System.Buffers.Binary;
using System.Diagnostics;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Entry = Lab.Experiments.Entry;

namespace Lab.Cli;

/// <summary>
/// lab repeat: proves that runs repeat. Each point of each scenario runs under its first seed twice in this process and
/// once in a new one with another time zone, culture and compiler settings; the histories are compared entry by entry.
/// </summary>
internal sealed class RepeatCommand(Engine engine, Terminal terminal, CancellationToken stop)
{
    private const int EntryBytes = 8 + 4 + 2 + 8 + 8;
    private const string Broke = "A run broke inside the lab, so whether it repeats is unknown";

    private static readonly (string Name, string Value)[] OtherSettings =
    [
        ("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("DOTNET_TieredPGO", "0"),
        ("DOTNET_TieredCompilation", "0"), ("DOTNET_gcServer", "1"), ("DOTNET_EnableAVX2", "0"),
    ];

    /// <summary>Exit code 0 when everything repeats, 1 when something does not, 3 when a run breaks.</summary>
    public int Run(IReadOnlyList<string> files, Overrides overrides)
    {
        if (!Stoppable.Try(() => Read(files, overrides), stop, out List<Sweep>? sweeps)) return ExitCode.Stopped;
        if (sweeps is null) return ExitCode.BadInput;
        int code = ExitCode.Pass;
        foreach (Sweep sweep in sweeps)
        {
            var watch = Stopwatch.StartNew();
            RunSpec[] specs = [.. sweep.Plan.GroupBy(s => s.Label).Select(g => g.First())];
            int[] codes = [.. specs.TakeWhile(_ => !stop.IsCancellationRequested)
                .Select(s => Repeat(s, sweep.File, overrides))];
            if (stop.IsCancellationRequested) return ExitCode.Stopped;
            code = codes.Aggregate(code, ExitCode.Worst);
            int same = codes.Count(c => c == ExitCode.Pass), broken = codes.Count(c => c == ExitCode.Unknown);
            string repeat = specs.Length == 1 ? "repeats" : "repeat";
            terminal.Out.WriteLine($"{sweep.Name}: {same} of {Words.Count(specs.Length, "run")} {repeat}, here and in "
                + $"another process ({watch.Elapsed.TotalSeconds:0.0} s){(broken > 0 ? $"; {broken} broke" : "")}");
        }
        return code;
    }

    /// <summary>The other process's part: writes the history of the one run that is left; 3 when it breaks.</summary>
    public int Emit(IReadOnlyList<string> files, Overrides overrides, Stream output)
    {
        if (Read(files, overrides) is not { } sweeps) return ExitCode.BadInput;
        using var buffered = new BufferedStream(output, 1 << 16);
        RunSpec spec = sweeps[0].Plan[0];
        try
        {
            Simulate(spec)(new Writer(buffered));
            return ExitCode.Pass;
        }
        catch (Exception e)   // the other process tells of its runs; this one says what happened here
        {
            Breakage.Tell(terminal, Broke, e, CommandText.Of(sweeps[0].File, overrides, spec));
            return ExitCode.Unknown;
        }
    }

    private List<Sweep>? Read(IReadOnlyList<string> files, Overrides overrides)
    {
        var problems = new Problems();
        List<Sweep> sweeps = ScenarioFiles.ReadAll(files, overrides, problems);
        if (!problems.Any) return sweeps;
        CheckCommand.Report(problems, terminal);
        return null;
    }

    private int Repeat(RunSpec spec, string file, Overrides overrides)
    {
        try
        {
            Divergence? here = Repetition.Compare(Simulate(spec), Simulate(spec));
            Divergence? divergence = here
                ?? Repetition.Compare(Simulate(spec), reader => Elsewhere(file, spec, overrides, reader));
            // what was stopped half-way differs, and says nothing
            if (divergence is null || stop.IsCancellationRequested) return ExitCode.Pass;
            terminal.Error.WriteLine($"{spec.ScenarioName} ({spec.Label}), seed {spec.Seed}: the second run, in "
                + $"{(here is null ? "another" : "this")} process, differs at {divergence}");
            return ExitCode.Failed;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            return ExitCode.Pass;
        }
        catch (Exception e)   // a bug in one run must not take the others with it
        {
            Breakage.Tell(terminal, Broke, e, CommandText.Of(file, overrides, spec));
            return ExitCode.Unknown;
        }
    }

    private Action<IJournalReader> Simulate(RunSpec spec) => reader =>
        engine.Trace(spec, new RunOptions { Reader = reader, IsCancelled = () => stop.IsCancellationRequested });

    private static void Elsewhere(string file, RunSpec spec, Overrides overrides, IJournalReader reader)
    {
        string program = Environment.ProcessPath
            ?? throw new InvalidOperationException("the path of this program is not known");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(RepeatCommand).Assembly.Location);
        string[] arguments =
        [
            "repeat", file, "--emit", "--seed", $"{spec.Seed}",
            .. CommandText.Sets(overrides, spec).SelectMany(s => new[] { "--set", s }),
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in OtherSettings) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        using (var input = new BufferedStream(process.StandardOutput.BaseStream, 1 << 16)) ReadEntries(input, reader);
        process.WaitForExit();
        if (process.ExitCode != ExitCode.Pass)
            throw new InvalidOperationException($"the other process ended with exit code {process.ExitCode}");
    }

    private static void ReadEntries(Stream input, IJournalReader reader)
    {
        byte[] record = new byte[EntryBytes];
        while (input.ReadAtLeast(record, EntryBytes, throwOnEndOfStream: false) == EntryBytes)
        {
            var entry = new Lab.Experiments.Entry(
                new Instant(BinaryPrimitives.ReadInt64LittleEndian(record)),
                BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(8)),
                (EntryKind)BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(12)),
                BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(14)),
                BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(22)));
            reader.On(in entry);
        }
    }

    private sealed class Writer(Stream output) : IJournalReader
    {
        private readonly byte[] record = new byte[EntryBytes];

        public void On(in Lab.Experiments.Entry e)
        {
            BinaryPrimitives.WriteInt64LittleEndian(record, e.At.Nanoseconds);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), e.Host);
            BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(12), (ushort)e.Kind);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(14), e.A);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(22), e.B);
            output.Write(record);
        }
    }
}
