using System.Net.Sockets;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// Sets a policy's TCP options on a real socket. Linux takes keepalive times of 1 to 32,767 whole seconds and 1 to 127
/// probes, and refuses others (EINVAL): here they are rounded up, and cut to what it takes.
/// </summary>
internal static class TcpOptions
{
    private const int MostSeconds = 32_767, MostProbes = 127;   // MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT
    private const int TcpUserTimeout = 18;   // Linux: TCP_USER_TIMEOUT, milliseconds; .NET has no name for it

    public static void Set(Socket socket, TcpSettings settings)
    {
        socket.NoDelay = settings.NoDelay;
        if (settings.Keepalive is { } keepalive)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(keepalive.Idle));
            socket.SetSocketOption(
                SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(keepalive.Interval));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount,
                Math.Clamp(keepalive.Probes, 1, MostProbes));
        }
        if (settings.UserTimeout > Duration.Zero && OperatingSystem.IsLinux())
            socket.SetRawSocketOption(
                (int)SocketOptionLevel.Tcp, TcpUserTimeout,
                BitConverter.GetBytes((int)Math.Clamp(settings.UserTimeout.Nanoseconds / 1_000_000, 1, int.MaxValue)));
    }

    private static int Seconds(Duration time) =>
        (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, MostSeconds);
}
