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

    /// <summary>The closing tag of the stream; what follows it is thrown away.</summary>
    StreamClosed,

    /// <summary>
    /// The peer broke the rules: see <see cref="XmppReader.Error"/>. Said once; nothing more is read until Restart.
    /// </summary>
    Failed,
}

/// <summary>
/// Reads one XMPP stream from UTF-8 bytes pushed in at any chunking. Driving rule: call Read with the same span until
/// NeedMore; Element and Header are valid until the next call. Holds a tree only while an element is incomplete.
///
/// Rules: XML 1.0 (fifth edition) with namespaces, in the subset of RFC 6120 section 11; the events depend on the bytes
/// alone, never on how they were divided (but for runs of white space, one event per piece). An error is said when the
/// token that holds it is complete. Bytes go into the tree of one element, which checks everything in the same pass.
/// Leaves out: schema checks, and what a stanza means.
/// </summary>
public sealed class XmppReader
{
    private const int AppendBytes = 512;

    /// <summary>Nobody writes an XML declaration or a closing tag beyond this; policy-violation.</summary>
    private const int MaxMarkupBytes = 1024;

    private enum Phase : byte { Start, Header, Open, Empty, Closed, Failed }

    private readonly TreePool trees;
    private ElementTree? tree;                    // from the first byte of an element until the read after its last
    private ElementParser parser;
    private StreamScope scope;
    private StreamHeader? header;
    private Phase phase;
    private bool complete, mayBeginWithSpace;

    public XmppReader(TreePool trees, int maxElementBytes = 262_144)
    {
        this.trees = trees;
        MaxElementBytes = maxElementBytes;
    }

    /// <summary>
    /// Of the header just read; after Failed, that of a header which is well-formed but refused (see HasHeader).
    /// </summary>
    public StreamHeader Header => header ?? throw new InvalidOperationException("no stream header was just read");

    public bool HasHeader => header is not null;

    /// <summary>An element beyond it is refused; to be changed between two reads.</summary>
    public int MaxElementBytes { get; set; }

    public Element Element => new(tree, complete && phase == Phase.Open && tree is { NodeCount: > 0 } ? 0 : -1);

    /// <summary>The stream error to answer with after Failed.</summary>
    public StreamErrorCondition Error { get; private set; }

    /// <summary>Bytes held for an element that is not complete yet.</summary>
    public int BufferedBytes => complete || tree is null ? 0 : tree.Bytes.Length;

    /// <summary>Takes bytes off the front of <paramref name="input"/> and says what they were.</summary>
    public WireEvent Read(ref ReadOnlySpan<byte> input)
    {
        header = null;
        if (complete) Release();
        while (true)
        {
            if (phase == Phase.Empty)
            {
                phase = Phase.Closed;
                return WireEvent.StreamClosed;
            }
            if (phase is Phase.Closed or Phase.Failed) input = default;
            if (input.IsEmpty) return WireEvent.NeedMore;
            WireEvent read;
            if (tree is null)
            {
                if (SkipSpace(ref input)) return WireEvent.Whitespace;
                tree = trees.Rent();
                tree.Scope = scope;
                parser.Begin(tree);
                read = Parse(input, out int used);
                tree.Append(read == WireEvent.NeedMore ? input : input[..used]);
                input = read == WireEvent.NeedMore ? default : input[used..];
            }
            else
            {
                int held = tree.Bytes.Length;
                int piece = Math.Min(input.Length, Math.Min(Math.Max(AppendBytes, held), MaxElementBytes + 1 - held));
                tree.Append(input[..piece]);
                read = Parse(tree.Bytes, out int used);
                bool cut = read is WireEvent.NeedMore or WireEvent.Failed;
                if (!cut) tree.TruncateBytes(used);
                input = input[(cut ? piece : used - held)..];
            }
            if (read == WireEvent.NeedMore) continue;
            if (read == WireEvent.StreamOpened) read = OpenStream(tree);
            if (read == WireEvent.Failed)
            {
                phase = Phase.Failed;
                Release();
                input = default;
                return read;
            }
            complete = true;
            if (read != WireEvent.Whitespace) return read;
            Release();
        }
    }

