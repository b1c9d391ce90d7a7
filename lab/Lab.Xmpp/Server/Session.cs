using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// A bound resource. With stream management it may outlive its stream: then it is due when its time to be resumed ends.
/// </summary>
internal sealed class Session(int account, int domain, byte[] fullJid, int bareBytes) : Timed
{
    public readonly int Account = account;
    public readonly int Domain = domain;
    public readonly byte[] FullJid = fullJid;

    /// <summary>The stream that carries it; null while it hibernates.</summary>
    public ServerStream? Stream;

    /// <summary>The number of the last stream that carried it.</summary>
    public int StreamNumber = -1;

    /// <summary>Sent presence: counts as an available resource.</summary>
    public bool Available;

    public int Priority;

    /// <summary>Order of becoming available, to choose between equal priorities.</summary>
    public long Since;

    /// <summary>Not a target of routing any more.</summary>
    public bool Withdrawn;

    /// <summary>Gone for good.</summary>
    public bool Retired;

    /// <summary>It asked for its contact list, so it is told of changes.</summary>
    public bool WantsRoster;

    /// <summary>Others must still hear that it is unavailable.</summary>
    public bool Farewell;

    /// <summary>Who got directed presence from it and none that says unavailable; null = nobody.</summary>
    public List<byte[]>? Greeted;

    /// <summary>The XEP-0198 side of it; null until the client enables stream management.</summary>
    public AckQueue? Acks;

    /// <summary>SM-ID, when the session can be resumed.</summary>
    public UInt128 AckId;

    /// <summary>How long it waits to be resumed; zero = not resumable.</summary>
    public Duration Window;

    /// <summary>The next session of the same account.</summary>
    public Session? Next;

    public ReadOnlySpan<byte> BareJid => FullJid.AsSpan(0, bareBytes);
    public ReadOnlySpan<byte> Resource => FullJid.AsSpan(bareBytes + 1);
    public bool Resumable => Window > Duration.Zero && Acks is { Incomplete: false };
}
