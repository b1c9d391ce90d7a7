using System.Text.RegularExpressions;
using Lab.Experiments;

namespace Lab.Files;

/// <summary>A key, or an entry of one that holds names, with the path that leads there.</summary>
internal sealed record KeyPlace(string Path, Key Key);

/// <summary>
/// Paths to keys, as vary and --set write them, with or without the names and numbers that a file gives:
/// clients.phone.policy.ping, clients.policy, faults[0].at.
/// </summary>
internal static partial class KeyPath
{
    /// <summary>What stands where a file has a name of its own.</summary>
    public const string Name = "NAME";

    /// <summary>The keys that a path can begin with: those of scenarios, and those of topologies.</summary>
    public static readonly IReadOnlyList<Key> First =
    [
        .. KeyTree.Of(typeof(Scenario)).Keys,
        .. KeyTree.Of(typeof(Topology)).Keys.Where(k => k.Name != "description"),
    ];

    /// <summary>The place, or null with what is wrong in words.</summary>
    public static KeyPlace? Find(string path, out string problem)
    {
        string[] words = Index().Replace(path, "").Split('.', StringSplitOptions.RemoveEmptyEntries);
        (KeyPlace? place, int depth, string message) = words.Length == 0 ? (null, 0, "the path is empty")
            : Find(First, words, 0, "", "there");
        problem = message;
        return place;
    }

    // of several readings the one that leads furthest says what is wrong
    private static (KeyPlace? Place, int Depth, string Problem) Find(
        IReadOnlyList<Key> keys, string[] words, int at, string before, string where)
    {
        string[] names = [.. keys.Select(k => k.Name)];
        if (keys.FirstOrDefault(k => k.Name == words[at]) is not { } key)
            return (null, at, $"{where} is no key '{words[at]}'{Words.OneOf(words[at], names)}");
        string path = before + key.Name;
        if (at + 1 == words.Length) return (new KeyPlace(path, key), at, "");
        if (key.Part is not { } part)
            return (null, at, $"{path} takes {key.Takes}; it has no keys");
        (KeyPlace? Place, int Depth, string Problem) furthest = (null, -1, "");
        for (int named = 0; named < (key.Form == Form.Names ? words.Length - at : 1); named++)
        {
            int next = at + 1 + named;
            string there = path + (key.Form == Form.List ? "[0]" : named > 0 ? "." + Name : "");
            if (next == words.Length)
            {
                // a name of several words is a server's domain, unless its last one looks like a key
                if (named > 1 && (key.Type != typeof(ServerSpec)
                    || Words.Nearest(words[^1], part.Keys.Select(k => k.Name)) is not null)) break;
                return (new KeyPlace(there, key with { Form = Form.One }), next, "");
            }
            (KeyPlace? Place, int Depth, string Problem) found =
                Find(part.Keys, words, next, there + ".", $"in {there} there");
            if (found.Place is not null) return found;
            if (found.Depth > furthest.Depth) furthest = found;
        }
        return furthest;
    }

    [GeneratedRegex(@"\[[0-9]*\]")]
    private static partial Regex Index();
}