    /// <summary>Forgets everything: the next byte begins a new stream (after TLS, after SASL).</summary>
    /// <param name="behindElement">White space may stand before the declaration: it belongs to the stream before, as
    /// when a peer ends its elements with a line.</param>
    public void Restart(bool behindElement = false)
    {
        Release();
        mayBeginWithSpace = behindElement;
        header = null;
        scope = default;
        phase = Phase.Start;
        Error = StreamErrorCondition.None;
    }

    /// <summary>Gives back what an element is held in.</summary>
    public void Release()
    {
        if (tree is not null) trees.Return(tree);
        tree = null;
        complete = false;
    }

    private bool SkipSpace(ref ReadOnlySpan<byte> input)
    {
        if (!XmlText.IsSpace(input[0])) return false;
        int end = input.IndexOfAnyExcept(" \t\r\n"u8);
        input = end < 0 ? default : input[end..];
        if (phase == Phase.Start && !mayBeginWithSpace) phase = Phase.Header;
        return true;
    }

    /// <summary>
    /// Reads one thing that begins with data; Whitespace stands for an XML declaration, which is no event.
    /// </summary>
    private WireEvent Parse(ReadOnlySpan<byte> data, out int used)
    {
        ReadOnlySpan<byte> visible = data[..Math.Min(data.Length, MaxElementBytes)];
        WireEvent read = visible[0] != '<' ? Stray(visible[0], out used)
            : visible.Length == 1 ? NeedMore(out used)
            : phase == Phase.Open ? InStream(visible, out used)
            : BeforeStream(visible, out used);
        return read == WireEvent.NeedMore && visible.Length < data.Length
            ? Fail(StreamErrorCondition.PolicyViolation, out used) : read;
    }

    private WireEvent InStream(ReadOnlySpan<byte> data, out int used)
    {
        if (data[1] == '/') return ClosingTag(data, out used);
        if (!parser.TryElement(data, out used)) return NeedMore(out used);
        return parser.Problem == StreamErrorCondition.None ? WireEvent.Element : Fail(parser.Problem, out used);
    }

    private WireEvent BeforeStream(ReadOnlySpan<byte> data, out int used)
    {
        switch (data[1])
        {
            case (byte)'?':
                return Declaration(data, out used);
            case 0:
                return Fail(StreamErrorCondition.UnsupportedEncoding, out used);
            case (byte)'/':
                return Fail(StreamErrorCondition.NotWellFormed, out used);
            case (byte)'!':
                if (data.Length < 3) return NeedMore(out used);
                return Fail(data[2] == '-' || char.IsAsciiLetter((char)data[2])
                    ? StreamErrorCondition.RestrictedXml : StreamErrorCondition.NotWellFormed, out used);
        }
        if (!parser.TryHeader(data, out used)) return NeedMore(out used);
        return parser.Problem == StreamErrorCondition.None ? WireEvent.StreamOpened : Fail(parser.Problem, out used);
    }

    private WireEvent Declaration(ReadOnlySpan<byte> data, out int used)
    {
        ReadOnlySpan<byte> opening = "<?xml"u8;
        int common = Math.Min(data.Length, opening.Length);
        if (!data[..common].SequenceEqual(opening[..common])) return Fail(StreamErrorCondition.RestrictedXml, out used);
        if (data.Length <= opening.Length) return NeedMore(out used);
        if (!XmlText.IsSpace(data[opening.Length])) return Fail(StreamErrorCondition.RestrictedXml, out used);
        if (phase != Phase.Start) return Fail(StreamErrorCondition.NotWellFormed, out used);
        int end = data.IndexOf("?>"u8);
        if (end < 0 ? data.Length >= MaxMarkupBytes : end + 2 > MaxMarkupBytes)
            return Fail(StreamErrorCondition.PolicyViolation, out used);
        if (end < 0) return NeedMore(out used);
        StreamErrorCondition problem = XmlDeclaration.Check(data[opening.Length..end]);
        if (problem != StreamErrorCondition.None) return Fail(problem, out used);
        phase = Phase.Header;
        used = end + 2;
        return WireEvent.Whitespace;
    }

