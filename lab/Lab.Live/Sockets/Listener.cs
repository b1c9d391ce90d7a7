using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Lab.Network;

namespace Lab.Live;

/// <summary>Accepts on a free port of 127.0.0.1 and hands each socket over on the loop.</summary>
internal sealed class Listener : IArrival, IDisposable
{
    private const int Backlog = 4096;   // a storm's worth; the kernel cuts it to its somaxconn
    private readonly RealTimeLoop loop;
    private readonly Action<Instant, Socket> accepted;
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<Socket> waiting = new();
    private volatile bool closed;

    public Listener(RealTimeLoop loop, Action<Instant, Socket> accepted)
    {
        (this.loop, this.accepted) = (loop, accepted);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(Backlog);
        Address = (IPEndPoint)socket.LocalEndPoint!;
        _ = Accept();
    }

    public IPEndPoint Address { get; }

    public void Arrive(Instant now, int what)
    {
        if (waiting.TryDequeue(out Socket? next)) accepted(now, next);
    }

    public void Dispose()
    {
        closed = true;
        socket.Dispose();
        Clear();
    }

    /// <summary>Resets a socket that nobody has begun to use.</summary>
    public static void Refuse(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException) { }   // the peer was faster
        socket.Dispose();
    }

    private void Clear()
    {
        while (waiting.TryDequeue(out Socket? left)) left.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                waiting.Enqueue(await socket.AcceptAsync());
                if (closed) Clear();   // it came while the listener went
                else loop.Post(this, 0);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(10);   // out of descriptors, or the peer was gone before it was taken: the next may do
            }
        }
    }
}
