using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>A pipe over a real socket, with real TLS.</summary>
internal sealed class SocketPipe : Pipe, ISocketUser
{
    private readonly ProxiedNetwork network;
    private readonly SocketChannel channel;
    private readonly Leg leg;
    private bool vanished;

    public SocketPipe(
        ProxiedNetwork network, Host owner, Leg leg, bool atServer, Socket socket, TcpSettings settings)
        : base(leg.Client, leg.Connection, atServer)
    {
        (this.network, this.leg, Owner) = (network, leg, owner);
        channel = new SocketChannel(network.Loop, this, socket, settings, leg.Ledger);
    }

    public bool Runs => Owner?.Runs ?? true;

    /// <summary>Connects to there, or begins to talk on the accepted socket (null).</summary>
    public void Open(EndPoint? to) => channel.Open(to);

    public override void Write(Instant at, ReadOnlySpan<byte> bytes, Traffic traffic) => channel.Write(bytes, traffic);

    public override IReadOnlyList<string> Certified => network.Authority.DomainsOf(channel.PeerCertificate);

    public override void StartTls(Instant at)
    {
        string far = network.DomainAt(Client, farEnd: true), near = network.DomainAt(Client, farEnd: false);
        if (AtServer) channel.SecureAsServer(network.Authority.ForServer(far, takesAny: near.Length > 0));
        else if (near.Length > 0) channel.SecureAsClient(network.Authority.ForPeer(near, far));
        else channel.SecureAsClient(network.Authority.ForClient(far));
    }

    public override void Close(Instant at)
    {
        Owner = null;
        channel.Close();
    }

    public override void Drop(Instant at)
    {
        Owner = null;
        channel.Drop();
    }

    /// <summary>The host lost power: nobody hears of it.</summary>
    public void Vanish()
    {
        Owner = null;
        vanished = true;
        channel.Drop();
    }

    public void Thaw(Instant now) => channel.Thaw(now);

    public void OnOpened(Instant now) => Owner?.OnConnected(now, this);
    public void OnSecured(Instant now) => Owner?.OnTlsEstablished(now, this);
    public void OnReceived(Instant now, ReadOnlySpan<byte> bytes) => Owner?.OnReceived(now, this, bytes);
    public void OnPeerClosed(Instant now) => Owner?.OnPeerClosed(now, this);
    public void OnFlushed(Instant now) { }

    public void OnEnded(Instant now, TcpEnd end)
    {
        Host? told = Owner;
        Owner = null;
        network.Ended(now, this, end, journaled: !vanished);
        if (!AtServer) leg.Forsaken(now);
        told?.OnEnded(now, this, end);
    }
}
