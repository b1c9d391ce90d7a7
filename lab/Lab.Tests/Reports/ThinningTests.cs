using CsCheck;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>What keeps a figure of a million states small, and what it still looks like then.</summary>
public sealed class ThinningTests
{
    private const int Pixels = 100;
    private const double Span = 1000, Pixel = Span / Pixels;

    /// <summary>States side by side over the whole span, many of them far narrower than a pixel.</summary>
    private static readonly Gen<Stretch<int>[]> Lanes =
        Gen.Select(Gen.Double[0.01, 60], Gen.Int[0, 3], Gen.Double[0, 1]).Array[1, 800].Select(parts =>
        {
            List<Stretch<int>> row = [];
            double at = 0;
            foreach ((double length, int state, double kind) in parts)
            {
                double to = Math.Min(Span, at + (kind < 0.7 ? length / 60 : length));
                if (to > at) row.Add(new(at, to, state, 1));
                at = to;
            }
            return row.ToArray();
        });

    /// <summary>How much of a pixel is in a state; -1 is nothing.</summary>
    private static Dictionary<int, double> Shares(IReadOnlyList<Stretch<int>> row, int pixel)
    {
        (double start, double end) = (pixel * Pixel, (pixel + 1) * Pixel);
        Dictionary<int, double> shares = new() { [-1] = Pixel };
        foreach (Stretch<int> s in row.Where(s => s.To > start && s.From < end))
        {
            double share = Math.Min(s.To, end) - Math.Max(s.From, start);
            shares[s.State] = shares.GetValueOrDefault(s.State) + share;
            shares[-1] -= share;
        }
        return shares;
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Every_pixel_shows_a_state_that_was_there_and_for_the_longest() => Lanes.Try(300, row =>
    {
        IReadOnlyList<Stretch<int>> thin = Thinning.Row(row, Pixel, gaps: true);
        for (int p = 0; p < Pixels; p++)
        {
            Dictionary<int, double> before = Shares(row, p), after = Shares(thin, p);
            int shown = after.MaxBy(s => s.Value).Key;
            Assert.True(before.GetValueOrDefault(shown) >= before.Values.Max() - 1e-6,
                $"pixel {p} shows {shown}, which filled {before.GetValueOrDefault(shown)} of it");
        }
    });

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void What_is_drawn_lies_in_order_and_is_bounded_by_the_pixels() => Lanes.Try(300, row =>
    {
        IReadOnlyList<Stretch<int>> thin = Thinning.Row(row, Pixel, gaps: true);
        Assert.True(thin.Count <= 3 * Pixels);
        Assert.All(thin.Zip(thin.Skip(1)), p => Assert.True(p.First.To <= p.Second.From + 1e-6));
        Assert.All(thin, s => Assert.True(s.To > s.From));
    });

    [Fact]
    public void States_that_can_be_seen_stay_as_they_are()
    {
        Stretch<int>[] row = [new(0, 100, 1, 1), new(100, 106, 2, 1), new(106, 1000, 1, 1)];

        Assert.Same(row, Thinning.Row(row, Pixel, gaps: true));
    }

    [Fact]
    public void A_short_state_between_long_ones_takes_no_more_than_its_pixel()
    {
        Stretch<int>[] row = [new(0, 502, 1, 1), new(502, 503, 2, 1), new(503, 1000, 1, 1)];

        Assert.Equal([new(0, 1000, 1, 5)], Thinning.Row(row, Pixel, gaps: true));
        Assert.Equal([new(500, 510, 2, 2)], Thinning.Row([row[1]], Pixel, gaps: false));
        Assert.Empty(Thinning.Row([row[1]], Pixel, gaps: true));
    }

    [Fact]
    public void Where_all_rows_together_make_too_many_boxes_the_pixels_grow()
    {
        Stretch<int>[] row = [.. Enumerable.Range(0, 100_000).Select(i => new Stretch<int>(i / 100.0, (i + 1) / 100.0,
            i / 70 % 2, 1))];

        (IReadOnlyList<IReadOnlyList<Stretch<int>>> rows, int pixels, bool joined) =
            Thinning.Rows([row, row, row], Span, 2000, gaps: true);

        Assert.InRange(rows.Sum(r => r.Count), 3, 2000);
        Assert.True(joined);
        Assert.Equal(800, pixels);
        Assert.StartsWith(" What was shorter than 625 ms is joined", Thinning.Rule(joined, pixels, Span));
    }

    [Fact]
    public void False_alarms_are_dropped_after_all_others_and_first_and_last_stay()
    {
        int[] marks = [.. Enumerable.Range(0, 10_000)];
        bool Alarm(int i) => i % 100 == 50;

        IReadOnlyList<int> thin = Thinning.Of(marks, 250, Alarm);

        Assert.Equal(250, thin.Count);
        Assert.Equal(100, thin.Count(Alarm));
        Assert.Equal((0, 9999), (thin[0], thin[^1]));
        Assert.Equal(thin.Order().Distinct(), thin);
        Assert.Equal(60, Thinning.Of(marks, 60, Alarm).Count);
        Assert.Equal(2, Thinning.Of(marks, 60, Alarm).Count(i => !Alarm(i)));
    }
}
