using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

public class QuantitiesTests
{
    [Theory]
    [InlineData("250ms", 250_000_000)]
    [InlineData("90s", 90_000_000_000)]
    [InlineData("15m", 900_000_000_000)]
    [InlineData("24h", 86_400_000_000_000)]
    [InlineData("2d", 172_800_000_000_000)]
    [InlineData("7us", 7_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData("0.000000001s", 1)]
    [InlineData("90 s", 90_000_000_000)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    public void A_time_is_read_exactly(string text, long nanoseconds) =>
        Assert.Equal(new Duration(nanoseconds), Quantities.Duration(text).Value);

    [Fact]
    public void A_time_reads_back_as_it_prints()
    {
        RandomStream random = RandomStream.Root(1);
        for (int i = 0; i < 2000; i++)
        {
            var duration = new Duration((long)random.Below(1UL << (int)(1 + random.Below(60))));
            Assert.Equal(duration, Quantities.Duration(duration.ToString()).Value);
        }
    }

    [Theory]
    [InlineData("64kbit/s", 64_000)]
    [InlineData("1.5Mbit/s", 1_500_000)]
    [InlineData("1Gbit/s", 1_000_000_000)]
    [InlineData("800bit/s", 800)]
    [InlineData("unlimited", 0)]
    public void A_rate_is_read_exactly(string text, long bits) =>
        Assert.Equal(new Rate(bits), Quantities.Rate(text).Value);

    [Theory]
    [InlineData("200B", 200)]
    [InlineData("3kB", 3_000)]
    [InlineData("256KiB", 262_144)]
    [InlineData("0.5MiB", 524_288)]
    [InlineData("2MB", 2_000_000)]
    [InlineData("unlimited", 0)]
    public void A_size_is_read_exactly(string text, long bytes) =>
        Assert.Equal(new Size(bytes), Quantities.Size(text).Value);

    [Theory]
    [InlineData("2%", 20_000_000)]
    [InlineData("0.1%", 1_000_000)]
    [InlineData("0%", 0)]
    [InlineData("100%", 1_000_000_000)]
    [InlineData("0.0000001%", 1)]
    public void A_share_is_read_exactly(string text, int partsPerBillion) =>
        Assert.Equal(new Probability(partsPerBillion), Quantities.Probability(text).Value);

    [Theory]
    [InlineData("90s", 90, Unit.Seconds)]
    [InlineData("2%", 0.02, Unit.Share)]
    [InlineData("0", 0, Unit.Count)]
    [InlineData("-1", -1, Unit.Count)]
    [InlineData("10KiB", 10240, Unit.Bytes)]
    [InlineData("10KiB/h", 10240, Unit.BytesPerHour)]
    [InlineData("80/s", 80, Unit.PerSecond)]
    [InlineData("120/h", 120, Unit.PerHour)]
    public void A_metrics_value_keeps_its_unit(string text, double value, Unit unit) =>
        Assert.Equal(new Quantity(value, unit), Quantities.Quantity(text).Value);

    [Theory]
    [InlineData("1.3", 1300)]
    [InlineData("0.8", 800)]
    [InlineData("2", 2000)]
    [InlineData("1.179", 1179)]
    public void A_decimal_is_kept_in_thousandths(string text, int thousandths) =>
        Assert.Equal(thousandths, Quantities.Permille(text).Value);

    [Theory]
    [InlineData("90", "a time needs a unit: 90s, 90m, ...")]
    [InlineData("-3s", "a time cannot be negative: -3s")]
    [InlineData("5 mins", "unknown unit 'mins' in '5 mins', expected us, ms, s, m, h or d; did you mean '5m'?")]
    [InlineData("1h30m", "expected a time such as 250ms, 90s, 15m or 24h, found '1h30m'")]
    [InlineData("1e3s", "expected a time such as 250ms, 90s, 15m or 24h, found '1e3s'")]
    [InlineData("1,5s", "expected a time such as 250ms, 90s, 15m or 24h, found '1,5s'; decimals take a point")]
    [InlineData("..s", "expected a time such as 250ms, 90s, 15m or 24h, found '..s'")]
    [InlineData("999999999999999999999999999h", "999999999999999999999999999h is longer than 100 years")]
    [InlineData("9999999999999999999999999999999999h",
        "expected a time such as 250ms, 90s, 15m or 24h, found '9999999999999999999999999999999999h'")]
    [InlineData("٣s", "expected a time such as 250ms, 90s, 15m or 24h, found '٣s'")]
    [InlineData("", "a value is missing, expected a time such as 250ms, 90s, 15m or 24h")]
    public void What_is_no_time_is_refused_in_words(string text, string message)
    {
        Parsed parsed = Quantities.Duration(text);
        Assert.Null(parsed.Value);
        Assert.Equal(message, parsed.Error);
    }

    [Theory]
    [InlineData("5Mbps", "unknown unit 'Mbps' in '5Mbps', expected bit/s, kbit/s, Mbit/s or Gbit/s; did you mean "
        + "'5Mbit/s'?")]
    [InlineData("5MB/s", "5MB/s counts bytes; rates are in bits: bit/s, kbit/s, Mbit/s or Gbit/s")]
    [InlineData("5", "a rate needs a unit: 5kbit/s, 5Mbit/s, ...")]
    [InlineData("-5Mbit/s", "a rate cannot be negative: -5Mbit/s")]
    [InlineData("0Mbit/s",
        "a rate of 0 is not a rate: write unlimited (or leave the key out), or use the fault cut to stop traffic")]
    [InlineData("0.3bit/s", "0.3bit/s is not a whole number of bits per second")]
    public void What_is_no_rate_is_refused_in_words(string text, string message) =>
        Assert.Equal(message, Quantities.Rate(text).Error);

    [Theory]
    [InlineData("0.02", "a share is written in percent: 2% instead of 0.02")]
    [InlineData("2", "a share is written in percent: 2%")]
    [InlineData("101%", "101% is not between 0% and 100%")]
    [InlineData("-1%", "-1% is not between 0% and 100%")]
    [InlineData("0.00000001%", "0.00000001% is finer than 0.0000001%")]
    public void What_is_no_share_is_refused_in_words(string text, string message) =>
        Assert.Equal(message, Quantities.Probability(text).Error);
}
