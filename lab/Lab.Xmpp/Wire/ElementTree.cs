using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// One element as a flat tree in document order, over the bytes it was read from. All memory is pooled and held only
/// between the element's first byte and <see cref="Clear"/>.
/// A slice with a negative start lies in the area of decoded text, which raw text without references never needs.
/// </summary>
internal sealed class ElementTree
{
    private GrowingBytes raw = new(), decoded = new();
    private GrowingList<ElementNode> nodes = new();
    private GrowingList<AttributeNode> attributes = new();
    private GrowingList<Binding> bindings = new();
    private GrowingList<TextRun> runs = new();
    private StreamScope scope;

    /// <summary>The bytes of the element so far.</summary>
    public ReadOnlySpan<byte> Bytes => raw.Span;

    /// <summary>The node whose end tag has not come yet, or -1.</summary>
    public int Open { get; private set; } = -1;

    public int Depth { get; private set; }

    /// <summary>The namespaces declared by the stream header.</summary>
    public ref StreamScope Scope => ref scope;

    public ref ElementNode Node(int index) => ref nodes[index];

    public int NodeCount => nodes.Count;

    public ReadOnlySpan<byte> NameOf(int index)
    {
        ref ElementNode node = ref nodes[index];
        return raw.Span.Slice(node.NameStart, node.NameLength);
    }

    public ReadOnlySpan<byte> NamespaceOf(int index) => Namespace(nodes[index].Namespace, raw.Span);

    public ReadOnlySpan<byte> TextOf(int index) => Slice(nodes[index].TextStart, nodes[index].TextLength, raw.Span);

    public int FirstChild(int index) =>
        index + 1 < nodes.Count && nodes[index + 1].Parent == index ? index + 1 : -1;

    public ReadOnlySpan<byte> AttributeName(int attribute) =>
        raw.Span.Slice(attributes[attribute].NameStart, attributes[attribute].NameLength);

    public ReadOnlySpan<byte> AttributeNamespace(int attribute) => Namespace(attributes[attribute].Namespace, raw.Span);

    public ReadOnlySpan<byte> AttributeValue(int attribute) =>
        Slice(attributes[attribute].ValueStart, attributes[attribute].ValueLength, raw.Span);

    public int FindAttribute(int index, ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns)
    {
        int first = nodes[index].FirstAttribute, end = first + nodes[index].AttributeCount;
        for (int i = first; i < end; i++)
            if (AttributeName(i).SequenceEqual(name) && AttributeNamespace(i).SequenceEqual(ns)) return i;
        return -1;
    }

    public void Append(ReadOnlySpan<byte> bytes) => raw.Append(bytes);

    /// <summary>Gives back the bytes behind the element.</summary>
    public void TruncateBytes(int count) => raw.Truncate(count);

    // building, by the parser

    /// <summary>What to return to when a start tag turns out to be incomplete.</summary>
    public (int Attributes, int Bindings, int Decoded) Mark() => (attributes.Count, bindings.Count, decoded.Count);

    public void Rollback((int Attributes, int Bindings, int Decoded) mark)
    {
        attributes.Truncate(mark.Attributes);
        bindings.Truncate(mark.Bindings);
        decoded.Truncate(mark.Decoded);
    }

    public int AttributeCount => attributes.Count;

    public ref AttributeNode AddAttribute() => ref attributes.Add();

    public ref AttributeNode AttributeAt(int index) => ref attributes[index];

    public int BindingCount => bindings.Count;

    public ref Binding AddBinding() => ref bindings.Add();

    public ref Binding BindingAt(int index) => ref bindings[index];

    /// <summary>The innermost binding in force where the next tag stands, or -1.</summary>
    public int OpenBinding => Open < 0 ? -1 : nodes[Open].Binding;

    /// <summary>Adds a node under the open one; its tag ends at <paramref name="tagEnd"/>.</summary>
    public ref ElementNode AddNode(int start, int tagEnd, bool empty)
    {
        ref ElementNode node = ref nodes.Add();
        int index = nodes.Count - 1;
        node.Start = start;
        node.End = node.ContentStart = node.ContentEnd = tagEnd;
        node.Parent = Open;
        node.Next = node.LastChild = -1;
        if (Open >= 0)
        {
            ref ElementNode parent = ref nodes[Open];
            if (parent.LastChild >= 0) nodes[parent.LastChild].Next = index;
            parent.LastChild = index;
        }
        if (!empty)
        {
            Open = index;
            Depth++;
        }
        return ref node;
    }

