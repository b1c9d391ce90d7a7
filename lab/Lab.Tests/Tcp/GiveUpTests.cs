using Lab.Network;

namespace Lab.Tests;

/// <summary>When a connection end gives up, driven through a blackhole after exchanges that settled its RTO.</summary>
public class GiveUpTests
{
    public static TheoryData<int, double, double, double, double, double, double, double> Table() => new()
    {
        // SRTT ms, default with tail probe, without, retries2=8, RTO max 10 s, 5 s, user timeout 30 s, 60 s
        { 1, 925.8, 925.6, 102.9, 122.9, 66.4, 30.4, 60.4 },
        { 20, 945.3, 945.1, 112.6, 114.1, 62.0, 30.4, 60.4 },
        { 50, 968.0, 967.8, 128.0, 116.0, 63.0, 30.5, 60.5 },
        { 100, 993.6, 993.3, 153.6, 119.2, 64.6, 30.6, 60.6 },
        { 200, 1044.8, 1044.4, 204.8, 122.8, 66.4, 30.8, 60.8 },
        { 300, 968.0, 967.5, 128.0, 116.0, 63.0, 31.0, 61.0 },
        { 600, 1044.8, 1044.0, 204.8, 122.8, 66.4, 31.6, 61.6 },
        { 1000, 993.6, 992.4, 153.6, 119.2, 64.6, 32.4, 62.4 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Data_into_a_blackhole_is_given_up_when_Linux_gives_up(
        int srttMs, double usual, double noProbe, double eight, double max10, double max5, double user30, double user60)
    {
        var rtt = Duration.FromMilliseconds(srttMs);
        var plain = new TcpSettings();
        AssertGivesUp(rtt, plain, usual, TcpEnd.RetransmissionLimit);
        AssertGivesUp(rtt, plain with { TailLossProbe = false }, noProbe, TcpEnd.RetransmissionLimit);
        AssertGivesUp(rtt, plain with { Retries2 = 8 }, eight, TcpEnd.RetransmissionLimit);
        AssertGivesUp(rtt, plain with { RtoMax = Duration.FromSeconds(10) }, max10, TcpEnd.RetransmissionLimit);
        AssertGivesUp(rtt, plain with { RtoMax = Duration.FromSeconds(5) }, max5, TcpEnd.RetransmissionLimit);
        AssertGivesUp(rtt, plain with { UserTimeout = Duration.FromSeconds(30) }, user30, TcpEnd.UserTimeout);
        AssertGivesUp(rtt, plain with { UserTimeout = Duration.FromSeconds(60) }, user60, TcpEnd.UserTimeout);
    }

    private static void AssertGivesUp(Duration rtt, TcpSettings settings, double seconds, TcpEnd end)
    {
        TcpPair pair = TcpPair.Calibrated(rtt, settings);
        Instant from = pair.Now;
        pair.Blackhole();
        pair.Write(true, 50);
        (TcpEnd actual, Instant at) = pair.RunToEnd(true, Duration.FromSeconds(2000));
        Assert.Equal(end, actual);
        double took = (at - from).TotalSeconds;
        Assert.True(Math.Abs(took - seconds) <= 0.03 * seconds, $"gave up after {took:0.0} s, expected {seconds:0.0} s");
        pair.Release();
        Assert.Equal(0, pair.Buffers.Outstanding);
    }
}
