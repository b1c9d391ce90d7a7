using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Words = Lab.Experiments.Words;

namespace Lab.Files;

/// <summary>
/// YAML text to nodes. YamlDotNet parses; what a scenario has no use for (aliases, anchors, tags, several documents,
/// complex keys) and what hides mistakes (duplicate keys, tabs) is refused in words.
/// </summary>
internal sealed class YamlText
{
    public const int MaxBytes = 1 << 20;
    private const int MaxDepth = 64;
    private static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true };

    private readonly Source source;
    private readonly Problems problems;
    private readonly Parser parser;

    private YamlText(Source source, Problems problems)
    {
        this.source = source;
        this.problems = problems;
        parser = new Parser(new Scanner(new StringReader(source.Text), skipComments: true));
    }

    /// <summary>The file's mapping, or null after the problems were noted. Reads at most 1 MiB.</summary>
    public static Mapping? ReadFile(string path, Problems problems) =>
        ReadSource(path, problems) is { } source ? Read(source, problems) : null;

    /// <summary>The mapping a text holds, or null after the problems were noted.</summary>
    public static Mapping? Read(Source source, Problems problems)
    {
        Node? node = ReadAny(source, problems);
        if (node is Mapping mapping) return mapping;
        if (node is not null) problems.Add(node, $"expected keys with values (key: value), found {node.Kind}");
        return null;
    }

    /// <summary>Any one value.</summary>
    public static Node? ReadAny(Source source, Problems problems)
    {
        if (YamlMistakes.Character(source) is { } odd)
        {
            problems.Add(odd);
            return null;
        }
        var reader = new YamlText(source, problems);
        int before = problems.Count;
        try
        {
            Node? node = reader.Document();
            return problems.Count == before ? node : null;
        }
        catch (YamlException e)
        {
            problems.Add(YamlMistakes.Of(source, e));
            return null;
        }
        catch (InvalidOperationException)   // the parser's own assertions, on some malformed texts
        {
            Mark mark = reader.parser.Current?.End ?? Mark.Empty;
            problems.Add(YamlMistakes.Unclosed(source)
                ?? new Problem(reader.At(mark), "this is not YAML from here on"));
            return null;
        }
    }

    /// <summary>The text of a file, or null after the problem was noted.</summary>
    public static Source? ReadSource(string path, Problems problems)
    {
        void Refuse(string message) => problems.Add(new Place(new Source(path, ""), 0, 0, 0), message);
        if (path.Length == 0)
        {
            problems.Add(new Place(new Source("''", ""), 0, 0, 0), "an empty word names no file");
            return null;
        }
        try
        {
            if (Directory.Exists(path)) { Refuse("is a directory, expected a YAML file" + Inside(path)); return null; }
            if (!File.Exists(path)) { Refuse("no such file" + Neighbour(path)); return null; }
            using FileStream stream = File.OpenRead(path);
            var buffer = new byte[MaxBytes + 1];
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                Refuse("is larger than 1 MiB; a scenario or topology file is a few kilobytes");
                return null;
            }
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length)
                .TrimStart('\uFEFF');
            if (text.Contains('\0')) { Refuse("is not a text file (it holds zero bytes)"); return null; }
            if (string.IsNullOrWhiteSpace(text)) { Refuse("is empty"); return null; }
            return new Source(path, text);
        }
        catch (DecoderFallbackException) { Refuse("is not a text file (it is not UTF-8)"); }
        catch (UnauthorizedAccessException) { Refuse("cannot be read: permission denied"); }
        catch (IOException e) { Refuse("cannot be read: " + e.Message); }
        return null;
    }

    private static string Neighbour(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } f ? f : ".";
        if (!Directory.Exists(folder)) return $" (and no directory {folder})";
        string[] names = [.. Directory.EnumerateFiles(folder, "*.yaml", Readable).Select(n => Path.GetFileName(n)!)
            .Order(StringComparer.Ordinal)];
        return Words.Nearest(Path.GetFileName(path), names) is { } near
            ? $"; did you mean '{Path.Combine(Path.GetDirectoryName(path) ?? "", near)}'?" : "";
    }

    private static string Inside(string path)
    {
        string? first = Directory.EnumerateFiles(path, "*.yaml", Readable).Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return first is null ? "" : $", such as {first}";
    }

    private Node? Document()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            problems.Add(new Place(source, 0, 0, 0), "holds nothing but comments");
            return null;
        }
        parser.Consume<DocumentStart>();
        Node node = Value(0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out DocumentStart? next))
            problems.Add(At(next.Start) with { Length = 3 }, "a second document begins here; a file holds one");
        return node;
    }

    private Node Value(int depth)
    {
        ParsingEvent found = parser.Consume<ParsingEvent>();
        if (depth > MaxDepth) throw new YamlException(found.Start, found.End, $"nested deeper than {MaxDepth} levels");
        if (found is AnchorAlias alias)
        {
            problems.Add(Span(alias),
                $"an alias (*{alias.Value}) is not accepted; write the value out, or name a policy or link");
            return new Scalar(Span(alias), "");
        }
        if (found is NodeEvent node)
        {
            if (!node.Anchor.IsEmpty)
                problems.Add(At(node.Start) with { Length = node.Anchor.Value.Length + 1 },
                    $"an anchor (&{node.Anchor}) is not accepted; files hold plain values");
            if (!node.Tag.IsEmpty && found is not YamlDotNet.Core.Events.Scalar { Tag.IsNonSpecific: true })
                problems.Add(At(node.Start), $"a tag ({node.Tag}) is not accepted; files hold plain values");
        }
        return found switch
        {
            YamlDotNet.Core.Events.Scalar s => new Scalar(Span(s), s.Value, s.Style != ScalarStyle.Plain),
            SequenceStart s => List(s, depth),
            MappingStart m => Map(m, depth),
            _ => throw new YamlException(found.Start, found.End, "expected a value"),
        };
    }

    private Sequence List(SequenceStart start, int depth)
    {
        var items = new List<Node>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Value(depth + 1));
        return new Sequence(At(start.Start), items, start.Style == SequenceStyle.Flow);
    }

    private Mapping Map(MappingStart start, int depth)
    {
        var entries = new List<Entry>();
        var lines = new Dictionary<string, int>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            Node key = Value(depth + 1);
            Node value = Value(depth + 1);
            if (key is not Scalar name)
            {
                problems.Add(key, $"a key must be a plain word, found {key.Kind}");
                continue;
            }
            if (name.Text == "<<")
                problems.Add(name, "a merge key (<<) is not accepted; write the values out, or name a policy or link");
            else if (lines.TryAdd(name.Text, name.Place.Line)) entries.Add(new Entry(name, value));
            else
                problems.Add(name, $"the key {name.Kind} stands here twice, first in line {lines[name.Text]}");
        }
        return new Mapping(At(start.Start), entries, start.Style == MappingStyle.Flow);
    }

    private Place At(Mark mark) => new(source, (int)mark.Line, (int)mark.Column, 1);

    private Place Span(ParsingEvent e) =>
        At(e.Start) with { Length = e.End.Line == e.Start.Line ? Math.Max(1, (int)(e.End.Column - e.Start.Column))
            : 1 };
}