    /// <summary>Closes the open node; true when it was the first-level element.</summary>
    public bool Close(int contentEnd, int end)
    {
        ref ElementNode node = ref nodes[Open];
        node.ContentEnd = contentEnd;
        node.End = end;
        Open = node.Parent;
        Depth--;
        return Open < 0;
    }

    public void AddText(int start, int length)
    {
        if (length == 0) return;
        ref ElementNode node = ref nodes[Open];
        if (node.TextLength == 0)
        {
            node.TextStart = start;
            node.TextLength = length;
            return;
        }
        ref TextRun run = ref runs.Add();
        run.Node = Open;
        run.Start = start;
        run.Length = length;
    }

    /// <summary>Decodes a run of text into the decoded area; its slice starts at the returned place.</summary>
    public StreamErrorCondition Decode(ReadOnlySpan<byte> run, TextKind kind, out int start, out int length)
    {
        start = ~decoded.Count;
        StreamErrorCondition problem = XmlText.Decode(run, kind, decoded.Reserve(run.Length), out length);
        if (problem == StreamErrorCondition.None) decoded.Commit(length);
        return problem;
    }

    /// <summary>
    /// Puts together text that children or CDATA sections divided; linear in the size of the element.
    /// </summary>
    public void JoinText(ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < runs.Count; i++) nodes[runs[i].Node].MoreText += runs[i].Length;
        for (int i = 0; i < runs.Count; i++)
        {
            TextRun run = runs[i];
            ref ElementNode node = ref nodes[run.Node];
            if (node.MoreText > 0)
            {
                int start = ~decoded.Count, size = node.TextLength + node.MoreText;
                Span<byte> room = decoded.Reserve(size);
                Slice(node.TextStart, node.TextLength, data).CopyTo(room);
                decoded.Commit(size);
                node.TextStart = start;
                node.MoreText = 0;
            }
            Slice(run.Start, run.Length, data).CopyTo(decoded.Span[(~node.TextStart + node.TextLength)..]);
            node.TextLength += run.Length;
        }
        runs.Truncate(0);
    }

    /// <summary>A slice of the data or of the decoded area.</summary>
    public ReadOnlySpan<byte> Slice(int start, int length, ReadOnlySpan<byte> data) =>
        start >= 0 ? data.Slice(start, length) : decoded.Span.Slice(~start, length);

    /// <summary>The name of a namespace: a binding of this element, or one that holds for the whole stream.</summary>
    public ReadOnlySpan<byte> Namespace(int handle, ReadOnlySpan<byte> data) =>
        handle >= 0 ? Slice(bindings[handle].NameStart, bindings[handle].NameLength, data) : scope.Name(handle);

    /// <summary>
    /// The namespace bound to a prefix where the innermost binding is given; false when there is none.
    /// </summary>
    public bool TryResolve(ReadOnlySpan<byte> prefix, int binding, ReadOnlySpan<byte> data, out int handle)
    {
        for (int i = binding; i >= 0; i = bindings[i].Outer)
        {
            ref Binding b = ref bindings[i];
            if (!data.Slice(b.PrefixStart, b.PrefixLength).SequenceEqual(prefix)) continue;
            handle = b.NameLength == 0 ? StreamScope.None : i;
            return true;
        }
        return scope.TryResolve(prefix, out handle);
    }

    /// <summary>Forgets the element; the memory stays for the next one.</summary>
    public void Clear()
    {
        raw.Truncate(0);
        decoded.Truncate(0);
        nodes.Truncate(0);
        attributes.Truncate(0);
        bindings.Truncate(0);
        runs.Truncate(0);
        Open = -1;
        Depth = 0;
    }
}

internal struct ElementNode
{
    public int Start, End, NameStart, NameLength, ContentStart, ContentEnd, Parent, Next, LastChild;

    /// <summary>A binding of the tree, or a negative handle of <see cref="StreamScope"/>.</summary>
    public int Namespace;

    /// <summary>The innermost binding in force inside.</summary>
    public int Binding;

    public int FirstAttribute, AttributeCount, TextStart, TextLength, MoreText;
}

internal struct AttributeNode
{
    public int QualifiedStart, NameStart, NameLength, ValueStart, ValueLength, Namespace;
}

/// <summary>One xmlns declaration; Outer is the next one to look at, Count how many are in force with it.</summary>
internal struct Binding
{
    public int PrefixStart, PrefixLength, NameStart, NameLength, Outer, Count;
}

internal struct TextRun
{
    public int Node, Start, Length;
}
