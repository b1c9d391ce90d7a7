using System.Collections;
using System.Reflection;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Files;

/// <summary>Where in a file something stands, in keys: for messages.</summary>
internal readonly record struct Trail(string? Keys, string? Key)
{
    public string Full => Keys ?? "the file";
    public string Last => Key ?? "the file";

    /// <summary>" in clients.phone", or nothing at the top of a file.</summary>
    public string In => Keys is null ? "" : " in " + Keys;

    public Trail Then(string key) => new(Keys is null ? key : Keys + "." + key, key);
}

/// <summary>
/// Nodes to records, strictly: every key must be known, every value readable, every limit kept. Problems are noted, not
/// thrown; what failed is left at its default and remembered, so that nothing is concluded from it. It knows the place
/// of each record, and tells there what the rules found.
/// </summary>
internal sealed class Binder(Problems problems)
{
    private readonly HashSet<Node> failed = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<(Mapping, string)> unread = [];
    private readonly Dictionary<object, Node> places = new(ReferenceEqualityComparer.Instance);

    /// <summary>Binds the whole of a file; extra are keys of the file that are no part of the record.</summary>
    public T? Bind<T>(Node node, Trail trail = default, params string[] extra) where T : class =>
        (T?)Value(typeof(T), node, trail, extra);

    public void Fail(Node node, string message)
    {
        failed.Add(node);
        problems.Add(node, message);
    }

    /// <summary>Notes what the rules found, where it stands; the root is for what has no place of its own.</summary>
    public void Tell(IEnumerable<Finding> findings, Node root)
    {
        foreach (Finding finding in findings)
        {
            if (finding.From.Prepend(finding.At).Any(IsDoubtful)) continue;
            Node node = NodeOf(finding.At) ?? root;
            if (finding.IsNote)
            {
                problems.Note(node, finding.Message);
                continue;
            }
            string found = finding.Found is null ? "" : node is Scalar s ? $", found '{Problem.Printable(s.Text)}'"
                : $", found '{finding.Found}'";
            Fail(node, Problem.Printable(finding.Message) + found);
        }
    }

    /// <summary>A value of the type, or null when it failed.</summary>
    public object? Value(Type type, Node node, Trail trail, params string[] extra)
    {
        if (Unions.Of(type) is { } union) return union.Bind(this, node, trail);
        if (type.IsEnum) return Enumeration(type, node, trail);
        if (Shapes.ScalarOf(type) is { } scalar) return Read(scalar, node, trail);
        if (Shapes.IsList(type, out Type item)) return List(item, node, trail);
        if (Shapes.IsMap(type, out Type value)) return Map(value, node, trail);
        return Record(type, node, trail, extra);
    }

    /// <summary>Binds a record from a mapping whose keys are its own.</summary>
    public object? Record(Type type, Node node, Trail trail, params string[] extra)
    {
        IReadOnlyList<KeyShape> keys = Shapes.Keys(type);
        if (node is not Mapping mapping)
        {
            string names = Words.List(keys.Select(k => k.Name));
            string[] required = [.. keys.Where(k => k.Required).Select(k => k.Name)];
            Fail(node, !IsEmpty(node) ? $"{trail.Last} takes keys with values ({names}), found {node.Kind}"
                : required.Length == 0 ? $"{trail.Last} needs a value; write {{}} for the defaults"
                : $"{trail.Last} needs {Words.And(required)}");
            return null;
        }
        string[] valid = [.. keys.Select(k => k.Name), .. extra];
        foreach (Scalar key in mapping.Entries.Select(e => e.Key).Where(k => !valid.Contains(k.Text)))
        {
            Unknown(key, trail.In, Unions.Expected(type, valid));
            if (Words.Nearest(key.Text, valid) is { } meant) unread.Add((mapping, meant));
        }
        var values = new Dictionary<KeyShape, object?>();
        bool whole = true;
        foreach (KeyShape key in keys)
        {
            if (mapping[key.Name] is { } value) whole &= Property(key, value, trail, values);
        }
        string[] missing = [.. keys.Where(k => k.Required && mapping[k.Name] is null).Select(k => k.Name)];
        whole &= missing.Length == 0;
        missing = [.. missing.Where(m => unread.Add((mapping, m)))];                    // else said already
        if (missing.Length > 0) Fail(mapping, $"{trail.Full} needs {Words.And(missing)}");
        object? made = Make(type, keys, values, whole);
        if (made is not null) places[made] = mapping;
        return made;
    }

