using Lab.Reports;
using SkiaSharp;
using Xunit;

namespace Lab.Tests;

/// <summary>Charts as PNG files.</summary>
public sealed class PictureTests
{
    public static TheoryData<string> Charts => [.. SampleCharts.All.Keys];

    [Theory]
    [MemberData(nameof(Charts))]
    public void A_chart_gives_the_same_bytes_again_and_on_several_threads_at_once(string name)
    {
        byte[] first = Png(SampleCharts.All[name], new Paper());
        byte[][] others = new byte[4][];
        Parallel.For(0, others.Length, i => others[i] = Png(SampleCharts.All[name], new Paper()));
        Assert.All(others, other => Assert.Equal(first, other));
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public void Nothing_is_drawn_at_the_edge_of_the_picture(string name)
    {
        foreach (Paper paper in (Paper[])[new(), new(Dark: true), new(WidthPixels: 640), new(WidthPixels: 2400)])
        {
            using SKBitmap picture = SKBitmap.Decode(Png(SampleCharts.All[name], paper));
            Assert.Equal(paper.WidthPixels, picture.Width);
            for (int x = 0; x < picture.Width; x++)
                for (int y = 0; y < picture.Height; y += y == 2 ? Math.Max(1, picture.Height - 5) : 1)
                    Assert.True(picture.GetPixel(x, y) == paper.Background, $"{paper}: something stands at {x}, {y}");
            for (int y = 0; y < picture.Height; y++)
                foreach (int x in (int[])[0, 1, 2, picture.Width - 3, picture.Width - 2, picture.Width - 1])
                    Assert.True(picture.GetPixel(x, y) == paper.Background, $"{paper}: something stands at {x}, {y}");
        }
    }

    [Fact]
    public void A_picture_of_a_given_size_has_that_size_and_one_that_is_too_low_says_what_it_needs()
    {
        using SKBitmap picture = SKBitmap.Decode(Png(SampleCharts.Curves(), new Paper(1600, 1200)));
        Assert.Equal((1600, 1200), (picture.Width, picture.Height));

        (byte[]? none, int? needed) = Picture.Draw(SampleCharts.Curves(), new Paper(1600, 200));
        Assert.Null(none);
        Assert.NotNull(Picture.Draw(SampleCharts.Curves(), new Paper(1600, needed!.Value)).Png);
    }

    private static byte[] Png(Chart chart, Paper paper) =>
        Picture.Draw(chart, paper).Png ?? throw new InvalidOperationException("no picture");
}
