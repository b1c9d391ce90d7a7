using System.Buffers.Binary;
using System.Diagnostics;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Cli;

/// <summary>
/// lab repeat: proves that runs repeat. Each point of each scenario runs under its first seed twice in this process and
/// once in a new one with another time zone, culture and compiler settings; the histories are compared entry by entry.
/// </summary>
internal sealed class RepeatCommand(Terminal terminal, CancellationToken stop)
{
    private const int EntryBytes = 8 + 4 + 2 + 8 + 8;

    private static readonly (string Name, string Value)[] OtherSettings =
    [
        ("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("DOTNET_TieredPGO", "0"),
        ("DOTNET_TieredCompilation", "0"), ("DOTNET_gcServer", "1"), ("DOTNET_EnableAVX2", "0"),
    ];

    /// <summary>Exit code 0 when everything repeats, 1 when something does not.</summary>
    public int Run(IReadOnlyList<string> files, Overrides overrides)
    {
        if (Read(files, overrides) is not { } sweeps) return ExitCode.BadInput;
        bool repeats = true;
        foreach (Sweep sweep in sweeps)
        {
            var watch = Stopwatch.StartNew();
            RunSpec[] specs = [.. sweep.Plan.GroupBy(s => s.Label).Select(g => g.First())];
            int same = specs.TakeWhile(_ => !stop.IsCancellationRequested).Count(s => Repeats(sweep.File, s));
            if (stop.IsCancellationRequested) return ExitCode.Stopped;
            repeats &= same == specs.Length;
            terminal.Out.WriteLine(
                $"{sweep.Name}: {same} of {Words.Count(specs.Length, "run")} repeat, here and in another process " +
                $"({watch.Elapsed.TotalSeconds:0.0} s)");
        }
        return repeats ? ExitCode.Pass : ExitCode.Failed;
    }

    /// <summary>The other process's part: writes the history of the one run that is left to standard output.</summary>
    public int Emit(IReadOnlyList<string> files, Overrides overrides, Stream output)
    {
        if (Read(files, overrides) is not { } sweeps) return ExitCode.BadInput;
        using var buffered = new BufferedStream(output, 1 << 16);
        Simulate(sweeps[0].Plan[0])(new Writer(buffered));
        return ExitCode.Pass;
    }

    private List<Sweep>? Read(IReadOnlyList<string> files, Overrides overrides)
    {
        var problems = new Problems();
        List<Sweep> sweeps =
            [.. files.Distinct().Select(f => SweepReader.Read(f, overrides, problems)).OfType<Sweep>()];
        if (!problems.Any) return sweeps;
        CheckCommand.Report(problems, terminal);
        return null;
    }

    private bool Repeats(string file, RunSpec spec)
    {
        bool here = Report(spec, "in this process", Repetition.Compare(Simulate(spec), Simulate(spec)));
        return here && Report(spec, "in another process",
            Repetition.Compare(Simulate(spec), reader => Elsewhere(file, spec, reader)));
    }

    private bool Report(RunSpec spec, string where, Divergence? divergence)
    {
        if (divergence is null) return true;
        terminal.Error.WriteLine(
            $"{spec.ScenarioName} ({spec.Label}), seed {spec.Seed}: the second run, {where}, differs at {divergence}");
        return false;
    }

    private Action<IJournalReader> Simulate(RunSpec spec) => reader =>
        Simulation.Run(spec, new RunOptions { Reader = reader, IsCancelled = () => stop.IsCancellationRequested });

    private static void Elsewhere(string file, RunSpec spec, IJournalReader reader)
    {
        string program = Environment.ProcessPath
            ?? throw new InvalidOperationException("the path of this program is not known");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(RepeatCommand).Assembly.Location);
        string[] arguments =
        [
            "repeat", file, "--emit", "--seed", $"{spec.Seed}",
            .. spec.Point.SelectMany(p => new[] { "--set", $"{p.Path}={p.Value}" }),
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
