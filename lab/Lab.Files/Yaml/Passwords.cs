using System.Text.RegularExpressions;

namespace Lab.Files;

/// <summary>
/// Passwords stand in files and on command lines, and nowhere else: what is told or kept of either goes through here.
/// </summary>
internal static partial class Passwords
{
    public const string Key = "password";

    /// <summary>What stands where a password stood.</summary>
    public const string Mask = "***";

    /// <summary>A line as it may be shown: what follows a word like password is stars of the same length.</summary>
    public static string Hidden(string line) => Password().Replace(line, m =>
        m.Groups[1].Value + new string('*', m.Length - m.Groups[1].Length));

    /// <summary>The argument of a --set as it may be shown.</summary>
    public static string HiddenSet(string set)
    {
        int equals = set.IndexOf('=');
        if (equals < 0) return Hidden(set);
        bool isPassword = set.AsSpan(0, equals).Trim().EndsWith("." + Key, StringComparison.OrdinalIgnoreCase);
        return set[..(equals + 1)] + (isPassword ? Mask : Hidden(set[(equals + 1)..]));
    }

    /// <summary>Whether a value holds a password.</summary>
    public static bool In(Node node) => node switch
    {
        Sequence list => list.Items.Any(In),
        Mapping mapping => mapping.Entries.Any(e => e.Key.Text == Key || In(e.Value)),
        _ => false,
    };

    /// <summary>The tree without its passwords.</summary>
    public static Node Without(Node node) => node switch
    {
        Sequence list => list with { Items = [.. list.Items.Select(Without)] },
        Mapping mapping when In(mapping) => mapping with { Entries = [.. mapping.Entries
            .Where(e => e.Key.Text != Key).Select(e => e with { Value = Without(e.Value) })] },
        _ => node,
    };

    // A key, a colon or equals sign, and what follows up to its closing quote or to the end of the value. What comes
    // between is bounded, so that no line takes more than linear time.
    private const string Pattern = """((?:passw|pwd|secret)[^\s:=,{}\[\]]{0,20}\s{0,20}[:=]\s{0,20})"""
        + """("(?:[^"\\]|\\.)*"?|'[^']*'?|[^,{}\[\]]+)""";

    [GeneratedRegex(Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Password();
}
