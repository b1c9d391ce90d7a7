using System.Buffers.Text;
using Lab.Network;

namespace Lab.Xmpp;

internal enum MessageType : byte { Normal, Chat, Groupchat, Headline, Error }

/// <summary>Unknown: an IQ without a type that is defined.</summary>
internal enum IqType : byte { NoIq, Unknown, Get, Set, Result, Error }

/// <summary>
/// What routing needs to know of a message, or of an IQ that may have to be returned; slices of its stanza. An IQ that
/// answers counts as an error here: it is never returned.
/// </summary>
internal readonly ref struct Letter
{
    public ReadOnlySpan<byte> From { get; init; }
    public ReadOnlySpan<byte> To { get; init; }

    /// <summary>It says to whom; To is its sender's own account otherwise.</summary>
    public bool IsAddressed { get; init; }

    public ReadOnlySpan<byte> Id { get; init; }
    public IqType Iq { get; init; }
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
        IqType iq = stanza.Name.SequenceEqual(Names.Iq) ? IqTypeOf(type) : IqType.NoIq;
        bool addressed = stanza.TryAttribute(Names.To, out ReadOnlySpan<byte> to);
        return new Letter
        {
            From = from,
            To = addressed ? to : defaultTo,
            IsAddressed = addressed,
            Id = id,
            Iq = iq,
            Type = iq == IqType.NoIq ? TypeOf(type)
                : iq is IqType.Result or IqType.Error ? MessageType.Error : MessageType.Normal,
            Number = iq == IqType.NoIq ? NumberOf(id) : -1,
            First = first,
            Storable = iq == IqType.NoIq && !IsChatState(stanza.FirstChild),
        };
    }

    private static bool IsChatState(Element child) =>
        !child.IsNone && child.NextSibling.IsNone
            && child.Namespace.SequenceEqual("http://jabber.org/protocol/chatstates"u8);

    private static IqType IqTypeOf(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("get"u8) ? IqType.Get
        : type.SequenceEqual("set"u8) ? IqType.Set
        : type.SequenceEqual("result"u8) ? IqType.Result
        : type.SequenceEqual("error"u8) ? IqType.Error : IqType.Unknown;

    private static MessageType TypeOf(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("chat"u8) ? MessageType.Chat
        : type.SequenceEqual("groupchat"u8) ? MessageType.Groupchat
        : type.SequenceEqual("headline"u8) ? MessageType.Headline
        : type.SequenceEqual("error"u8) ? MessageType.Error : MessageType.Normal;

    private static long NumberOf(ReadOnlySpan<byte> id) =>
        id.Length is > 1 and < 20 && id[0] == 'm' && id[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && Utf8Parser.TryParse(id[1..], out long number, out _) ? number : -1;
}
