using System.Globalization;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>Every metric on a history that somebody wrote, against a number that somebody computed.</summary>
public sealed class MetricsByHandTests
{
    public static TheoryData<string, string, string, double> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string, double>();
            foreach (Histories.Told told in Histories.All)
                foreach ((string metric, string scope, double value) in told.Rows)
                    rows.Add(told.Name, metric, scope, value);
            return rows;
        }
    }

    /// <param name="scope">Of whom, and from and to in seconds: "phone 100 200", "- 100", "" is all.</param>
    [Theory]
    [MemberData(nameof(Rows))]
    public void A_metric_of_a_history_written_by_hand_is_what_was_computed_by_hand(
        string history, string metric, string scope, double value)
    {
        Histories.Told told = Histories.All.Single(t => t.Name == history);
        Scope asked = Read(scope);
        var written = new HandWritten(told.Duration, [(metric, asked)], hasAll: true);
        told.Tell(written);
        Assert.Equal(value, written.Measure().Single(m => m.Metric == metric && m.Scope == asked).Value, 9);
    }

    [Fact]
    public void Every_metric_of_the_catalogue_is_computed_by_hand_of_a_whole_run_and_of_a_part_of_it()
    {
        (string Metric, string Scope, double Value)[] rows = [.. Histories.All.SelectMany(t => t.Rows)];
        Assert.Equal(
            Catalogue.All.Select(m => m.Name).Order(StringComparer.Ordinal),
            rows.Where(r => r.Scope.Length == 0 && !double.IsNaN(r.Value)).Select(r => r.Metric)
                .Order(StringComparer.Ordinal));
        Assert.Equal("", string.Join(", ", Catalogue.All.Select(m => m.Name)
            .Except(rows.Where(r => r.Scope.Length > 0 && !double.IsNaN(r.Value)).Select(r => r.Metric))));
    }

    private static Scope Read(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? Word(int at) => at < words.Length && words[at] != "-" ? words[at] : null;
        Duration? Time(int at) => Word(at) is { } s
            ? HandWritten.At(double.Parse(s, CultureInfo.InvariantCulture)) - Instant.Zero : null;
        return new Scope(Word(0) is { } name ? Target.Parse(name) : null, Time(1), Time(2));
    }
}
