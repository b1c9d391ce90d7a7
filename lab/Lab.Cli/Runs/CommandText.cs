using System.Globalization;
using System.Text;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>Command lines to copy and paste.</summary>
internal static class CommandText
{
    /// <summary>The command that gives a whole sweep again.</summary>
    public static string Of(string file, Overrides overrides) =>
        "lab run " + Quote(file) + Networks(overrides) + (overrides.Seeds is { } seeds ? " --seed " + Seeds(seeds) : "")
            + Sets(overrides.Sets) + string.Concat(overrides.Varies.Select(v => " --vary " + Quote(v)));

    /// <summary>The command that gives one run of a sweep again.</summary>
    public static string Of(string file, Overrides overrides, RunSpec run) =>
        "lab run " + Quote(file) + Networks(overrides) + " --seed " + run.Seed.ToString(CultureInfo.InvariantCulture)
            + Sets(Sets(overrides, run));

    /// <summary>
    /// What --set must say so that a sweep is one point of it: what was set, and the values of the point.
    /// </summary>
    public static IEnumerable<string> Sets(Overrides overrides, RunSpec run)
    {
        string[] fixedPaths = [.. run.Point.Select(p => p.Path + "=")];
        return overrides.Sets.Where(s => !fixedPaths.Any(p => s.StartsWith(p, StringComparison.Ordinal)))
            .Concat(run.Point.Select(p => p.Path + "=" + (p.Quoted ?? p.Value)));
    }

    /// <summary>1..20 where they follow each other, else a list.</summary>
    public static string Seeds(IReadOnlyList<ulong> seeds)
    {
        bool range = seeds.Count > 2 && seeds.Zip(seeds.Skip(1)).All(p => p.Second == p.First + 1);
        return range ? string.Create(CultureInfo.InvariantCulture, $"{seeds[0]}..{seeds[^1]}")
            : string.Join(",", seeds.Select(s => s.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>seed 11, or seeds 1..20.</summary>
    public static string SeedsInWords(IReadOnlyList<ulong> seeds) =>
        (seeds.Count == 1 ? "seed " : "seeds ") + Seeds(seeds);

    /// <summary>
    /// As a shell wants it: in single quotes unless it is plain; what a terminal would act on stands as $'\u202e'.
    /// </summary>
    public static string Quote(string word)
    {
        if (word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_./:=%,@+-".Contains(c))) return word;
        if (!word.Any(Problem.IsHidden)) return "'" + word.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
        var text = new StringBuilder("$'");
        foreach (char c in word)
            if (Problem.IsHidden(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c is '\'' or '\\' ? "\\" : "").Append(c);
        return text.Append('\'').ToString();
    }

    private static string Networks(Overrides overrides) =>
        overrides.Networks is { } networks ? " --network " + string.Join(",", networks.Select(n => n.Word())) : "";

    private static string Sets(IEnumerable<string> sets) =>
        string.Concat(sets.Select(s => " --set " + Quote(Passwords.HiddenSet(s))));
}
