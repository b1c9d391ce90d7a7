using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed class PendingBytesTests
{
    private sealed class End : Host
    {
        public Pipe? Pipe;
        public int Received;

        public override bool Runs => true;
        public override bool IsPowered => true;
        public override bool IsListening => true;
        public override void OnConnected(Instant now, Pipe pipe) => Pipe = pipe;
        public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) => Received += bytes.Length;
        public override void OnPeerClosed(Instant now, Pipe pipe) { }
        public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) { }
        public override void OnTlsEstablished(Instant now, Pipe pipe) { }
        public override void OnEvent(Instant now, int argument) { }
    }

    private sealed class Costs : IJournalReader
    {
        public readonly Dictionary<Traffic, long> Bytes = [];

        public void On(in Entry e)
        {
            if (e.Kind != EntryKind.PacketSent || PacketEntry.Of(in e) is not { Use: SegmentUse.Data } packet) return;
            Bytes[packet.Mark] = Bytes.GetValueOrDefault(packet.Mark) + packet.Bytes - Segment.HeaderBytes;
        }
    }

    [Fact]
    public void Bytes_that_waited_for_the_send_buffer_are_charged_to_what_they_are_for()
    {
        var (queue, journal, costs) = (new EventQueue(), new Journal(), new Costs());
        journal.Attach(costs);
        var network = new SimulatedNetwork(queue, journal, new BufferPool(), RandomStream.Root(1), 1);
        var (near, far) = (new End(), new End());
        var link = new LinkSpec { Delay = Duration.FromMilliseconds(50) };
        network.Lay(0, "phone", link, link);
        network.Join(0, near, far, new TcpSettings());
        network.Connect(queue.Now, 0, near, new TcpSettings());
        queue.RunUntil(queue.Now + Duration.FromSeconds(1));
        const int large = 3_000_000, small = 30_000;
        near.Pipe!.Write(queue.Now, new byte[large], Traffic.Payload);
        Assert.True(((SimulatedPipe)near.Pipe).PendingBytes > 0);
        near.Pipe.Write(queue.Now, new byte[small], Traffic.Ping);
        near.Pipe.Write(queue.Now, new byte[small], Traffic.Acks);
        queue.RunUntil(queue.Now + Duration.FromMinutes(1));
        Assert.Equal(large + 2 * small, far.Received);
        // a segment that holds the end of one and the begin of the next is charged to its first byte
        Assert.InRange(costs.Bytes[Traffic.Payload], large, large + 1500);
        Assert.InRange(costs.Bytes[Traffic.Ping], small - 1500, small + 1500);
        Assert.InRange(costs.Bytes[Traffic.Acks], small - 1500, small);
        Assert.Equal(large + 2 * small, costs.Bytes.Values.Sum());
    }
}
