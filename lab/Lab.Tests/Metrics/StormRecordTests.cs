using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

public sealed class StormRecordTests
{
    [Fact]
    public void Bins_hold_what_happened_in_them_and_who_is_online_at_their_end()
    {
        var storm = new StormRecord();
        // a run of 1200 s has 600 bins of 2 s
        foreach (long second in new long[] { 0, 1, 2, 1199 }) storm.Attempt(At(second), 0, first: false);
        storm.Online(At(1), 0, online: true);
        storm.Online(At(3), 1, online: true);
        storm.Online(At(1198), 0, online: false);
        IReadOnlyList<ArrivalBin> bins = storm.ToBins(Duration.FromSeconds(1200));
        Assert.Equal(600, bins.Count);
        Assert.Equal(new ArrivalBin(At(0), 2, 1), bins[0]);
        Assert.Equal(new ArrivalBin(At(2), 1, 2), bins[1]);
        Assert.Equal(new ArrivalBin(At(4), 0, 2), bins[2]);
        Assert.Equal(new ArrivalBin(At(1198), 1, 1), bins[599]);
        Assert.Equal(4, bins.Sum(b => b.Attempts));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(601, 301)]
    [InlineData(3_153_600_000, 600)]                                 // a hundred years cost no more than an hour
    public void There_are_at_most_600(long seconds, int bins) =>
        Assert.Equal(bins, new StormRecord().ToBins(Duration.FromSeconds(seconds)).Count);

    private static Instant At(long seconds) => Instant.Zero + Duration.FromSeconds(seconds);
}
