using System.Net.Sockets;
using System.Security.Authentication;
using Lab.Network;

namespace Lab.Live;

/// <summary>The one place where the platform's socket errors become the lab's reasons.</summary>
internal static class SocketReasons
{
    /// <summary>
    /// Why a connection ended. ETIMEDOUT does not say which timer it was; the option that was set on the socket is the
    /// one that fires first, so it gets the blame: user timeout, then keepalive, then the retransmission limit.
    /// </summary>
    public static TcpEnd Of(Exception failure, bool connecting, TcpSettings settings) => failure switch
    {
        AuthenticationException => TcpEnd.TlsFailed,
        SocketException e => Of(e.SocketErrorCode, connecting, settings),
        IOException { InnerException: SocketException e } => Of(e.SocketErrorCode, connecting, settings),
        IOException => TcpEnd.TlsFailed,   // SslStream: the peer broke off or sent what is no TLS
        ObjectDisposedException or OperationCanceledException => TcpEnd.Aborted,
        _ => TcpEnd.LocalError,
    };

    private static TcpEnd Of(SocketError error, bool connecting, TcpSettings settings) => error switch
    {
        SocketError.ConnectionRefused => TcpEnd.Refused,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => TcpEnd.Reset,
        SocketError.TimedOut when settings.UserTimeout > Duration.Zero => TcpEnd.UserTimeout,
        SocketError.TimedOut when connecting => TcpEnd.ConnectTimeout,
        SocketError.TimedOut when settings.Keepalive is not null => TcpEnd.KeepaliveTimeout,
        SocketError.TimedOut => TcpEnd.RetransmissionLimit,
        SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket => TcpEnd.Aborted,
        _ => TcpEnd.LocalError,
    };
}
