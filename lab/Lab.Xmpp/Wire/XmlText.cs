using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Lab.Xmpp;

internal enum TextKind : byte { Content, Attribute, Cdata }

/// <summary>
/// Characters, names and references of XML 1.0 (fifth edition, sections 2.2, 2.3, 2.11, 3.3.3, 4.1) over UTF-8.
/// Problems come back as the stream error of RFC 6120 section 4.9.3 that names them.
/// </summary>
internal static class XmlText
{
    /// <summary>
    /// Content bytes that need neither a look nor a change: ASCII without markup, brackets, controls.
    /// </summary>
    public static readonly SearchValues<byte> PlainContent = SearchValues.Create(Ascii("<&]"u8, "\t\n"u8));

    /// <summary>The same inside an attribute value; both quotes stop the search.</summary>
    public static readonly SearchValues<byte> PlainValue = SearchValues.Create(Ascii("<&'\""u8, ""u8));

    /// <summary>
    /// Content bytes after which UTF-8 validity alone does not decide; 0xEF begins U+FFFE and U+FFFF.
    /// </summary>
    private static readonly SearchValues<byte> ContentSpecials =
        SearchValues.Create([.. Controls().Where(c => c is not (9 or 10)), (byte)'&', (byte)']', 0xEF]);

    private static readonly SearchValues<byte> ValueSpecials =
        SearchValues.Create([.. Controls(), (byte)'&', (byte)'<', 0xEF]);
    private static readonly SearchValues<byte> CdataSpecials =
        SearchValues.Create([.. Controls().Where(c => c is not (9 or 10)), 0xEF]);

    public static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r';

    /// <summary>
    /// Whether text with this problem-free UTF-8 may be used as it stands; false sends it to <see cref="Decode"/>.
    /// </summary>
    public static bool IsVerbatim(ReadOnlySpan<byte> run, TextKind kind) => run.IndexOfAny(Specials(kind)) < 0;

    public static bool IsUtf8(ReadOnlySpan<byte> run) => Utf8.IsValid(run);

    /// <summary>
    /// Resolves references and normalises line ends and, in values, white space. Never longer than its source.
    /// </summary>
    public static StreamErrorCondition Decode(ReadOnlySpan<byte> run, TextKind kind, Span<byte> target, out int written)
    {
        written = 0;
        SearchValues<byte> specials = Specials(kind);
        while (true)
        {
            int plain = run.IndexOfAny(specials);
            ReadOnlySpan<byte> head = plain < 0 ? run : run[..plain];
            head.CopyTo(target[written..]);
            written += head.Length;
            if (plain < 0) return StreamErrorCondition.None;
            run = run[plain..];
            byte c = run[0];
            int taken = 1;
            switch (c)
            {
                case (byte)'\r':
                    if (run.Length > 1 && run[1] == '\n') taken = 2;
                    target[written++] = kind == TextKind.Attribute ? (byte)' ' : (byte)'\n';
                    break;
                case (byte)'\t' or (byte)'\n':
                    target[written++] = (byte)' ';
                    break;
                case (byte)'&':
                    StreamErrorCondition problem = Reference(run, out taken, out Rune rune);
                    if (problem != StreamErrorCondition.None) return problem;
                    written += rune.EncodeToUtf8(target[written..]);
                    break;
                case (byte)']' when !run.StartsWith("]]>"u8):
                case 0xEF when !(run.Length > 2 && run[1] == 0xBF && run[2] >= 0xBE):
                    target[written++] = c;
                    break;
                default:
                    return StreamErrorCondition.NotWellFormed;
            }
            run = run[taken..];
        }
    }

    /// <summary>
    /// Reads a qualified name at <paramref name="at"/>. True: a name, with the position of its colon or -1.
    /// False with <paramref name="at"/> at the end of the data: more is needed. False elsewhere: not a name.
    /// </summary>
    public static bool TryName(ReadOnlySpan<byte> data, ref int at, out int colon)
    {
        colon = -1;
        int start = at;
        bool first = true;
        while (at < data.Length)
        {
            byte b = data[at];
            int length = 1;
            if (b < 0x80)
            {
                byte kind = NameClass[b];
                if (kind == 0)
                {
                    if (b != ':') return !first;
                    if (first || colon >= 0) return false;
                    colon = at++;
                    first = true;
                    continue;
                }
                if (first && kind == 2) return false;
            }
            else
            {
                OperationStatus status = Rune.DecodeFromUtf8(data[at..], out Rune rune, out length);
                if (status == OperationStatus.NeedMoreData) break;
                if (status != OperationStatus.Done || !IsNameRune(rune.Value, first))
                    return !first && status == OperationStatus.Done;
            }
            first = false;
            at += length;
        }
        at = data.Length;
        return false;
    }

