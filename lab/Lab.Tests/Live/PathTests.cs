using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Xunit.Abstractions;
using static Lab.Tests.LiveSpecs;

namespace Lab.Tests;

/// <summary>
/// Plain sockets at both ends of a proxied path: what goes in comes out, and every end is the right one.
/// </summary>
public sealed class PathTests(ITestOutputHelper output) : IDisposable
{
    private const int Up = 0, Down = 1;
    private readonly List<Socket> sockets = [];

    public void Dispose()
    {
        foreach (Socket socket in sockets) socket.Dispose();
    }

    private T Kept<T>(T socket) where T : Socket
    {
        sockets.Add(socket);
        return socket;
    }

    /// <summary>A path whose server is a listening socket of the test's.</summary>
    private sealed class Path(LiveLab lab, RawStage stage, Socket listener) : IDisposable
    {
        public LiveLab Lab => lab;
        public RawServer Server => stage.Played!;
        public Socket Listener => listener;
        public INetwork Network => lab.World.Network;
        public Task Over() => lab.Until(() => lab.Network.Open == (0, 0));
        public void Dispose() => lab.Dispose();
    }

    private Path Open(LinkProfile? link = null, int bufferBytes = 0)
    {
        Socket listener = Kept(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        if (bufferBytes > 0) (listener.SendBufferSize, listener.ReceiveBufferSize) = (bufferBytes, bufferBytes);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var stage = new RawStage();
        var lab = new LiveLab(output, Spec(link: link), stage);
        lab.Network.SetAddress(stage.Played!, Door.Client, (IPEndPoint)listener.LocalEndPoint!);
        return new Path(lab, stage, listener);
    }

    private async Task<(Socket Client, Socket Server)> Connected(Path path, int bufferBytes = 0)
    {
        Socket client = Kept(await path.Lab.ConnectAsync(0, bufferBytes));
        Socket server = Kept(await path.Listener.AcceptAsync().WaitAsync(LiveLab.Limit));
        return (client, server);
    }

    private static async Task<byte[]> ReadToEnd(Socket socket)
    {
        using var all = new MemoryStream();
        byte[] some = new byte[64 * 1024];
        for (int n; (n = await socket.ReceiveAsync(some).WaitAsync(LiveLab.Limit)) > 0;) all.Write(some, 0, n);
        return all.ToArray();
    }

    private static async Task<SocketError> ErrorOf(Socket socket)
    {
        try
        {
            byte[] some = new byte[4096];
            while (await socket.ReceiveAsync(some).WaitAsync(LiveLab.Limit) > 0) { }
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static async Task Send(Socket socket, byte[] bytes, Func<int, int> chunk)
    {
        for (int sent = 0, i = 0; sent < bytes.Length; i++)
        {
            int size = Math.Min(bytes.Length - sent, chunk(i));
            sent += await socket.SendAsync(bytes.AsMemory(sent, size)).AsTask().WaitAsync(LiveLab.Limit);
        }
        socket.Shutdown(SocketShutdown.Send);
    }

    private static byte[] Pattern(int length, int seed)
    {
        byte[] bytes = new byte[length];
        RandomStream.Root((ulong)seed).Fill(bytes);
        return bytes;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1448)]
    [InlineData(50_000)]
    public async Task Bytes_in_chunks_of_any_size_arrive_in_order_both_ways_over_a_lossy_link(int largest)
    {
        var lossy = new LinkProfile
        {
            Delay = Milliseconds(1), Loss = new LossProfile { LossWhenGood = new Probability(30_000_000) },
        };
        using Path path = Open(lossy);
        (Socket client, Socket server) = await Connected(path);
        int length = largest == 1 ? 2_000 : 200_000;
        byte[] up = Pattern(length, 1), down = Pattern(length, 2);
        Task<byte[]> atServer = ReadToEnd(server), atClient = ReadToEnd(client);
        await Task.WhenAll(Send(client, up, i => 1 + i * 31 % largest), Send(server, down, i => 1 + i * 17 % largest));
        Assert.Equal(up, await atServer);
        Assert.Equal(down, await atClient);
        await path.Over();
        Assert.True(path.Lab.Count(EntryKind.PacketLost) > 0 || largest == 1);
    }

    [Fact]
    public async Task One_direction_can_end_while_the_other_goes_on()
    {
        using Path path = Open();
        (Socket client, Socket server) = await Connected(path);
        client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await ReadToEnd(server));
        Task<byte[]> read = ReadToEnd(client);
        byte[] late = Pattern(100_000, 3);
        await Send(server, late, _ => 5000);
        Assert.Equal(late, await read);
        await path.Over();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_of_one_end_is_a_reset_at_the_other(bool byClient)
    {
        using Path path = Open();
        (Socket client, Socket server) = await Connected(path);
        (Socket resets, Socket hears) = byClient ? (client, server) : (server, client);
        Task<SocketError> heard = ErrorOf(hears);
        resets.LingerState = new LingerOption(true, 0);
        resets.Dispose();
        Assert.Equal(SocketError.ConnectionReset, await heard);
        await path.Over();
    }

    [Fact]
    public async Task What_is_sent_to_a_closed_socket_comes_back_as_a_reset()
    {
        using Path path = Open();
        (Socket client, Socket server) = await Connected(path);
        client.Close();
        Assert.Empty(await ReadToEnd(server));
        await server.SendAsync(new byte[100]);
        await path.Lab.Until(() => server.Poll(0, SelectMode.SelectRead) && path.Lab.Network.Open.Legs == 0);
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true) await server.SendAsync(new byte[100]);
        });
    }

    [Fact]
    public async Task A_server_that_refuses_or_has_no_address_resets_the_client_and_the_proxy_goes_on()
    {
        using Path path = Open();
        var there = (IPEndPoint)path.Listener.LocalEndPoint!;
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));   // bound, and not listening
        await path.Lab.On(_ =>
            path.Lab.Network.SetAddress(path.Server, Door.Client, (IPEndPoint)nobody.LocalEndPoint!));
        Assert.Equal(SocketError.ConnectionReset, await ErrorOf(Kept(await path.Lab.ConnectAsync())));
        await path.Lab.On(_ => path.Server.Listens = false);
        Assert.Equal(SocketError.ConnectionReset, await ErrorOf(Kept(await path.Lab.ConnectAsync())));
        await path.Over();
        await path.Lab.On(_ =>
        {
            path.Server.Listens = true;
            path.Lab.Network.SetAddress(path.Server, Door.Client, there);
        });
        await Connected(path);
    }

    [Fact]
    public async Task A_server_that_never_accepts_holds_nobody_up()
    {
        using Path path = Open();
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var there = (IPEndPoint)path.Listener.LocalEndPoint!;
        await path.Lab.On(_ => path.Lab.Network.SetAddress(path.Server, Door.Client, (IPEndPoint)full.LocalEndPoint!));
        for (int i = 0; i < 4; i++) Kept(await path.Lab.ConnectAsync());   // more than its queue holds
        await path.Lab.Until(() => path.Lab.Network.Open.Legs == 8);
        await path.Lab.On(_ => path.Lab.Network.SetAddress(path.Server, Door.Client, there));
        await Connected(path);
    }

    [Fact]
    public async Task A_cut_keeps_both_legs_open_and_forwards_nothing()
    {
        using Path path = Open();
        (Socket client, Socket server) = await Connected(path);
        await path.Lab.On(now =>
        {
            path.Network.Cut(now, 0, Direction.Up, 0);
            path.Network.Cut(now, 0, Direction.Down, 0);
        });
        await client.SendAsync(new byte[] { 1, 2, 3 });
        await server.SendAsync(new byte[] { 4, 5 });
        await path.Lab.Until(() => Lost(path, Up) >= 3 && Lost(path, Down) >= 3);
        Assert.Equal((0, 2), path.Lab.Network.Open);
        Assert.Equal(0, server.Available + client.Available);
        Assert.False(client.Poll(0, SelectMode.SelectRead) || server.Poll(0, SelectMode.SelectRead));
        await path.Lab.On(now =>
        {
            path.Network.Heal(now, 0, Direction.Up, 0);
            path.Network.Heal(now, 0, Direction.Down, 0);
        });
        byte[] some = new byte[10];
        Assert.Equal(3, await server.ReceiveAsync(some).WaitAsync(LiveLab.Limit));
        Assert.Equal(2, await client.ReceiveAsync(some).WaitAsync(LiveLab.Limit));
    }

    [Fact]
    public async Task A_lost_segment_stalls_the_stream_until_the_model_sends_it_again()
    {
        using Path path = Open();
        (Socket client, Socket server) = await Connected(path);
        await path.Lab.On(now => path.Network.Cut(now, 0, Direction.Up, 0));
        await client.SendAsync(new byte[] { 1 });
        await path.Lab.Until(() => Lost(path, Up) >= 1);
        await path.Lab.On(now => path.Network.Heal(now, 0, Direction.Up, 0));
        await client.SendAsync(new byte[] { 2 });
        byte[] some = new byte[10];
        for (int n = 0; n < 2;) n += await server.ReceiveAsync(some.AsMemory(n)).AsTask().WaitAsync(LiveLab.Limit);
        Assert.Equal(new byte[] { 1, 2 }, some[..2]);
        Entry lost = path.Lab.Of(EntryKind.PacketLost).First(e => PacketEntry.Of(e).Direction == Direction.Up);
        Entry again = path.Lab.Of(EntryKind.PacketSent)
            .First(e => LiveLab.UseOf(e) == SegmentUse.Retransmission && e.At > lost.At);
        Assert.InRange((again.At - lost.At).TotalSeconds, 0.009, 0.25);   // a tail probe, or the retransmission timer
    }

    [Fact]
    public async Task A_client_that_gives_up_while_it_connects_leaves_nothing_on_the_path()
    {
        using Path path = Open();
        await path.Lab.On(now => path.Network.Cut(now, 0, Direction.Up, 0));
        Socket client = await path.Lab.ConnectAsync();
        await client.SendAsync(new byte[100]);
        await path.Lab.Until(() => Lost(path, Up) >= 1);
        Assert.Equal((0, 1), path.Lab.Network.Open);
        client.Dispose();
        await path.Over();
        await path.Lab.On(now => path.Network.Heal(now, 0, Direction.Up, 0));
        (_, Socket server) = await Connected(path);
        Assert.Equal(2, path.Lab.Count(EntryKind.ConnectAttempt));
        Assert.False(path.Listener.Poll(0, SelectMode.SelectRead));
        Assert.Equal(0, server.Available);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receiver_that_stops_reading_stops_the_sender_and_gets_everything_in_the_end(bool upward)
    {
        const int Small = 64 * 1024, Much = 32 * 1024 * 1024, Most = 24 * 1024 * 1024;
        using Path path = Open(new LinkProfile(), Small);
        (Socket client, Socket server) = await Connected(path, Small);
        (Socket sends, Socket reads) = upward ? (client, server) : (server, client);
        byte[] bytes = Pattern(Much, 4);
        int sent = 0;
        Task all = Task.Run(async () =>
        {
            while (Volatile.Read(ref sent) < Much)
            {
                Memory<byte> next = bytes.AsMemory(sent, Math.Min(32 * 1024, Much - sent));
                Interlocked.Add(ref sent, await sends.SendAsync(next));
            }
            sends.Shutdown(SocketShutdown.Send);
        });
        // stopped: the model probes the closed window again and again
        await path.Lab.Until(
            () => path.Lab.Packets(EntryKind.PacketSent, upward ? Up : Down, SegmentUse.WindowProbe) >= 2);
        int stopped = Volatile.Read(ref sent);
        Assert.InRange(stopped, 1, Most);
        byte[] got = await ReadToEnd(reads);
        await all.WaitAsync(LiveLab.Limit);
        Assert.True(bytes.AsSpan().SequenceEqual(got), $"{got.Length} of {bytes.Length} bytes");
    }

    [Fact]
    public async Task An_end_behind_bytes_that_nobody_reads_yet_waits_for_them()
    {
        const int Small = 16 * 1024;
        using Path path = Open(new LinkProfile(), Small);
        (Socket client, Socket server) = await Connected(path, Small);
        byte[] bytes = Pattern(8 * 1024 * 1024, 5);
        Task all = Send(client, bytes, _ => 32 * 1024);
        server.Shutdown(SocketShutdown.Send);
        Assert.Empty(await ReadToEnd(client));
        byte[] got = await ReadToEnd(server);
        await all;
        Assert.True(bytes.AsSpan().SequenceEqual(got), $"{got.Length} of {bytes.Length} bytes");
        await path.Over();
    }

    [Fact]
    public async Task Nothing_listens_or_stays_open_when_a_run_is_over()
    {
        Path path = Open();
        (Socket client, Socket server) = await Connected(path);
        await path.Lab.On(now => path.Network.Cut(now, 0, Direction.Up, 0));   // in the middle of something
        await client.SendAsync(new byte[10]);
        IPEndPoint front = path.Lab.Network.FrontOf(0);
        Task<SocketError> atClient = ErrorOf(client), atServer = ErrorOf(server);
        path.Dispose();
        Assert.Equal(SocketError.ConnectionReset, await atClient);
        Assert.Equal(SocketError.ConnectionReset, await atServer);
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var refused = await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync(front));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    private static int Lost(Path path, int direction) =>
        path.Lab.Packets(EntryKind.PacketLost, direction);
}
