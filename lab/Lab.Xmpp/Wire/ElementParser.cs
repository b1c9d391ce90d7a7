namespace Lab.Xmpp;

/// <summary>
/// Turns the bytes of one first-level element, or of one stream header, into an <see cref="ElementTree"/>, token by
/// token: start tag, end tag, text, CDATA section. A token is read, and its errors are reported, once it is complete;
/// what was read stays read when more bytes come. The end of an unfinished token is searched from where the last search
/// stopped, so that one byte at a time costs no more than linear time. A start tag is complete at its first
/// unquoted '&gt;', and at any '&lt;', which XML never allows inside a tag.
/// </summary>
internal struct ElementParser
{
    private const int Incomplete = -1, Bad = -2;

    /// <summary>Limits that real servers have as well; beyond them policy-violation.</summary>
    public const int MaxDepth = 256, MaxAttributes = 256, MaxDeclarations = 256;

    private ElementTree tree;
    private int at;
    private int searched;
    private byte quote;

    /// <summary>Why the last call failed.</summary>
    public StreamErrorCondition Problem { get; private set; }

    /// <summary>Reads on through data, which holds the element from its first byte. True when the element is complete,
    /// or when it is wrong (Problem says why); false when more is needed.</summary>
    public bool TryElement(ReadOnlySpan<byte> data, out int length)
    {
        while (true)
        {
            int next = tree.NodeCount > 0 && (at >= data.Length || data[at] != '<') ? Text(data) : Markup(data);
            if (next < 0)
            {
                length = 0;
                return next == Bad;
            }
            at = searched = next;
            if (tree.Open >= 0) continue;
            tree.JoinText(data);
            length = at;
            return true;
        }
    }

    /// <summary>Reads one start tag, that of the stream; its node is the only one of the tree.</summary>
    public bool TryHeader(ReadOnlySpan<byte> data, out int length)
    {
        length = StartTag(data);
        return length != Incomplete;
    }

    /// <summary>Begins with the first byte of an element, which goes into an empty tree.</summary>
    public void Begin(ElementTree into)
    {
        tree = into;
        at = searched = 0;
        quote = 0;
        Problem = StreamErrorCondition.None;
    }

    private int Fail(StreamErrorCondition condition)
    {
        Problem = condition;
        return Bad;
    }

    private int Markup(ReadOnlySpan<byte> data)
    {
        if (data.Length < at + 2) return Incomplete;
        switch (data[at + 1])
        {
            case (byte)'/':
                return EndTag(data);
            case (byte)'?':
                return Fail(StreamErrorCondition.RestrictedXml);
            case (byte)'!':
                ReadOnlySpan<byte> opening = "<![CDATA["u8, found = data[at..];
                if (found.Length < 3) return Incomplete;
                if (found[2] != '[')
                    return Fail(found[2] == '-' || (found[2] | 0x20) is >= 'a' and <= 'z'
                        ? StreamErrorCondition.RestrictedXml : StreamErrorCondition.NotWellFormed);
                int common = Math.Min(found.Length, opening.Length);
                if (!found[..common].SequenceEqual(opening[..common])) return Fail(StreamErrorCondition.NotWellFormed);
                return common < opening.Length ? Incomplete : Cdata(data);
            default:
                return StartTag(data);
        }
    }

    private int Text(ReadOnlySpan<byte> data)
    {
        if (searched == at)
        {
            int plain = data[at..].IndexOfAnyExcept(XmlText.PlainContent);
            if (plain >= 0 && data[at + plain] == '<')
            {
                tree.AddText(at, plain);
                return at + plain;
            }
        }
        int end = data[searched..].IndexOf((byte)'<');
        if (end < 0)
        {
            searched = data.Length;
            return Incomplete;
        }
        end += searched;
        return AddText(data, at, end, TextKind.Content) ? end : Bad;
    }

    private int Cdata(ReadOnlySpan<byte> data)
    {
        int start = at + "<![CDATA["u8.Length, from = Math.Max(start, searched - 2);
        int end = data[from..].IndexOf("]]>"u8);
        if (end < 0)
        {
            searched = data.Length;
            return Incomplete;
        }
        if (tree.Open < 0) return Fail(StreamErrorCondition.BadFormat);
        return AddText(data, start, from + end, TextKind.Cdata) ? from + end + 3 : Bad;
    }

