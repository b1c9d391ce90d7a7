using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>Who a socket belongs to; told on the loop's thread, one thing at a time.</summary>
internal interface ISocketUser
{
    /// <summary>
    /// False while its process is stopped: what it would be told waits for <see cref="SocketChannel.Thaw"/>.
    /// </summary>
    bool Runs { get; }

    void OnOpened(Instant now);
    void OnSecured(Instant now);
    void OnReceived(Instant now, ReadOnlySpan<byte> bytes);
    void OnPeerClosed(Instant now);

    /// <summary>All that was written has gone to the kernel.</summary>
    void OnFlushed(Instant now);

    /// <summary>The last word, also after <see cref="SocketChannel.Close"/> and its like.</summary>
    void OnEnded(Instant now, TcpEnd end);
}

/// <summary>
/// One real TCP socket, with TLS from the moment somebody asks for it. All waiting is done on the thread pool;
/// everything its user hears, and everything it is asked to do, happens on the loop.
/// Rule: a reader waits for bytes without holding a buffer, hands over what came, and reads no more until the user has
/// had it (and has not said <see cref="Pause"/>), so a slow user closes the kernel's window. A writer sends what was
/// written in order, one write at a time. TLS begins between two reads, when all plain text has left.
/// </summary>
internal sealed class SocketChannel : IArrival
{
    private const int Opened = 0, Secured = 1, Received = 2, PeerClosed = 3, Ended = 4, Flushed = 5;
    private const int ReadBytes = 16 * 1024;

    /// <summary>How long a closed socket waits for the peer's end, and before that for the peer to read.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private readonly RealTimeLoop loop;
    private readonly ISocketUser user;
    private readonly Socket socket;
    private readonly TcpSettings settings;
    private readonly TrafficLedger? ledger;
    private readonly SemaphoreSlim go = new(0);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly Queue<Chunk> outgoing = new();
    private Task flush = Task.CompletedTask, reader = Task.CompletedTask;
    private Stream stream = Stream.Null;
    private byte[] buffer = [];
    private int received, postponed = -1;
    private (SslClientAuthenticationOptions? AsClient, SslServerAuthenticationOptions? AsServer)? secure;
    private Exception? writeFailure;
    private TcpEnd end;
    private Traffic writing;
    private bool flushing, paused, owed;
    private volatile bool over;

    private readonly record struct Chunk(byte[] Bytes, int Length, Traffic Traffic);

    public SocketChannel(
        RealTimeLoop loop, ISocketUser user, Socket socket, TcpSettings settings, TrafficLedger? ledger)
    {
        (this.loop, this.user, this.socket, this.settings, this.ledger) = (loop, user, socket, settings, ledger);
        TcpOptions.Set(socket, settings);
    }

    /// <summary>Bytes written that the kernel has not taken yet.</summary>
    public int OutgoingBytes { get; private set; }

    /// <summary>What the peer showed in the TLS handshake.</summary>
    public X509Certificate2? PeerCertificate { get; private set; }

    /// <summary>Connects, when there is somebody to connect to, and begins to read.</summary>
    public void Open(EndPoint? to) => reader = Task.Run(() => Read(to));

    public void Write(ReadOnlySpan<byte> bytes, Traffic traffic)
    {
        if (bytes.IsEmpty || over) return;
        byte[] copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        lock (gate)
        {
            outgoing.Enqueue(new Chunk(copy, bytes.Length, traffic));
            OutgoingBytes += bytes.Length;
            if (flushing) return;
            flushing = true;
        }
        flush = Flush();
    }

    public void SecureAsClient(SslClientAuthenticationOptions options) => secure = (options, null);

    public void SecureAsServer(SslServerAuthenticationOptions options) => secure = (null, options);

    /// <summary>Nothing more is read until <see cref="Continue"/>.</summary>
    public void Pause() => paused = true;

    public void Continue()
    {
        paused = false;
        if (!owed) return;
        owed = false;
        go.Release();
    }

    /// <summary>The user's process runs again: what waited for it is told.</summary>
    public void Thaw(Instant now)
    {
        int what = postponed;
        postponed = -1;
        if (what >= 0) Arrive(now, what);
    }

    /// <summary>FIN after everything written; reading goes on.</summary>
    public void ShutdownWrite() => _ = Finish(close: false);

    /// <summary>close_notify where TLS is on, FIN after everything written; what still comes is thrown away.</summary>
    public void Close()
    {
        if (over) return;
        over = true;
        go.Release();
        _ = Finish(close: true);
    }

    /// <summary>close(2): what the kernel has is still delivered, then FIN; what waits here is not.</summary>
    public void Drop()
    {
        // .NET resets a socket that is disposed of while somebody reads, unless its end was said
        Try(() => socket.Shutdown(SocketShutdown.Send));
        Abandon();
    }

