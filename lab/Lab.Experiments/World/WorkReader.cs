using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// Cuts what a stream brings into pieces of work, without understanding it: who reads for a worker must know where an
/// element ends and what it is, and nothing else.
/// Rule: a piece ends with an element of the first level, with a header or a closing tag, or with what has come so far.
/// Its kind is that of the element: starttls is TLS, auth is SASL, an IQ that binds and resume are a login; messages,
/// presence, other IQs, dialback, and what is said of acknowledgements are stanzas. The rest costs nothing.
/// Leaves out: namespaces, and whether anything is well-formed; the server finds that out.
/// </summary>
internal struct WorkReader
{
    private const int LongestName = 8;                                 // that matters

    private enum At : byte { Text, Bracket, Name, Tag, Quote, Closing, Declaration, Data }

    private At at;
    private byte quote, brackets;
    private bool slash, header, iq;
    private int depth, length;
    private ulong name;
    private Work kind;

    /// <summary>The length of the next piece, at most all of the bytes, of which there must be one.</summary>
    public int Next(ReadOnlySpan<byte> bytes, out Work of)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (!EndsWith(bytes[i])) continue;
            (of, kind, iq) = (kind, Work.None, false);
            return i + 1;
        }
        of = Work.None;
        return bytes.Length;
    }

    private bool EndsWith(byte b)
    {
        switch (at)
        {
            case At.Text:
                if (b == '<') at = At.Bracket;
                return false;
            case At.Bracket when b == '/':
                at = At.Closing;
                return false;
            case At.Bracket when b == '?':
                at = At.Declaration;
                return false;
            case At.Bracket when b == '!':
                (at, brackets) = (At.Data, 0);
                return false;
            case At.Bracket:
                (at, name, length, header, slash) = (At.Name, b, 1, false, false);
                depth++;
                return false;
            case At.Name when b == ':':
                (name, length) = (0, 0);
                return false;
            case At.Name when b is not ((byte)'>' or (byte)'/' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'):
                (name, length) = (name << 8 | b, length + 1);
                return false;
            case At.Name:
                Named();
                at = At.Tag;
                return InTag(b);
            case At.Tag:
                return InTag(b);
            case At.Quote:
                if (b == quote) at = At.Tag;
                return false;
            case At.Closing:
                if (b != '>') return false;
                at = At.Text;
                return Close();
            case At.Declaration:
                if (b == '>') at = At.Text;
                return false;
            default:
                if (b == '>' && brackets >= 2) at = At.Text;
                brackets = b == ']' ? (byte)Math.Min(2, brackets + 1) : (byte)0;
                return false;
        }
    }

    private bool InTag(byte b)
    {
        if (b is (byte)'"' or (byte)'\'') (quote, at) = (b, At.Quote);
        if (b != '>')
        {
            slash = b == '/';
            return false;
        }
        at = At.Text;
        return header || slash && Close();
    }

    // a header begins the stream anew, wherever it was
    private void Named()
    {
        if (length > LongestName) name = 0;
        if (depth <= 2 && name == Word("stream"u8)) (depth, header) = (1, true);
        else if (depth == 2) (kind, iq) = (KindOf(name), name == Word("iq"u8));
        else if (depth == 3 && iq && name == Word("bind"u8)) kind = Work.Login;
    }

    private bool Close()
    {
        depth = Math.Max(0, depth - 1);
        return depth <= 1;
    }

    private static Work KindOf(ulong name) =>
        name == Word("starttls"u8) ? Work.Tls
        : name == Word("auth"u8) ? Work.Sasl
        : name == Word("resume"u8) ? Work.Login
        : name == Word("message"u8) || name == Word("presence"u8) || name == Word("iq"u8) || name == Word("r"u8)
            || name == Word("a"u8) || name == Word("enable"u8) || name == Word("result"u8)
            || name == Word("verify"u8) ? Work.Stanza : Work.None;

    private static ulong Word(ReadOnlySpan<byte> text)
    {
        ulong word = 0;
        foreach (byte b in text) word = word << 8 | b;
        return word;
    }
}
