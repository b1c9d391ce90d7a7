using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>A pipe whose owner takes no bytes for a while, in virtual time.</summary>
public sealed class HeldPipeTests
{
    private sealed class End : Host
    {
        public readonly List<string> Told = [];
        public SimulatedPipe? Pipe;
        public bool HoldsAtOnce;
        public int Bytes;

        public override bool Runs => true;
        public override bool IsPowered => true;
        public override bool IsListening => true;

        public override void OnConnected(Instant now, Pipe pipe)
        {
            Pipe = (SimulatedPipe)pipe;
            if (HoldsAtOnce) Pipe.Hold();
        }

        public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) => Bytes += bytes.Length;
        public override void OnPeerClosed(Instant now, Pipe pipe) => Told.Add($"closed after {Bytes}");
        public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) => Told.Add($"{end} after {Bytes}");
        public override void OnTlsEstablished(Instant now, Pipe pipe) { }
        public override void OnEvent(Instant now, int argument) { }
    }

    private readonly EventQueue queue = new();
    private readonly End client = new(), server = new() { HoldsAtOnce = true };

    public HeldPipeTests()
    {
        var network = new SimulatedNetwork(
            queue, new Journal(), new BufferPool(), RandomStream.Root(1), 1, betweenProxies: true);
        network.Lay(0, "phone", new LinkSpec(), new LinkSpec());
        network.Join(0, client, server, new TcpSettings());
        network.Connect(queue.Now, 0, client, new TcpSettings());
        Pass();
        client.Pipe!.Write(queue.Now, new byte[5000], Traffic.Payload);
    }

    private void Pass() => queue.RunUntil(queue.Now + Duration.FromSeconds(1));

    [Fact]
    public void The_peer_s_end_is_told_behind_the_bytes_that_were_held()
    {
        client.Pipe!.ShutdownWrite(queue.Now);
        Pass();
        Assert.Empty(server.Told);
        server.Pipe!.Resume(queue.Now);
        Assert.Equal(["closed after 5000"], server.Told);
    }

    [Fact]
    public void So_is_the_end_of_both_directions()
    {
        server.Pipe!.ShutdownWrite(queue.Now);
        Pass();
        client.Pipe!.ShutdownWrite(queue.Now);
        Pass();
        Assert.Empty(server.Told);
        server.Pipe!.Resume(queue.Now);
        Assert.Equal(["closed after 5000", "Closed after 5000"], server.Told);
    }

    [Fact]
    public void A_reset_is_told_at_once()
    {
        client.Pipe!.Abort(queue.Now);
        Pass();
        Assert.Equal(["Reset after 0"], server.Told);
    }
}
