namespace Lab.Experiments;

/// <summary>What carries the bytes of a run.</summary>
public enum NetworkKind
{
    /// <summary>Virtual time, modelled TCP, the same every time.</summary>
    Simulated,

    /// <summary>Real sockets and TLS on loopback in real time, behind fault proxies.</summary>
    Proxied,
}

/// <summary>Networks as the words of command lines, files and tables.</summary>
public static class NetworkWords
{
    public static readonly IReadOnlyList<string> All = [.. Enum.GetValues<NetworkKind>().Select(Word)];

    public static string Word(this NetworkKind network) => network switch
    {
        NetworkKind.Simulated => "simulated",
        NetworkKind.Proxied => "proxied",
    };

    /// <summary>Null when no network is called that.</summary>
    public static NetworkKind? Find(string word) =>
        All.Contains(word) ? Enum.GetValues<NetworkKind>().First(n => n.Word() == word) : null;
}
