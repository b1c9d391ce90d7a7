using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Feeds a reader and writes down what it says, one line per event, so that readings can be compared as
/// text.</summary>
internal static class WireLog
{
    public const string ClientHeader =
        "<stream:stream to='a.test' version='1.0'"
        + " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    /// <summary>The events of a text fed at once; neighbouring white space counts once.</summary>
    public static string Of(string text, int maxElementBytes = 262_144) =>
        Of(Encoding.UTF8.GetBytes(text), maxElementBytes);

    /// <summary>The events of bytes cut where <paramref name="nextPiece"/> says; without it, fed at once.</summary>
    public static string Of(ReadOnlySpan<byte> bytes, int maxElementBytes = 262_144, Func<int>? nextPiece = null)
    {
        TreePool trees = new();
        XmppReader reader = new(trees, maxElementBytes);
        StringBuilder log = new();
        bool spaced = false;
        int events = 0, most = 2 * bytes.Length + 2;
        while (!bytes.IsEmpty)
        {
            int size = Math.Clamp(nextPiece?.Invoke() ?? bytes.Length, 1, bytes.Length);
            ReadOnlySpan<byte> piece = bytes[..size];
            bytes = bytes[size..];
            for (WireEvent e = reader.Read(ref piece); e != WireEvent.NeedMore; e = reader.Read(ref piece))
            {
                if (++events > most) Assert.Fail($"{events} events: does not end");
                if (e != WireEvent.Whitespace || !spaced) log.Append(Line(e, reader)).Append('\n');
                spaced = e == WireEvent.Whitespace;
            }
            if (!piece.IsEmpty) Assert.Fail($"{piece.Length} bytes of input left over");
            if (reader.BufferedBytes > maxElementBytes) Assert.Fail($"{reader.BufferedBytes} bytes held");
            if (reader.BufferedBytes == 0 && trees.Outstanding > 0)
                Assert.Fail($"{trees.Outstanding} trees held while idle");
        }
        reader.Release();
        Assert.Equal(0, trees.Outstanding);
        return log.ToString();
    }

    private static string Line(WireEvent e, XmppReader reader) => e switch
    {
        WireEvent.StreamOpened => "open " + reader.Header,
        WireEvent.Element => "element " + Show(reader.Element) + " raw " + Encoding.UTF8.GetString(reader.Element.Raw),
        WireEvent.Failed => "failed " + reader.Error,
        WireEvent.Whitespace => "space",
        _ => "close",
    };

    /// <summary>{ns}name(attributes sorted)"text"[children].</summary>
    public static string Show(Element element)
    {
        List<string> attributes = [];
        for (int i = 0; i < element.AttributeCount; i++)
        {
            string value = Escape(element.AttributeAt(i, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> ns));
            attributes.Add($"{{{Escape(ns)}}}{Escape(name)}={value}");
        }
        attributes.Sort(StringComparer.Ordinal);
        StringBuilder children = new();
        for (Element child = element.FirstChild; !child.IsNone; child = child.NextSibling) children.Append(Show(child));
        return $"{{{Escape(element.Namespace)}}}{Escape(element.Name)}({string.Join(' ', attributes)})"
            + $"\"{Escape(element.Text)}\"[{children}]";
    }

    public static string Escape(ReadOnlySpan<byte> utf8) =>
        Encoding.UTF8.GetString(utf8).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r",
            StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal);
}
