using System.Text;

namespace Lab.Xmpp;

/// <summary>Stream errors (RFC 6120 section 4.9): how they are named, written and read.</summary>
public static class StreamErrors
{
    private static readonly byte[][] names =
        [.. Enum.GetNames<StreamErrorCondition>().Select(n => Encoding.UTF8.GetBytes(Hyphenated(n)))];

    /// <summary>The element name of a condition; None has none and throws.</summary>
    public static ReadOnlySpan<byte> Name(StreamErrorCondition condition) =>
        condition != StreamErrorCondition.None && (int)condition < names.Length ? names[(int)condition]
            : throw new ArgumentOutOfRangeException(nameof(condition), $"stream error condition {(int)condition}");

    /// <summary>
    /// Appends an error of the condition alone, with a detail of an application's, and the closing tag of the stream.
    /// </summary>
    internal static void WriteClosing(XmppWriter writer, StreamErrorCondition condition, ReadOnlySpan<byte> detail) =>
        writer.Raw("<stream:error><"u8).Raw(Name(condition)).Attribute("xmlns"u8, Namespaces.StreamErrors)
            .Raw("/>"u8).Raw(detail).Raw("</stream:error>"u8).Raw(StreamHeaders.Close);

    /// <summary>The condition of that name; an unknown name is undefined-condition (RFC 6120 section 4.9.2), the name
    /// of RFC 3920 for not-well-formed is understood.</summary>
    public static StreamErrorCondition Condition(ReadOnlySpan<byte> name)
    {
        for (int i = 1; i < names.Length; i++)
            if (name.SequenceEqual(names[i])) return (StreamErrorCondition)i;
        return name.SequenceEqual("xml-not-well-formed"u8) ? StreamErrorCondition.NotWellFormed
            : StreamErrorCondition.UndefinedCondition;
    }

    /// <summary>The condition of a stream:error; its text and details are for people.</summary>
    public static StreamErrorCondition Read(Element error)
    {
        for (Element child = error.FirstChild; !child.IsNone; child = child.NextSibling)
            if (child.Namespace.SequenceEqual(Namespaces.StreamErrors) && !child.Name.SequenceEqual(Names.Text))
                return Condition(child.Name);
        return StreamErrorCondition.UndefinedCondition;
    }

    internal static string Hyphenated(string name)
    {
        StringBuilder text = new();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