    /// <summary>RST.</summary>
    public void Reset()
    {
        Try(() => socket.LingerState = new LingerOption(true, 0));
        Abandon();
    }

    public void Arrive(Instant now, int what)
    {
        if (what == Flushed)
        {
            if (!over) user.OnFlushed(now);
            return;
        }
        if (!user.Runs && !over)
        {
            postponed = what;
            return;
        }
        if (what == Ended)
        {
            over = true;
            user.OnEnded(now, end);
            return;
        }
        if (!over)
            switch (what)
            {
                case Opened: user.OnOpened(now); break;
                case Secured: user.OnSecured(now); break;
                case Received: user.OnReceived(now, buffer.AsSpan(0, received)); break;
                case PeerClosed: user.OnPeerClosed(now); break;
            }
        if (paused && !over) owed = true;
        else go.Release();
    }

    private void Abandon()
    {
        over = true;
        socket.Dispose();
        go.Release();
        finished.TrySetResult();
    }

    private static void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }   // it is gone already
    }

    // ---- on the thread pool

    private async Task Read(EndPoint? to)
    {
        bool connecting = to is not null;
        try
        {
            if (to is not null) await socket.ConnectAsync(to);
            connecting = false;
            stream = new CountedStream(socket, bytes => ledger?.Add(bytes, writing));
            opened.SetResult(true);
            await Tell(Opened);
            while (true)   // also after Close, so that the peer's last words do not meet a closed socket
            {
                if (secure is { } how && !over)
                {
                    secure = null;
                    await Secure(how.AsClient, how.AsServer);
                    await Tell(Secured);
                    continue;
                }
                if (!await ReadSome()) break;
            }
            await OwnEnd();
            end = writeFailure is null ? TcpEnd.Closed : SocketReasons.Of(writeFailure, connecting, settings);
        }
        catch (Exception e)
        {
            end = SocketReasons.Of(writeFailure ?? e, connecting, settings);
            opened.TrySetResult(false);
        }
        await stream.DisposeAsync();
        socket.Dispose();
        loop.Post(this, Ended);
    }

    private async ValueTask<bool> ReadSome()
    {
#pragma warning disable CA2022   // no bytes are wanted: it waits without a buffer
        await stream.ReadAsync(Memory<byte>.Empty);
#pragma warning restore CA2022
        buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            received = await stream.ReadAsync(buffer);
            if (!over) await Tell(received == 0 ? PeerClosed : Received);
            return received > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    // there is nothing left to read that a reset could break off, so one is looked for
    private async Task OwnEnd()
    {
        while (await Task.WhenAny(finished.Task, Task.Delay(BetweenLooks)) != finished.Task)
            if (socket.Poll(0, SelectMode.SelectError)) throw new SocketException((int)SocketError.ConnectionReset);
    }

    private Task Tell(int what)
    {
        loop.Post(this, what);
        return go.WaitAsync();
    }

    private async Task Secure(SslClientAuthenticationOptions? asClient, SslServerAuthenticationOptions? asServer)
    {
        await flush;
        writing = Traffic.Tls;
        var tls = new SslStream(stream);
        stream = tls;
        if (asClient is not null) await tls.AuthenticateAsClientAsync(asClient);
        else await tls.AuthenticateAsServerAsync(asServer!);
        PeerCertificate = tls.RemoteCertificate as X509Certificate2;
    }

    private async Task Flush()
    {
        try
        {
            if (!await opened.Task) return;
            while (true)
            {
                Chunk chunk;
                lock (gate)
                {
                    if (!outgoing.TryDequeue(out chunk))
                    {
                        flushing = false;
                        break;
                    }
                }
                writing = chunk.Traffic;
                await stream.WriteAsync(chunk.Bytes.AsMemory(0, chunk.Length));
                ArrayPool<byte>.Shared.Return(chunk.Bytes);
                lock (gate) OutgoingBytes -= chunk.Length;
            }
            loop.Post(this, Flushed);
        }
        catch (Exception e)
        {
            // the reader hears of it by the closed socket, or where it waits after the peer's end, and tells
            writeFailure = e;
            socket.Dispose();
            finished.TrySetResult();
        }
    }

    private async Task Finish(bool close)
    {
        try
        {
            await opened.Task;
            await (close ? flush.WaitAsync(Patience) : flush);
            if (close && stream is SslStream { IsAuthenticated: true } tls)
            {
                writing = Traffic.Closing;
                await tls.ShutdownAsync();
            }
            socket.Shutdown(SocketShutdown.Send);
            if (!close) return;
            finished.TrySetResult();
            await reader.WaitAsync(Linger);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException
            or InvalidOperationException or TimeoutException) { }   // the peer was faster, or too slow
        finally
        {
            if (close)
            {
                finished.TrySetResult();
                socket.Dispose();
            }
        }
    }
}
