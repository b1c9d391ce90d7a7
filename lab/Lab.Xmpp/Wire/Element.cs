namespace Lab.Xmpp;

/// <summary>
/// A view of one element of the tree that the reader holds; names and values are UTF-8, entities decoded.
/// </summary>
public readonly ref struct Element
{
    private readonly ElementTree? tree;
    private readonly int index;

    internal Element(ElementTree? tree, int index)
    {
        this.tree = index < 0 ? null : tree;
        this.index = index;
    }

    /// <summary>True for the view of an element that is not there.</summary>
    public bool IsNone => tree is null;

    /// <summary>Local name.</summary>
    public ReadOnlySpan<byte> Name => tree is null ? default : tree.NameOf(index);

    public ReadOnlySpan<byte> Namespace => tree is null ? default : tree.NamespaceOf(index);

    public bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns) =>
        tree is not null && tree.NameOf(index).SequenceEqual(name) && tree.NamespaceOf(index).SequenceEqual(ns);

    /// <summary>The value of an attribute without namespace, or empty.</summary>
    public ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> name) =>
        TryAttribute(name, out ReadOnlySpan<byte> value) ? value : default;

    public bool TryAttribute(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        TryAttribute(name, default, out value);

    /// <summary>An attribute of that local name in that namespace; empty = without namespace.</summary>
    public bool TryAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns, out ReadOnlySpan<byte> value)
    {
        int found = tree is null ? -1 : tree.FindAttribute(index, name, ns);
        value = found < 0 ? default : tree!.AttributeValue(found);
        return found >= 0;
    }

    /// <summary>Attributes in document order, namespace declarations left out.</summary>
    public int AttributeCount => tree is null ? 0 : tree.Node(index).AttributeCount;

    /// <summary>The attribute at that place (0 to AttributeCount - 1): its value, local name and namespace.</summary>
    public ReadOnlySpan<byte> AttributeAt(int place, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> ns)
    {
        if ((uint)place >= (uint)AttributeCount)
            throw new ArgumentOutOfRangeException(nameof(place), $"{place} of {AttributeCount}");
        int attribute = tree!.Node(index).FirstAttribute + place;
        name = tree.AttributeName(attribute);
        ns = tree.AttributeNamespace(attribute);
        return tree.AttributeValue(attribute);
    }

    /// <summary>xml:lang of this very element, or empty.</summary>
    public ReadOnlySpan<byte> Language =>
        TryAttribute(Names.Lang, Namespaces.Xml, out ReadOnlySpan<byte> value) ? value : default;

    /// <summary>Character data of this element, its children left out.</summary>
    public ReadOnlySpan<byte> Text => tree is null ? default : tree.TextOf(index);

    public Element FirstChild => new(tree, tree is null ? -1 : tree.FirstChild(index));
    public Element NextSibling => new(tree, tree is null ? -1 : tree.Node(index).Next);

    /// <summary>The first child of that name and namespace, or none.</summary>
    public Element Child(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns)
    {
        Element child = FirstChild;
        while (!child.IsNone && !child.Is(name, ns)) child = child.NextSibling;
        return child;
    }

    /// <summary>The bytes of the whole element as they were received.</summary>
    public ReadOnlySpan<byte> Raw => tree is null ? default : tree.Bytes[tree.Node(index).Start..tree.Node(index).End];

    /// <summary>The bytes between its start tag and its end tag as received; empty for an empty element.</summary>
    public ReadOnlySpan<byte> RawContent =>
        tree is null ? default : tree.Bytes[tree.Node(index).ContentStart..tree.Node(index).ContentEnd];
}
