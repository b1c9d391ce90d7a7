using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// A middlebox with a memory of connections, between two hosts: as on the simulated network, and as between the two
/// legs of a proxy.
/// </summary>
public sealed class PathElementTests
{
    /// <summary>Knows the connections that it saw begin; of any other it resets the sender, and the peer hears
    /// nothing.</summary>
    private sealed class Forgetful : PathElement
    {
        private readonly HashSet<int> known = [];

        public void Forget() => known.Clear();

        public override Fate Offer(Instant now, Direction way, in Segment segment, out Segment answer)
        {
            answer = default;
            if ((segment.Flags & TcpFlags.Syn) != 0) known.Add(segment.Connection);
            if (known.Contains(segment.Connection)) return Fate.Delivered;
            if (TcpConnection.ResetFor(in segment) is not { } reset) return Fate.Lost;
            answer = reset;
            return Fate.Answered;
        }
    }

    private sealed class End : Host
    {
        public readonly List<string> Told = [];
        public Pipe? Pipe;

        public override bool Runs => true;
        public override bool IsPowered => true;
        public override bool IsListening => true;

        public override void OnConnected(Instant now, Pipe pipe)
        {
            Pipe = pipe;
            Told.Add("connected");
        }

        public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) =>
            Told.Add($"{bytes.Length} bytes");

        public override void OnPeerClosed(Instant now, Pipe pipe) => Told.Add("closed");
        public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) => Told.Add($"{end}");
        public override void OnTlsEstablished(Instant now, Pipe pipe) { }
        public override void OnEvent(Instant now, int argument) { }
    }

    private sealed class Count : IJournalReader
    {
        public long Sent, Out;

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.PacketSent) Sent++;
            if (e.Kind is EntryKind.PacketDelivered or EntryKind.PacketLost or EntryKind.PacketOverflowed) Out++;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_middlebox_that_forgot_a_connection_resets_who_sends_and_the_other_end_hears_nothing(
        bool betweenProxies)
    {
        var (queue, journal, count) = (new EventQueue(), new Journal(), new Count());
        journal.Attach(count);
        var network = new SimulatedNetwork(
            queue, journal, new BufferPool(), RandomStream.Root(1), 1, betweenProxies);
        var (middlebox, near, far) = (new Forgetful(), new End(), new End());
        var link = new LinkSpec { Delay = Duration.FromMilliseconds(20) };
        network.Lay(0, "phone", link, link, behind: [middlebox]);
        network.Join(0, near, far, new TcpSettings());
        network.Connect(queue.Now, 0, near, new TcpSettings());
        queue.RunUntil(queue.Now + Duration.FromSeconds(1));
        near.Pipe!.Write(queue.Now, new byte[100], Traffic.Payload);
        queue.RunUntil(queue.Now + Duration.FromSeconds(1));
        middlebox.Forget();
        near.Pipe.Write(queue.Now, new byte[50], Traffic.Payload);
        queue.RunUntil(queue.Now + Duration.FromSeconds(1));
        Assert.Equal(["connected", "Reset"], near.Told);
        Assert.Equal(["connected", "100 bytes"], far.Told);
        Assert.Equal(count.Sent, count.Out);
        Assert.Single(network.PipesOf(far));
        Assert.Empty(network.PipesOf(near));
    }
}
