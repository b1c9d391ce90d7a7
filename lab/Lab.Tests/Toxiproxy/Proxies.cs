using System.Net;
using System.Net.Sockets;
using System.Text;
using Lab.Toxiproxy;

namespace Lab.Tests;

/// <summary>Fault proxies in this process, the upstreams behind them, and how tests talk to both.</summary>
internal static class Proxies
{
    /// <summary>Generous: only a failing test ever waits this long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task<ToxiproxyServer> StartAsync(params (string Name, string Upstream)[] proxies) =>
        StartAsync(false, proxies);

    public static async Task<ToxiproxyServer> StartAsync(bool strict, params (string Name, string Upstream)[] proxies)
    {
        (ToxiproxyServer? server, string problem) = await ToxiproxyServer.StartAsync(new ToxiproxyOptions
        {
            Strict = strict, Seed = 7,
            Proxies = [.. proxies.Select(p => new ProxyRequest { Name = p.Name, Listen = "127.0.0.1:0",
                Upstream = p.Upstream })],
        });
        Assert.True(server is not null, problem);
        return server;
    }

    public static HttpClient Api(ToxiproxyServer server) =>
        new() { BaseAddress = new Uri($"http://{server.Address}"), Timeout = Limit };

    public static async Task<(HttpStatusCode Status, string Body)> SayAsync(
        this HttpClient http, string verb, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (body is not null) request.Content = new StringContent(body);
        using HttpResponseMessage response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static int FreePort()
    {
        // below those that kernels give to outgoing connections: between two listeners on it nobody takes it
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(15_000, 32_000)));
                return ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException) { }                           // somebody's: the next may be free
        }
    }

    public static Socket Listener(int backlog = 100)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(backlog);
        return socket;
    }

    public static async Task<Socket> ConnectAsync(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(address)).WaitAsync(Limit);
        return socket;
    }

    public static Task SayAsync(this Socket socket, string text) => socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>What arrives until so many bytes, the end ("." behind it) or a reset ("!" behind it).</summary>
    public static async Task<string> HearAsync(this Socket socket, int bytes = int.MaxValue)
    {
        var heard = new StringBuilder();
        byte[] buffer = new byte[4096];
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            while (heard.Length < bytes)
            {
                int length = await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token);
                if (length == 0) return heard + ".";
                heard.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            heard.Append('!');
        }
        return heard.ToString();
    }

    /// <summary>Asks until it holds, at most the limit.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds()) await Task.Delay(5, limit.Token);
    }
}

/// <summary>A proxy named p in front of an upstream that the test plays, and one connection through it.</summary>
internal sealed class ProxiedPair : IAsyncDisposable
{
    private readonly Socket listener;

    private ProxiedPair(ToxiproxyServer server, Socket listener) =>
        (Server, this.listener, Api) = (server, listener, Proxies.Api(server));

    public ToxiproxyServer Server { get; }
    public HttpClient Api { get; }
    public Socket Client { get; private set; } = null!;
    public Socket Upstream { get; private set; } = null!;
    public string UpstreamAddress => listener.LocalEndPoint!.ToString()!;

    public static async Task<ProxiedPair> StartAsync(bool strict = false, params string[] toxics)
    {
        Socket listener = Proxies.Listener();
        var pair = new ProxiedPair(
            await Proxies.StartAsync(strict, ("p", listener.LocalEndPoint!.ToString()!)), listener);
        foreach (string toxic in toxics) await pair.ToxicAsync(toxic);
        (pair.Client, pair.Upstream) = await pair.ConnectAsync();
        return pair;
    }

    public async Task<(Socket Client, Socket Upstream)> ConnectAsync()
    {
        Task<Socket> accepted = listener.AcceptAsync();
        Socket client = await Proxies.ConnectAsync(Server.ListenOf("p")!);
        Socket upstream = await accepted.WaitAsync(Proxies.Limit);
        upstream.NoDelay = true;
        return (client, upstream);
    }

    public async Task ToxicAsync(string json) =>
        Assert.Equal(HttpStatusCode.OK, (await Api.SayAsync("POST", "/proxies/p/toxics", json)).Status);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Upstream.Dispose();
        listener.Dispose();
        Api.Dispose();
        await Server.DisposeAsync();
    }
}
