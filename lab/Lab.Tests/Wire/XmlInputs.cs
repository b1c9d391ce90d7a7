using System.Text;
using Lab.Network;

namespace Lab.Tests;

/// <summary>First-level elements as a peer might send them, and damage to them; the same for the same stream of
/// chance.</summary>
internal sealed class XmlInputs(RandomStream random)
{
    private static readonly string[] Fragments =
    [
        "<", ">", "/", "&", ";", "'", "\"", "=", " ", "\n", "\r", "\r\n", "\t", "]]>", "<![CDATA[", "<!--", "-->",
        "<!-- c -->", "<?pi x?>",
        "<?xml version='1.0'?>", "<!DOCTYPE a>", "&lt;", "&amp;", "&nbsp;", "&#60;", "&#x0;", "&#xD800;", "&#x10FFFF;",
        "&#13;", "&#",
        " xmlns='urn:c'", " xmlns=''", " xmlns:p='urn:d'", " xmlns:p=''", " p:a='1'", " a='1'", " xml:lang='de'",
        " xmlns:xml='u'",
        "</a>", "<a>", "<a/>", "<p:a/>", ":", "</stream:stream>", "é", "€", "😀", "\uFFFE", "\uFEFF", "\u0085",
        "\u2028",
        "\u0001", "\0",
    ];

    private readonly StringBuilder text = new();

    /// <summary>Between one and three elements; about half of them damaged.</summary>
    public byte[] Next()
    {
        text.Clear();
        for (int i = Pick(3); i >= 0; i--)
        {
            Element(0);
            if (Pick(3) == 0) text.Append(One(" ", "\n", "\r\n \t"));
        }
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        int wounds = Pick(2) == 0 ? 0 : 1 + Pick(3);
        for (int i = 0; i < wounds; i++) bytes = Damage(bytes);
        return bytes;
    }

    public int Pick(int bound) => (int)random.Below((ulong)bound);

    private string One(params string[] of) => of[Pick(of.Length)];

    private void Element(int depth)
    {
        string declared = Pick(6) == 0 ? One(" xmlns='urn:a'", " xmlns:p='urn:b'",
            " xmlns:q=\"urn:b\" xmlns:p='urn:b&amp;1'", " xmlns=''",
            " xmlns='jabber:client'", " xmlns='jabber:server'", " xmlns:p='jabber:client'", " xmlns:stream='urn:e'")
            : "";
        string prefix = declared.Contains(":p=", StringComparison.Ordinal) && Pick(2) == 0 ? "p:" : Pick(40) == 0
            ? One("p:", "stream:", "db:", "xml:") : "";
        string name = prefix + (Pick(60) == 0 ? One("\u218Fa", "a😀")
            : One("message", "iq", "a", "b", "body", "x-1._", "é", "Ж9", "a·"));
        text.Append('<').Append(name).Append(declared);
        for (int i = Pick(4); i > 0; i--) Attribute(prefix, i);
        text.Append(One("", "", " ", "\n"));
        if (Pick(3) == 0)
        {
            text.Append("/>");
            return;
        }
        text.Append('>');
        for (int i = Pick(4); i > 0; i--)
        {
            if (depth < 4 && Pick(2) == 0) Element(depth + 1);
            else Text();
        }
        text.Append("</").Append(name).Append(One("", "", " ", "\t")).Append('>');
    }

    private void Attribute(string prefix, int place)
    {
        string[] names = [One("to", "from", "p"), One("id", "é"), "xml:lang", One("to", "from", "id", "type")];
        string quote = One("'", "\"");
        text.Append(One(" ", "  ", "\n")).Append(place < 3 && Pick(5) == 0 ? prefix : "")
            .Append(names[Pick(12) == 0 ? 3 : place - 1]);
        text.Append(One("=", "=", " = ")).Append(quote);
        for (int i = Pick(3); i > 0; i--)
            text.Append(One("juliet@a.test/balcony", "x", " ", "a\tb", "\r\n", "&lt;", "&#10;", "&quot;", "&#xe9;", "é",
                ">", "]]>", "1'\"2"[..(1 + Pick(1))]));
        text.Append(quote);
    }

    private void Text() => text.Append(One(
        "Art thou not Romeo, and a Montague?", "x", " \n ", "1 &lt; 2 &amp;&amp; 3 &gt; 2", "é€😀", "&#x1F600;", "\r\n",
        "a\rb", "]] >", "&apos;",
        "<![CDATA[<a>&amp;]]>", "<![CDATA[]]>", "<![CDATA[]]]]>", "<![CDATA[\r\n]]>", "\u0085", "\u007F", "\uFFFD"));

    private byte[] Damage(byte[] bytes)
    {
        int at = Pick(bytes.Length + 1), length = Math.Min(bytes.Length - at, Pick(5));
        byte[] middle = Pick(7) switch
        {
            0 => [],
            1 => [(byte)Pick(256)],
            2 => [.. bytes[at..(at + length)], .. bytes[at..(at + length)]],
            3 => at + length < bytes.Length ? [(byte)(bytes[at + length] ^ 1 << Pick(8))] : [],
            _ => Encoding.UTF8.GetBytes(Fragments[Pick(Fragments.Length)]),
        };
        return [.. bytes[..at], .. middle, .. bytes[Math.Min(bytes.Length, at + (Pick(2) == 0 ? length : 0))..]];
    }
}
