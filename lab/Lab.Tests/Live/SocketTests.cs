using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Reasons, options and certificates of real sockets, and the ends of one channel.</summary>
public sealed class SocketTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-sockets-").FullName;
    private readonly Authority authority;

    public SocketTests() => authority = new Authority(folder);

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static readonly TcpSettings Plain = new();
    private static readonly TcpSettings Kept = new()
    {
        Keepalive = new TcpKeepalive(Duration.FromSeconds(60), Duration.FromSeconds(10), 6),
    };

    [Theory]
    [InlineData(SocketError.ConnectionRefused, true, TcpEnd.Refused)]
    [InlineData(SocketError.ConnectionReset, false, TcpEnd.Reset)]
    [InlineData(SocketError.ConnectionAborted, false, TcpEnd.Reset)]
    [InlineData(SocketError.Shutdown, false, TcpEnd.Reset)]
    [InlineData(SocketError.TimedOut, true, TcpEnd.ConnectTimeout)]
    [InlineData(SocketError.TimedOut, false, TcpEnd.RetransmissionLimit)]
    [InlineData(SocketError.OperationAborted, false, TcpEnd.Aborted)]
    [InlineData(SocketError.Interrupted, false, TcpEnd.Aborted)]
    [InlineData(SocketError.NotSocket, false, TcpEnd.Aborted)]
    [InlineData(SocketError.NetworkUnreachable, true, TcpEnd.LocalError)]
    [InlineData(SocketError.HostUnreachable, false, TcpEnd.LocalError)]
    [InlineData(SocketError.TooManyOpenSockets, true, TcpEnd.LocalError)]
    [InlineData(SocketError.AddressNotAvailable, true, TcpEnd.LocalError)]
    public void Each_socket_error_has_one_reason(SocketError error, bool connecting, TcpEnd reason)
    {
        Assert.Equal(reason, SocketReasons.Of(new SocketException((int)error), connecting, Plain));
        var wrapped = new IOException("", new SocketException((int)error));
        Assert.Equal(reason, SocketReasons.Of(wrapped, connecting, Plain));
    }

    [Fact]
    public void A_time_out_is_blamed_on_the_option_that_fires_first()
    {
        var error = new SocketException((int)SocketError.TimedOut);
        TcpSettings both = Kept with { UserTimeout = Duration.FromSeconds(30) };
        Assert.Equal(TcpEnd.KeepaliveTimeout, SocketReasons.Of(error, false, Kept));
        Assert.Equal(TcpEnd.UserTimeout, SocketReasons.Of(error, false, both));
        Assert.Equal(TcpEnd.UserTimeout, SocketReasons.Of(error, true, both));
        Assert.Equal(TcpEnd.ConnectTimeout, SocketReasons.Of(error, true, Kept));
    }

    [Fact]
    public void What_is_no_socket_error_is_TLS_or_our_own_doing()
    {
        Assert.Equal(TcpEnd.TlsFailed, SocketReasons.Of(new AuthenticationException(), false, Plain));
        Assert.Equal(TcpEnd.TlsFailed, SocketReasons.Of(new IOException("no TLS"), false, Plain));
        Assert.Equal(TcpEnd.Aborted, SocketReasons.Of(new ObjectDisposedException("x"), false, Plain));
        Assert.Equal(TcpEnd.Aborted, SocketReasons.Of(new OperationCanceledException(), false, Plain));
        Assert.Equal(TcpEnd.LocalError, SocketReasons.Of(new InvalidOperationException(), false, Plain));
    }

    [Theory]
    [InlineData(60_000, 10_000, 6, 60, 10, 6)]
    [InlineData(1_500, 1, 0, 2, 1, 1)]                                    // whole seconds, at least one
    [InlineData(86_400_000, 43_200_000, 1000, 32_767, 32_767, 127)]       // the most that Linux takes
    public void Keepalive_and_user_timeout_are_read_back_from_the_socket(
        long idle, long interval, int probes, int idleSeconds, int intervalSeconds, int probesSet)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        TcpOptions.Set(socket, new TcpSettings
        {
            Keepalive = new TcpKeepalive(
                Duration.FromMilliseconds(idle), Duration.FromMilliseconds(interval), probes),
            UserTimeout = Duration.FromMilliseconds(12_345),
        });
        int Read(SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)!;
        Assert.Equal(1, Read(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(idleSeconds, Read(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.Equal(intervalSeconds, Read(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
        Assert.Equal(probesSet, Read(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
        Assert.True(socket.NoDelay);
        byte[] milliseconds = new byte[4];
        socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, 18, milliseconds);   // TCP_USER_TIMEOUT
        Assert.Equal(12_345, BitConverter.ToInt32(milliseconds));
    }

    [Fact]
    public void Without_a_policy_a_socket_has_the_system_s_options()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        TcpOptions.Set(socket, Plain);
        Assert.Equal(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        byte[] milliseconds = new byte[4];
        socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, 18, milliseconds);
        Assert.Equal(0, BitConverter.ToInt32(milliseconds));
    }

    [Fact]
    public void A_ledger_gives_causes_back_in_order_however_the_bytes_are_cut()
    {
        var ledger = new TrafficLedger();
        ledger.Add(10, Traffic.Ping);
        ledger.Add(0, Traffic.Closing);
        ledger.Add(5, Traffic.Payload);
        Assert.Equal((4, Traffic.Ping), ledger.Take(4));
        Assert.Equal((6, Traffic.Ping), ledger.Take(100));
        Assert.Equal((3, Traffic.Payload), ledger.Take(3));
        Assert.Equal((2, Traffic.Payload), ledger.Take(7));
        ledger.Add(1, Traffic.Acks);
        Assert.Equal((1, Traffic.Acks), ledger.Take(1));
        Assert.Equal((9, Traffic.Unseen), ledger.Take(9));   // nobody noted them
    }

    // ---- TLS

    /// <summary>What either side says of a handshake, and of the first byte after it.</summary>
    private async Task<(Exception? Client, Exception? Server)> Handshake(
        Action<SslClientAuthenticationOptions> change)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var dialled = new TcpClient();
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync();
        await dialled.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient accepted = await accepting;
        using var client = new SslStream(dialled.GetStream());
        using var server = new SslStream(accepted.GetStream());
        SslClientAuthenticationOptions options = authority.ForClient("example.org");
        change(options);
        Task<Exception?> atClient = Failure(async () =>
        {
            await client.AuthenticateAsClientAsync(options);
            await client.ReadExactlyAsync(new byte[1]);   // TLS 1.3: a refused certificate shows here
        }, dialled);
        Task<Exception?> atServer = Failure(async () =>
        {
            await server.AuthenticateAsServerAsync(authority.ForServer("example.org"));
            await server.WriteAsync(new byte[1]);
        }, accepted);
        return (await atClient.WaitAsync(LiveLab.Limit), await atServer.WaitAsync(LiveLab.Limit));
    }

    private static async Task<Exception?> Failure(Func<Task> act, TcpClient socket)
    {
        try
        {
            await act();
            return null;
        }
        catch (Exception e)
        {
            socket.Close();
            return e;
        }
    }

    [Fact]
    public async Task The_lab_s_own_certificates_are_taken_on_both_sides() =>
        Assert.Equal((null, null), await Handshake(_ => { }));

    [Fact]
    public async Task A_client_without_a_certificate_is_taken() =>
        Assert.Equal((null, null), await Handshake(o => o.ClientCertificateContext = null));

    [Fact]
    public async Task A_server_of_another_name_is_refused()
    {
        (Exception? client, _) = await Handshake(o => o.TargetHost = "elsewhere.org");
        Assert.IsType<AuthenticationException>(client);
    }

    [Fact]
    public async Task A_server_that_another_authority_vouches_for_is_refused()
    {
        using var foreign = new Authority(Path.Combine(folder, "foreign"));
        (Exception? client, _) = await Handshake(
            o => o.CertificateChainPolicy = foreign.ForClient("example.org").CertificateChainPolicy);
        Assert.IsType<AuthenticationException>(client);
    }

    [Fact]
    public async Task A_client_that_another_authority_vouches_for_is_refused()
    {
        using var foreign = new Authority(Path.Combine(folder, "foreign"));
        X509Certificate2 stranger = foreign.Issue("clients.lab");
        (_, Exception? server) = await Handshake(o =>
        {
            o.ClientCertificateContext = null;
            o.ClientCertificates = [stranger];
            o.LocalCertificateSelectionCallback = (_, _, _, _, _) => stranger;
        });
        Assert.IsType<AuthenticationException>(server);
    }

    // ---- one channel

    /// <summary>Keeps what a channel tells.</summary>
    private sealed class User : ISocketUser
    {
        public readonly List<string> Told = [];
        public bool Runs => true;
        public void OnOpened(Instant now) => Told.Add("opened");
        public void OnSecured(Instant now) => Told.Add("secured");
        public void OnReceived(Instant now, ReadOnlySpan<byte> bytes) => Told.Add($"received {bytes.Length}");
        public void OnPeerClosed(Instant now) => Told.Add("peer closed");
        public void OnFlushed(Instant now) { }
        public void OnEnded(Instant now, TcpEnd end) => Told.Add($"ended {end}");
    }

    private static async Task<(Socket Peer, Socket Own)> Joined()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(listener.LocalEndPoint!);
        return (peer, await listener.AcceptAsync());
    }

    private static void RunUntil(RealTimeLoop loop, EventQueue queue, Func<bool> met) => Assert.False(
        loop.RunUntil(queue.Now + Duration.FromSeconds(60), met), "it did not come within 60 s");

    [Theory]
    [InlineData("close", "")]
    [InlineData("drop", "")]
    [InlineData("reset", "ConnectionReset")]
    public async Task Closed_and_dropped_sockets_say_FIN_and_reset_ones_RST(string how, string error)
    {
        // often, for it matters whether the reader already waits when the socket goes
        for (int i = 0; i < 30; i++) Assert.Equal(error, await HeardByThePeer(how));
    }

    private static async Task<string> HeardByThePeer(string how)
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        var user = new User();
        (Socket peer, Socket own) = await Joined();
        using (peer)
        {
            var channel = new SocketChannel(loop, user, own, Plain, null);
            channel.Open(null);
            RunUntil(loop, queue, () => user.Told.Contains("opened"));
            channel.Write("hello"u8, Traffic.Payload);
            RunUntil(loop, queue, () => channel.OutgoingBytes == 0);
            Assert.Equal(5, await peer.ReceiveAsync(new byte[10]).WaitAsync(LiveLab.Limit));
            switch (how)
            {
                case "close": channel.Close(); break;
                case "drop": channel.Drop(); break;
                default: channel.Reset(); break;
            }
            string heard = "";
            try
            {
                Assert.Equal(0, await peer.ReceiveAsync(new byte[10]).WaitAsync(LiveLab.Limit));
            }
            catch (SocketException e)
            {
                heard = e.SocketErrorCode.ToString();
            }
            peer.Close();
            RunUntil(loop, queue, () => user.Told[^1].StartsWith("ended", StringComparison.Ordinal));
            return heard;
        }
    }

    [Fact]
    public async Task A_write_that_fails_after_the_peer_s_end_is_told()
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        var user = new User();
        (Socket peer, Socket own) = await Joined();
        var channel = new SocketChannel(loop, user, own, Plain, null);
        channel.Open(null);
        RunUntil(loop, queue, () => user.Told.Contains("opened"));
        peer.Close();
        RunUntil(loop, queue, () => user.Told.Contains("peer closed"));
        RunUntil(loop, queue, () =>
        {
            channel.Write("nobody reads this"u8, Traffic.Payload);
            return user.Told.Contains("ended Reset");
        });
    }

    [Fact]
    public async Task A_channel_dropped_while_it_connects_ends_and_says_nothing_else()
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        var user = new User();
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var others = new List<Socket>();
        for (int i = 0; i < 3; i++)
        {
            others.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            _ = others[i].ConnectAsync(full.LocalEndPoint!).ContinueWith(t => t.Exception, TaskScheduler.Default);
        }
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var channel = new SocketChannel(loop, user, socket, Plain, null);
        channel.Open(full.LocalEndPoint!);
        channel.Write("early"u8, Traffic.Payload);
        channel.Drop();
        RunUntil(loop, queue, () => user.Told.Count > 0);
        Assert.StartsWith("ended", user.Told[0]);
        foreach (Socket other in others) other.Dispose();
        await Task.CompletedTask;
    }
}
