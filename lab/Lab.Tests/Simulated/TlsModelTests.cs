using System.Text;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

public class TlsModelTests
{
    /// <summary>One end: what it writes goes into a list of bytes, what it reads into another.</summary>
    private sealed class End : ITlsOutput
    {
        public TlsModel Tls;
        public readonly List<byte> Wire = [], Application = [];
        public bool Established;

        public void WriteTls(ReadOnlySpan<byte> bytes) => Wire.AddRange(bytes);
        public void WriteRaw(ReadOnlySpan<byte> bytes, byte mark) => Wire.AddRange(bytes);
        public void ReadApplication(ReadOnlySpan<byte> bytes) => Application.AddRange(bytes);
        public void TlsEstablished() => Established = true;

        public byte[] TakeWire()
        {
            byte[] all = [.. Wire];
            Wire.Clear();
            return all;
        }
    }

    private static void Pass(End from, End to, RandomStream? chunks = null)
    {
        ReadOnlySpan<byte> bytes = from.TakeWire();
        while (bytes.Length > 0)
        {
            int take = chunks is null ? bytes.Length : Math.Min(bytes.Length, 1 + (int)chunks.Below(40));
            to.Tls.Receive(bytes[..take], to);
            bytes = bytes[take..];
        }
    }

    private static (End Client, End Server) Handshake(RandomStream? chunks = null)
    {
        var (client, server) = (new End(), new End());
        server.Tls.Start(asServer: true, server);
        client.Tls.Start(asServer: false, client);
        Pass(client, server, chunks);
        Pass(server, client, chunks);
        Pass(client, server, chunks);
        return (client, server);
    }

    [Fact]
    public void A_handshake_takes_one_round_trip_before_the_client_may_write()
    {
        var (client, server) = (new End(), new End());
        server.Tls.Start(asServer: true, server);
        client.Tls.Start(asServer: false, client);
        Assert.Equal(TlsModel.ClientHelloBytes, client.Wire.Count);
        Pass(client, server);
        Assert.False(server.Established);
        Assert.Equal(TlsModel.ServerFlightBytes, server.Wire.Count);
        Pass(server, client);
        Assert.True(client.Established);
        Assert.Equal(TlsModel.ClientFinishedBytes, client.Wire.Count);
        Pass(client, server);
        Assert.True(server.Established);
        Assert.Equal(TlsModel.Tickets * TlsModel.TicketBytes, server.Wire.Count);
    }

    [Theory]
    [InlineData(1, 23)]
    [InlineData(57, 79)]
    [InlineData(16_384, 16_406)]
    [InlineData(16_385, 16_385 + 44)]
    public void A_write_costs_22_bytes_for_each_record_of_16_KiB(int payload, int onTheWire)
    {
        (End client, _) = Handshake();
        client.Tls.Write(new byte[payload], 0, new byte[TlsModel.LargestRecordBytes], client);
        Assert.Equal(onTheWire, client.Wire.Count);
    }

    [Fact]
    public void Application_bytes_arrive_unchanged_at_any_chunking()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            RandomStream random = RandomStream.Root(seed);
            (End client, End server) = Handshake(random);
            var sent = new List<byte>();
            for (int i = 0; i < 20; i++)
            {
                byte[] piece = Encoding.UTF8.GetBytes(new string((char)('a' + i), (int)random.Below(3000)));
                sent.AddRange(piece);
                client.Tls.Write(piece, 0, new byte[TlsModel.LargestRecordBytes], client);
            }
            client.Tls.WriteClose(0, client);
            Pass(client, server, random);
            Assert.Equal(sent, server.Application);
            Pass(server, client, random);
            Assert.Empty(client.Application);
        }
    }
}
