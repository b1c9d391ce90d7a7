using System.Collections;
using Lab.Experiments;

namespace Lab.Files;

/// <summary>
/// What a part of a file says, setting by setting in the words of files: what is not as by default, and what is. Of
/// several variants of it, each setting has all values that it takes.
/// </summary>
internal sealed record SettingText(IReadOnlyList<string> Said, IReadOnlyList<string> Usual)
{
    private const int MostValues = 8;

    public bool IsEmpty => Said.Count == 0 && Usual.Count == 0;

    /// <summary>The settings of one record, or of its variants; without some keys, and without passwords.</summary>
    public static SettingText Of(IEnumerable<object> variants, Followers followers = Followers.All,
        params IReadOnlyCollection<string> without)
    {
        object[] all = [.. variants];
        Type type = all[0].GetType();
        IReadOnlyList<KeyShape> keys = Shapes.Keys(type);
        object? blank = Binder.Blank(type, keys);
        List<string> said = [], usual = [];
        foreach (KeyShape key in keys.Where(k => k.Name != Passwords.Key && !without.Contains(k.Name)))
        {
            object?[] values = [.. all.Where(r => Mattering.Counts(r, key, followers)).Select(key.Property.GetValue)];
            if (values.Length == 0) continue;
            string text = Of(type, key, values, followers);
            bool byDefault = !key.Required && blank is not null
                && text == Of(type, key, [key.Property.GetValue(blank)], followers);
            if (text.Length > 0) (byDefault ? usual : said).Add(text);
        }
        return new SettingText(said, usual);
    }

    /// <summary>The values that one property takes, as files write them: "1s, 10s or 1m".</summary>
    public static string Values<T>(IEnumerable<T> records, string property)
    {
        KeyShape key = Shapes.Keys(typeof(T)).First(k => k.Property.Name == property);
        return Either(records.Select(r => Value(key, key.Property.GetValue(r), Followers.All)));
    }

    /// <summary>"a", "a or b", "a, b or c"; each once.</summary>
    public static string Either(IEnumerable<string> texts)
    {
        string[] all = [.. texts.Distinct()];
        if (all.Length > MostValues) return $"{string.Join(", ", all.Take(MostValues - 1))}, ... or {all[^1]}";
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }

    /// <summary>"every 60s, timeout 20s (trigger periodic)": in brackets what is as by default.</summary>
    public override string ToString() => string.Join(", ", Said)
        + (Usual.Count == 0 ? "" : $"{(Said.Count > 0 ? " " : "")}({string.Join(", ", Usual)})");

    private static string Of(Type type, KeyShape key, object?[] values, Followers followers)
    {
        if (values.All(v => v is null)) return Absent(type, key);
        if (values.All(v => v is ICollection { Count: 0 })) return "";
        string text = Either(values.Select(v => Value(key, v, followers)));
        return $"{key.Name} {text}";
    }

    /// <summary>
    /// What it means that nothing stands there: "no timeout", "interval the host's"; nothing is said of numbers of the
    /// host's system, which are told by themselves.
    /// </summary>
    private static string Absent(Type type, KeyShape key)
    {
        if (Shapes.AbsentMeansForever(key.Property)) return $"{key.Name} {Shapes.Forever}";
        string absent = KeyTree.Of(type).Keys.FirstOrDefault(k => k.Name == key.Name)?.Absent ?? "";
        return absent.StartsWith("the host's", StringComparison.Ordinal) ? $"{key.Name} {absent}"
            : absent.StartsWith("the system's", StringComparison.Ordinal) ? "" : $"no {key.Name}";
    }

    private static string Value(KeyShape key, object? value, Followers followers) => value switch
    {
        null => Shapes.AbsentMeansForever(key.Property) ? Shapes.Forever : Shapes.None,
        Ways { Both: { } both } => Value(both.GetType(), both, followers),
        Ways ways => Each(ways, followers),
        _ when key.Permille => Shapes.Permille.Write(value),
        _ => Value(key.Type, value, followers),
    };

    private static string Value(Type type, object value, Followers followers)
    {
        Node node = Unbinder.Value(type, value);
        if (node is Scalar word) return word.Text;
        if (value is PolicyChoice or LinkChoice or RadioChoice || KeyTree.PartOf(value.GetType()) is null)
            return YamlOut.Inline(node);
        var inner = Of([value], followers);
        return inner.Said.Count + inner.Usual.Count > 1 ? $"{{{inner}}}" : $"{inner}";
    }

    private static string Each(Ways ways, Followers followers)
    {
        string Way(string name) => ways.GetType().GetProperty(name)!.GetValue(ways) is { } value
            ? Value(value.GetType(), value, followers) : "";
        return $"{Way("Up")} up and {Way("Down")} down";
    }
}
