using System.Runtime.CompilerServices;

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
    private const int FewEntries = 12;
    private Dictionary<string, int>? numbers;

    public override string Kind => "a mapping";

    public IReadOnlyList<Entry> Entries
    {
        get;
        init => (field, numbers) = (value, null);   // a copy with other entries finds those
    } = Entries;

    public Node? this[string key] => Find(key) is >= 0 and int at ? Entries[at].Value : null;

    public Scalar? Key(string key) => Find(key) is >= 0 and int at ? Entries[at].Key : null;

    /// <summary>The value of a key replaced, keeping its position, or added at the end.</summary>
    public Mapping With(string key, Node value) => Find(key) is >= 0 and int at
        ? this with { Entries = [.. Entries.Take(at), Entries[at] with { Value = value }, .. Entries.Skip(at + 1)] }
        : this with { Entries = [.. Entries, new Entry(new Scalar(value.Place, key), value)] };

    public Mapping Without(string key) => this with { Entries = [.. Entries.Where(e => e.Key.Text != key)] };

    /// <summary>It is itself and no other, as a place in a file is.</summary>
    public bool Equals(Mapping? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    private int Find(string key)
    {
        if (Entries.Count > FewEntries) return (numbers ??= Numbered()).GetValueOrDefault(key, -1);
        for (int i = 0; i < Entries.Count; i++)
            if (Entries[i].Key.Text == key) return i;
        return -1;
    }

    private Dictionary<string, int> Numbered()
    {
        var numbered = new Dictionary<string, int>(Entries.Count);
        for (int i = 0; i < Entries.Count; i++) numbered.TryAdd(Entries[i].Key.Text, i);
        return numbered;
    }
}
