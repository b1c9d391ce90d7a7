using System.Buffers.Text;
using Lab.Network;

namespace Lab.Xmpp;

internal enum MessageType : byte { Normal, Chat, Groupchat, Headline, Error }

/// <summary>
/// What routing needs to know of a message, or of an IQ that may have to be returned; slices of its stanza. An IQ that
/// answers counts as an error here: it is never returned.
/// </summary>
internal readonly ref struct Letter
{
    public ReadOnlySpan<byte> From { get; init; }
    public ReadOnlySpan<byte> To { get; init; }
    public ReadOnlySpan<byte> Id { get; init; }
    public bool IsIq { get; init; }
    public MessageType Type { get; init; }

    /// <summary>n of the id m{n}, or -1.</summary>
    public long Number { get; init; }

    /// <summary>The first attempt to deliver it: what a delay stamp says.</summary>
    public Instant First { get; init; }

    /// <summary>Worth keeping for an account that is away: more than a chat state (XEP-0160).</summary>
    public bool Storable { get; init; }

    public static Letter Of(Element stanza, ReadOnlySpan<byte> from, ReadOnlySpan<byte> defaultTo, Instant first)
    {
        ReadOnlySpan<byte> id = stanza.Attribute(Names.Id), type = stanza.Attribute(Names.Type);
        bool isIq = stanza.Name.SequenceEqual(Names.Iq);
        return new Letter
        {
            From = from,
            To = stanza.TryAttribute(Names.To, out ReadOnlySpan<byte> to) ? to : defaultTo,
            Id = id,
            IsIq = isIq,
            Type = !isIq ? TypeOf(type)
                : type.SequenceEqual("result"u8) || type.SequenceEqual("error"u8) ? MessageType.Error
                : MessageType.Normal,
            Number = isIq ? -1 : NumberOf(id),
            First = first,
            Storable = !isIq && !IsChatState(stanza.FirstChild),
        };
    }

    private static bool IsChatState(Element child) =>
        !child.IsNone && child.NextSibling.IsNone
            && child.Namespace.SequenceEqual("http://jabber.org/protocol/chatstates"u8);

    private static MessageType TypeOf(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("chat"u8) ? MessageType.Chat
        : type.SequenceEqual("groupchat"u8) ? MessageType.Groupchat
        : type.SequenceEqual("headline"u8) ? MessageType.Headline
        : type.SequenceEqual("error"u8) ? MessageType.Error : MessageType.Normal;

    private static long NumberOf(ReadOnlySpan<byte> id) =>
        id.Length is > 1 and < 20 && id[0] == 'm' && id[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && Utf8Parser.TryParse(id[1..], out long number, out _) ? number : -1;
}
