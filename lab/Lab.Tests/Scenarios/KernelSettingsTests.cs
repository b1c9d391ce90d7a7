using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>What `os:` and `kernel:` of a host and `tcp:` of a policy make of a connection.</summary>
public class KernelSettingsTests
{
    private static Duration Seconds(double n) => new((long)(n * 1e9));

    private static double Connecting(TcpSettings settings)
    {
        var pair = new TcpPair(settings) { Drops = (_, _) => true };
        pair.Connect();
        return pair.RunToEnd(client: true, Seconds(1000)).At.TotalSeconds;
    }

    private static double Data(TcpSettings settings, out TcpPair pair)
    {
        pair = TcpPair.Calibrated(Duration.FromMilliseconds(100), settings);
        Instant from = pair.Now;
        pair.Blackhole();
        pair.Write(true, 50);
        return (pair.RunToEnd(client: true, Seconds(2000)).At - from).TotalSeconds;
    }

    [Theory]
    [InlineData(Os.Linux, 131)]
    [InlineData(Os.Android, 131)]
    [InlineData(Os.Darwin, 75)]
    [InlineData(Os.Windows, 21)]
    public void Each_system_gives_up_connecting_when_it_is_known_to(Os os, double seconds) =>
        Assert.Equal(seconds, Connecting(SystemProfile.Settings(os, null, null)), 3);

    [Fact]
    public void Windows_sends_four_SYNs_again_before_it_gives_up()
    {
        var pair = new TcpPair(SystemProfile.Settings(Os.Windows, null, null)) { Drops = (_, _) => true };
        pair.Connect();
        pair.RunFor(Seconds(100));
        Assert.Equal([0, 1, 3, 7, 15], pair.Sent.Select(s => s.At.TotalSeconds));
    }

    /// <summary>Its timeout is 0.3 s here: 63 times it is 18.9 s, as Microsoft's rule gives.</summary>
    [Fact]
    public void Windows_gives_data_up_after_five_retransmissions()
    {
        Assert.Equal(18.9, Data(SystemProfile.Settings(Os.Windows, null, null), out TcpPair pair), 1);
        Assert.Equal(5, pair.Sent.Count(s => s.Segment.Use == SegmentUse.Retransmission));
    }

    [Fact]
    public void What_an_administrator_sets_replaces_what_the_system_has()
    {
        var few = new KernelSpec { Retries2 = 5, SynRetries = 2, OrphanRetries = 1, RtoMin = Seconds(0.1) };
        TcpSettings windows = SystemProfile.Settings(Os.Windows, few, null);
        Assert.Equal((0, Duration.Zero), (windows.DataRetransmissions, windows.ConnectLimit));
        Assert.Equal((5, 2, 1), (windows.Retries2, windows.SynRetries, windows.OrphanRetries));
        // R = 200 ms: the copy at 64 R comes 12.4 s after the first timeout's, short of the 12.6 s of five retries
        Assert.Equal(25.6, Data(SystemProfile.Settings(Os.Linux, few, null), out _), 1);
    }

    [Fact]
    public void No_orphan_retries_mean_eight() =>
        Assert.Equal(8, SystemProfile.Settings(Os.Linux, new KernelSpec { OrphanRetries = 0 }, null).OrphanRetries);

    [Fact]
    public void A_socket_wins_over_its_host_and_the_host_over_its_system()
    {
        var host = new KernelSpec { KeepaliveDefaults = new(Idle: Seconds(600), Probes: 4) };
        var socket = new TcpPolicy { Keepalive = new(Idle: Seconds(60)), UserTimeout = Seconds(30) };
        TcpSettings both = SystemProfile.Settings(Os.Linux, host, socket);
        Assert.Equal(new TcpKeepalive(Seconds(60), Seconds(75), 4), both.Keepalive);
        Assert.Equal(Seconds(30), both.UserTimeout);
        Assert.Null(SystemProfile.Settings(Os.Linux, host, new TcpPolicy()).Keepalive);
    }

