using System.Collections;
using System.Reflection;

namespace Lab.Cli;

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
/// thrown; what failed is left at its default and remembered, so that later checks do not complain a second time.
/// </summary>
internal sealed class Binder(Problems problems)
{
    private readonly HashSet<Node> failed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, object> bound = new(ReferenceEqualityComparer.Instance);

    public Problems Problems => problems;

    /// <summary>Whether this very node was already complained about.</summary>
    public bool Failed(Node? node) => node is not null && failed.Contains(node);

    /// <summary>The record that this mapping became, perhaps incomplete; null when there is none.</summary>
    public T? Bound<T>(Node? node) where T : class => node is null ? null : bound.GetValueOrDefault(node) as T;

    /// <summary>Binds the whole of a file; extra are keys of the file that are no part of the record.</summary>
    public T? Bind<T>(Node node, Trail trail = default, params string[] extra) where T : class =>
        (T?)Value(typeof(T), node, trail, extra);

    public void Fail(Node node, string message)
    {
        failed.Add(node);
        problems.Add(node, message);
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
        Scalar[] unknown = [.. mapping.Entries.Select(e => e.Key).Where(k => !valid.Contains(k.Text))];
        foreach (Scalar key in unknown) Unknown(key, trail.In, Unions.Expected(type, valid));
        var values = new Dictionary<KeyShape, object?>();
        bool whole = true;
        foreach (KeyShape key in keys)
        {
            if (mapping[key.Name] is { } value) whole &= Property(key, value, trail, values);
        }
        string[] missing = [.. keys.Where(k => k.Required && mapping[k.Name] is null).Select(k => k.Name)];
        whole &= missing.Length == 0;
        missing = [.. missing.Where(m => !unknown.Any(u => Words.Nearest(u.Text, valid) == m))];   // said already
        if (missing.Length > 0) Fail(mapping, $"{trail.Full} needs {Words.And(missing)}");
        object? made = Make(type, keys, values, whole);
        if (whole && made is not null)
            foreach ((string key, string message) in Limits.Within(made))
                Fail((Node?)mapping[key] ?? mapping, message);
        if (made is not null) bound[node] = made;
        return made;
    }

    /// <summary>Notes that a mapping, bound by way of another, became this record.</summary>
    public void Remember(Node node, object? made)
    {
        if (made is not null) bound[node] = made;
    }

    public void Unknown(Scalar key, string where, IReadOnlyList<string> expected)
    {
        failed.Add(key);
        problems.Add(key, $"unknown key '{Problem.Printable(key.Text)}'{where}{Words.OneOf(key.Text, expected)}");
    }

    private bool Property(KeyShape key, Node node, Trail trail, Dictionary<KeyShape, object?> values)
    {
        Trail inner = trail.Then(key.Name);
        if (node is Scalar { Quoted: false } word
            && (Shapes.TakesNone(key) && word.Text == "none" || word.Text == "forever"
            && Limits.AbsentMeansForever(key.Property)))
        {
            values[key] = null;
            return true;
        }
        if (node is Scalar { Text.Length: > 0 } text && Limits.AbsentMeansForever(key.Property)
            && !text.Text.Any(char.IsDigit))
        {
            Fail(node, $"{key.Name} takes a time such as 30s, or forever, found {node.Kind}");
            return false;
        }
        if (node is Scalar { Quoted: false, Text: "" or "~" or "null" } && !IsRecord(key.Type))
        {
            string instead = Limits.AbsentMeansForever(key.Property) ? "; write forever for no limit"
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
        if (node is not Sequence sequence)
        {
            Fail(node, $"{trail.Last} takes a list ([...] or lines that begin with -), found {node.Kind}");
            return null;
        }
        Array array = Array.CreateInstance(item, sequence.Items.Count);
        for (int i = 0; i < sequence.Items.Count; i++)
            if (Value(item, sequence.Items[i], trail) is { } value) array.SetValue(value, i);
        return sequence.Items.Any(n => Failed(n)) && !item.IsValueType ? Compact(array, item) : array;
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
            if (Value(value, entry.Value, trail.Then(entry.Key.Text)) is { } v) map[entry.Key.Text] = v;
        return map;
    }

    // a list without the holes that failed items left; only ever used to look for further problems
    private static Array Compact(Array array, Type item)
    {
        object[] kept = [.. array.Cast<object?>().Where(o => o is not null).Select(o => o!)];
        Array compact = Array.CreateInstance(item, kept.Length);
        kept.CopyTo(compact, 0);
        return compact;
    }

    private static object? Make(Type type, IReadOnlyList<KeyShape> keys, Dictionary<KeyShape, object?> values,
        bool whole)
    {
        ConstructorInfo constructor = Shapes.Constructor(type);
        ParameterInfo[] parameters = constructor.GetParameters();
        if (parameters.Length > 0 && !whole) return null;
        object made = constructor.Invoke([.. parameters.Select(p =>
            values.GetValueOrDefault(keys.First(k => k.Property.Name == p.Name), p.DefaultValue))]);
        if (parameters.Length == 0)
            foreach ((KeyShape key, object? value) in values) key.Property.SetValue(made, value);
        return made;
    }

    private static bool IsRecord(Type type) =>
        Shapes.ScalarOf(type) is null && !type.IsEnum && Unions.Of(type) is null && !Shapes.IsList(type, out _);

    private static bool IsEmpty(Node node) => node is Scalar { Quoted: false, Text: "" or "~" or "null" };
}
