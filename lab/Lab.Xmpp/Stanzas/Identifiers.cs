using System.Globalization;

namespace Lab.Xmpp;

/// <summary>Random identifiers in lower-case hexadecimal: 128 bits where nobody may guess, 64 for a resource.</summary>
internal static class Identifiers
{
    public static XmppWriter Hex(this XmppWriter writer, UInt128 id) => writer.Hex((ulong)(id >> 64)).Hex((ulong)id);

    public static XmppWriter Hex(this XmppWriter writer, ulong id)
    {
        Span<byte> digits = stackalloc byte[16];
        for (int i = digits.Length - 1; i >= 0; i--, id >>= 4) digits[i] = "0123456789abcdef"u8[(int)(id & 15)];
        return writer.Raw(digits);
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 id) =>
        UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id)
        && text.Length == 32;
}
