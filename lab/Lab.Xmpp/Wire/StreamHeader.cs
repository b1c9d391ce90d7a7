using System.Text;

namespace Lab.Xmpp;

/// <summary>The attributes of a stream header (RFC 6120 section 4.7); null = absent, "" = present and empty.</summary>
public sealed record StreamHeader
{
    public string? From { get; init; }
    public string? To { get; init; }
    public string? Id { get; init; }
    public string? Language { get; init; }
    public StreamVersion? Version { get; init; }

    /// <summary>jabber:client or jabber:server.</summary>
    public required string ContentNamespace { get; init; }

    /// <summary>Whether xmlns:db was declared (XEP-0220).</summary>
    public bool DeclaresDialback { get; init; }

    /// <summary>
    /// Reads what a start tag says of itself, whatever its names are, so that a refusal can still be addressed;
    /// the result is the stream error that forbids the header, or None.
    /// </summary>
    internal static StreamErrorCondition Read(Element tag, ReadOnlySpan<byte> contentNamespace, bool dialback,
        out StreamHeader header)
    {
        bool versioned = tag.TryAttribute(Names.Version, out ReadOnlySpan<byte> text);
        StreamVersion version = default;
        bool understood = !versioned || StreamVersion.TryParse(text, out version);
        header = new StreamHeader
        {
            From = Text(tag, Names.From, default),
            To = Text(tag, Names.To, default),
            Id = Text(tag, Names.Id, default),
            Language = Text(tag, Names.Lang, Namespaces.Xml),
            Version = versioned && understood ? version : null,
            ContentNamespace = Encoding.UTF8.GetString(contentNamespace),
            DeclaresDialback = dialback,
        };
        return understood ? StreamErrorCondition.None : StreamErrorCondition.UnsupportedVersion;
    }

    private static string? Text(Element tag, ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns) =>
        tag.TryAttribute(name, ns, out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : null;
}

/// <summary>Compared as two numbers: 2.4 is lower than 2.13 (RFC 6120 section 4.7.5).</summary>
public readonly record struct StreamVersion(int Major, int Minor) : IComparable<StreamVersion>
{
    public static readonly StreamVersion V10 = new(1, 0);

    /// <summary>Two integers and a dot; leading zeros are ignored, numbers beyond int stay at int.MaxValue.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out StreamVersion version)
    {
        version = default;
        int dot = text.IndexOf((byte)'.');
        if (dot < 0 || !TryNumber(text[..dot], out int major) || !TryNumber(text[(dot + 1)..], out int minor))
            return false;
        version = new StreamVersion(major, minor);
        return true;
    }

    /// <summary>The version a reply carries: the lower of the two sides' (RFC 6120 section 4.7.5).</summary>
    public static StreamVersion Lower(StreamVersion a, StreamVersion b) => a < b ? a : b;

    public int CompareTo(StreamVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public static bool operator <(StreamVersion a, StreamVersion b) => a.CompareTo(b) < 0;
    public static bool operator >(StreamVersion a, StreamVersion b) => a.CompareTo(b) > 0;
    public static bool operator <=(StreamVersion a, StreamVersion b) => a.CompareTo(b) <= 0;
    public static bool operator >=(StreamVersion a, StreamVersion b) => a.CompareTo(b) >= 0;

    public override string ToString() => FormattableString.Invariant($"{Major}.{Minor}");

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int value)
    {
        long sum = 0;
        foreach (byte b in digits)
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                value = 0;
                return false;
            }
            sum = Math.Min(sum * 10 + (b - '0'), int.MaxValue);
        }
        value = (int)sum;
        return !digits.IsEmpty;
    }
}
