using System.Buffers;
using System.Net.Sockets;
using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>Bytes of one direction of a proxy, over all its connections; counted as they flow.</summary>
internal sealed class Tally
{
    public long Received;
    public long Sent;
}

/// <summary>
/// One direction of a connection: a thin pump. Without toxics a loop receives and sends, and holds no buffer while it
/// waits. With toxics the loop offers what it receives to the chain, and a second loop sends what the chain gives when
/// its time has come. Changing over happens between two chunks: the receiving loop asks before each, and the sending
/// loop ends once the chain is empty and without toxics. API calls only change the chain; they never wait for a socket.
/// </summary>
internal sealed class DirectionPump(ProxiedConnection connection, Socket from, Socket to, bool isUpstream,
    Tally traffic)
{
    private const int ChunkBytes = 32 * 1024, BufferBytes = 128 * 1024;

    /// <summary>Chunks that a loop may move without ever waiting before it lets others run.</summary>
    private const int Streak = 64;

    private readonly Lock gate = new();
    private readonly WakeUp work = new(), room = new();
    private volatile ToxicChain? chain;
    private Task sending = Task.CompletedTask;
    private volatile bool stopped;

    private enum Way { Direct, Taken, Full }

    public Socket From => from;
    public Socket To => to;
    public bool IsUpstream => isUpstream;

    /// <summary>Runs until this direction has ended and everything was sent.</summary>
    public async Task RunAsync()
    {
        Ending how = await ReceiveAllAsync();
        connection.Drained(this);
        bool direct;
        lock (gate)
        {
            direct = chain is null;
            stopped |= direct;   // no toxic comes any more
            chain?.End(WallClock.Now, how);
        }
        if (direct) connection.Finish(this, how);
        work.Set();
        await sending;
    }

    public void Add(Toxic toxic) => Alter((c, now) => c.Add(now, toxic));

    public void Change(Toxic toxic) => Alter((c, now) => c.Change(now, toxic));

    public void Remove(string toxic) => Alter((c, now) => c.Remove(now, toxic));

    /// <summary>Both loops end as soon as they look; the sockets are closed by the connection.</summary>
    public void Stop()
    {
        lock (gate) stopped = true;
        work.Set();
        room.Set();
    }

    private void Alter(Action<ToxicChain, Instant> change)
    {
        lock (gate)
        {
            if (stopped) return;
            Instant now = WallClock.Now;
            if (chain is null)
            {
                chain = new ToxicChain(connection.Chance(isUpstream), connection.IsStrict, now);
                change(chain, now);
                sending = Task.Run(SendAllAsync);
                return;
            }
            change(chain, now);
        }
        work.Set();
    }

    private async Task<Ending> ReceiveAllAsync()
    {
        try
        {
            for (int moved = 0; !stopped;)
            {
                await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                try
                {
                    // once stopped what comes stays unread, so that closing tells a sender by a RST
                    while (!stopped)
                    {
                        int wanted = chain is null ? BufferBytes : ChunkBytes;
                        // the socket does not block: nothing to read after all is an answer
                        int length = from.Receive(buffer.AsSpan(0, wanted), SocketFlags.None, out SocketError error);
                        if (error == SocketError.WouldBlock) break;
                        if (error != SocketError.Success) return connection.Broken(error);
                        if (length == 0) return Ending.End;
                        Interlocked.Add(ref traffic.Received, length);
                        await PassAsync(buffer.AsMemory(0, length));
                        if (++moved % Streak == 0) await Task.Yield();
                        if (length < 4096) break;
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (SocketException e)
        {
            return connection.Broken(e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
        }
        return Ending.End;
    }

    private async ValueTask PassAsync(ReadOnlyMemory<byte> bytes)
    {
        if (chain is not null)
        {
            Instant arrived = WallClock.Now;
            Way way;
            while ((way = Offer(bytes, arrived)) == Way.Full) await room.WaitAsync();
            if (way == Way.Taken) return;
        }
        await SendAsync(bytes);
    }

    private Way Offer(ReadOnlyMemory<byte> bytes, Instant arrived)
    {
        lock (gate)
        {
            if (stopped) return Way.Taken;
            if (chain is null) return Way.Direct;
            Instant now = WallClock.Now;
            if (!chain.HasRoom(now)) return Way.Full;
            chain.Offer(now, new Chunk(bytes.ToArray(), arrived));
        }
        work.Set();
        return Way.Taken;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await to.SendAsync(bytes, SocketFlags.None);
        Interlocked.Add(ref traffic.Sent, bytes.Length);
    }

    private async Task SendAllAsync()
    {
        try
        {
            for (;;)
            {
                if (!Step(out Chunk chunk, out Ending ended, out Instant next)) return;
                room.Set();
                if (chunk.Length > 0) await SendAsync(chunk.Bytes);
                else if (ended == Ending.None) await work.WaitAsync(next);
                else
                {
                    Finish(ended);
                    return;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Finish(connection.Broken((e as SocketException)?.SocketErrorCode ?? SocketError.Success));
        }
    }

    // nobody takes from the chain any more: the receiving loop must not wait for room in it
    private void Finish(Ending ended)
    {
        Stop();
        connection.Finish(this, ended);
    }

    // what there is to send, or how this direction ended, or when to look again; false: nothing will be sent any more
    private bool Step(out Chunk chunk, out Ending ended, out Instant next)
    {
        lock (gate)
        {
            Instant now = WallClock.Now;
            (chunk, ended, next) = (default, Ending.None, now);
            if (stopped || chain is null) return false;
            if (chain.TryTake(now, out chunk)) return true;
            ended = chain.Ended;
            next = chain.NextTime(now);
            if (!chain.IsIdle) return true;
            chain = null;
        }
        room.Set();
        return false;
    }
}
