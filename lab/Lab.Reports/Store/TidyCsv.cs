using System.Globalization;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// metrics.csv: one row per run and metric. Comma-separated, quoted where RFC 4180 section 2 asks for it, lines end in
/// LF, UTF-8 without byte order mark, numbers in the invariant culture with all their digits; an empty population is an
/// empty field, "never" is inf. Values are in base units: seconds, bytes, shares from 0 to 1. A text that a spreadsheet
/// would compute stands behind an apostrophe.
/// </summary>
internal static class TidyCsv
{
    public static void Write(SweepResult sweep, TextWriter to)
    {
        Row(to,
            ["scenario", "seed", "network", .. sweep.Varied, "metric", "target", "from_s", "to_s", "value", "unit",
                "os", "lab", "date"]);
        string[] made = [Lab(sweep.Made), sweep.Made.Date];
        foreach (RunResult run in sweep.Runs)
        {
            string os = Systems(run.Spec.Topology);
            string[] start =
            [
                sweep.ScenarioName, run.Spec.Seed.ToString(CultureInfo.InvariantCulture), run.Network.Word(),
                .. sweep.Varied.Select(path => run.Spec.Point.FirstOrDefault(s => s.Path == path).Value ?? ""),
            ];
            foreach (Measure measure in run.Measures)
                Row(to, [.. start, measure.Metric, measure.Scope.Of?.Text ?? "",
                    Number(measure.Scope.Start.TotalSeconds), Number(measure.Scope.EndIn(run.Spec).TotalSeconds),
                    Number(measure.Value), UnitOf(measure.Metric), os, .. made]);
        }
    }

    /// <summary>Whose TCP its hosts have, each once: "linux", "linux android".</summary>
    private static string Systems(Topology topology) => string.Join(' ', topology.Servers.Select(s => s.Value.Os)
        .Concat(topology.Clients.Select(c => c.Value.Os)).Distinct().Order().Select(Words.Of));

    /// <summary>As versions are written with what they were built of: 0.1.0+d34b32f9a679.</summary>
    private static string Lab(Provenance made) =>
        made.Commit is { } commit ? $"{made.Version}+{commit[..Math.Min(12, commit.Length)]}" : made.Version;

    /// <summary>The unit of a metric in files; empty for a metric that the catalogue does not know.</summary>
    public static string UnitOf(string metric) => Catalogue.Find(metric)?.Unit switch
    {
        Unit.Seconds => "s",
        Unit.Bytes => "B",
        Unit.Share => "share",
        Unit.PerSecond => "1/s",
        Unit.PerHour => "1/h",
        Unit.BytesPerHour => "B/h",
        Unit.JoulesPerHour => "J/h",
        Unit.SharePerDay => "share/d",
        Unit.Count => "count",
        _ => "",
    };

    private static string Number(double value) =>
        double.IsNaN(value) ? "" :
        double.IsPositiveInfinity(value) ? "inf" :
        double.IsNegativeInfinity(value) ? "-inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static void Row(TextWriter to, IReadOnlyList<string> fields)
    {
        for (int i = 0; i < fields.Count; i++)
        {
            if (i > 0) to.Write(',');
            to.Write(Quoted(Plain(fields[i])));
        }
        to.Write('\n');
    }

    // a number is none, whatever its sign
    private static string Plain(string field) => field.Length > 0 && "=+-@\t\r\n".Contains(field[0]) && field != "-inf"
        && !double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + field : field;

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny("\",\r\n") < 0 ? field : "\"" + field.Replace("\"", "\"\"") + "\"";
}