    private bool AddText(ReadOnlySpan<byte> data, int start, int end, TextKind kind)
    {
        if (!TryValue(data[start..end], kind, ref start, out int length)) return false;
        tree.AddText(start, length);
        return true;
    }

    /// <summary>
    /// Checks a run that begins at start and moves start to the decoded area when the run had to be changed.
    /// </summary>
    private bool TryValue(ReadOnlySpan<byte> run, TextKind kind, ref int start, out int length)
    {
        length = run.Length;
        if (!XmlText.IsUtf8(run)) Problem = StreamErrorCondition.UnsupportedEncoding;
        else if (!XmlText.IsVerbatim(run, kind)) Problem = tree.Decode(run, kind, out start, out length);
        return Problem == StreamErrorCondition.None;
    }

    private int EndTag(ReadOnlySpan<byte> data)
    {
        if (tree.Open < 0) return Fail(StreamErrorCondition.NotWellFormed);
        ref ElementNode node = ref tree.Node(tree.Open);
        int nameLength = node.NameStart + node.NameLength - node.Start - 1;
        ReadOnlySpan<byte> name = data.Slice(node.Start + 1, nameLength), tag = data[(at + 2)..];
        int end = nameLength;
        if (tag.Length <= nameLength || tag[nameLength] != '>' || !tag[..nameLength].SequenceEqual(name))
        {
            int from = Math.Max(searched - at - 2, 0), stop = tag[from..].IndexOfAny((byte)'>', (byte)'<');
            if (stop < 0)
            {
                searched = data.Length;
                return Incomplete;
            }
            end = from + stop;
            bool matches = tag[end] == '>' && end >= nameLength && tag[..nameLength].SequenceEqual(name)
                && tag[nameLength..end].IndexOfAnyExcept(" \t\r\n"u8) < 0;
            if (!matches) return Fail(Malformed(tag[..end]));
        }
        int tagEnd = at + 2 + end + 1;
        tree.Close(at, tagEnd);
        return tagEnd;
    }

    private static StreamErrorCondition Malformed(ReadOnlySpan<byte> token) =>
        XmlText.IsUtf8(token) ? StreamErrorCondition.NotWellFormed : StreamErrorCondition.UnsupportedEncoding;

    private int StartTag(ReadOnlySpan<byte> data)
    {
        bool resumed = searched > at;
        if (resumed && !TryFindTagEnd(data)) return Incomplete;
        var mark = tree.Mark();
        int end = TryStartTag(data, mark);
        if (end >= 0)
        {
            quote = 0;
            return end;
        }
        tree.Rollback(mark);
        Problem = StreamErrorCondition.None;
        if (!resumed && !TryFindTagEnd(data)) return Incomplete;
        ReadOnlySpan<byte> tag = data[..(searched + 1)]; // the condition must not depend on what follows the tag
        TryStartTag(tag, mark);
        return Problem == StreamErrorCondition.None ? Fail(Malformed(tag[at..])) : Bad;
    }

    private bool TryFindTagEnd(ReadOnlySpan<byte> data)
    {
        if (searched == at)
        {
            searched = at + 1;
            quote = 0;
        }
        while (true)
        {
            ReadOnlySpan<byte> rest = data[searched..];
            int stop = quote == 0 ? rest.IndexOfAny("<>'\""u8) : rest.IndexOfAny((byte)'<', quote);
            if (stop < 0)
            {
                searched = data.Length;
                return false;
            }
            byte found = rest[stop];
            if (found == '<' || quote == 0 && found == '>')
            {
                searched += stop;
                return true;
            }
            quote = quote == 0 ? found : (byte)0;
            searched += stop + 1;
        }
    }