    private static StreamErrorCondition Reference(ReadOnlySpan<byte> run, out int taken, out Rune rune)
    {
        rune = default;
        taken = run.IndexOf((byte)';') + 1;
        if (taken == 0) return StreamErrorCondition.NotWellFormed;
        ReadOnlySpan<byte> name = run[1..(taken - 1)];
        if (name.StartsWith("#"u8)) return Number(name[1..], out rune);
        char c = name.SequenceEqual("lt"u8) ? '<' : name.SequenceEqual("gt"u8) ? '>' : name.SequenceEqual("amp"u8) ? '&'
            : name.SequenceEqual("apos"u8) ? '\'' : name.SequenceEqual("quot"u8) ? '"' : '\0';
        rune = new Rune(c);
        if (c != '\0') return StreamErrorCondition.None;
        int at = 1;
        bool named = TryName(run, ref at, out int colon) && at == taken - 1 && colon < 0;
        return named ? StreamErrorCondition.RestrictedXml : StreamErrorCondition.NotWellFormed;
    }

    private static StreamErrorCondition Number(ReadOnlySpan<byte> digits, out Rune rune)
    {
        rune = default;
        int radix = digits.StartsWith("x"u8) ? 16 : 10;
        if (radix == 16) digits = digits[1..];
        if (digits.IsEmpty) return StreamErrorCondition.NotWellFormed;
        int value = 0;
        foreach (byte b in digits)
        {
            int digit = b is >= (byte)'0' and <= (byte)'9' ? b - '0'
                : radix == 16 && (b | 0x20) is >= 'a' and <= 'f' ? (b | 0x20) - 'a' + 10 : -1;
            if (digit < 0) return StreamErrorCondition.NotWellFormed;
            value = Math.Min(value * radix + digit, 0x110000);
        }
        bool allowed =
            value is 9 or 10 or 13
                or >= 0x20 and not (>= 0xD800 and < 0xE000) and not (0xFFFE or 0xFFFF) and < 0x110000;
        if (!allowed) return StreamErrorCondition.NotWellFormed;
        rune = new Rune(value);
        return StreamErrorCondition.None;
    }

    /// <summary>NameStartChar and NameChar above ASCII (XML 1.0 section 2.3).</summary>
    private static bool IsNameRune(int c, bool first) =>
        c is >= 0xC0 and <= 0x2FF and not (0xD7 or 0xF7) or >= 0x370 and <= 0x1FFF and not 0x37E or 0x200C or 0x200D
            or >= 0x2070 and <= 0x218F or >= 0x2C00 and <= 0x2FEF or >= 0x3001 and <= 0xD7FF or >= 0xF900 and <= 0xFDCF
            or >= 0xFDF0 and <= 0xFFFD or >= 0x10000 and <= 0xEFFFF
        || !first && c is 0xB7 or >= 0x300 and <= 0x36F or 0x203F or 0x2040;

    /// <summary>1 = may begin a name, 2 = may only continue one; the colon is left to the namespace rules.</summary>
    private static ReadOnlySpan<byte> NameClass =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    ];

    private static SearchValues<byte> Specials(TextKind kind) =>
        kind switch { TextKind.Content => ContentSpecials, TextKind.Attribute => ValueSpecials, _ => CdataSpecials };

    private static byte[] Controls() => [.. Enumerable.Range(0, 0x20).Select(c => (byte)c)];

    private static byte[] Ascii(ReadOnlySpan<byte> without, ReadOnlySpan<byte> with)
    {
        List<byte> bytes = [];
        for (int c = 0x20; c < 0x80; c++)
            if (!without.Contains((byte)c)) bytes.Add((byte)c);
        bytes.AddRange(with);
        return [.. bytes];
    }
}
