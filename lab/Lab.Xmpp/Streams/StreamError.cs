using System.Text;

namespace Lab.Xmpp;

/// <summary>The 25 defined conditions of RFC 6120 section 4.9.3, in its order; an unknown one reads as
/// UndefinedCondition.</summary>
public enum StreamErrorCondition : byte
{
    None,
    BadFormat, BadNamespacePrefix, Conflict, ConnectionTimeout, HostGone, HostUnknown, ImproperAddressing,
    InternalServerError, InvalidFrom, InvalidNamespace, InvalidXml, NotAuthorized, NotWellFormed, PolicyViolation,
    RemoteConnectionFailed, Reset, ResourceConstraint, RestrictedXml, SeeOtherHost, SystemShutdown, UndefinedCondition,
    UnsupportedEncoding, UnsupportedFeature, UnsupportedStanzaType, UnsupportedVersion,
}

/// <summary>An empty element of an application's own namespace inside an error (RFC 6120 section 4.9.4).</summary>
public readonly record struct ErrorDetail(string Name, string Namespace)
{
    /// <summary>Says with policy-violation that a stanza was larger than the receiver takes.</summary>
    public static readonly ErrorDetail StanzaTooBig = new("stanza-too-big", "urn:xmpp:errors");
}

/// <summary>A stream error (RFC 6120 section 4.9): what it says, how it is written and read. It ends its
/// stream.</summary>
public sealed record StreamError(StreamErrorCondition Condition)
{
    /// <summary>For people and logs, never for decisions.</summary>
    public string? Text { get; init; }

    /// <summary>xml:lang of the text.</summary>
    public string? Language { get; init; }

    /// <summary>Of see-other-host: domain, domain:port or [address]:port.</summary>
    public string? OtherHost { get; init; }

    public ErrorDetail? Detail { get; init; }

    /// <summary>Appends the error and the closing tag of the stream.</summary>
    public void WriteClosing(XmppWriter writer)
    {
        ReadOnlySpan<byte> name = StreamErrors.Name(Condition);
        writer.Raw("<stream:error><"u8).Raw(name).Attribute("xmlns"u8, Namespaces.StreamErrors);
        if (OtherHost is null) writer.Raw("/>"u8);
        else writer.Raw(">"u8).Text(Encoding.UTF8.GetBytes(OtherHost)).Raw("</"u8).Raw(name).Raw(">"u8);
        if (Text is not null)
        {
            writer.Raw("<text"u8).Attribute("xmlns"u8, Namespaces.StreamErrors);
            writer.Attribute("xml:lang"u8, Encoding.UTF8.GetBytes(Language ?? "en"));
            writer.Raw(">"u8).Text(Encoding.UTF8.GetBytes(Text)).Raw("</text>"u8);
        }
        if (Detail is ErrorDetail detail)
            writer.Raw("<"u8).Raw(Encoding.UTF8.GetBytes(detail.Name))
                .Attribute("xmlns"u8, Encoding.UTF8.GetBytes(detail.Namespace)).Raw("/>"u8);
        writer.Raw("</stream:error>"u8).Raw(StreamHeaders.Close);
    }

    /// <summary>Appends a whole stream that only refuses: header, error, closing tag (RFC 6120 section
    /// 4.9.1.2).</summary>
    public void WriteRefusal(XmppWriter writer, HeaderKind kind, StreamHeader reply)
    {
        StreamHeaders.Write(writer, kind, reply);
        WriteClosing(writer);
    }

    /// <summary>Reads a first-level element; false when it is no stream error.</summary>
    public static bool TryRead(Element element, out StreamError error)
    {
        error = new StreamError(StreamErrorCondition.UndefinedCondition);
        if (!element.Is(Names.Error, Namespaces.Streams)) return false;
        bool found = false;
        for (Element child = element.FirstChild; !child.IsNone; child = child.NextSibling)
        {
            if (!child.Namespace.SequenceEqual(Namespaces.StreamErrors))
                error = error with { Detail = error.Detail ?? new(String(child.Name), String(child.Namespace)) };
            else if (child.Name.SequenceEqual(Names.Text))
                error = error with
                {
                    Text = String(child.Text),
                    Language = child.Language.IsEmpty ? null : String(child.Language),
                };
            else if (!found)
            {
                found = true;
                StreamErrorCondition condition = StreamErrors.Condition(child.Name);
                error = error with
                {
                    Condition = condition,
                    OtherHost = condition == StreamErrorCondition.SeeOtherHost ? String(child.Text) : null,
                };
            }
        }
        return true;
    }

    private static string String(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}

/// <summary>The names of the stream error conditions.</summary>
public static class StreamErrors
{
    private static readonly byte[][] names =
        [.. Enum.GetNames<StreamErrorCondition>().Select(n => Encoding.UTF8.GetBytes(Hyphenated(n)))];

    /// <summary>The element name of a condition; None has none and throws.</summary>
    public static ReadOnlySpan<byte> Name(StreamErrorCondition condition) =>
        condition != StreamErrorCondition.None && (int)condition < names.Length ? names[(int)condition]
            : throw new ArgumentOutOfRangeException(nameof(condition), $"stream error condition {(int)condition}");

    /// <summary>The condition of that name; an unknown name is undefined-condition (RFC 6120 section 4.9.2), the name
    /// of RFC 3920 for not-well-formed is understood.</summary>
    public static StreamErrorCondition Condition(ReadOnlySpan<byte> name)
    {
        for (int i = 1; i < names.Length; i++)
            if (name.SequenceEqual(names[i])) return (StreamErrorCondition)i;
        return name.SequenceEqual("xml-not-well-formed"u8) ? StreamErrorCondition.NotWellFormed
            : StreamErrorCondition.UndefinedCondition;
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
