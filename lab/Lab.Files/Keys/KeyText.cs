using Lab.Experiments;

namespace Lab.Files;

/// <summary>Keys on the console: what lab show keys prints.</summary>
internal static class KeyText
{
    private const int Columns = 100;

    /// <summary>The keys that files begin with.</summary>
    public static IEnumerable<string> Files() =>
    [
        "A scenario:", .. Table(KeyTree.Of(typeof(Scenario)).Keys), "", "A topology:",
        .. Table(KeyTree.Of(typeof(Topology)).Keys), "",
        "lab show keys PATH shows one with the keys below it, as in lab show keys clients.phone.policy.ping.",
    ];

    /// <summary>One key with what is below it.</summary>
    public static IEnumerable<string> Of(KeyPlace place)
    {
        Key key = place.Key;
        yield return place.Path;
        foreach (string line in Wrapped(key.Meaning, 2)) yield return line;
        (string, string)[] facts =
        [
            ("takes", key.Takes), ("unit", key.Unit), ("without it", key.Otherwise),
            ("example", $"{key.Name}: {key.Example}"),
        ];
        foreach ((string what, string text) in facts.Where(f => f.Item2.Length > 0))
        {
            bool first = true;
            foreach (string line in Wrapped(text, 14))
            {
                yield return first ? "  " + what.PadRight(12) + line[14..] : line;
                first = false;
            }
        }
        if (key.Allowed.Count > 0)
        {
            yield return "";
            foreach (string line in Rows(key.Allowed.Select(a => (a.Word, a.Meaning, "")))) yield return line;
        }
        if (key.Part is not { } part) yield break;
        yield return "";
        foreach (string line in Wrapped(part.Meaning, 0)) yield return line;
        yield return "";
        foreach (string line in Table(part.Keys)) yield return line;
    }

    private static IEnumerable<string> Table(IReadOnlyList<Key> keys) => Rows(keys.Select(k => (k.Name, k.Meaning,
        $"{(k.Unit.Length > 0 ? k.Unit + "; " : "")}{(k.Required ? "" : "without it: ")}{k.Otherwise}; "
            + $"e.g. {k.Name}: {k.Example}")));

    private static IEnumerable<string> Rows(IEnumerable<(string Name, string Meaning, string More)> rows)
    {
        (string Name, string Meaning, string More)[] all = [.. rows];
        int width = all.Max(r => r.Name.Length) + 2;
        foreach ((string name, string meaning, string more) in all)
        {
            string[] lines = [.. Wrapped(meaning, width), .. more.Length > 0 ? Wrapped(more, width) : []];
            yield return name.PadRight(width) + lines[0][width..];
            foreach (string line in lines[1..]) yield return line;
        }
    }

    private static IEnumerable<string> Wrapped(string text, int indent)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && indent + line.Length + 1 + word.Length > Columns)
            {
                yield return new string(' ', indent) + line;
                line = "";
            }
            line += (line.Length > 0 ? " " : "") + word;
        }
        yield return new string(' ', indent) + line;
    }
}
