using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lab.Toxiproxy;

/// <summary>host:port as Go reads it: an empty host is every address, IPv4 goes first; Toxiproxy's words.</summary>
internal static class Addresses
{
    /// <summary>The end point to listen on; "" is any port of every address.</summary>
    public static async Task<(IPEndPoint? Found, string Error)> ListenAsync(string text)
    {
        if (text.Length == 0) return (new IPEndPoint(IPAddress.IPv6Any, 0), "");
        if (!Split(text, out string host, out int port, out string error)) return (null, error);
        if (host.Length == 0) return (new IPEndPoint(IPAddress.IPv6Any, port), "");
        (IPAddress[] addresses, error) = await LookUpAsync(host);
        return addresses.Length == 0 ? (null, error) : (new IPEndPoint(addresses[0], port), "");
    }

    /// <summary>The addresses of a name or a literal, IPv4 first.</summary>
    public static async Task<(IPAddress[] Found, string Error)> LookUpAsync(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return ([literal], "");
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host);
            if (found.Length > 0)
                return ([.. found.OrderBy(a => a.AddressFamily != AddressFamily.InterNetwork)], "");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
        }
        return ([], $"lookup {host}: no such host");
    }

    public static bool Split(string text, out string host, out int port, out string error)
    {
        (host, port, error) = ("", 0, "");
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            error = $"address {text}: missing port in address";
            return false;
        }
        host = text[..colon];
        string number = text[(colon + 1)..];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':')) error = $"address {text}: too many colons in address";
        if (error.Length == 0 && !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && number.Length > 0 || port > 65535)
            error = $"address {number}: invalid port";
        return error.Length == 0;
    }
}

/// <summary>Connects to an upstream given as host:port, address by address.</summary>
internal static class Upstreams
{
    /// <summary>Null when connected, else why not. Each socket is handed over before it connects.</summary>
    public static async Task<string?> DialAsync(string upstream, Func<Socket, bool> own)
    {
        if (!Addresses.Split(upstream, out string host, out int port, out string error)) return error;
        (IPAddress[] addresses, error) = await Addresses.LookUpAsync(host.Length == 0 ? "localhost" : host);
        foreach (IPAddress address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (!own(socket))
            {
                socket.Dispose();
                return "stopped";
            }
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port));
                return null;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                socket.Dispose();
                error = $"dial tcp {new IPEndPoint(address, port)}: {e.Message}";
            }
        }
        return error;
    }
}
