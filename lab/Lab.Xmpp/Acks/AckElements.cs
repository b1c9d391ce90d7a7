using System.Buffers.Text;

namespace Lab.Xmpp;

/// <summary>The elements of XEP-0198 that both sides say and read.</summary>
internal static class AckElements
{
    /// <summary>Appends the count of handled stanzas.</summary>
    public static XmppWriter Count(this XmppWriter writer, AckQueue queue) =>
        writer.Raw("<a xmlns='urn:xmpp:sm:3' h='"u8).Number(queue.Handled).Raw("'/>"u8);

    /// <summary>Appends a refusal, with the count of a lost session when it is known.</summary>
    public static XmppWriter AckRefusal(this XmppWriter writer, StanzaError error, uint? handled = null)
    {
        writer.Raw("<failed xmlns='urn:xmpp:sm:3'"u8);
        if (handled is { } h) writer.Raw(" h='"u8).Number(h).Raw("'"u8);
        return writer.Raw(">"u8).Condition(error).Raw("</failed>"u8);
    }

    public static bool TryCount(Element element, out uint h) => TryNumber(element.Attribute("h"u8), out h);

    public static bool TryNumber(ReadOnlySpan<byte> text, out uint value) =>
        Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;

    /// <summary>Reads the number of an id that is a letter and a number; -1 when it is none.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> id, byte letter, out long number)
    {
        number = -1;
        return id.Length > 1 && id[0] == letter && Utf8Parser.TryParse(id[1..], out number, out int used)
            && used == id.Length - 1;
    }
}
