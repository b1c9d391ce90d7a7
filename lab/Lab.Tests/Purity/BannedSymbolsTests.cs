using System.Diagnostics;

namespace Lab.Tests;

/// <summary>
/// The ban on clocks, threads, sockets, files and chance in the pure projects must bite, not only exist.
/// </summary>
public class BannedSymbolsTests
{
    /// <summary>One violation for each kind of thing that would break purity.</summary>
    private static readonly (string Code, string Symbol)[] Violations =
    [
        ("object a = System.DateTime.UtcNow;", "DateTime"),
        ("object a = System.Diagnostics.Stopwatch.StartNew();", "Stopwatch"),
        ("object a = System.Environment.TickCount64;", "Environment"),
        ("object a = new System.Random(1);", "Random"),
        ("object a = System.Guid.NewGuid();", "NewGuid"),
        ("object a = new System.Threading.Thread(() => { });", "System.Threading"),
        ("object a = System.Threading.Tasks.Task.CompletedTask;", "System.Threading.Tasks"),
        ("object a = System.IO.File.ReadAllText(\"x\");", "System.IO"),
        ("object a = new System.Net.Sockets.Socket(default, default);", "Socket"),
        ("object a = new System.Collections.Generic.HashSet<int>();", "HashSet"),
        ("object a = \"x\".GetHashCode();", "GetHashCode"),
        ("object a = new object().GetHashCode();", "GetHashCode"),
        ("object a = System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);", "GetHashCode"),
        ("object a = System.HashCode.Combine(1, 2);", "HashCode"),
        ("object a = System.Collections.Immutable.ImmutableHashSet.Create(1).Add(2);", "ImmutableHashSet"),
        ("object a = System.Environment.TickCount;", "Environment"),
        ("object a = new System.Threading.ThreadLocal<int>();", "System.Threading"),
        ("var a = new System.Threading.Lock();", "System.Threading"),
        ("int a = 0; System.Threading.Interlocked.Increment(ref a);", "System.Threading"),
        ("System.Threading.Tasks.Parallel.For(0, 1, i => { });", "System.Threading.Tasks"),
        ("object a = System.Linq.ParallelEnumerable.AsParallel(new int[1]);", "ParallelEnumerable"),
        ("object a = new System.Collections.Concurrent.ConcurrentQueue<int>();", "System.Collections.Concurrent"),
        ("object a = System.Globalization.CultureInfo.CurrentCulture;", "CurrentCulture"),
        ("object a = System.Math.Log(2);", "Log"),
        ("object a = System.Math.Log(2, 3);", "Log"),
        ("object a = System.Math.Log2(2);", "Log2"),
        ("object a = System.Math.Log10(2);", "Log10"),
        ("object a = System.Math.Cbrt(2);", "Cbrt"),
        ("object a = System.Math.Sin(2);", "Sin"),
        ("object a = System.Math.Tanh(2);", "Tanh"),
        ("object a = System.Math.Atan2(2, 3);", "Atan2"),
        ("object a = System.MathF.Sqrt(2);", "MathF"),
        ("object a = double.Exp(2);", "Exp"),
        ("object a = double.LogP1(2);", "LogP1"),
        ("object a = float.Pow(2, 3);", "Pow"),
        ("object a = System.Security.Cryptography.RandomNumberGenerator.GetInt32(3);", "RandomNumberGenerator"),
    ];

    [Fact]
    public void Each_kind_of_impurity_is_a_build_error_in_a_pure_project()
    {
        string folder = Path.Combine(RepositoryRoot.Path, "lab", "Lab.Tests", "obj", "purity");
        Directory.CreateDirectory(folder);
        try
        {
            File.WriteAllText(Path.Combine(folder, "Lab.Network.csproj"), "<Project Sdk=\"Microsoft.NET.Sdk\" />");
            File.WriteAllText(Path.Combine(folder, "Impure.cs"),
                "class Impure\n{\n" +
                string.Concat(Violations.Select((v, i) => $"    void M{i}() {{ {v.Code} }}\n")) + "}\n");
            string output = Build(folder);
            string[] errors = [.. output.Split('\n').Where(l => l.Contains("error RS0030"))];
            for (int i = 0; i < Violations.Length; i++)
                Assert.True(errors.Any(e => e.Contains($"Impure.cs({i + 3},") && e.Contains(Violations[i].Symbol)),
                    $"line {i + 3} was not refused: {Violations[i].Code}\n{output}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Build(string folder)
    {
        var start = new ProcessStartInfo("dotnet", ["build", "-nodeReuse:false", "-v:q", "--nologo"])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        string[] inherited =
            [.. start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))];
        foreach (string key in inherited) start.Environment.Remove(key);
        using Process build = Process.Start(start)!;
        string output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return output;
    }
}
