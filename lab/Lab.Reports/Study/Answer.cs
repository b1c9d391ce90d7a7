using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// What a sweep came to, for someone who has ten seconds: who is ahead by what the scenario asks, and what that costs.
/// Nothing is called better that the numbers do not show to be (see Contest).
/// </summary>
/// <param name="Sentence">About 250 characters at most, but for long names.</param>
/// <param name="Further">What did not fit, one sentence each, the most asked first.</param>
/// <param name="About">What the sentences are about, in their order; the first is the point of the scenario.</param>
internal sealed record Answer(string Sentence, IReadOnlyList<string> Further, IReadOnlyList<Yardstick> About)
{
    private const int MostCharacters = 250, MostFurther = 4;

    public static Answer Of(Study study)
    {
        SweepResult sweep = study.Sweep;
        RunResult[] doubtful = [.. sweep.Runs.Where(r => r.Doubts.Count > 0)];
        if (sweep.Runs.Count == 0) return new("No run finished, so there is no answer.", [], []);
        IReadOnlyList<Yardstick> asked = Asked.AndUsual(study);
        if (doubtful.Length > 0)
            return new($"Unknown: {doubtful.Length} of {Words.Count(sweep.Runs.Count, "run")} cannot be trusted.",
                [.. doubtful.SelectMany(r => r.Doubts).Distinct().Take(1)], asked);
        if (asked.Count == 0) return new($"{Over(study)}: nothing to measure happened.", [], []);
        IReadOnlyList<Clause> clauses = [.. study.Variants.Count == 1
            ? OneVariant.Clauses(study, asked) : Comparison.Clauses(study, asked)];
        return Put(Start(study), clauses);
    }

    /// <summary>
    /// As many clauses as fit, each at the greatest length that leaves room for the next; the others become
    /// sentences. The first is the answer, however long.
    /// </summary>
    private static Answer Put(string start, IReadOnlyList<Clause> clauses)
    {
        string text = start;
        Clause? last = null;
        List<string> further = [];
        for (int i = 0; i < clauses.Count; i++)
        {
            Clause clause = clauses[i];
            string[] told = [.. clause.Told(last).Select(t => text + (last is null ? " " : "; ") + t)];
            int waiting = i + 1 < clauses.Count ? clauses[i + 1].Told(clause).Last().Length + 2 : 0;
            string? fitting = told.FirstOrDefault(t => t.Length + waiting < MostCharacters)
                ?? told.LastOrDefault(t => last is null || t.Length < MostCharacters);
            if (fitting is null) further.Add(clause.Alone());
            else (text, last) = (fitting, clause);
        }
        return new(text + ".", [.. further.Take(MostFurther)], [.. clauses.Select(c => c.By).Distinct()]);
    }

    /// <summary>"Over 20 seeds,": with few of them what is said holds in each.</summary>
    private static string Start(Study study) => (study.Partial ? "Stopped early: " : "") + Over(study) + ",";

    private static string Over(Study study) => study.Seeds.Count switch
    {
        1 => $"With seed {study.Seeds[0]} alone",
        < Bootstrap.FewestForInterval and int n => $"In each of {n} seeds",
        int n => $"Over {n} seeds",
    };
}

/// <summary>A part of the sentence.</summary>
internal abstract record Clause(Yardstick By)
{
    /// <summary>The policies it is about, which the next one may call "they".</summary>
    public virtual IReadOnlyList<string> Who => [];

    /// <summary>After another one, or first; from the longest form to the shortest.</summary>
    public abstract IEnumerable<string> Told(Clause? after);

    /// <summary>"acks and ping", "they", "it".</summary>
    protected string Called(Study study, Clause? after) =>
        after is null || !after.Who.ToHashSet().SetEquals(Who)
            ? Phrases.List([.. Who.Select(w => Phrases.Name(study, w))]) : Who.Count == 1 ? "it" : "they";

    /// <summary>As a sentence of its own.</summary>
    public string Alone()
    {
        string text = Told(null).First();
        // names stay as they are
        if (Who.Count > 0) return text + ".";
        return char.ToUpperInvariant(text[0]) + text[1..] + ".";
    }
}