    /// <summary>
    /// The end of the tag; Incomplete when the data ends before; Bad without a problem means not well-formed.
    /// </summary>
    private int TryStartTag(ReadOnlySpan<byte> data, (int Attributes, int Bindings, int Decoded) mark)
    {
        int p = at + 1, nameStart = p, binding = tree.OpenBinding, outer = binding;
        if (!XmlText.TryName(data, ref p, out int colon)) return p == data.Length ? Incomplete : Bad;
        int nameEnd = p;
        bool empty = false, qualified = false;
        while (true)
        {
            int gap = p;
            while (p < data.Length && XmlText.IsSpace(data[p])) p++;
            if (p == data.Length) return Incomplete;
            if (data[p] == '>') break;
            if (data[p] == '/')
            {
                if (p + 1 == data.Length) return Incomplete;
                if (data[p + 1] != '>') return Bad;
                empty = true;
                p++;
                break;
            }
            if (p == gap) return Bad;
            p = Attribute(data, p, mark.Attributes, outer, ref binding, ref qualified);
            if (p < 0) return p;
            if (tree.AttributeCount - mark.Attributes + tree.BindingCount - mark.Bindings > MaxAttributes)
                return Fail(StreamErrorCondition.PolicyViolation);
        }
        if (tree.Depth >= MaxDepth || binding >= 0 && tree.BindingAt(binding).Count > MaxDeclarations)
            return Fail(StreamErrorCondition.PolicyViolation);
        if (qualified && !ResolveAttributes(data, mark.Attributes, binding)) return Bad;
        ReadOnlySpan<byte> prefix = colon < 0 ? default : data[nameStart..colon];
        if (!tree.TryResolve(prefix, binding, data, out int ns)) return Bad;
        // The stream's own default namespace, which nearly all carry, needs no look.
        bool first = tree.Open < 0 && tree.Scope.IsOpen && ns != tree.Scope.Content;
        if (first && !MayStandFirst(prefix, tree.Namespace(ns, data))) return Bad;
        ref ElementNode node = ref tree.AddNode(at, p + 1, empty);
        node.NameStart = colon < 0 ? nameStart : colon + 1;
        node.NameLength = nameEnd - node.NameStart;
        node.Namespace = ns;
        node.Binding = binding;
        node.FirstAttribute = mark.Attributes;
        node.AttributeCount = tree.AttributeCount - mark.Attributes;
        return p + 1;
    }

    /// <summary>Which prefixes first-level elements may have (RFC 6120 sections 4.8.2, 4.8.3, 4.8.5).</summary>
    private bool MayStandFirst(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> ns)
    {
        int other = tree.Scope.Content == StreamScope.Client ? StreamScope.Server : StreamScope.Client;
        if (ns.SequenceEqual(tree.Scope.Name(other))) Problem = StreamErrorCondition.InvalidNamespace;
        else if (ns.SequenceEqual(Namespaces.Streams) ? !prefix.SequenceEqual("stream"u8)
            : !prefix.IsEmpty && ns.SequenceEqual(tree.Scope.Name(tree.Scope.Content)))
            Problem = StreamErrorCondition.BadNamespacePrefix;
        return Problem == StreamErrorCondition.None;
    }

    /// <summary>Reads name, equals sign and value at p; returns the place behind them.</summary>
    private int Attribute(ReadOnlySpan<byte> data, int p, int first, int outer, ref int binding, ref bool qualified)
    {
        int nameStart = p;
        if (!XmlText.TryName(data, ref p, out int colon)) return p == data.Length ? Incomplete : Bad;
        int nameEnd = p;
        while (p < data.Length && XmlText.IsSpace(data[p])) p++;
        if (p == data.Length) return Incomplete;
        if (data[p++] != '=') return Bad;
        while (p < data.Length && XmlText.IsSpace(data[p])) p++;
        if (p == data.Length) return Incomplete;
        byte mark = data[p++];
        if (mark is not ((byte)'\'' or (byte)'"')) return Bad;
        int valueStart = p, length = data[p..].IndexOfAnyExcept(XmlText.PlainValue);
        if (length < 0) return Incomplete;
        p += length + 1;
        if (data[p - 1] != mark)
        {
            int end = data[(p - 1)..].IndexOf(mark);
            if (end < 0) return Incomplete;
            p += end;
            if (!TryValue(data[valueStart..(p - 1)], TextKind.Attribute, ref valueStart, out length)) return Bad;
        }
        ReadOnlySpan<byte> name = data[nameStart..nameEnd];
        bool declaration = name.StartsWith("xmlns"u8) && (name.Length == 5 || name[5] == ':');
        if (declaration) return Declare(data, nameEnd, colon, valueStart, length, outer, ref binding) ? p : Bad;
        ref AttributeNode attribute = ref tree.AddAttribute();
        attribute.QualifiedStart = nameStart;
        attribute.NameStart = colon < 0 ? nameStart : colon + 1;
        attribute.NameLength = nameEnd - attribute.NameStart;
        attribute.ValueStart = valueStart;
        attribute.ValueLength = length;
        attribute.Namespace = StreamScope.None;
        qualified |= colon >= 0;
        return IsDuplicate(data, first) ? Bad : p;
    }

