using System.Collections;
using Lab.Experiments;

namespace Lab.Files;

/// <summary>
/// Records back to nodes, by the same shapes that bind them: what is written reads back as the same record. Properties
/// at their default are left out.
/// </summary>
internal static class Unbinder
{
    /// <summary>
    /// A scenario with its topology in one file; the scenario's name is then the topology's too. Names of policies and
    /// links stay names.
    /// </summary>
    public static string File(Scenario scenario, Topology topology)
    {
        Mapping root = Record(scenario).Without(Topology).With(Topology, Record(topology));
        var name = new Entry(Word("name"), Text(scenario.Topology));
        return YamlOut.File(root with { Entries = [name, .. root.Entries] });
    }

    /// <summary>A file of its own.</summary>
    public static string File(Topology topology) => YamlOut.File(Record(topology));

    private const string Topology = "topology";

    public static Node Value(Type type, object value)
    {
        if (Unions.Of(type) is { } union) return union.Write(value);
        if (type.IsEnum) return Word(Words.Kebab(value.ToString()!));
        if (type == typeof(string) || type == typeof(Target)) return Text(value.ToString()!);
        if (Shapes.ScalarOf(type) is { } scalar) return Word(scalar.Write(value));
        if (Shapes.IsList(type, out Type item))
            return new Sequence(default, [.. ((IEnumerable)value).Cast<object>().Select(v => Value(item, v))], false);
        if (!Shapes.IsMap(type, out Type inner)) return Record(value);
        var map = (IDictionary)value;
        return new Mapping(
            default, [.. map.Keys.Cast<string>().Select(k => new Entry(Text(k), Value(inner, map[k]!)))], Flow: false);
    }

    public static Mapping Record(object record)
    {
        IReadOnlyList<KeyShape> keys = Shapes.Keys(record.GetType());
        object? blank = Binder.Blank(record.GetType(), keys);
        var entries = new List<Entry>();
        foreach (KeyShape key in keys)
        {
            object? value = key.Property.GetValue(record), absent = blank is null ? null : key.Property.GetValue(blank);
            if (!key.Required && IsSame(value, absent)) continue;
            entries.Add(new Entry(Word(key.Name), value is null
                ? Word(Shapes.AbsentMeansForever(key.Property) ? Shapes.Forever : Shapes.None)
                : key.Permille ? Word(Shapes.Permille.Write(value)) : Value(key.Type, value)));
        }
        return new Mapping(default, entries, Flow: false);
    }

    public static Scalar Word(string text) => new(default, text);

    /// <summary>In quotes where the plain text would be taken for something else.</summary>
    public static Scalar Text(string text) =>
        new(default, text, Quoted: text is Shapes.None or Shapes.Forever || !IsPlain(text));

    private static bool IsPlain(string text) => text.Length > 0 && char.IsAsciiLetterOrDigit(text[0])
        && text is not "null" && text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./@".Contains(c));

    private static bool IsSame(object? value, object? absent) => Equals(value, absent)
        || value is IEnumerable list and not string && absent is IEnumerable none
            && !list.Cast<object>().Any() && !none.Cast<object>().Any();
}
