using System.Globalization;
using System.Reflection;
using System.Text;

namespace Lab.Experiments;

/// <summary>Words as users write them.</summary>
internal static class Words
{
    private const int MostListed = 50, MostCompared = 2000;

    /// <summary>LossWhenGood to loss-when-good, Rfc6120 to rfc6120.</summary>
    public static string Kebab(string name)
    {
        var text = new StringBuilder();
        name = name.Replace("StartTls", "Starttls", StringComparison.Ordinal);   // one word in RFC 6120
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i])) text.Append('-');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    /// <summary>
    /// The key of a property in files: its name in kebab-case, without Permille (there it is a plain decimal), or its
    /// [Key].
    /// </summary>
    public static string Key(PropertyInfo property) => property.GetCustomAttribute<KeyAttribute>()?.Name
        ?? Kebab(IsPermille(property) ? property.Name[..^"Permille".Length] : property.Name);

    public static bool IsPermille(PropertyInfo property) => property.PropertyType == typeof(int)
        && property.Name.EndsWith("Permille", StringComparison.Ordinal);

    /// <summary>"; did you mean 'from'?" or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> valid) =>
        Nearest(word, valid) is { } near ? $"; did you mean '{near}'?" : "";

    /// <summary>"; did you mean 'from'? lab show links lists them", or without the question.</summary>
    public static string HintOr(string word, IEnumerable<string> valid, string command) =>
        Nearest(word, valid) is { } near ? $"; did you mean '{near}'? {command}" : "; " + command;

    /// <summary>", expected one of a, b, c; did you mean 'b'?"</summary>
    public static string OneOf(string word, IReadOnlyList<string> valid) =>
        $", expected one of {List(valid)}{Hint(word, valid)}";

    /// <summary>
    /// The valid word that most likely was meant: few edits, or one begins with the other; null when none is near. Of
    /// very many words the first ones are compared.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> valid)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in valid.Take(MostCompared))
        {
            int shorter = Math.Min(word.Length, candidate.Length);
            int allowed = shorter >= 4 && char.ToLowerInvariant(word[0]) == char.ToLowerInvariant(candidate[0])
                ? Math.Max(2, shorter / 3) : Math.Max(1, shorter / 3);
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            bool begins = Math.Min(word.Length, candidate.Length) >= 3
                && (candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)
                    || word.StartsWith(candidate, StringComparison.OrdinalIgnoreCase));
            if (distance > allowed && !begins && !Abbreviates(word, candidate)) continue;
            if (distance >= bestDistance) continue;
            best = candidate;
            bestDistance = distance;
        }
        return best;
    }

    // detection.p95 for detection.client.p95
    private static bool Abbreviates(string word, string candidate)
    {
        string[] parts = word.Split('.'), all = candidate.Split('.');
        return parts.Length > 1 && parts.All(all.Contains);
    }

    /// <summary>'from' and 'to'</summary>
    public static string And(IEnumerable<string> words) => string.Join(" and ", words.Select(w => $"'{w}'"));

    /// <summary>"a, b, c"; of very many the first ones.</summary>
    public static string List(IEnumerable<string> words)
    {
        string[] first = [.. words.Take(MostListed + 1)];
        return first.Length <= MostListed ? string.Join(", ", first)
            : string.Join(", ", first[..MostListed]) + ", ...";
    }

    /// <summary>A number in the first of these units that divides it; the last one is 1.</summary>
    public static string Scaled(long value, params ReadOnlySpan<(long Size, string Name)> units)
    {
        foreach ((long size, string name) in units)
            if (value % size == 0) return (value / size).ToString(CultureInfo.InvariantCulture) + name;
        throw new ArgumentException("no unit divides the number", nameof(units));
    }

    /// <summary>"1 run", "3 runs".</summary>
    public static string Count(int n, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{n} {noun}{(n == 1 ? "" : "s")}");

    // optimal string alignment: insert, delete, replace, swap of neighbours
    private static int Distance(string a, string b)
    {
        if (a.Length > 100 || b.Length > 100) return a == b ? 0 : int.MaxValue - 1;
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
