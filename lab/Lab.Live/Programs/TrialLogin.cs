using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// One login, and the goodbye: whether a server that runs already lets an account in. Blocks, without a loop: it comes
/// before the run's clock starts.
/// </summary>
internal static class TrialLogin
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Null when it is let in; else why not: not-authorized, host-unknown, connection refused.</summary>
    public static string? WhyRefused(IPEndPoint address, string bareJid, string password, TlsMode tls)
    {
        var settings = new ClientSettings
        {
            BareJid = bareJid, Password = password, Tls = tls, Secrets = new SystemSecrets(),
            Policy = new Policy { Reconnect = new ReconnectPolicy { Kind = BackoffKind.Never } },
        };
        var client = new XmppClient(settings, RandomStream.Root(1), new BufferPool(), new ScramCache());
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            return Talk(client, socket, address, bareJid[(bareJid.IndexOf('@') + 1)..]);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            return e is OperationCanceledException ? $"no answer within {Longest.TotalSeconds} s"
                : new StreamEnd(TransportEnd.Of(SocketReasons.Of(e, !socket.Connected, new TcpSettings())).Mechanism)
                    .Words;
        }
    }

    private static string? Talk(XmppClient client, Socket socket, IPEndPoint address, string domain)
    {
        using var limit = new CancellationTokenSource(Longest);
        long began = Stopwatch.GetTimestamp();
        Stream? stream = null;
        byte[] buffer = new byte[16 * 1024];
        bool online = false, connecting = false, securing = false, over = false;
        StreamEnd end = default;
        client.Start(Instant.Zero);
        while (true)
        {
            while (client.TryTake(out XmppAction a))
            {
                connecting |= a.Kind == ActionKind.Connect;
                securing |= a.Kind == ActionKind.StartTls;
                over |= a.Kind is ActionKind.Close or ActionKind.Abort;
                if (a.Kind == ActionKind.Ended) end = StreamEnd.Of(in a);
                online |= a.Kind == ActionKind.Online;
                if (a.Kind == ActionKind.Write) stream!.Write(client.Output);
            }
            if (over) return online ? null : client.Refusal ?? end.Words;
            var now = new Instant(Stopwatch.GetElapsedTime(began).Ticks * 100);
            if (connecting)
            {
                connecting = false;
                socket.ConnectAsync(address, limit.Token).AsTask().GetAwaiter().GetResult();
                stream = new NetworkStream(socket);
                client.Connected(now);
            }
            else if (securing)
            {
                securing = false;
                var tls = new SslStream(stream!, false, (_, _, _, _) => true);
                var options = new SslClientAuthenticationOptions { TargetHost = domain };
                tls.AuthenticateAsClientAsync(options, limit.Token).GetAwaiter().GetResult();
                stream = tls;
                client.TlsEstablished(now);
            }
            else if (online && end.Mechanism == Mechanism.None) client.Stop(now);
            else
            {
                int length = stream!.ReadAsync(buffer, limit.Token).AsTask().GetAwaiter().GetResult();
                if (length == 0) client.PeerClosed(now);
                else client.Receive(now, buffer.AsSpan(0, length));
            }
        }
    }
}
