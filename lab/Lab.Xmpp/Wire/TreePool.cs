namespace Lab.Xmpp;

/// <summary>
/// The element trees of one run, with all their memory: a reader holds one only while it reads an element, and usually
/// it is the one that the reader before it used. Single-threaded.
/// </summary>
public sealed class TreePool
{
    private readonly Stack<ElementTree> spare = new();

    /// <summary>Trees handed out and not yet returned.</summary>
    public int Outstanding { get; private set; }

    internal ElementTree Rent()
    {
        Outstanding++;
        return spare.TryPop(out ElementTree? tree) ? tree : new ElementTree();
    }

    internal void Return(ElementTree tree)
    {
        Outstanding--;
        tree.Clear();
        spare.Push(tree);
    }
}
