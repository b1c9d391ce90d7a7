using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// Prosody as a run's own server: a configuration and accounts in the run's folder, free ports of 127.0.0.1 that are
/// kept for it over restarts, a process that comes and goes.
/// </summary>
internal sealed class Prosody : IDisposable
{
    /// <summary>How long it may take to accept, or to end once asked.</summary>
    public static readonly Duration LongestStart = Duration.FromSeconds(30), LongestEnd = Duration.FromSeconds(15);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(10);
    private readonly RealTimeLoop loop;
    private readonly string folder;
    private readonly Socket[] held = [Hold(), Hold(), Hold()];
    private readonly SortedDictionary<string, IPEndPoint> names = new(StringComparer.Ordinal);
    private readonly List<string> hidden = [];   // once per fault that hides it
    private Child? child;

    public Prosody(
        RealTimeLoop loop, Authority authority, string runFolder, string domain, ServerSpec spec,
        IEnumerable<(string Local, string Password)> accounts, S2sSpec? peers = null)
    {
        this.loop = loop;
        folder = Path.GetFullPath(Path.Combine(runFolder, "prosody-" + domain));
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        authority.Issue(domain);
        File.WriteAllText(
            ConfigurationFile, ProsodyConfiguration.Text(
                folder, domain, spec, authority, Address, DirectTls, peers is null ? null : (peers, ForServers)));
        if (peers is not null) Tools.Unpack($"mod_{ProsodyPeers.NamesModule}.lua", folder);
        foreach ((string local, string password) in accounts)
            ProsodyConfiguration.AddAccount(folder, domain, local, password);
    }

    public IPEndPoint Address => (IPEndPoint)held[0].LocalEndPoint!;
    public IPEndPoint DirectTls => (IPEndPoint)held[1].LocalEndPoint!;

    public IPEndPoint ForServers => (IPEndPoint)held[2].LocalEndPoint!;

    /// <summary>Its streams to that domain lead there.</summary>
    public void Tell(string remote, IPEndPoint address)
    {
        names[remote] = address;
        Hide(remote, false);
    }

    /// <summary>It cannot, or can again, find that domain.</summary>
    public void Hide(string remote, bool hides)
    {
        if (hides) hidden.Add(remote);
        else hidden.Remove(remote);
        ProsodyPeers.WriteNames(folder, names.Where(n => !hidden.Contains(n.Key)));
    }

    public Child? Process => child;
    private string ConfigurationFile => Path.Combine(folder, "prosody.cfg.lua");

    public void Start()
    {
        child?.Dispose();
        child = new Child(
            loop, Tools.Prosody, ["--config", ConfigurationFile, "-F"], Path.Combine(folder, "prosody.log"))
        {
            Ended = _ => throw Failure("ended by itself"),
        };
        child.Listen();
    }

    /// <summary>Starts it and waits until it accepts; before the run's clock starts.</summary>
    public void StartAndWait()
    {
        Start();
        long began = Stopwatch.GetTimestamp();
        while (!Accepts())
        {
            if (child!.HasEnded) throw Failure("did not start");
            if (Stopwatch.GetElapsedTime(began).TotalSeconds > LongestStart.TotalSeconds)
                throw Failure("does not accept connections");
            Thread.Sleep(BetweenTries);
        }
    }

    /// <summary>Whether both ports answer; on loopback that is known at once.</summary>
    public bool Accepts()
    {
        try
        {
            foreach (IPEndPoint port in (IPEndPoint[])[Address, DirectTls])
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(port);
            }
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public ProgramFailure Failure(string what) => new($"Prosody {what}: {child!.LastWords()} ({child.LogFile})");

    public void Dispose()
    {
        child?.Dispose();
        foreach (Socket socket in held) socket.Dispose();
    }

    // Bound, never listening: nobody else is given the port, and a program that sets SO_REUSEADDR may have it.
    private static Socket Hold()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
