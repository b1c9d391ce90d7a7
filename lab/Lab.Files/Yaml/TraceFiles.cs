using System.Collections.Concurrent;
using System.Globalization;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Files;

/// <summary>
/// The files that trace: names. One is looked for beside the file that names it, and, so that a run.yaml finds what a
/// topology named, in the folder "topologies" of its repository. What was read is kept while the file stays as it is:
/// the runs of a sweep share it.
/// </summary>
internal static class TraceFiles
{
    /// <summary>About 20 h of 12 Mbit/s; they take 4 bytes each.</summary>
    public const int MostOpportunities = 40_000_000;

    private const string Topologies = "topologies";
    private static readonly ConcurrentDictionary<(string, DateTime, long, bool), (Trace?, string?)> Known = new();

    /// <summary>A mapping of up, down and loop, with what is in the files.</summary>
    public static object? Bind(Binder binder, Node node, Trail trail)
    {
        if (binder.Record(typeof(TraceProfile), node, trail) is not TraceProfile files) return null;
        var mapping = (Mapping)node;
        bool whole = true;
        Trace? Of(string way, string? name)
        {
            if (mapping[way] is not { } at || name is null) return null;
            (Trace? trace, string? problem) = Read(at.Place.Source, name, way == "up");
            if (trace is MeasuredTrace { CanLoop: false } && files.Loop)
                problem = "this table cannot begin anew: it needs two rows, and a rate in one before the last; write "
                    + "loop: false";
            if (problem is null) return trace;
            binder.Fail(at, $"{way}: {problem}");
            whole = false;
            return null;
        }
        files = files with { Upward = Of("up", files.Up), Downward = Of("down", files.Down) };
        return whole ? files : null;
    }

    /// <summary>
    /// The name by which a file that lies anywhere finds it: as it is where it is found under the topologies, else
    /// whole.
    /// </summary>
    public static string Lasting(Source source, string name)
    {
        if (Path.IsPathRooted(name) || Find(source, name) is not { } path) return name;
        string whole = Path.GetFullPath(path);
        string? folder = Above(source).Select(f => Path.Combine(f, Topologies)).FirstOrDefault(f =>
            Path.GetFullPath(Path.Combine(f, name)) == whole);
        return folder is null ? whole : name;
    }

    /// <summary>The same of all that a tree names.</summary>
    public static Node Lasting(Node node) => node switch
    {
        Sequence list => list with { Items = [.. list.Items.Select(Lasting)] },
        Mapping map => map with { Entries = [.. map.Entries.Select(e =>
            e with { Value = e.Key.Text == "trace" && e.Value is Mapping files ? Found(files) : Lasting(e.Value) })] },
        _ => node,
    };

    private static Mapping Found(Mapping files) => files with { Entries = [.. files.Entries.Select(e =>
        e.Key.Text is "up" or "down" && e.Value is Scalar name
            ? e with { Value = name with { Text = Lasting(name.Place.Source, name.Text) } } : e)] };

    private static (Trace? Trace, string? Problem) Read(Source source, string name, bool isUp)
    {
        if (name.Length == 0) return (null, "an empty word names no file");
        if (Find(source, name) is not { } path)
            return (null, $"there is no file '{name}' beside {(source.IsArgument ? "here" : source.Name)} or in the "
                + "folder topologies of its repository");
        var file = new FileInfo(path);
        return Known.GetOrAdd(
            (Path.GetFullPath(path), file.LastWriteTimeUtc, file.Length, isUp), _ => Open(path, isUp));
    }

    private static (Trace? Trace, string? Problem) Open(string path, bool isUp)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
                ? new MeasuredFile(path, isUp).Read(stream) : Opportunities(path, stream);
        }
        catch (UnauthorizedAccessException) { return (null, $"{path} cannot be read: permission denied"); }
        catch (IOException e) { return (null, $"{path} cannot be read: {e.Message}"); }
    }

    private static string? Find(Source source, string name)
    {
        string folder = source.IsArgument ? "" : Path.GetDirectoryName(source.Name) ?? "";
        return Above(source).Select(f => Path.Combine(f, Topologies, name)).Prepend(Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    // from the folder of that file up to the root of its repository
    private static IEnumerable<string> Above(Source source)
    {
        string? folder = source.IsArgument ? Path.GetFullPath(".")
            : Path.GetDirectoryName(Path.GetFullPath(source.Name));
        string[] folders = [.. Up(folder)];
        int root = Array.FindIndex(folders, f => Path.Exists(Path.Combine(f, ".git")));
        return folders.Take(root + 1);
    }

    private static IEnumerable<string> Up(string? folder)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder)) yield return folder;
    }

    // one number a line, in a buffer of fixed size whatever the file is
    private static (Trace? Trace, string? Problem) Opportunities(string path, Stream stream)
    {
        var times = new List<int>();
        var buffer = new byte[1 << 16];
        int line = 1, column = 1;
        long number = -1;                                          // -1 = nothing on this line yet
        (Trace?, string?) Refuse(string message) => (null, string.Create(CultureInfo.InvariantCulture,
            $"{path}:{line}:{column}: {message}"));
        string? End()
        {
            int before = times.Count > 0 ? times[^1] : 0;
            if (number < 0) return "the line is empty, expected a time in whole milliseconds";
            if (number < before) return string.Create(CultureInfo.InvariantCulture,
                $"{number} ms is before {before} ms of the line above; times must not go back");
            if (times.Count == MostOpportunities) return string.Create(CultureInfo.InvariantCulture,
                $"a trace has at most {MostOpportunities} lines");
            times.Add((int)number);
            number = -1;
            return null;
        }
        for (int got; (got = stream.Read(buffer)) > 0;)
            for (int i = 0; i < got; i++, column++)
            {
                byte b = buffer[i];
                if (b == '\n')
                {
                    if (End() is { } problem) return Refuse(problem);
                    (line, column) = (line + 1, 0);
                }
                else if (b == '-') return Refuse("a time cannot be negative");
                else if (b is >= (byte)'0' and <= (byte)'9')
                {
                    number = Math.Max(0, number) * 10 + (b - '0');
                    if (number > int.MaxValue) return Refuse("a trace is no longer than 24 days (2147483647 ms)");
                }
                else if (b != '\r' || number < 0)
                    return Refuse("expected a time in whole milliseconds, found " + (b is > 32 and < 127
                        ? $"'{(char)b}'" : string.Create(CultureInfo.InvariantCulture, $"a byte of value {b}")));
            }
        if ((number >= 0 || column > 1) && End() is { } last) return Refuse(last);
        if (times.Count == 0) return (null, $"{path} is empty, expected a time in whole milliseconds on each line");
        if (times[^1] == 0) return Refuse("the last time is 0 ms, so the trace lasts no time");
        return (new OpportunityTrace(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(times)), null);
    }
}
