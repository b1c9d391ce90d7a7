using System.Text.RegularExpressions;
using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// Files that somebody wrote wrong: the shipped scenarios, topologies and presets with one to four changes each, of
/// bytes, lines, keys, values or structure.
/// </summary>
internal sealed partial class YamlMutants
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ": ", ",", "-", "- ", "\n", "\r", "\t", "  ", "'", "\"", "#", " #", "&a", "*a", "!x",
        "|", ">", "?", "? ", "@", "`", "%", "~", "---", "...", "\\", "\\u202e", "\0", "\u0085", "\u2028", "\u202e",
        "\ufeff", "\u001b[31m", "é", "\U0001f600", "<<: ", "\ud800",
    ];

    private static readonly string[] Values =
    [
        "", "~", "null", "none", "forever", "unlimited", "true", "no", "{}", "[]", "[{}]", "{a: b}", "''", "' '", "0",
        "-1", "1", "2", "0s", "1us", "0.001us", "0.0000001us", "999us", "1ms", "1s", "100d", "36500d", "36501d",
        "9223372036854775807", "18446744073709551615", "18446744073709551616", "2147483648", "1e9", "NaN", "inf",
        "999999999999999999999999999999", "1bit/s", "1000Gbit/s", "1B", "1499B", "256KiB", "1MiB", "1000GB", "0%",
        "100%", "101%", "0.0000001%", "1000000", "1000", "1001", "0.5", "=1+1", "\"\\e]0;x\\a\"", "phone", "phone[0]",
        "phone[99]", "phone[-1]", "phone[x]", "echo@example.org", "a.example->b.example#0", "a.example->b.example#any",
        "a->b#", "->", "@", "[", "example.org", "mobile", "simulated", "proxied", "[simulated, proxied]", "at-once",
        "detection.client.p95", "messages.lost", "conversations", "lte-good", "../../x", "1..3", "[1, 1]", "[1, 2]",
    ];

    private readonly string[] originals, words;

    public YamlMutants(IEnumerable<string> originals)
    {
        this.originals = [.. originals];
        words = [.. this.originals.SelectMany(o => Word().Matches(o).Select(m => m.Value)).Distinct()
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>One of them, always the same for the same chance.</summary>
    public string Next(RandomStream random)
    {
        string text = originals[Below(random, originals.Length)];
        for (int n = Below(random, 4); n >= 0; n--) text = Changed(text, random);
        return text;
    }

    private string Changed(string text, RandomStream random) => Below(random, 5) switch
    {
        0 => Bytes(text, random),
        1 => Lines(text, random),
        2 => Replaced(text, Key().Matches(text), words[Below(random, words.Length)], random),
        3 => Replaced(text, Value().Matches(text), Values[Below(random, Values.Length)], random),
        _ => Structure(text, random),
    };

    private static string Bytes(string text, RandomStream random)
    {
        int at = Below(random, text.Length + 1), length = Below(random, Math.Min(12, text.Length - at) + 1);
        return text[..at] + (Below(random, 3) == 0 ? "" : Pieces[Below(random, Pieces.Length)]) + text[(at + length)..];
    }

    private string Lines(string text, RandomStream random)
    {
        List<string> lines = [.. text.Split('\n')];
        int at = Below(random, lines.Count), other = Below(random, lines.Count);
        switch (Below(random, 7))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(at, lines[other]); break;
            case 2: (lines[at], lines[other]) = (lines[other], lines[at]); break;
            case 3: lines[at] = "  " + lines[at]; break;
            case 4: lines[at] = lines[at].TrimStart(); break;
            case 5: lines[at] += lines[other]; break;
            default:
                string[] strange = originals[Below(random, originals.Length)].Split('\n');
                lines.Insert(at, strange[Below(random, strange.Length)]);
                break;
        }
        return string.Join('\n', lines);
    }

    private static string Structure(string text, RandomStream random)
    {
        MatchCollection values = Value().Matches(text);
        if (values.Count == 0) return text;
        Match value = values[Below(random, values.Count)];
        string wrapped = Below(random, 4) switch
        {
            0 => $"[{value.Value}]", 1 => $"{{{value.Value}}}", 2 => $"{{x: {value.Value}}}",
            _ => $"[{value.Value}, {value.Value}]",
        };
        return text[..value.Index] + wrapped + text[(value.Index + value.Length)..];
    }

    private static string Replaced(string text, MatchCollection places, string by, RandomStream random)
    {
        if (places.Count == 0) return text;
        Match place = places[Below(random, places.Count)];
        return text[..place.Index] + by + text[(place.Index + place.Length)..];
    }

    private static int Below(RandomStream random, int most) => (int)random.Below((ulong)most);

    [GeneratedRegex(@"[A-Za-z][\w.-]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"[\w.-]+(?=\s*:)")]
    private static partial Regex Key();

    [GeneratedRegex(@"(?<=:\s|\[|, )[^\s,{}\[\]#]+")]
    private static partial Regex Value();
}
