using System.Globalization;
using Lab.Experiments;

namespace Lab.Files;

/// <summary>
/// What stands on the command line: --set path=value, --vary path=a,b, --seed 7 or 1,2,3 or 1..20, --network a,b.
/// </summary>
internal static class SetArgument
{
    /// <summary>Reads path=value; the value is YAML, its places count within the argument.</summary>
    public static Func<string, (Scalar Path, Node Value)?> Parse(Problems problems) => argument =>
        Split("--set", argument, argument.IndexOf('='), value => " " + value, problems,
            "expected path=value, as in --set clients.phone.policy=ping");

    /// <summary>Reads path=a,b,c, values that are YAML; path=[a,b,c] says the same.</summary>
    public static Func<string, (Scalar Path, Sequence Values)?> ParseVary(Problems problems) => argument =>
        Split("--vary", argument, argument.IndexOf('='), value => $"[{value}]", problems,
            "expected path=a,b,c, as in --vary clients.phone.policy=ping,acks")
                is not (Scalar path, Sequence list) ? null : (path, list.Items is [Sequence inner] ? inner : list);

    // the value stands in the column where it stands in the argument
    private static (Scalar Path, Node Value)? Split(
        string option, string argument, int equals, Func<string, string> yaml, Problems problems, string expected)
    {
        var source = new Source(option, argument);
        if (equals <= 0 || equals == argument.Length - 1)
        {
            problems.Add(new Place(source, 1, 1, argument.Length), expected);
            return null;
        }
        string path = argument[..equals].Trim();
        string text = new string(' ', equals) + yaml(argument[(equals + 1)..]);
        return YamlText.ReadAny(new Source(option, text), problems) is { } value
            ? (new Scalar(new Place(source, 1, 1, path.Length), path), Moved(value, source)) : null;
    }

    /// <summary>Seeds by list and range; null when the text is neither.</summary>
    public static IReadOnlyList<ulong>? Seeds(string text, out string error)
    {
        var seeds = new List<ulong>();
        var known = new HashSet<ulong>();
        error = $"--seed takes a seed (7), a list (1,2,3) or a range (1..20), found '{text}'";
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split("..");
            if (ends.Length > 2 || !Number(ends[0], out ulong first) || !Number(ends[^1], out ulong last)) return null;
            if (last < first || last - first >= SweepReader.MostRuns)
            {
                error = last < first ? $"--seed: the range {part} is empty"
                    : $"--seed: the range {part} has more than {SweepReader.MostRuns} seeds";
                return null;
            }
            for (ulong seed = first; ; seed++)
            {
                if (!known.Add(seed))
                {
                    error = string.Create(CultureInfo.InvariantCulture, $"--seed: {seed} stands there twice")
                        + (ends.Length == 1 ? "" : $", the second time in {part}");
                    return null;
                }
                seeds.Add(seed);
                if (seed == last) break;
            }
            if (seeds.Count > SweepReader.MostRuns)
            {
                error = $"--seed: more than {SweepReader.MostRuns} seeds";
                return null;
            }
        }
        error = "";
        return seeds;
    }

    /// <summary>Networks by a comma list; null when one of the words is none.</summary>
    public static IReadOnlyList<NetworkKind>? Networks(string text, out string error)
    {
        var networks = new List<NetworkKind>();
        error = "";
        foreach (string word in text.Split(','))
        {
            if (NetworkWords.Find(word.Trim()) is not { } network)
            {
                error = word.Trim() == "kernel"
                    ? $"--network kernel is not available in this version; there are {Words.List(NetworkWords.All)}"
                    : $"--network: there is no network '{word.Trim()}'{Words.OneOf(word.Trim(), NetworkWords.All)}";
                return null;
            }
            if (networks.Contains(network))
            {
                error = $"--network: {word.Trim()} stands there twice";
                return null;
            }
            networks.Add(network);
        }
        return networks;
    }

    private static bool Number(string text, out ulong number) =>
        ulong.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // the same columns, but the argument as the user wrote it as the line to show
    private static Node Moved(Node node, Source source) => node switch
    {
        Scalar s => s with { Place = s.Place with { Source = source } },
        Sequence s => s with { Place = s.Place with { Source = source },
            Items = [.. s.Items.Select(i => Moved(i, source))] },
        Mapping m => m with
        {
            Place = m.Place with { Source = source },
            Entries = [.. m.Entries.Select(e => new Entry((Scalar)Moved(e.Key, source), Moved(e.Value, source)))],
        },
        _ => node,
    };
}
