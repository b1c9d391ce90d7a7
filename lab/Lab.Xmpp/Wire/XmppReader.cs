using Lab.Network;

namespace Lab.Xmpp;

public enum WireEvent : byte
{
    /// <summary>The input is used up.</summary>
    NeedMore,

    /// <summary>A stream header was read: see <see cref="XmppReader.Header"/>.</summary>
    StreamOpened,

    /// <summary>A complete first-level element was read: see <see cref="XmppReader.Element"/>.</summary>
    Element,

    /// <summary>White space between first-level elements (RFC 6120 section 4.6.1).</summary>
    Whitespace,

    /// <summary>The closing tag of the stream.</summary>
    StreamClosed,

    /// <summary>The peer broke the rules: see <see cref="XmppReader.Error"/>. Nothing more is read until Restart.</summary>
    Failed,
}

/// <summary>
/// Reads one XMPP stream from UTF-8 bytes pushed in at any chunking. Driving rule: call Read with the same span until
/// NeedMore; Element and Header are valid until the next call. Holds a buffer only while an element is incomplete.
/// </summary>
public sealed class XmppReader
{
    public XmppReader(BufferPool buffers, int maxElementBytes = 262_144) => throw new NotImplementedException();

    /// <summary>Takes bytes off the front of <paramref name="input"/> and says what they were.</summary>
    public WireEvent Read(ref ReadOnlySpan<byte> input) => throw new NotImplementedException();

    public StreamHeader Header => throw new NotImplementedException();
    public Element Element => throw new NotImplementedException();

    /// <summary>The stream error to answer with after Failed.</summary>
    public StreamErrorCondition Error => throw new NotImplementedException();

    /// <summary>Bytes held for an element that is not complete yet.</summary>
    public int BufferedBytes => throw new NotImplementedException();

    /// <summary>Forgets everything: the next byte begins a new stream (after TLS, after SASL).</summary>
    public void Restart() => throw new NotImplementedException();

    /// <summary>Gives the buffer back.</summary>
    public void Release() => throw new NotImplementedException();
}

/// <summary>A view of one element of the tree that the reader holds; names and values are UTF-8, entities decoded.</summary>
public readonly ref struct Element
{
    /// <summary>True for the view of an element that is not there.</summary>
    public bool IsNone => throw new NotImplementedException();

    /// <summary>Local name.</summary>
    public ReadOnlySpan<byte> Name => throw new NotImplementedException();

    public ReadOnlySpan<byte> Namespace => throw new NotImplementedException();

    public bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns) => throw new NotImplementedException();

    /// <summary>The value of an attribute without namespace, or empty.</summary>
    public ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> name) => throw new NotImplementedException();

    public bool TryAttribute(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>xml:lang of this very element, or empty.</summary>
    public ReadOnlySpan<byte> Language => throw new NotImplementedException();

    /// <summary>Character data of this element, its children left out.</summary>
    public ReadOnlySpan<byte> Text => throw new NotImplementedException();

    public Element FirstChild => throw new NotImplementedException();
    public Element NextSibling => throw new NotImplementedException();

    /// <summary>The first child of that name and namespace, or none.</summary>
    public Element Child(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns) => throw new NotImplementedException();

    /// <summary>The bytes of the whole element as they were received.</summary>
    public ReadOnlySpan<byte> Raw => throw new NotImplementedException();

    /// <summary>The bytes between its start tag and its end tag as received; empty for an empty element.</summary>
    public ReadOnlySpan<byte> RawContent => throw new NotImplementedException();
}

/// <summary>The attributes of a stream header (RFC 6120 section 4.7); null = absent, "" = present and empty.</summary>
public sealed record StreamHeader
{
    public string? From { get; init; }
    public string? To { get; init; }
    public string? Id { get; init; }
    public string? Language { get; init; }
    public StreamVersion? Version { get; init; }

    /// <summary>jabber:client or jabber:server.</summary>
    public required string ContentNamespace { get; init; }

    /// <summary>Whether xmlns:db was declared (XEP-0220).</summary>
    public bool DeclaresDialback { get; init; }
}

/// <summary>Compared as two numbers: 2.4 is lower than 2.13 (RFC 6120 section 4.7.5).</summary>
public readonly record struct StreamVersion(int Major, int Minor)
{
    public static readonly StreamVersion V10 = new(1, 0);
}
