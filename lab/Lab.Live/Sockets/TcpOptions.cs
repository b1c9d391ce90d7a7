using System.Net.Sockets;
using Lab.Network;

namespace Lab.Live;

/// <summary>Sets a policy's TCP options on a real socket.</summary>
internal static class TcpOptions
{
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
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, keepalive.Probes);
        }
        if (settings.UserTimeout > Duration.Zero && OperatingSystem.IsLinux())
            socket.SetRawSocketOption(
                (int)SocketOptionLevel.Tcp, TcpUserTimeout,
                BitConverter.GetBytes((int)Math.Min(int.MaxValue, settings.UserTimeout.Nanoseconds / 1_000_000)));
    }

    // the kernel counts whole seconds, at least one
    private static int Seconds(Duration time) => (int)Math.Max(1, (time.Nanoseconds + 999_999_999) / 1_000_000_000);
}
