using Lab.Network;

namespace Lab.Live;

/// <summary>A server that does not tell the lab anything: what can be seen of it is what its proxies see.</summary>
internal interface IWatchedServer
{
    /// <summary>It accepted a client's connection.</summary>
    void Accepted(Instant now, int client, int connection);

    /// <summary>It closed or reset the connection, or it was closed by the client.</summary>
    void Closed(Instant now, int client, int connection);
}
