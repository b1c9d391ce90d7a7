using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>A pipe over a real socket, with real TLS.</summary>
internal sealed class SocketPipe : Pipe, ISocketUser
{
    private readonly Authority authority;
    private readonly SocketChannel channel;
    private bool vanished;

    /// <param name="ledger">Where it notes what its bytes are for; null = nobody asks.</param>
    public SocketPipe(
        RealTimeLoop loop, Authority authority, Host owner, int path, int connection, bool atFar, Socket socket,
        TcpSettings settings, TrafficLedger? ledger) : base(path, connection, atFar)
    {
        (this.authority, Owner) = (authority, owner);
        channel = new SocketChannel(loop, this, socket, settings, ledger);
    }

    /// <summary>Begins TLS on the channel, with the certificates of this end.</summary>
    public required Action<SocketChannel> Secure { get; init; }

    /// <summary>Told before its owner that it is over, and how; how is null when its machine lost power.</summary>
    public Action<Instant, SocketPipe, TcpEnd?>? Ended { get; init; }

    public bool Runs => Owner?.Runs ?? true;

    /// <summary>Connects to there, or begins to talk on the accepted socket (null).</summary>
    public void Open(EndPoint? to) => channel.Open(to);

    public override void Write(Instant at, ReadOnlySpan<byte> bytes, Traffic traffic) => channel.Write(bytes, traffic);

    public override IReadOnlyList<string> Certified => authority.DomainsOf(channel.PeerCertificate);

    public override void StartTls(Instant at) => Secure(channel);

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
        Ended?.Invoke(now, this, vanished ? null : end);
        told?.OnEnded(now, this, end);
    }
}
