using System.Diagnostics;
using System.Globalization;

namespace Lab.Bench;

/// <summary>What results cost as whole processes, from start to end: processor time of the program lab.</summary>
internal static class FigureBench
{
    public static readonly Benchmark[] All =
    [
        new("lab run dead-link", () => Median("lab run dead-link", 2.6, folder => Run(folder))),
        new("lab plot of its results", () => Median("lab plot of its results", 1.2,
            folder => Seconds("plot", folder, "--report"), folder => Run(folder))),
    ];

    /// <summary>The median of some rounds, each in a folder of its own, prepared where it must be.</summary>
    private static Row Median(string name, double target, Func<string, double> measure, Action<string>? prepare = null)
    {
        List<double> seconds = [];
        for (int round = 0; round < 5; round++)
        {
            string root = Directory.CreateTempSubdirectory("lab-bench-").FullName;
            string folder = Path.Combine(root, "results");
            prepare?.Invoke(folder);
            seconds.Add(measure(folder));
            Directory.Delete(root, recursive: true);
        }
        return new(name, seconds.Order().ElementAt(seconds.Count / 2), target, "CPU-s");
    }

    private static double Run(string folder) =>
        Seconds("run", Scenario(), "--quiet", "--out", folder);

    private static string Scenario()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, "scenarios", "dead-link.yaml") is var file && File.Exists(file)) return file;
        throw new InvalidOperationException("there is no scenarios/dead-link.yaml above the benchmarks");
    }

    /// <summary>The shell tells the times of those it started: "0m2.744s 0m0.512s" in its last line.</summary>
    private static double Seconds(params string[] words)
    {
        ProcessStartInfo start = new("sh", ["-c", "\"$@\" > /dev/null || exit; times", "sh", "dotnet",
            Path.Combine(AppContext.BaseDirectory, "lab.dll"), .. words]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"lab {words[0]} ended with {process.ExitCode}");
        return lines[^1].Split(' ').Sum(time => time.TrimEnd('s').Split('m')
            .Aggregate(0.0, (sum, part) => sum * 60 + double.Parse(part, CultureInfo.InvariantCulture)));
    }
}
