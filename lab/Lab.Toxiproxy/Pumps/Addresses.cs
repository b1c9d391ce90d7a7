using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Lab.Toxiproxy;

/// <summary>
/// host:port as Go reads it, IPv4 first, with Toxiproxy's words; but without a host it is loopback, not every address:
/// a proxy has no password.
/// </summary>
internal static class Addresses
{
    /// <summary>The end point to listen on; "" is any port.</summary>
    public static async Task<(IPEndPoint? Found, string Error)> ListenAsync(string text)
    {
        if (text.Length == 0) return (new IPEndPoint(IPAddress.Loopback, 0), "");
        if (!Split(text, out string host, out int port, out string error)) return (null, error);
        if (host.Length == 0) return (new IPEndPoint(IPAddress.Loopback, port), "");
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
    /// <summary>Whether who dials this upstream arrives at that listener. Asks for names only where the port is its
    /// own.</summary>
    public static async Task<bool> IsAtAsync(string upstream, IPEndPoint listener)
    {
        if (!Addresses.Split(upstream, out string host, out int port, out _) || port != listener.Port) return false;
        (IPAddress[] addresses, _) = await Addresses.LookUpAsync(host.Length == 0 ? "localhost" : host);
        IPAddress at = Plain(listener.Address);
        bool everywhere = IsAny(at);
        return addresses.Select(Plain).Any(a => a.Equals(at) || everywhere && IsHere(a)
            || IsAny(a) && IPAddress.IsLoopback(at));                  // who dials no address dials loopback
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsAny(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsHere(IPAddress address) => IsAny(address) || IPAddress.IsLoopback(address)
        || NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Any(own => own.Address.Equals(address));

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