    private WireEvent ClosingTag(ReadOnlySpan<byte> data, out int used)
    {
        ReadOnlySpan<byte> name = "</stream:stream"u8;
        int end = data[1..].IndexOfAny((byte)'>', (byte)'<') + 1;
        if (end == 0 ? data.Length >= MaxMarkupBytes : end + 1 > MaxMarkupBytes)
            return Fail(StreamErrorCondition.PolicyViolation, out used);
        if (end == 0) return NeedMore(out used);
        used = end + 1;
        if (data[end] != '>' || !data.StartsWith(name) || data[name.Length..end].IndexOfAnyExcept(" \t\r\n"u8) >= 0)
            return Fail(StreamErrorCondition.NotWellFormed, out used);
        phase = Phase.Closed;
        return WireEvent.StreamClosed;
    }

    /// <summary>Judges the start tag that was read and takes its namespaces over for the whole stream.</summary>
    private WireEvent OpenStream(ElementTree start)
    {
        Element tag = new(start, 0);
        int binding = start.Node(0).Binding;
        start.TryResolve(default, binding, start.Bytes, out int content);
        ReadOnlySpan<byte> contentName = start.Namespace(content, start.Bytes);
        StreamScope declared = default;
        declared.Begin(contentName.SequenceEqual(Namespaces.Client) ? StreamScope.Client
            : contentName.SequenceEqual(Namespaces.Server) ? StreamScope.Server : StreamScope.None);
        for (int i = 0; i < start.BindingCount; i++)
        {
            Binding b = start.BindingAt(i);
            if (b.PrefixLength > 0)
                declared.Declare(start.Bytes.Slice(b.PrefixStart, b.PrefixLength),
                    start.Slice(b.NameStart, b.NameLength, start.Bytes));
        }
        StreamErrorCondition problem = StreamHeader.Read(tag, contentName, declared.DeclaresDialback, out header);
        bool prefixed = start.Bytes[1..].StartsWith("stream:"u8);
        if (!tag.Namespace.SequenceEqual(Namespaces.Streams)) problem = StreamErrorCondition.InvalidNamespace;
        else if (!prefixed) problem = StreamErrorCondition.BadNamespacePrefix;
        else if (!tag.Name.SequenceEqual("stream"u8)) problem = StreamErrorCondition.BadFormat;
        else if (!declared.IsOpen) problem = StreamErrorCondition.InvalidNamespace;
        if (problem != StreamErrorCondition.None) return Fail(problem, out _);
        phase = start.Open < 0 ? Phase.Empty : Phase.Open;
        scope = declared;
        return WireEvent.StreamOpened;
    }

    /// <summary>Character data where only markup and white space may stand.</summary>
    private WireEvent Stray(byte first, out int used)
    {
        bool utf16 = first is 0xFE or 0xFF or 0;
        return Fail(phase == Phase.Open && first >= 0x20 && !utf16 ? StreamErrorCondition.BadFormat
            : phase == Phase.Start && utf16 ? StreamErrorCondition.UnsupportedEncoding
            : StreamErrorCondition.NotWellFormed, out used);
    }

    private static WireEvent NeedMore(out int used)
    {
        used = 0;
        return WireEvent.NeedMore;
    }

    private WireEvent Fail(StreamErrorCondition condition, out int used)
    {
        used = 0;
        Error = condition;
        return WireEvent.Failed;
    }
}
