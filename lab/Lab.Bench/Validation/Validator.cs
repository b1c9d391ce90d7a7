using System.Text;

namespace Lab.Bench;

/// <summary>Published numbers that the lab should give, and what it gives: make validate.</summary>
internal static class Validator
{
    private const string Sleep = "the system that puts apps to sleep",
        Learning = "policies that learn their interval";

    /// <summary>Every row, in the order of its number.</summary>
    public static IEnumerable<Comparison> Rows() => MiddleboxRows.All().Concat(RadioRows.All())
        .Concat(EnergyRows.All()).Concat(Waiting)
        .OrderBy(c => int.Parse(c.Row.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture));

    private static readonly Comparison[] Waiting =
    [
        Wait("V6", "Tencent/mars", "hours until an interval is learned behind a NAT", Learning),
        Wait("V8", "Go's net package", "a probe every 15 s, whatever the application asks",
            "a server whose runtime sets keepalives"),
        Wait("V9", "retransmission budgets by system", "924 s, 450 s, 90 s", "first-hand sources of XNU and Windows"),
        Wait("V15", "field reports of ntfy and Conversations", "45 s against 300 s on LTE: factor 2 to 3", Sleep),
        Wait("V16", "Acer et al., EAI 2015", "holding pushes back 150 s saves 10 %",
            "a server that holds presence back"),
        Wait("V17", "Dino's tick; PocketShell issue 928", "gaps of 120 s instead of 60 and 90 s",
            "checks that look only at ticks"),
    ];

    /// <summary>Prints the table and writes it into lab/VALIDATION.md; 1 when a row is not reproduced.</summary>
    public static int Run(string file)
    {
        var page = new StringBuilder("""
            # Published numbers, and the lab's

            Written by `make validate`. Each row is a number that somebody published, and what the lab gives for it;
            a row that cannot be run yet says what it waits for. `lab/MODELS.md` says how each model works.

            | row | source | published | lab | difference | verdict |
            |---|---|---|---|---|---|

            """);
        bool failed = false;
        foreach (Comparison row in Rows())
        {
            Console.WriteLine(row);
            page.Append(row).Append('\n');
            failed |= row.Outcome == Outcome.NotReproduced;
        }
        File.WriteAllText(file, page.ToString());
        return failed ? 1 : 0;
    }

    private static Comparison Wait(string row, string source, string published, string what) =>
        new(row, source, published, "", "", Outcome.Waits, "for " + what);
}
