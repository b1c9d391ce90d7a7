using System.Buffers;

namespace Lab.Xmpp;

/// <summary>The parts of an address (RFC 7622 section 3), as slices of its UTF-8 text; parts that are absent are empty.
/// Leaves out: PRECIS preparation beyond ASCII letters compared without case in local part and domain.</summary>
internal readonly ref struct Jid
{
    private const int MaxPartBytes = 1023;
    private static readonly SearchValues<byte> NotInDomain = SearchValues.Create("@ \"&'<>"u8);
    private static readonly SearchValues<byte> NotInLocal = SearchValues.Create("\"&'/:<>@ "u8);

    public ReadOnlySpan<byte> Local { get; private init; }
    public ReadOnlySpan<byte> Domain { get; private init; }
    public ReadOnlySpan<byte> Resource { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> text, out Jid jid)
    {
        jid = default;
        int slash = text.IndexOf((byte)'/');
        ReadOnlySpan<byte> bare = slash < 0 ? text : text[..slash];
        int at = bare.IndexOf((byte)'@');
        jid = new Jid
        {
            Local = at < 0 ? default : bare[..at],
            Domain = bare[(at + 1)..],
            Resource = slash < 0 ? default : text[(slash + 1)..],
        };
        return jid.Domain.Length is > 0 and <= MaxPartBytes && (at < 0 || IsLocal(jid.Local))
            && jid.Domain.IndexOfAny(NotInDomain) < 0 && (slash < 0 || IsResource(jid.Resource));
    }

    public static bool IsResource(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
            if (b < 0x20 || b == 0x7F) return false;
        return text.Length is > 0 and <= MaxPartBytes;
    }

    /// <summary>Whether local parts or domains are equal, ASCII letters without case.</summary>
    public static bool SameText(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length) return false;
        if (a.SequenceEqual(b)) return true;
        for (int i = 0; i < a.Length; i++)
            if (Fold(a[i]) != Fold(b[i])) return false;
        return true;
    }

    public static byte Fold(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;

    private static bool IsLocal(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= MaxPartBytes && text.IndexOfAny(NotInLocal) < 0;
}
