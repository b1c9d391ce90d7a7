using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// What a sweep came to, as summary.json has it and lab run --format json prints it; results/README.md explains the
/// fields. What does not exist is null, "never" is "Infinity" and its opposite "-Infinity", so that every number
/// survives JSON and reads back as it was.
/// </summary>
public sealed record Summary
{
    /// <summary>Grows when a field goes or changes its meaning; new fields leave it as it is.</summary>
    public const int CurrentSchema = 1;

    public const string FileName = "summary.json";

    private const int MostFailing = 20;

    private static readonly SummaryJson OneLine = new(Options(indented: false)), Page = new(Options(indented: true));

    public required int Schema { get; init; }
    public required SummaryLab Lab { get; init; }

    /// <summary>When the sweep began, in UTC: 2026-11-22T17:05:33Z.</summary>
    public required string Date { get; init; }

    public required string Scenario { get; init; }
    public string? Description { get; init; }

    /// <summary>none, pass, unknown or fail.</summary>
    public required string Verdict { get; init; }

    /// <summary>What came out, in a sentence.</summary>
    public required string Answer { get; init; }

    /// <summary>The command line that gives the same again.</summary>
    public required string Command { get; init; }

    public required int Runs { get; init; }

    /// <summary>More than there are runs when the sweep was stopped, or runs broke.</summary>
    public required int Planned { get; init; }

    public required IReadOnlyList<ulong> Seeds { get; init; }
    public required IReadOnlyList<string> Networks { get; init; }

    /// <summary>Paths of the varied fields, in order.</summary>
    public required IReadOnlyList<string> Varied { get; init; }

    public required IReadOnlyList<SummaryPoint> Points { get; init; }
    public required IReadOnlyList<SummaryExpectation> Expectations { get; init; }
    public required IReadOnlyList<SummaryDoubt> Doubts { get; init; }

    public static Summary Of(SweepResult sweep) => Of(new Study(sweep));

    internal static Summary Of(Study study)
    {
        SweepResult sweep = study.Sweep;
        return new()
        {
            Schema = CurrentSchema, Lab = new(sweep.Made.Version, sweep.Made.Commit), Date = sweep.Made.Date,
            Scenario = sweep.ScenarioName, Description = sweep.Scenario.Description,
            Verdict = Words.Of(sweep.Verdict), Answer = Reports.Answer.Of(study).Sentence, Command = sweep.Command,
            Runs = sweep.Runs.Count, Planned = sweep.Planned, Seeds = study.Seeds,
            Networks = [.. study.Networks.Select(n => n.Word())], Varied = sweep.Varied,
            Points = [.. study.Variants.Select(SummaryPoint.Of)],
            Expectations = [.. sweep.Checks.Select(c => new SummaryExpectation(Words.Whole(c.Expectation),
                c.Expectation.Metric, Words.Of(c.Verdict), c.Explanation, c.Failing.Count,
                [.. c.Failing.Take(MostFailing).Select(SummaryRun.Of)]))],
            Doubts = [.. sweep.Runs.SelectMany(r => r.Doubts.Select(d => (Reason: d, r.Spec)))
                .GroupBy(d => d.Reason).Select(g => new SummaryDoubt(g.Key, g.Count(), SummaryRun.Of(g.First().Spec)))],
        };
    }

    /// <summary>On one line, or laid out for reading.</summary>
    public string ToJson(bool indented) =>
        Escaped(JsonSerializer.Serialize(this, (indented ? Page : OneLine).Summary));

    /// <summary>Reads what <see cref="ToJson"/> wrote; throws <see cref="JsonException"/> for anything else.</summary>
    public static Summary Read(string json) =>
        JsonSerializer.Deserialize(json, OneLine.Summary) ?? throw new JsonException("null is no summary");

    // A route has a > in its name, which people look for. What would steer a terminal is not needed as it is.
    private static string Escaped(string json)
    {
        var text = new StringBuilder(json.Length);
        foreach (char c in json)
            if (c != '\n' && char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control)
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        return text.ToString();
    }

    private static JsonSerializerOptions Options(bool indented) => new()
    {
        WriteIndented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}

/// <summary>Commit is null when the lab was built outside of a repository.</summary>
public sealed record SummaryLab(string Version, string? Commit);

/// <summary>The runs of one network that differ in nothing but the seed.</summary>
public sealed record SummaryPoint(
    IReadOnlyDictionary<string, string> Values, string Network, string Label, int Runs,
    IReadOnlyList<SummaryMetric> Metrics)
{
    internal static SummaryPoint Of(Variant variant)
    {
        IEnumerable<(Metric, Scope)> measures =
            from metric in Catalogue.All
            from scope in variant.Runs.SelectMany(r => r.Measures).Where(m => m.Metric == metric.Name)
                .Select(m => m.Scope).Distinct()
            select (metric, scope);
        return new(new OrderedDictionary<string, string>(
            variant.Runs[0].Spec.Point.Select(s => KeyValuePair.Create(s.Path, s.Value))), variant.Network.Word(),
            variant.Point, variant.Runs.Count,
            [.. measures.Select(m => SummaryMetric.Of(variant, m.Item1, m.Item2))]);
    }
}

/// <summary>
/// One number over the runs of a point: of all and the whole run (target is null then), or of whom and when an
/// expectation says. Value, low and high are in the unit; null where there is none. Ends says what low and high are:
/// interval (95 %), range (least and most of single runs) or none; runs is how many of them have the metric.
/// </summary>
public sealed record SummaryMetric(
    string Metric, string? Target, double FromS, double ToS, double? Value, double? Low, double? High, string Ends,
    string Unit, int Runs, string Fidelity)
{
    internal static SummaryMetric Of(Variant variant, Metric metric, Scope scope)
    {
        RunSpec run = variant.Runs[0].Spec;
        Estimate e = variant.Over(new(metric, scope));
        return new(metric.Name, scope.Of?.Text, scope.Start.TotalSeconds, scope.EndIn(run).TotalSeconds,
            Known(e.Value), Known(e.Low), Known(e.High), Words.Of(e.Ends), TidyCsv.UnitOf(metric.Name), e.Runs,
            Words.Of(metric.In(run).Fidelity));
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;
}

/// <summary>How many runs fail it, and the first of these.</summary>
public sealed record SummaryExpectation(
    string Text, string Metric, string Verdict, string Explanation, int FailingRuns, IReadOnlyList<SummaryRun> Failing);

/// <summary>A reason not to trust runs: how many, and the first.</summary>
public sealed record SummaryDoubt(string Reason, int Runs, SummaryRun First);

/// <summary>One run.</summary>
public sealed record SummaryRun(string Label, string Network, ulong Seed)
{
    internal static SummaryRun Of(RunSpec run) => new(run.Label, run.Network.Word(), run.Seed);
}

[JsonSerializable(typeof(Summary))]
internal sealed partial class SummaryJson : JsonSerializerContext;