    private void Unknown(Scalar key, string where, IReadOnlyList<string> expected)
    {
        failed.Add(key);
        problems.Add(key, Colonless(key.Text, expected)
            ?? $"unknown key '{Problem.Printable(key.Text)}'{where}{Words.OneOf(key.Text, expected)}");
    }

    // between { and } a key and its value without a colon, or without a space behind it, are a key without a value
    private static string? Colonless(string text, IReadOnlyList<string> expected)
    {
        int end = text.IndexOfAny([' ', ':']);
        if (end <= 0 || !expected.Contains(text[..end])) return null;
        string rest = Problem.Printable(text[(end + 1)..].Trim());
        return text[end] == ' ' ? $"a colon is missing after '{text[..end]}'"
            : $"the colon after '{text[..end]}' needs a space behind it, as in {text[..end]}: {rest}";
    }

    private bool Property(KeyShape key, Node node, Trail trail, Dictionary<KeyShape, object?> values)
    {
        Trail inner = trail.Then(key.Name);
        if (node is Scalar { Quoted: false } word
            && (Shapes.TakesNone(key) && word.Text == Shapes.None
                || word.Text == Shapes.Forever && Shapes.AbsentMeansForever(key.Property)))
        {
            values[key] = null;
            return true;
        }
        if (node is Scalar { Text.Length: > 0 } text && Shapes.AbsentMeansForever(key.Property)
            && !text.Text.Any(char.IsDigit))
        {
            Fail(node, $"{key.Name} takes a time such as 30s, or forever, found {node.Kind}");
            return false;
        }
        if (node is Scalar { Quoted: false, Text: "" or "~" or "null" } && !IsRecord(key.Type))
        {
            string instead = Shapes.AbsentMeansForever(key.Property) ? "; write forever for no limit"
                : Shapes.TakesNone(key) ? "; write none to have none" : "";
            Fail(node, $"{key.Name} needs a value{instead}");
            return false;
        }
        object? value = key.Permille ? Read(Shapes.Permille, node, inner) : Value(key.Type, node, inner);
        if (value is null) return false;
        if (Limits.Broken(key.Property, value) is { } limit)
        {
            Fail(node, $"{key.Name} {limit}" + (node is Scalar s ? $", found '{Problem.Printable(s.Text)}'" : ""));
            return false;
        }
        values[key] = value;
        return true;
    }

    private object? Read(ScalarShape shape, Node node, Trail trail)
    {
        if (node is not Scalar scalar)
        {
            Fail(node, $"{trail.Last} takes {shape.Words}, found {node.Kind}");
            return null;
        }
        Parsed parsed = shape.Read(scalar.Text);
        if (parsed.Error is not null) Fail(node, $"{trail.Last}: {parsed.Error}");
        return parsed.Value;
    }

    private object? Enumeration(Type type, Node node, Trail trail)
    {
        IReadOnlyList<string> names = Shapes.Values(type);
        if (node is Scalar scalar)
        {
            for (int i = 0; i < names.Count; i++)
                if (names[i] == scalar.Text.Replace("start-tls", "starttls", StringComparison.Ordinal))
                    return Enum.GetValues(type).GetValue(i);
        }
        string hint = node is not Scalar s ? "" : Shapes.Replaced(type, s.Text) ?? Words.Hint(s.Text, names);
        Fail(node, $"{trail.Last} takes one of {Words.List(names)}, found {node.Kind}{hint}");
        return null;
    }

