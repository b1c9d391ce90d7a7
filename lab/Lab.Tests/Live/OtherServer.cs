using System.Net;
using System.Net.Sockets;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// A server that runs already, as an external one does: example.org without TLS, with the accounts echo, phone and
/// phone-0 to phone-2, on a port of its own. Its memory outlives runs.
/// </summary>
internal sealed class OtherServer : IDisposable
{
    public const string Password = "open sesame";
    private readonly Socket listener = Proxies.Listener();
    private readonly Lock gate = new();
    private readonly Dictionary<int, Socket> sockets = [];
    private readonly XmppServer server;
    private int online;

    public OtherServer()
    {
        var store = new ServerStore();
        foreach (string name in (string[])["echo", "phone", "phone-0", "phone-1", "phone-2"])
            store.AddAccount(name, Password);
        server = new XmppServer(
            new ServerSettings { Domains = ["example.org"], OffersTls = false, ScramIterations = 16, Echo = false },
            store, RandomStream.Root(1), new BufferPool(), new ScramCache());
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndPoint!;

    /// <summary>The most clients, but for echo, that were online at a time.</summary>
    public int MostOnline { get; private set; }

    public void Dispose() => listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = listener.Accept();
                int stream = Call(() =>
                {
                    int number = server.Accept(Instant.Zero);
                    sockets[number] = socket;
                    return number;
                });
                new Thread(() => Serve(stream, socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException) { }   // disposed of
    }

    private void Serve(int stream, Socket socket)
    {
        byte[] buffer = new byte[4096];
        try
        {
            for (int length; (length = socket.Receive(buffer)) > 0;)
                Call(() =>
                {
                    server.Receive(Instant.Zero, stream, buffer.AsSpan(0, length));
                    return 0;
                });
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
        Call(() =>
        {
            server.Disconnected(Instant.Zero, stream, new TransportEnd(Mechanism.Fin));
            return 0;
        });
    }

    private int Call(Func<int> act)
    {
        lock (gate)
        {
            int result = act();
            while (server.TryTake(out XmppAction a))
            {
                if (a.Kind == ActionKind.Available && a.Account != 0) MostOnline = Math.Max(MostOnline, ++online);
                if (a.Kind == ActionKind.Unavailable && a.Account != 0) online--;
                if (a.Kind > ActionKind.Abort || !sockets.TryGetValue(a.Stream, out Socket? socket)) continue;
                if (a.Kind == ActionKind.Write) socket.Send(server.Output);
                else socket.Dispose();
            }
            return result;
        }
    }
}
