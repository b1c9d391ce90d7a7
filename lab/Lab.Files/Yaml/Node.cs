namespace Lab.Files;

/// <summary>A value of a YAML file that knows where it stands. Never changed: With makes another.</summary>
internal abstract record Node(Place Place)
{
    /// <summary>How the text of a message calls it.</summary>
    public abstract string Kind { get; }
}

internal sealed record Scalar(Place Place, string Text, bool Quoted = false) : Node(Place)
{
    public override string Kind => Text.Length == 0 && !Quoted ? "nothing" : $"'{Problem.Printable(Text)}'";
}

internal sealed record Sequence(Place Place, IReadOnlyList<Node> Items, bool Flow) : Node(Place)
{
    public override string Kind => "a list";

    public Sequence With(int index, Node value) =>
        this with { Items = [.. Items.Select((item, i) => i == index ? value : item)] };
}

internal readonly record struct Entry(Scalar Key, Node Value);

internal sealed record Mapping(Place Place, IReadOnlyList<Entry> Entries, bool Flow) : Node(Place)
{
    public override string Kind => "a mapping";

    public Node? this[string key]
    {
        get
        {
            foreach (Entry entry in Entries)
                if (entry.Key.Text == key) return entry.Value;
            return null;
        }
    }

    public Scalar? Key(string key)
    {
        foreach (Entry entry in Entries)
            if (entry.Key.Text == key) return entry.Key;
        return null;
    }

    /// <summary>The value of a key replaced, keeping its position, or added at the end.</summary>
    public Mapping With(string key, Node value) => Key(key) is null
        ? this with { Entries = [.. Entries, new Entry(new Scalar(value.Place, key), value)] }
        : this with { Entries = [.. Entries.Select(e => e.Key.Text == key ? e with { Value = value } : e)] };

    public Mapping Without(string key) => this with { Entries = [.. Entries.Where(e => e.Key.Text != key)] };
}