    [Theory]
    [InlineData(Os.Linux, 7200, 75, 9)]
    [InlineData(Os.Darwin, 7200, 75, 8)]
    [InlineData(Os.Windows, 7200, 1, 10)]
    public void Keepalive_without_numbers_is_the_systems(Os os, int idle, int interval, int probes) =>
        Assert.Equal(
            new TcpKeepalive(Seconds(idle), Seconds(interval), probes),
            SystemProfile.Settings(os, null, new TcpPolicy { Keepalive = new() }).Keepalive);

    [Theory]
    [InlineData("{server: example.org, os: windows}", 19)]
    [InlineData("{server: example.org, kernel: {retries2: 5}}", 20)]
    [InlineData("{server: example.org, kernel: {retries2: 5, hz: 1000}}", 20)]
    [InlineData("{server: example.org, os: darwin, kernel: {retries2: 5}}", 20)]
    [InlineData("{server: example.org, os: android, policy: {whitespace: {every: 20s}, tcp: {user-timeout: 10s}}}", 11)]
    public void A_whole_run_has_the_TCP_of_its_clients_system(string client, int seconds)
    {
        if (!client.Contains("policy:")) client = client[..^1] + ", policy: {whitespace: {every: 20s}}}";
        client = client[..^1] + ", link: {delay: 50ms}}";
        using var lab = new Laboratory();
        lab.Simulate = (spec, _) => Simulation.Run(spec, RunOptions.Default);
        string file = lab.Write("scenarios/one.yaml", $$"""
            duration: 10m
            topology:
              servers:
                example.org: {}
              clients:
                phone: {{client}}
            faults: [{cut: phone, at: 2m}]
            expect: [{metric: detection.client.max, above: {{seconds - 1}}s, below: {{seconds + 25}}s}]
            """);
        Assert.True(lab.Lab("run", file) == 0, lab.Output + lab.Error);
    }

    [Fact]
    public void Hosts_keep_time_with_a_phase_of_their_own_from_the_seed()
    {
        Instant Runs(ulong seed, string host) =>
            SystemProfile.Timers(Os.Linux, null, RandomStream.Root(seed).Fork(host)).After(new Instant(0), Seconds(30));
        Assert.Equal(Runs(1, "ticks/0"), Runs(1, "ticks/0"));
        Assert.NotEqual(Runs(1, "ticks/0"), Runs(1, "ticks/1"));
        Assert.NotEqual(Runs(1, "ticks/0"), Runs(2, "ticks/0"));
    }

    [Theory]
    [InlineData("os: windoes", "windows")]
    [InlineData("os: linux, kernel: {hz: 60}", "is one of 100, 250, 300 and 1000")]
    [InlineData("kernel: {retries: 5}", "retries2")]
    [InlineData("kernel: {retries2: 0}", "retries2")]
    public void What_no_host_has_is_refused(string keys, string message)
    {
        using var lab = new Laboratory();
        Assert.Contains(message, lab.Problems($$"""
            duration: 10m
            topology:
              servers:
                example.org: {}
              clients:
                phone: {server: example.org, {{keys}} }
            """));
    }

    [Fact]
    public void On_real_sockets_the_kernel_cannot_be_chosen()
    {
        using var lab = new Laboratory();
        string file = lab.Write("scenarios/one.yaml", """
            duration: 10s
            topology: {servers: {example.org: {kernel: {retries2: 5}}}, clients: {phone: {server: example.org}}}
            network: proxied
            """);
        Assert.Equal(2, lab.Lab("run", file));
        Assert.Contains("os and kernel need the simulated network", lab.Error);
    }

    [Fact]
    public void Every_number_of_a_system_says_where_it_is_from()
    {
        using var lab = new Laboratory();
        Assert.Equal(0, lab.Lab("show", "os"));
        foreach (SystemFact fact in SystemProfile.All.SelectMany(s => s.Facts))
            Assert.Contains($"{fact.Value} [{fact.Provenance}]", lab.Output);
        Assert.Contains("unknown: how long it sends unacknowledged data again is not known", lab.Output);
    }
}
