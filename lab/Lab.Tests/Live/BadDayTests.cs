using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;
using static Lab.Tests.LiveSpecs;

namespace Lab.Tests;

/// <summary>
/// What a server meets on the open network, on its own sockets behind a proxy: it answers as RFC 6120 says and stays
/// within its limits, and a client that behaves (phone[0], a message every 50 ms) is served as before.
/// </summary>
public sealed class BadDayTests(ITestOutputHelper output) : IDisposable
{
    private const string Header =
        "<?xml version='1.0'?><stream:stream to='example.org' xmlns='jabber:client' version='1.0' "
        + "xmlns:stream='http://etherx.jabber.org/streams'>";
    private readonly List<Socket> sockets = [];

    public void Dispose()
    {
        foreach (Socket socket in sockets) socket.Dispose();
    }

    private LiveLab Begin(Duration? total = null)
    {
        var server = new Policy
        {
            Connect = new ConnectPolicy { Total = total ?? Duration.FromSeconds(60), Close = Milliseconds(300) },
        };
        RunSpec spec = Spec(server: server, workload: new WorkloadSpec
        {
            From = "phone", To = "echo@example.org", Every = Milliseconds(50),
        });
        var clients = new Dictionary<string, ClientSpec>(spec.Topology.Clients);
        // its place is taken by the test's sockets: it would start some time within 30 years
        clients["stranger"] = clients["phone"] with { StartWithin = Duration.FromHours(300_000) };
        return new LiveLab(output, spec with { Topology = spec.Topology with { Clients = clients } });
    }

    private async Task<Socket> Stranger(LiveLab lab)
    {
        Socket socket = await lab.ConnectAsync(client: 1);
        sockets.Add(socket);
        return socket;
    }

    /// <summary>What a socket hears to its end.</summary>
    private static async Task<string> Heard(Stream stream)
    {
        using var all = new MemoryStream();
        byte[] some = new byte[16 * 1024];
        try
        {
            for (int n; (n = await stream.ReadAsync(some).AsTask().WaitAsync(LiveLab.Limit)) > 0;)
                all.Write(some, 0, n);
        }
        catch (IOException) { }   // it was reset after what it had said
        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>Sends for as long as somebody takes it, in pieces.</summary>
    private static async Task Pour(Stream stream, byte[] piece, int times)
    {
        try
        {
            for (int i = 0; i < times; i++) await stream.WriteAsync(piece).AsTask().WaitAsync(LiveLab.Limit);
        }
        catch (IOException) { }   // refused, as hoped
    }

    // as before: its stream stands, and every message came back about as fast as the link is
    private static async Task TheOtherNoticedNothing(LiveLab lab)
    {
        int before = lab.Count(EntryKind.MessageReceived);
        await lab.Until(EntryKind.MessageReceived, before + 5);
        Assert.Equal(0, lab.Count(EntryKind.ClientOffline));
        Assert.Equal(1, lab.Count(EntryKind.ClientOnline));
        Dictionary<long, Instant> sent =
            lab.Of(EntryKind.MessageSent).ToDictionary(e => MessageEntry.Of(e).Number, e => e.At);
        Instant online = lab.Of(EntryKind.ClientOnline)[0].At;
        double[] delays =
        [
            .. lab.Of(EntryKind.MessageReceived)
                .Where(e => sent[MessageEntry.Of(e).Number - XmppServer.EchoOffset] > online)
                .Select(e => (e.At - sent[MessageEntry.Of(e).Number - XmppServer.EchoOffset]).TotalSeconds).Order(),
        ];
        double late = lab.Loop.MaxLateness.TotalSeconds, median = delays[delays.Length / 2];
        Assert.True(median < 1 + late && delays[^1] < 3 + 2 * late, $"{median:0.000} s, one {delays[^1]:0.000} s");
    }

    [Theory]
    [InlineData("\u0001\u0002\u0003 this is no XML", "not-well-formed")]
    [InlineData("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", "not-well-formed")]
    [InlineData("<html><body/></html>", "invalid-namespace")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>", "restricted-xml")]
    public async Task Garbage_is_answered_with_an_error_and_the_end_of_the_stream(string garbage, string condition)
    {
        using LiveLab lab = Begin();
        await lab.Until(EntryKind.MessageReceived);
        Socket socket = await Stranger(lab);
        await socket.SendAsync(Encoding.UTF8.GetBytes(garbage));
        using var stream = new NetworkStream(socket);
        string heard = await Heard(stream);
        Assert.StartsWith("<?xml", heard);
        Assert.Contains($"<stream:error><{condition} ", heard);
        Assert.EndsWith("</stream:stream>", heard);
        await TheOtherNoticedNothing(lab);
    }

    [Fact]
    public async Task A_stanza_of_a_megabyte_is_refused_when_the_limit_is_reached()
    {
        using LiveLab lab = Begin();
        await lab.Until(EntryKind.MessageReceived);
        using var stream = new NetworkStream(await Stranger(lab));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Header + "<message><body>"));
        byte[] piece = new byte[16 * 1024];
        piece.AsSpan().Fill((byte)'x');
        Task pouring = Pour(stream, piece, 64);
        Assert.Contains("<policy-violation ", await Heard(stream));
        await pouring;
        await TheOtherNoticedNothing(lab);
    }

