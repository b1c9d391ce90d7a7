using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// A balancer that ends TCP itself and takes connections while nobody behind it does: it says nothing on them, or
/// closes them at once. What it took stays with it, also when the node is back.
/// </summary>
internal sealed class Balancer(bool closes) : Host
{
    public override bool Runs => true;
    public override bool IsPowered => true;
    public override bool IsListening => true;

    public override void OnConnected(Instant now, Pipe pipe)
    {
        if (closes) pipe.Close(now);
    }

    public override void OnPeerClosed(Instant now, Pipe pipe) => pipe.Close(now);

    public override void OnTlsEstablished(Instant now, Pipe pipe) { }
    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) { }
    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) { }
    public override void OnEvent(Instant now, int argument) { }
}
