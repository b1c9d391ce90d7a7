using System.Net.Sockets;
using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>
/// A client's connection and the one to the upstream. As Toxiproxy does, the end of one direction closes the socket it
/// leads to, by which the other direction ends too; strict: an end is passed on as an end (half-close), a RST as a RST.
/// </summary>
internal sealed class ProxiedConnection(FaultProxy proxy, long number, Socket client)
{
    private readonly Lock gate = new();
    private Socket? upstream;
    private DirectionPump? up, down;
    private bool stopped, clientShut, upstreamShut;

    public bool IsStrict => proxy.IsStrict;

    /// <summary>It has its pumps, with the toxics of that moment; later changes come one by one.</summary>
    public bool Joined { get; set; }

    /// <summary>The same draws for the same seed, proxy, number of connection and direction.</summary>
    public RandomStream Chance(bool isUpstream) =>
        proxy.Chance.Fork(number.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Fork(isUpstream ? "upstream" : "downstream");

    /// <summary>Runs until both directions have ended; never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (await Upstreams.DialAsync(proxy.Upstream, Own) is { } problem)
            {
                proxy.DialFailed(problem);
                return;
            }
            Prepare(client);
            Prepare(upstream!);
            up = new DirectionPump(this, client, upstream!, isUpstream: true, proxy.Up);
            down = new DirectionPump(this, upstream!, client, isUpstream: false, proxy.Down);
            if (proxy.Join(this, up, down)) await Task.WhenAll(up.RunAsync(), down.RunAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
        finally
        {
            Stop();
            proxy.Forget(this);
        }
    }

    /// <summary>A toxic was set, changed or taken away in one direction.</summary>
    public void Alter(bool isUpstream, Action<DirectionPump> change)
    {
        if ((isUpstream ? up : down) is { } pump) change(pump);
    }

    /// <summary>Everything of this direction was sent, and it ends like this.</summary>
    public void Finish(DirectionPump pump, Ending how)
    {
        if (how == Ending.Reset) Reset();
        else if (how == Ending.Close && IsStrict) Stop();
        else Shut(pump.To, IsStrict ? SocketShutdown.Send : SocketShutdown.Both);
    }

    /// <summary>
    /// A direction will read no more. If that is because the other one shut this socket, it is closed now, though
    /// toxics may still hold what was read: a peer that goes on sending hears a RST, as with Toxiproxy.
    /// </summary>
    public void Drained(DirectionPump pump)
    {
        if (!IsStrict && (pump.IsUpstream ? clientShut : upstreamShut)) pump.From.Dispose();
    }

    /// <summary>What a failing socket means to the direction it feeds.</summary>
    public Ending Broken(SocketError error) =>
        IsStrict && error is (SocketError.ConnectionReset or SocketError.Shutdown) ? Ending.Reset : Ending.End;

    /// <summary>Closes both sockets with FIN, whatever is under way.</summary>
    public void Stop()
    {
        lock (gate) stopped = true;
        up?.Stop();
        down?.Stop();
        Shut(client, SocketShutdown.Both);
        client.Dispose();
        if (upstream is null) return;
        Shut(upstream, SocketShutdown.Both);
        upstream.Dispose();
    }

    private void Reset()
    {
        clientShut = upstreamShut = true;
        client.Close(0);
        upstream?.Close(0);
    }

    // a FIN, once; it also ends what waits to read. Closing without it would send a RST while an operation is pending.
    private void Shut(Socket socket, SocketShutdown how)
    {
        ref bool shut = ref socket == client ? ref clientShut : ref upstreamShut;
        if (shut || !socket.Connected) return;
        shut = how == SocketShutdown.Both;
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the peer was faster
        }
    }

    // whoever dials hands over each socket before it connects, so that stopping reaches it
    private bool Own(Socket socket)
    {
        lock (gate)
        {
            upstream = socket;
            return !stopped;
        }
    }

    private static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.Blocking = false;
    }
}
