using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Files;

/// <summary>
/// The files that trace: names. One is looked for beside the file that names it, and in the folder "topologies" of its
/// repository; one of which the digest is known, as a run.yaml has it, also in the folders above and their "scenarios"
/// and "topologies". What was read is kept while the file stays as it is: the runs of a sweep share it.
/// </summary>
internal static class TraceFiles
{
    /// <summary>About 20 h of 12 Mbit/s; they take 4 bytes each.</summary>
    public const int MostOpportunities = 40_000_000;

    /// <summary>So many lines of 11 characters, or rows of some 80.</summary>
    public const int MostBytes = 1 << 29;

    private const int MostFoldersAbove = 5;
    private const string Topologies = "topologies", Scenarios = "scenarios";
    private static readonly ConcurrentDictionary<(string, DateTime, long, bool), Content> Known = new();

    /// <summary>What a file holds, or what is wrong with it; its digest where it could be read.</summary>
    private sealed record Content(Trace? Trace, string? Problem, string Digest = "");

    /// <summary>A mapping of up, down and loop, with what is in the files.</summary>
    public static object? Bind(Binder binder, Node node, Trail trail)
    {
        if (binder.Record(typeof(TraceProfile), node, trail) is not TraceProfile files) return null;
        var mapping = (Mapping)node;
        bool whole = true;
        Trace? Of(string way, string? name, string? digest)
        {
            if (mapping[way] is not { } at || name is null || at.Place.Source.IsRecord) return null;
            Content content = Read(at.Place.Source, name, way == "up", digest);
            string? problem = content.Problem;
            if (content.Trace is MeasuredTrace { CanLoop: false } && files.Loop)
                problem = "this table cannot begin anew: it needs two rows, and a rate in one before the last; write "
                    + "loop: false";
            if (problem is not null) binder.Fail(at, $"{way}: {problem}");
            else if (digest is not null && !IsSame(content.Digest, digest))
                binder.Fail(mapping[way + "-digest"]!, $"{name} is another file now: its SHA-256 is "
                    + $"{content.Digest}; leave {way}-digest out to play it as it is");
            else return content.Trace;
            whole = false;
            return null;
        }
        files = files with
        {
            Upward = Of("up", files.Up, files.UpDigest), Downward = Of("down", files.Down, files.DownDigest),
        };
        return whole ? files : null;
    }

    /// <summary>Of the file that a source means by that name, with the digest that it says; null when there is none
    /// that can be read.</summary>
    public static string? Digest(Source source, string name, string? said) =>
        Read(source, name, isUp: true, said) is { Digest: { Length: > 0 } digest } ? digest : null;

    /// <summary>Where a file lies as seen from that source; null when it is outside of its repository, or, without
    /// one, of its folder.</summary>
    public static string? Beneath(Source source, string path)
    {
        string root = Above(source).LastOrDefault() ?? FolderOf(source), whole = Path.GetFullPath(path);
        return whole.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetRelativePath(FolderOf(source), whole) : null;
    }

    private static Content Read(Source source, string name, bool isUp, string? digest)
    {
        if (name.Length == 0) return new Content(null, "an empty word names no file");
        string beside = source.IsArgument ? "here" : source.Name;
        string[] found = [.. Places(source, name).Where(File.Exists)];
        string[] further = digest is null ? [] : [.. PlacesAbove(source, name).Where(File.Exists)];
        Content[] all = [.. found.Concat(further).Select(f => Open(f, isUp))];
        if (digest is not null && Array.Find(all, c => IsSame(c.Digest, digest)) is { } same) return same;
        return found.Length > 0 ? all[0] : new Content(null,
            $"there is no file '{name}' beside {beside} or in the folder topologies of its repository"
                + (digest is null ? "" : $", and none with the SHA-256 {digest} in the folders above; put it there"));
    }

    private static bool IsSame(string digest, string said) => digest.Equals(said, StringComparison.OrdinalIgnoreCase);

    private static Content Open(string path, bool isUp)
    {
        var file = new FileInfo(path);
        // pipes and devices have no length, and opening one may wait for ever
        if (file.Length == 0)
            return new Content(null, $"{path} is empty, or no regular file; expected lines of text");
        if (file.Length > MostBytes)
            return new Content(null, string.Create(CultureInfo.InvariantCulture,
                $"{path} has {file.Length} bytes; a trace has at most {MostBytes}"));
        return Known.GetOrAdd(
            (Path.GetFullPath(path), file.LastWriteTimeUtc, file.Length, isUp), _ => Load(path, isUp));
    }

    private static Content Load(string path, bool isUp)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            string digest = Convert.ToHexStringLower(SHA256.HashData(stream));
            stream.Position = 0;
            (Trace? trace, string? problem) = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
                ? new MeasuredFile(path, isUp).Read(stream) : Opportunities(path, stream);
            return new Content(trace, problem, digest);
        }
        catch (UnauthorizedAccessException) { return new(null, $"{path} cannot be read: permission denied"); }
        catch (IOException e) { return new(null, $"{path} cannot be read: {e.Message}"); }
    }

    private static IEnumerable<string> Places(Source source, string name) => Above(source)
        .Select(f => Path.Combine(f, Topologies, name)).Prepend(Path.Combine(FolderOf(source), name));

    private static IEnumerable<string> PlacesAbove(Source source, string name) =>
        Up(Path.GetFullPath(FolderOf(source))).Take(MostFoldersAbove).SelectMany(f => new[]
        {
            Path.Combine(f, name), Path.Combine(f, Scenarios, name), Path.Combine(f, Topologies, name),
        });

    private static string FolderOf(Source source) =>
        source.IsArgument ? Path.GetFullPath(".") : Path.GetDirectoryName(Path.GetFullPath(source.Name)) ?? "/";

    // from the folder of that file up to the root of its repository
    private static IEnumerable<string> Above(Source source)
    {
        string[] folders = [.. Up(FolderOf(source))];
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
