namespace Lab.Xmpp;

/// <summary>
/// The namespaces that a stream header declares for everything inside it; the usual ones cost no memory.
/// </summary>
internal struct StreamScope
{
    // Handles of namespaces; those of an element's own declarations are not negative.
    public const int None = -1, Client = -2, Server = -3, Streams = -4, Dialback = -5, Xml = -6, FirstOther = -7;

    private List<(byte[] Prefix, byte[] Name)>? others;
    private bool hasDialback;

    /// <summary>Client or Server once a header was read, None before.</summary>
    public int Content { get; private set; }

    public readonly bool IsOpen => Content is Client or Server;

    public readonly bool DeclaresDialback => hasDialback;

    public void Begin(int content)
    {
        this = default;
        Content = content;
    }

    public void Declare(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> name)
    {
        if (prefix.SequenceEqual("stream"u8) || prefix.SequenceEqual("xml"u8)) return;
        if (prefix.SequenceEqual("db"u8) && name.SequenceEqual(Namespaces.Dialback)) hasDialback = true;
        else (others ??= []).Add((prefix.ToArray(), name.ToArray()));
    }

    public readonly bool TryResolve(ReadOnlySpan<byte> prefix, out int handle)
    {
        handle = prefix.IsEmpty ? IsOpen ? Content : None
            : IsOpen && prefix.SequenceEqual("stream"u8) ? Streams
            : prefix.SequenceEqual("xml"u8) ? Xml
            : hasDialback && prefix.SequenceEqual("db"u8) ? Dialback : None;
        if (handle != None || prefix.IsEmpty) return true;
        for (int i = 0; i < (others?.Count ?? 0); i++)
        {
            if (!prefix.SequenceEqual(others![i].Prefix)) continue;
            handle = FirstOther - i;
            return true;
        }
        return false;
    }

    public readonly ReadOnlySpan<byte> Name(int handle) => handle switch
    {
        None => default,
        Client => Namespaces.Client,
        Server => Namespaces.Server,
        Streams => Namespaces.Streams,
        Dialback => Namespaces.Dialback,
        Xml => Namespaces.Xml,
        _ => others![FirstOther - handle].Name,
    };
}