/// <summary>Numbers and lists in sentences.</summary>
internal static class Phrases
{
    // names of policies that would read as words of the sentence
    private static readonly string[] Confusing =
        ["nothing", "never", "none", "all", "any", "both", "default", "others", "one", "each", "off", "on", "no"];

    /// <summary>"a", "a and b", "a, b and c", "a, b and 4 others".</summary>
    public static string List(IReadOnlyList<string> words, int most = 4) => words.Count switch
    {
        0 => "",
        1 => words[0],
        _ when words.Count > most => $"{string.Join(", ", words.Take(most - 1))} and {words.Count - most + 1} others",
        _ => $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}",
    };

    /// <summary>What a variant is called: its policy, or the field with its value.</summary>
    public static string Name(Study study, string choice) =>
        study.ColourField?.EndsWith("policy", StringComparison.Ordinal) != true ? $"{study.ColourName} {choice}"
        : Confusing.Contains(choice) ? $"“{choice}”" : choice;

    /// <summary>"74.3 s (57.6–78 s)", or with a comma for what stands in brackets.</summary>
    public static string Number(Variant variant, Yardstick by, bool withEnds = true, bool bare = false)
    {
        Estimate e = variant.Over(by);
        string text = Units.Format(e.Value, by.Metric.Unit);
        string ends = withEnds && e.Ends != Ends.None ? EndsText(text, e.Low, e.High, by.Metric.Unit) : "";
        return ends == "" ? text : bare ? $"{text}, {ends}" : $"{text} ({ends})";
    }

    /// <summary>"kernel (17.4 min), spaces and “nothing” (never)".</summary>
    public static string Others(Study study, IReadOnlyList<Variant> variants, Yardstick by, bool withEnds, string unit)
    {
        if (variants.Count > 4) return $"{variants.Count} others ({Span(variants, by)}{unit})";
        return List([.. variants.GroupBy(v => Number(v, by, withEnds, bare: true)).Select((g, i) =>
            $"{List([.. g.Select(v => Name(study, v.Policy))])} ({g.Key}{(i == 0 ? unit : "")})")]);
    }

    /// <summary>"74.3 s (57.6–78 s) and 79.5 s", "26.7 and 31.2 KiB/h".</summary>
    public static string Numbers(IReadOnlyList<Variant> variants, Yardstick by, bool withEnds)
    {
        string[] each = [.. variants.Select(v => Number(v, by, withEnds)).Distinct()];
        string[] units = [.. each.Select(Symbol).Distinct()];
        bool shared = units is [not ""] && !each.Any(e => e.Contains('('));
        return List(!shared ? each
            : [.. each.Take(each.Length - 1).Select(e => e[..^units[0].Length]), each[^1]]);
    }

    /// <summary>" KiB/h"; empty of a plain number and of "never".</summary>
    private static string Symbol(string number)
    {
        int space = number.IndexOf(' ');
        return space < 0 ? "" : number[space..];
    }

    /// <summary>"74.3–79.5 s": from the least to the greatest number of some variants.</summary>
    public static string Span(IEnumerable<Variant> variants, Yardstick by)
    {
        double[] values = [.. variants.Select(v => v.Over(by).Value).Order()];
        return Between(values[0], values[^1], by.Metric.Unit);
    }

    /// <summary>The same, and the least and greatest of their ends.</summary>
    public static string SpanWithEnds(IReadOnlyList<Variant> variants, Yardstick by, bool bare = false)
    {
        string text = Span(variants, by);
        Estimate[] ends = [.. variants.Select(v => v.Over(by)).Where(e => e.Ends != Ends.None)];
        return ends.Length == 0 ? text
            : EndsText(text, ends.Min(e => e.Low), ends.Max(e => e.High), by.Metric.Unit) is { Length: > 0 } around
                ? bare ? $"{text}, {around}" : $"{text} ({around})" : text;
    }

    private static string EndsText(string text, double low, double high, Unit unit)
    {
        string between = Between(low, high, unit);
        return between == text ? "" : between;
    }

    private static string Between(double low, double high, Unit unit)
    {
        (string from, string to) = (Units.Format(low, unit), Units.Format(high, unit));
        if (from == to) return to;
        string symbol = Symbol(to);
        return Symbol(from) == symbol ? $"{from[..^symbol.Length]}–{to}" : $"{from} to {to}";
    }
}
