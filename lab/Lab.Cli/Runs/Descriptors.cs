using System.Globalization;
using System.Runtime.CompilerServices;
using Lab.Experiments;

namespace Lab.Cli;

/// <summary>How many files and sockets this process may have open (ulimit -n), and what runs need.</summary>
internal static class Descriptors
{
    // the program's own files, its database and its report; both ends of a client's connection and of its proxy's
    private const long Own = 128, PerClient = 6, PerStream = 6;

    /// <summary>Before the program's other files are opened, which would fail one by one.</summary>
    [ModuleInitializer]
    internal static void Require()
    {
        if (Limit() >= Own) return;
        Console.Error.WriteLine(Sentence("lab needs", Own, Limit()));
        Environment.Exit(ExitCode.BadInput);
    }

    /// <summary>Why a run on real sockets does not fit, told of its largest group; empty when it does.</summary>
    public static IEnumerable<(string Group, string Name, string Message)> Refusals(RunSpec run, long limit)
    {
        long needed = Own + PerClient * Footprint.Clients(run.Topology) + PerStream * Footprint.Streams(run.Topology);
        if (run.Network != NetworkKind.Proxied || needed <= limit) yield break;
        yield return ("clients", run.Topology.Clients.MaxBy(c => c.Value.Count).Key,
            Sentence("this run needs about", needed, limit));
    }

    /// <summary>The most descriptors; very many where the system does not say.</summary>
    public static long Limit()
    {
        const string file = "/proc/self/limits", row = "Max open files";
        if (!File.Exists(file)) return long.MaxValue;
        // in words that need no other assembly, for it may not be possible to open one
        string text = File.ReadAllText(file);
        int at = text.IndexOf(row, StringComparison.Ordinal);
        ReadOnlySpan<char> rest = at < 0 ? [] : text.AsSpan(at + row.Length).TrimStart();
        int end = rest.IndexOf(' ');
        return end > 0 && long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
            ? limit : long.MaxValue;
    }

    private static string Sentence(string who, long needed, long limit) => string.Create(CultureInfo.InvariantCulture,
        $"{who} {needed} open files and sockets, and this shell allows {limit}: ulimit -n {needed} allows more");
}
