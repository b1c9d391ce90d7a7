using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Lab.Toxiproxy;

namespace Lab.Tests;

/// <summary>The pumps on real loopback sockets; what toxics decide is tested in virtual time (ToxicTests).</summary>
public sealed class ProxySocketTests
{
    [Fact]
    public async Task Bytes_pass_both_ways_and_the_end_passes_on()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        await pair.Client.SayAsync("hello");
        Assert.Equal("hello", await pair.Upstream.HearAsync(5));
        await pair.Upstream.SayAsync("you too");
        pair.Upstream.Shutdown(SocketShutdown.Both);
        Assert.Equal("you too.", await pair.Client.HearAsync());
    }

    [Fact]
    public async Task An_end_one_way_closes_both_ways_as_in_Toxiproxy()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        await pair.Client.SayAsync("req");
        Assert.Equal("req", await pair.Upstream.HearAsync(3));
        pair.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(".", await pair.Upstream.HearAsync());
        Assert.Equal(".", await pair.Client.HearAsync());
    }

    [Theory, InlineData("""{"type":"noop"}"""), InlineData("""{"type":"latency","attributes":{"latency":20}}""")]
    public async Task Strict_passes_a_half_close_on_as_one(string toxic)
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync(strict: true, toxic);
        await pair.Client.SayAsync("req");
        pair.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("req.", await pair.Upstream.HearAsync());
        await pair.Upstream.SayAsync("response");
        Assert.Equal("response", await pair.Client.HearAsync(8));
        pair.Upstream.Shutdown(SocketShutdown.Send);
        Assert.Equal(".", await pair.Client.HearAsync());
    }

    [Theory, InlineData(false, "."), InlineData(true, "!")]
    public async Task A_reset_becomes_an_end_as_in_Toxiproxy_or_stays_one_when_strict(bool strict, string heard)
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync(strict);
        await pair.Upstream.SayAsync("x");
        Assert.Equal("x", await pair.Client.HearAsync(1));
        pair.Upstream.Close(0);
        Assert.Equal(heard, await pair.Client.HearAsync());
    }

    [Theory, InlineData("downstream"), InlineData("upstream")]
    public async Task Reset_peer_resets_both_sides_also_of_a_connection_that_was_open(string stream)
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        await pair.ToxicAsync($$"""{"type":"reset_peer","stream":"{{stream}}","attributes":{"timeout":1} }""");
        await (stream == "upstream" ? pair.Client : pair.Upstream).SayAsync("x");
        Assert.Equal("!", await pair.Client.HearAsync());
        Assert.Equal("!", await pair.Upstream.HearAsync());
    }

    [Fact]
    public async Task Disabling_closes_the_listener_and_all_connections_and_enabling_listens_again()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        string address = pair.Server.ListenOf("p")!;
        await pair.Api.SayAsync("POST", "/proxies/p", """{"enabled":false}""");
        Assert.Equal(".", await pair.Client.HearAsync());
        Assert.Equal(".", await pair.Upstream.HearAsync());
        var refused = await Assert.ThrowsAsync<SocketException>(() => Proxies.ConnectAsync(address));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Equal(HttpStatusCode.OK, (await pair.Api.SayAsync("POST", "/proxies/p", """{"enabled":true}""")).Status);
        Assert.Equal(address, pair.Server.ListenOf("p"));
        (Socket client, Socket upstream) = await pair.ConnectAsync();
        client.Dispose();
        upstream.Dispose();
    }

    [Fact]
    public async Task Only_a_changed_address_closes_connections()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        await pair.Api.SayAsync("PATCH", "/proxies/p", $$"""{"listen":"{{pair.Server.ListenOf("p")}}"}""");
        await pair.Client.SayAsync("q");
        Assert.Equal("q", await pair.Upstream.HearAsync(1));
        await pair.Api.SayAsync("PATCH", "/proxies/p", """{"upstream":"127.0.0.1:1"}""");
        Assert.Equal(".", await pair.Client.HearAsync());
    }

    [Fact]
    public async Task An_upstream_that_refuses_closes_its_client_and_disturbs_nobody()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        await pair.Api.SayAsync("POST", "/proxies",
            $$"""{"name":"dead","listen":"127.0.0.1:0","upstream":"127.0.0.1:{{Proxies.FreePort()}}"}""");
        using Socket client = await Proxies.ConnectAsync(pair.Server.ListenOf("dead")!);
        Assert.Equal(".", await client.HearAsync());
        await pair.Client.SayAsync("q");
        Assert.Equal("q", await pair.Upstream.HearAsync(1));
    }

    [Fact]
    public async Task An_upstream_that_never_accepts_disturbs_nobody()
    {
        using Socket full = Proxies.Listener(backlog: 0);
        string address = full.LocalEndPoint!.ToString()!;
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        await pair.Api.SayAsync("POST", "/proxies",
            $$"""{"name":"full","listen":"127.0.0.1:0","upstream":"{{address}}"}""");
        var waiting = new List<Socket>();
        for (int i = 0; i < 5; i++) waiting.Add(await Proxies.ConnectAsync(pair.Server.ListenOf("full")!));
        // one that the kernel has accepted and the proxy not yet would be reset with the listener
        await Proxies.UntilAsync(async () => Regex.IsMatch(
            (await pair.Api.SayAsync("GET", "/metrics")).Body, "connections_open{[^}]*proxy=\"full\"[^}]*} 5\n"));
        await pair.Api.SayAsync("PATCH", "/proxies/full", $$"""{"upstream":"{{pair.UpstreamAddress}}"}""");
        foreach (Socket socket in waiting) Assert.Equal(".", await socket.HearAsync());
        (Socket client, Socket upstream) = await pair.ConnectAsync();
        await client.SayAsync("q");
        Assert.Equal("q", await upstream.HearAsync(1));
        foreach (Socket socket in waiting.Append(client).Append(upstream)) socket.Dispose();
    }

    [Fact]
    public async Task The_API_answers_while_a_receiver_does_not_read()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        Task<int> flood = pair.Upstream.SendAsync(new byte[64 << 20], SocketFlags.None);
        await pair.ToxicAsync("""{"type":"latency","attributes":{"latency":1}}""");
        await Proxies.UntilAsync(() => Task.FromResult(pair.Client.Available > 1 << 16));
        await pair.ToxicAsync("""{"type":"bandwidth","attributes":{"rate":1000000}}""");
        Assert.Equal(HttpStatusCode.NoContent, (await pair.Api.SayAsync("POST", "/reset", "")).Status);
        Assert.False(flood.IsCompleted);   // the sender feels it
        byte[] buffer = new byte[1 << 20];
        for (int got = 0; got < 64 << 20;) got += await pair.Client.ReceiveAsync(buffer).WaitAsync(Proxies.Limit);
        Assert.Equal(64 << 20, await flood);
    }

    [Fact]
    public async Task A_connection_that_a_toxic_closes_under_load_is_gone()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync(false,
            """{"type":"limit_data","attributes":{"bytes":100}}""",
                """{"type":"latency","attributes":{"latency":20}}""");
        Task flood = FloodAsync(pair.Upstream);
        Assert.Equal(100, (await pair.Client.HearAsync()).IndexOfAny(['.', '!']));
        await Proxies.UntilAsync(async () => System.Text.RegularExpressions.Regex.IsMatch(
            (await pair.Api.SayAsync("GET", "/metrics")).Body, "connections_open{.*} 0\n"));
        await flood.WaitAsync(Proxies.Limit);
    }

    private static async Task FloodAsync(Socket socket)
    {
        try
        {
            for (byte[] much = new byte[1 << 20];;) await socket.SendAsync(much, SocketFlags.None);
        }
        catch (SocketException)
        {
            // as it should be
        }
    }

    [Fact]
    public async Task Resetting_closes_what_a_timeout_has_bitten_and_spares_the_rest()
    {
        await using ProxiedPair pair =
            await ProxiedPair.StartAsync(false, """{"type":"latency","attributes":{"latency":9}}""");
        await pair.Api.SayAsync("POST", "/reset", "");
        await pair.Upstream.SayAsync("x");
        Assert.Equal("x", await pair.Client.HearAsync(1));
        await pair.ToxicAsync("""{"type":"timeout","attributes":{"timeout":0}}""");
        await pair.Upstream.SayAsync("lost");
        await pair.Api.SayAsync("POST", "/reset", "");
        Assert.Equal(".", await pair.Client.HearAsync());
        Assert.Equal(".", await pair.Upstream.HearAsync());
    }

    [Fact]
    public async Task Latency_is_waited_for()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync(false,
            """{"type":"latency","attributes":{"latency":120}}""");
        long began = Stopwatch.GetTimestamp();
        await pair.Upstream.SayAsync("x");
        Assert.Equal("x", await pair.Client.HearAsync(1));
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(120));
    }

    [Fact]
    public async Task Toxics_that_come_and_go_under_load_lose_and_reorder_nothing()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        byte[] sent = new byte[24 << 20];
        new Random(5).NextBytes(sent);
        Task<int> sending = pair.Upstream.SendAsync(sent, SocketFlags.None);
        using var done = new CancellationTokenSource();
        Task changing = ChangeAsync(pair, done.Token);
        byte[] got = new byte[sent.Length];
        for (int at = 0; at < got.Length;)
            at += await pair.Client.ReceiveAsync(got.AsMemory(at, Math.Min(50_000, got.Length - at))).AsTask()
                .WaitAsync(Proxies.Limit);
        await done.CancelAsync();
        await changing;
        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(got));
    }

    private static async Task ChangeAsync(ProxiedPair pair, CancellationToken stop)
    {
        string[] toxics = ["""{"type":"latency","attributes":{"latency":3,"jitter":3}}""",
            """{"type":"slicer","attributes":{"average_size":9000,"size_variation":4000}}""",
            """{"type":"bandwidth","attributes":{"rate":50000}}"""];
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            await pair.Api.SayAsync("POST", "/proxies/p/toxics", toxics[i % 3]);
            if (i % 5 == 4) await pair.Api.SayAsync("POST", "/reset", "");
            else await pair.Api.SayAsync("PATCH", "/proxies/p/toxics/latency_downstream",
                """{"attributes":{"latency":1}}""");
        }
    }

    [Fact]
    public async Task Bytes_are_counted_as_they_flow()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        await pair.Client.SayAsync("12345");
        await pair.Upstream.HearAsync(5);
        string line = $"toxiproxy_proxy_sent_bytes_total{{direction=\"upstream\",listener=\"{pair.Server.ListenOf("p")}\","
            + $"proxy=\"p\",upstream=\"{pair.UpstreamAddress}\"}} 5\n";
        await Proxies.UntilAsync(async () => (await pair.Api.SayAsync("GET", "/metrics")).Body.Contains(line));
    }

    [Fact]
    public async Task Several_servers_stand_side_by_side_and_stop_in_order()
    {
        await using ProxiedPair one = await ProxiedPair.StartAsync(), two = await ProxiedPair.StartAsync();
        await one.Server.DisposeAsync();
        Assert.Equal(".", await one.Client.HearAsync());
        await two.Client.SayAsync("q");
        Assert.Equal("q", await two.Upstream.HearAsync(1));
    }
}
