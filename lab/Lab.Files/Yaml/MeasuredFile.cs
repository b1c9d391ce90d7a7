using System.Globalization;
using System.Text;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Files;

/// <summary>
/// A table of one's own measurements: a header line with the names time, rate, delay, loss and up in any order, then a
/// line each. Values carry units as in YAML, or the header does: rate [Mbit/s]. rate-up and rate-down, delay-up and so
/// on are for one direction and go before rate and delay. Times count from the first row's.
/// </summary>
internal sealed class MeasuredFile(string path, bool isUp)
{
    /// <summary>A week of tenths of a second.</summary>
    public const int MostRows = 6_048_000;

    private const int MostChars = 4096;
    private static readonly string[] Names =
    [
        "time", "rate", "delay", "loss", "up", "rate-up", "rate-down", "delay-up", "delay-down", "loss-up", "loss-down",
    ];

    private readonly List<Measurement> rows = [];
    private Column[] columns = [];
    private int lines;
    private Instant first;

    private readonly record struct Column(string Name, string Unit, bool Counts)
    {
        /// <summary>Without the direction.</summary>
        public string What => Name.Split('-')[0];
    }

    public (Trace? Trace, string? Problem) Read(Stream stream)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(false));
        string? problem = Line(reader, out string line) ? Header(line) : $"{path} is empty, expected a header such as "
            + "time [s],rate [Mbit/s]";
        while (problem is null && Line(reader, out line))
            if (line.Trim().Length > 0) problem = Row(line);
        if (problem is null && rows.Count == 0) problem = $"{path} has no rows below its header";
        if (problem is not null) return (null, problem);
        MeasuredColumns kinds = Has("rate", MeasuredColumns.Rate) | Has("delay", MeasuredColumns.Delay)
            | Has("loss", MeasuredColumns.Loss);
        return (new MeasuredTrace(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows), kinds), null);
    }

    private MeasuredColumns Has(string what, MeasuredColumns kind) =>
        Array.Exists(columns, c => c.Counts && c.What == what) ? kind : MeasuredColumns.None;

    private string? Header(string line)
    {
        string[] cells = line.TrimStart('\uFEFF').Split(',');
        columns = new Column[cells.Length];
        string mine = isUp ? "-up" : "-down", other = isUp ? "-down" : "-up";
        for (int i = 0; i < cells.Length; i++)
        {
            string text = cells[i].Trim().Trim('"'), name = text, unit = "";
            if (text.EndsWith(']') && text.IndexOf('[') is > 0 and int at)
                (name, unit) = (text[..at].Trim(), text[(at + 1)..^1].Trim());
            if (!Names.Contains(name)) return At(cells, i, $"unknown column '{name}'{Words.OneOf(name, Names)}");
            if (Array.Exists(columns[..i], c => c.Name == name)) return At(cells, i, $"the column {name} stands twice");
            columns[i] = new Column(name, unit, !name.EndsWith(other, StringComparison.Ordinal));
        }
        for (int i = 0; i < columns.Length; i++)
            if (Array.Exists(columns, c => c.Name == columns[i].Name + mine))
                columns[i] = columns[i] with { Counts = false };
        if (!Array.Exists(columns, c => c.Name == "time")) return $"{path}:1:1: a column named time is missing";
        return Array.Exists(columns, c => c.Counts && c.Name != "time") ? null
            : $"{path}:1:1: no column says anything about {(isUp ? "up" : "down")}: rate, delay, loss or up";
    }

    private string? Row(string line)
    {
        string[] cells = line.Split(',');
        if (cells.Length != columns.Length)
            return At(cells, cells.Length - 1, string.Create(CultureInfo.InvariantCulture,
                $"{cells.Length} values under {columns.Length} columns"));
        if (rows.Count == MostRows)
            return At(cells, 0, string.Create(CultureInfo.InvariantCulture, $"a table has at most {MostRows} rows"));
        var row = new Measurement { IsUp = true, BitsPerSecond = 0 };
        bool isDown = false;
        int? noRate = null;
        for (int i = 0; i < cells.Length; i++)
        {
            if (!columns[i].Counts) continue;
            string text = cells[i].Trim().Trim('"');
            if (columns[i].What == "up")
            {
                if (text is not ("0" or "1" or "true" or "false"))
                    return At(cells, i, $"up is 1 or 0, found '{Problem.Printable(text)}'");
                isDown = text is "0" or "false";
                continue;
            }
            if (text.Length == 0 && columns[i].What == "rate")
            {
                noRate = i;
                continue;
            }
            if (text.Length > 0 && char.IsAsciiDigit(text[^1])) text += columns[i].Unit;
            Parsed parsed = columns[i].What switch
            {
                "rate" => Rate(text), "loss" => Quantities.Probability(text), _ => Quantities.Duration(text),
            };
            if (parsed.Error is { } error) return At(cells, i, $"{columns[i].Name}: {error}");
            row = (columns[i].What, parsed.Value) switch
            {
                ("time", Duration d) => row with { At = Instant.Zero + d },
                ("delay", Duration d) => row with { Delay = d },
                ("rate", long r) => row with { BitsPerSecond = r },
                (_, var p) => row with { Loss = (Probability)p! },
            };
        }
        if (noRate is { } empty && !isDown)
            return At(cells, empty, "a rate is missing; only where up is 0 there may be none");
        if (rows.Count == 0) first = row.At;
        row = row with { At = Instant.Zero + (row.At - first), IsUp = !isDown };
        if (rows.Count > 0 && row.At <= rows[^1].At)
            return At(cells, Array.FindIndex(columns, c => c.Name == "time"),
                "the time is not after that of the row above");
        rows.Add(row);
        return null;
    }

    // in a table a rate of 0 is a measurement
    private static Parsed Rate(string text)
    {
        if (text == "unlimited") return Parsed.Of(-1L);
        string digits = text.TrimEnd([.. "bit/skMG "]);
        if (decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            && number == 0) return Parsed.Of(0L);
        Parsed parsed = Quantities.Rate(text);
        return parsed.Value is Rate rate ? Parsed.Of(rate.BitsPerSecond) : parsed;
    }

    private bool Line(StreamReader reader, out string line)
    {
        var text = new StringBuilder();
        int c;
        while ((c = reader.Read()) >= 0 && c != '\n' && text.Length <= MostChars) text.Append((char)c);
        line = text.ToString().TrimEnd('\r');
        lines++;
        return c >= 0 || text.Length > 0;
    }

    private string At(string[] cells, int cell, string message)
    {
        int column = 1 + cells.Take(cell).Sum(c => c.Length + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{path}:{lines}:{column}: {Problem.Printable(message)}");
    }
}
