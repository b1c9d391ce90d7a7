namespace Lab.Xmpp;

/// <summary>
/// The XML declaration before a stream header (XML 1.0 section 2.8): version 1.x, then optional encoding, then optional
/// standalone. An encoding other than UTF-8 is unsupported-encoding (RFC 6120 section 11.6).
/// </summary>
internal static class XmlDeclaration
{
    /// <summary>Reads what stands between "&lt;?xml" and "?&gt;".</summary>
    public static StreamErrorCondition Check(ReadOnlySpan<byte> text)
    {
        if (!TryPart(ref text, "version"u8, out ReadOnlySpan<byte> version) || !IsVersion(version))
            return StreamErrorCondition.NotWellFormed;
        bool encoded = TryPart(ref text, "encoding"u8, out ReadOnlySpan<byte> encoding);
        if (encoded && !IsEncodingName(encoding)) return StreamErrorCondition.NotWellFormed;
        if (TryPart(ref text, "standalone"u8, out ReadOnlySpan<byte> standalone)
            && !standalone.SequenceEqual("yes"u8) && !standalone.SequenceEqual("no"u8))
            return StreamErrorCondition.NotWellFormed;
        if (text.IndexOfAnyExcept(" \t\r\n"u8) >= 0) return StreamErrorCondition.NotWellFormed;
        return encoded && !System.Text.Ascii.EqualsIgnoreCase(encoding, "utf-8"u8)
            ? StreamErrorCondition.UnsupportedEncoding : StreamErrorCondition.None;
    }

    private static bool IsVersion(ReadOnlySpan<byte> version) =>
        version.StartsWith("1."u8) && version.Length > 2
            && version[2..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static bool IsEncodingName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || !char.IsAsciiLetter((char)name[0])) return false;
        foreach (byte b in name)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_' or (byte)'.')) return false;
        return true;
    }

    /// <summary>Takes white space, the name, an equals sign and a quoted value off the front; takes nothing when they
    /// are not there.</summary>
    private static bool TryPart(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        ReadOnlySpan<byte> rest = Trim(text);
        if (rest.Length == text.Length || !rest.StartsWith(name)) return false;
        rest = Trim(rest[name.Length..]);
        if (!rest.StartsWith("="u8)) return false;
        rest = Trim(rest[1..]);
        if (rest.IsEmpty || rest[0] is not ((byte)'\'' or (byte)'"')) return false;
        int end = rest[1..].IndexOf(rest[0]);
        if (end < 0) return false;
        value = rest.Slice(1, end);
        text = rest[(end + 2)..];
        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.TrimStart(" \t\r\n"u8);
}
