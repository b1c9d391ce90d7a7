using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lab.Files;

/// <summary>Nodes back to text.</summary>
internal static class YamlOut
{
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A whole file; short inner mappings and lists stay on their line.</summary>
    public static string File(Mapping root)
    {
        var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Emit(writer, root, block: true);
        return writer.ToString();
    }

    /// <summary>One value as it is named in tables and on command lines: a scalar's text, else flow style.</summary>
    public static string Inline(Node node)
    {
        if (node is Scalar scalar) return scalar.Text;
        var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Emit(writer, node, block: false);
        return writer.ToString().TrimEnd('\n', '.').TrimEnd();
    }

    /// <summary>The same of a text that without quotes would be read as something else; null = it would not.</summary>
    public static string? Quoted(Node node) => node is Scalar { Quoted: true, Text: var text } && !IsPlain(text)
        ? JsonSerializer.Serialize(text, Relaxed) : null;

    // as names are; a word that stands for nothing or for ever does not begin a name like these
    private static bool IsPlain(string text) => text.Contains('-') && text.Length > 1 && char.IsAsciiLetter(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static void Emit(TextWriter writer, Node node, bool block)
    {
        var emitter = new Emitter(writer, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue,
            isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node, block ? 0 : int.MaxValue);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, Node node, int depth)
    {
        bool flow = depth > 0 && (depth > 3 || Short(node));
        int inner = flow ? int.MaxValue : depth + 1;
        switch (node)
        {
            case Scalar scalar:
                emitter.Emit(new YamlDotNet.Core.Events.Scalar(null, null, scalar.Text, scalar.Quoted
                    ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain, true, true));
                break;
            case Sequence sequence:
                emitter.Emit(new SequenceStart(null, null, true, flow ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (Node item in sequence.Items) Emit(emitter, item, inner);
                emitter.Emit(new SequenceEnd());
                break;
            case Mapping mapping:
                emitter.Emit(new MappingStart(null, null, true, flow ? MappingStyle.Flow : MappingStyle.Block));
                foreach (Entry entry in mapping.Entries)
                {
                    Emit(emitter, entry.Key, int.MaxValue);
                    Emit(emitter, entry.Value, inner);
                }
                emitter.Emit(new MappingEnd());
                break;
        }
    }

    private static bool Short(Node node) => Width(node) <= 110;

    private static int Width(Node node) => node switch
    {
        Scalar s => s.Text.Length + 2,
        Sequence s => s.Items.Sum(Width) + 2,
        Mapping m => m.Entries.Sum(e => e.Key.Text.Length + 2 + Width(e.Value)) + 2,
        _ => 0,
    };
}