    [Fact]
    public async Task White_space_without_end_costs_no_memory_and_ends_with_the_phase()
    {
        using LiveLab lab = Begin(total: Milliseconds(5000));
        await lab.Until(EntryKind.MessageReceived);
        using var stream = new NetworkStream(await Stranger(lab));
        byte[] spaces = new byte[16 * 1024];
        spaces.AsSpan().Fill((byte)' ');
        long before = GC.GetTotalMemory(forceFullCollection: false);
        Task pouring = Pour(stream, spaces, int.MaxValue);
        await lab.Until(EntryKind.ServerOffline, host: 1);
        Assert.Equal(Mechanism.TotalTimeout, lab.Ends(EntryKind.ServerOffline, 1)[0]);
        await pouring;
        output.WriteLine($"{GC.GetTotalMemory(false) - before} bytes more than before");
        await TheOtherNoticedNothing(lab);
    }

    [Fact]
    public async Task A_sender_of_one_byte_at_a_time_meets_the_limit_of_its_phase()
    {
        using LiveLab lab = Begin(total: Milliseconds(5000));
        await lab.Until(EntryKind.MessageReceived);
        Socket socket = await Stranger(lab);
        byte[] header = Encoding.UTF8.GetBytes(Header);
        int sent = 0, beat = 0;
        // a byte with every other message of the client that behaves
        while (lab.Count(EntryKind.ServerOffline, 1) == 0 && sent < header.Length)
        {
            await socket.SendAsync(header.AsMemory(sent++, 1));
            beat = lab.Count(EntryKind.MessageReceived) + 2;
            await lab.Until(() => lab.Count(EntryKind.MessageReceived) >= beat
                || lab.Count(EntryKind.ServerOffline, 1) > 0);
        }
        Assert.InRange(sent, 2, header.Length - 1);
        Assert.Equal(Mechanism.TotalTimeout, lab.Ends(EntryKind.ServerOffline, 1)[0]);
        await TheOtherNoticedNothing(lab);
    }

    [Fact]
    public async Task A_thousand_connections_that_never_speak_are_closed_when_their_phase_is_over()
    {
        const int Many = 1000;
        using LiveLab lab = Begin(total: Milliseconds(5000));
        await lab.Until(EntryKind.MessageReceived);
        for (int i = 0; i < Many; i++) await Stranger(lab);
        await lab.Until(EntryKind.ServerOffline, Many, host: 1);
        Assert.All(lab.Ends(EntryKind.ServerOffline, 1), m => Assert.Equal(Mechanism.TotalTimeout, m));
        foreach (Socket socket in sockets)
            Assert.Equal(0, await socket.ReceiveAsync(new byte[10]).WaitAsync(LiveLab.Limit));
        foreach (Socket socket in sockets) socket.Dispose();
        await lab.Until(() => lab.Network.Open == (2, 2));
        await TheOtherNoticedNothing(lab);
    }

    /// <summary>Through STARTTLS to the first byte of TLS.</summary>
    private async Task<NetworkStream> BeforeTls(LiveLab lab)
    {
        var stream = new NetworkStream(await Stranger(lab));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            Header + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"));
        var heard = new StringBuilder();
        byte[] some = new byte[4096];
        while (!heard.ToString().Contains("<proceed", StringComparison.Ordinal))
        {
            int n = await stream.ReadAsync(some).AsTask().WaitAsync(LiveLab.Limit);
            Assert.NotEqual(0, n);
            heard.Append(Encoding.UTF8.GetString(some, 0, n));
        }
        return stream;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_drops_in_the_middle_of_TLS_is_forgotten(bool resets)
    {
        using LiveLab lab = Begin();
        await lab.Until(EntryKind.MessageReceived);
        using NetworkStream stream = await BeforeTls(lab);
        await stream.WriteAsync(new byte[] { 22, 3, 1, 0, 200, 1, 0 });   // the beginning of a hello
        if (resets) stream.Socket.LingerState = new LingerOption(true, 0);
        stream.Socket.Close();
        await lab.Until(EntryKind.ServerOffline, host: 1);
        Mechanism end = lab.Ends(EntryKind.ServerOffline, 1)[0];
        Assert.Equal(resets ? Mechanism.Reset : Mechanism.TlsFailure, end);
        await lab.Until(() => lab.Network.Open == (2, 2));
        await TheOtherNoticedNothing(lab);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TLS_that_fails_ends_the_connection_and_nobody_else_s(bool wrongName)
    {
        using LiveLab lab = Begin();
        await lab.Until(EntryKind.MessageReceived);
        using NetworkStream stream = await BeforeTls(lab);
        if (wrongName)
        {
            SslClientAuthenticationOptions options =
                await lab.On(_ => lab.Network.Authority.ForClient("elsewhere.org"));
            using var tls = new SslStream(stream);
            await Assert.ThrowsAsync<AuthenticationException>(() => tls.AuthenticateAsClientAsync(options));
        }
        else
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes("this is no TLS, by far, whatever it is"));
            await Heard(stream);
        }
        stream.Socket.Close();
        await lab.Until(EntryKind.ServerOffline, host: 1);
        // a client looks at the name when its part of the handshake is done: the server hears the end of a stream
        Assert.Equal(
            wrongName ? Mechanism.Fin : Mechanism.TlsFailure, lab.Ends(EntryKind.ServerOffline, 1)[0]);
        await lab.Until(() => lab.Network.Open == (2, 2));
        await TheOtherNoticedNothing(lab);
    }
}