    private object? List(Type item, Node node, Trail trail)
    {
        // one time needs no brackets
        if (item == typeof(Duration) && node is Scalar one)
            return Value(item, one, trail) is Duration time ? new[] { time } : null;
        if (node is not Sequence sequence)
        {
            Fail(node, $"{trail.Last} takes a list ([...] or lines that begin with -), found {node.Kind}");
            return null;
        }
        // without holes where items failed: those lists are only ever used to look for further problems
        object[] items = [.. sequence.Items.Select(i => Value(item, i, trail)).OfType<object>()];
        Array array = Array.CreateInstance(item, items.Length);
        items.CopyTo(array, 0);
        return array;
    }

    private object? Map(Type value, Node node, Trail trail)
    {
        if (node is not Mapping mapping)
        {
            Fail(node, $"{trail.Last} takes names with values (name: value), found {node.Kind}");
            return null;
        }
        var map = (IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>)
            .MakeGenericType(typeof(string), value))!;
        foreach (Entry entry in mapping.Entries)
            if ((Value(value, entry.Value, trail.Then(entry.Key.Text)) ?? Blank(value)) is { } v)
                map[entry.Key.Text] = v;
        return map;
    }

    private bool IsDoubtful(Spot spot)
    {
        if (spot.Property is null || places.GetValueOrDefault(spot.Record) is not Mapping mapping) return false;
        string key = KeyOf(spot);
        return unread.Contains((mapping, key)) || mapping[key] is { } value
            && (failed.Contains(value) || NodeOf(spot) is { } node && failed.Contains(node)
                || value is Sequence list && list.Items.Any(failed.Contains)
                || spot.Entry is string name && (value as Mapping)?[name] is { } entry && (failed.Contains(entry)
                    || entry is Sequence items && items.Items.Any(failed.Contains)));
    }

    private Node? NodeOf(Spot spot)
    {
        Node? record = places.GetValueOrDefault(spot.Record);
        if (spot.Property is null || record is not Mapping mapping || mapping[KeyOf(spot)] is not { } value)
            return record;
        return (spot.Entry, value) switch
        {
            (string name, Mapping map) when spot.Item is { } item && map[name] is Sequence items
                && item < items.Items.Count => items.Items[item],
            (string name, Mapping map) => map.Key(name),
            (int index, Sequence list) when index < list.Items.Count => list.Items[index],
            _ => value,
        };
    }

    private static string KeyOf(Spot spot) => Words.Key(spot.Record.GetType().GetProperty(spot.Property!)!);

    private static object? Make(Type type, IReadOnlyList<KeyShape> keys, Dictionary<KeyShape, object?> values,
        bool whole)
    {
        ConstructorInfo constructor = Shapes.Constructor(type);
        ParameterInfo[] parameters = constructor.GetParameters();
        if (parameters.Length > 0 && !whole) return null;
        object made = constructor.Invoke([.. parameters.Select(p =>
            values.GetValueOrDefault(keys.First(k => k.Property.Name == p.Name), p.DefaultValue))]);
        if (parameters.Length > 0) return made;
        foreach (KeyShape key in keys)
            if (values.TryGetValue(key, out object? value)) key.Property.SetValue(made, value);
            else if (key.Required && Blank(key.Type) is { } blank) key.Property.SetValue(made, blank);
        return made;
    }

    // what stands where nothing could be read, so that further problems can be looked for
    private static object? Blank(Type type)
    {
        if (type == typeof(string)) return "";
        if (type == typeof(Target)) return Target.Parse("");
        if (Shapes.IsList(type, out Type item)) return Array.CreateInstance(item, 0);
        return IsRecord(type) ? Blank(type, Shapes.Keys(type)) : null;
    }

    /// <summary>A record at its defaults; null when it cannot be made without values.</summary>
    public static object? Blank(Type record, IReadOnlyList<KeyShape> keys) => Make(record, keys, [], whole: false);

    private static bool IsRecord(Type type) =>
        Shapes.ScalarOf(type) is null && !type.IsEnum && Unions.Of(type) is null && !Shapes.IsList(type, out _);

    private static bool IsEmpty(Node node) => node is Scalar { Quoted: false, Text: "" or "~" or "null" };
}