    /// <summary>Whether the last attribute is written like an earlier one of its tag.</summary>
    private readonly bool IsDuplicate(ReadOnlySpan<byte> data, int first)
    {
        int last = tree.AttributeCount - 1;
        ReadOnlySpan<byte> name = QualifiedName(data, last);
        for (int i = first; i < last; i++)
            if (QualifiedName(data, i).SequenceEqual(name)) return true;
        return false;
    }

    private readonly ReadOnlySpan<byte> QualifiedName(ReadOnlySpan<byte> data, int index)
    {
        ref AttributeNode attribute = ref tree.AttributeAt(index);
        return data[attribute.QualifiedStart..(attribute.NameStart + attribute.NameLength)];
    }

    private bool Declare(
        ReadOnlySpan<byte> data, int nameEnd, int colon, int valueStart, int length, int outer, ref int binding)
    {
        int prefixStart = colon < 0 ? nameEnd : colon + 1;
        ReadOnlySpan<byte> prefix = data[prefixStart..nameEnd], name = tree.Slice(valueStart, length, data);
        if (!prefix.IsEmpty && length == 0 || prefix.SequenceEqual("xmlns"u8)) return false;
        if (name.SequenceEqual(Namespaces.Xmlns)) return false;
        if (name.SequenceEqual(Namespaces.Xml) != prefix.SequenceEqual("xml"u8)) return false;
        for (int i = binding; i != outer; i = tree.BindingAt(i).Outer)
        {
            ref Binding earlier = ref tree.BindingAt(i);
            if (data.Slice(earlier.PrefixStart, earlier.PrefixLength).SequenceEqual(prefix)) return false;
        }
        int count = binding < 0 ? 1 : tree.BindingAt(binding).Count + 1;
        ref Binding added = ref tree.AddBinding();
        added.PrefixStart = prefixStart;
        added.PrefixLength = prefix.Length;
        added.NameStart = valueStart;
        added.NameLength = length;
        added.Outer = binding;
        added.Count = count;
        binding = tree.BindingCount - 1;
        return true;
    }

    /// <summary>
    /// Finds the namespaces of prefixed attributes; false for an unbound prefix or the same name twice.
    /// </summary>
    private bool ResolveAttributes(ReadOnlySpan<byte> data, int first, int binding)
    {
        for (int i = first; i < tree.AttributeCount; i++)
        {
            ref AttributeNode attribute = ref tree.AttributeAt(i);
            if (attribute.NameStart == attribute.QualifiedStart) continue;
            ReadOnlySpan<byte> prefix = data[attribute.QualifiedStart..(attribute.NameStart - 1)];
            if (!tree.TryResolve(prefix, binding, data, out attribute.Namespace)) return false;
            ReadOnlySpan<byte> name = data.Slice(attribute.NameStart, attribute.NameLength);
            ReadOnlySpan<byte> ns = tree.Namespace(attribute.Namespace, data);
            for (int j = first; j < i; j++)
            {
                ref AttributeNode other = ref tree.AttributeAt(j);
                if (data.Slice(other.NameStart, other.NameLength).SequenceEqual(name)
                    && tree.Namespace(other.Namespace, data).SequenceEqual(ns)) return false;
            }
        }
        return true;
    }
}
