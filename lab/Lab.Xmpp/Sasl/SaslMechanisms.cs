namespace Lab.Xmpp;

public enum SaslMechanism : byte { Plain, ScramSha1, ScramSha256, External }

/// <summary>Mechanism names, and the feature that offers them (RFC 6120 sections 6.3.3, 6.3.4, 6.4.1).</summary>
public static class SaslMechanisms
{
    private static readonly SaslMechanism[] all = Enum.GetValues<SaslMechanism>();

    public static ReadOnlySpan<byte> Name(SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.Plain => "PLAIN"u8,
        SaslMechanism.ScramSha1 => "SCRAM-SHA-1"u8,
        SaslMechanism.ScramSha256 => "SCRAM-SHA-256"u8,
        SaslMechanism.External => "EXTERNAL"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(mechanism), $"SASL mechanism {(int)mechanism}"),
    };

    /// <summary>False for a mechanism the lab does not speak (invalid-mechanism).</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out SaslMechanism mechanism)
    {
        foreach (SaslMechanism m in all)
        {
            mechanism = m;
            if (name.SequenceEqual(Name(m))) return true;
        }
        mechanism = default;
        return false;
    }

    /// <summary>Appends the feature element.</summary>
    public static void Write(XmppWriter writer, IReadOnlyList<SaslMechanism> mechanisms)
    {
        writer.Raw("<mechanisms"u8).Attribute("xmlns"u8, Namespaces.Sasl).Raw(">"u8);
        foreach (SaslMechanism m in mechanisms) writer.Raw("<mechanism>"u8).Raw(Name(m)).Raw("</mechanism>"u8);
        writer.Raw("</mechanisms>"u8);
    }

    /// <summary>The known mechanisms of a mechanisms element, in its order; unknown ones are passed over.</summary>
    public static List<SaslMechanism> Read(Element mechanisms)
    {
        List<SaslMechanism> found = [];
        for (Element child = mechanisms.FirstChild; !child.IsNone; child = child.NextSibling)
            if (child.Is(Names.Mechanism, Namespaces.Sasl)
                && TryParse(child.Text.Trim(" \t\r\n"u8), out SaslMechanism m) && !found.Contains(m)) found.Add(m);
        return found;
    }

    /// <summary>
    /// The first of the client's own list that the server offers; PLAIN only inside TLS. Null when there is none.
    /// </summary>
    public static SaslMechanism? Choose(IReadOnlyList<SaslMechanism> preferred, IReadOnlyList<SaslMechanism> offered,
        bool secured)
    {
        foreach (SaslMechanism m in preferred)
            if (offered.Contains(m) && (secured || m is SaslMechanism.ScramSha1 or SaslMechanism.ScramSha256)) return m;
        return null;
    }
}

/// <summary>
/// SASL data as XMPP carries it (RFC 6120 sections 6.3.5, 6.4.2): base64 (RFC 4648 section 4) without white space,
/// padded, with zero padding bits; "=" stands for data of no bytes, an empty element for no data at all.
/// </summary>
public static class SaslData
{
    public static void Write(XmppWriter writer, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) writer.Raw("="u8);
        else writer.Raw(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(data)));
    }

    /// <summary>False for text that breaks the rules (incorrect-encoding). No text gives null.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out byte[]? data)
    {
        data = text.IsEmpty ? null : [];
        return text.IsEmpty || text.SequenceEqual("="u8) || TryBase64(text, out data);
    }

    /// <summary>Strict base64, for the fields inside SCRAM messages too.</summary>
    internal static bool TryBase64(ReadOnlySpan<byte> text, out byte[] data)
    {
        data = [];
        if (text.Length % 4 != 0) return false;
        int padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        byte[] bytes = new byte[text.Length / 4 * 3 - padding];
        int bits = 0, held = 0, at = 0;
        foreach (byte c in text[..(text.Length - padding)])
        {
            int value = Value(c);
            if (value < 0) return false;
            bits = bits << 6 | value;
            held += 6;
            if (held < 8) continue;
            held -= 8;
            bytes[at++] = (byte)(bits >> held);
            bits &= (1 << held) - 1;
        }
        if (bits != 0) return false;
        data = bytes;
        return true;
    }

    private static int Value(byte c) => c switch
    {
        >= (byte)'A' and <= (byte)'Z' => c - 'A',
        >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}
