using Lab.Network;

namespace Lab.Live;

/// <summary>A server that does not tell the lab anything: what can be seen of it is what its proxies see.</summary>
internal interface IWatchedServer
{
    /// <summary>It accepted a connection, or opened one to another server.</summary>
    void Accepted(Instant now, int path, int connection, bool opened);

    /// <summary>
    /// The connection is over at the server's side. Client's end: how the client had ended its own by then, as far as
    /// that has crossed the path; null = the server closed it unasked. May be told more than once.
    /// </summary>
    void Closed(Instant now, int connection, TcpEnd? clientsEnd);
}
