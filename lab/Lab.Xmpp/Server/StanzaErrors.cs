namespace Lab.Xmpp;

/// <summary>The stanza errors that the server says (RFC 6120 section 8.3.3).</summary>
internal enum StanzaError : byte
{
    BadRequest, Conflict, FeatureNotImplemented, ItemNotFound, JidMalformed, RemoteServerNotFound, ResourceConstraint,
    ServiceUnavailable, UnexpectedRequest,
}

internal static class StanzaErrors
{
    /// <summary>Appends the condition element alone, as stream management carries it.</summary>
    public static XmppWriter Condition(this XmppWriter writer, StanzaError error) =>
        writer.Raw("<"u8).Raw(Name(error)).Raw(" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"u8);

    /// <summary>Appends the error element of a stanza with the type that the RFC gives the condition.</summary>
    public static XmppWriter Error(this XmppWriter writer, StanzaError error) =>
        writer.Raw("<error type='"u8).Raw(Type(error)).Raw("'>"u8).Condition(error).Raw("</error>"u8);

    private static ReadOnlySpan<byte> Name(StanzaError error) => error switch
    {
        StanzaError.BadRequest => "bad-request"u8,
        StanzaError.Conflict => "conflict"u8,
        StanzaError.FeatureNotImplemented => "feature-not-implemented"u8,
        StanzaError.ItemNotFound => "item-not-found"u8,
        StanzaError.JidMalformed => "jid-malformed"u8,
        StanzaError.RemoteServerNotFound => "remote-server-not-found"u8,
        StanzaError.ResourceConstraint => "resource-constraint"u8,
        StanzaError.UnexpectedRequest => "unexpected-request"u8,
        _ => "service-unavailable"u8,
    };

    // Of a conflict at binding RFC 6120 section 7.7.2.2 says modify.
    private static ReadOnlySpan<byte> Type(StanzaError error) => error switch
    {
        StanzaError.BadRequest or StanzaError.Conflict or StanzaError.JidMalformed => "modify"u8,
        StanzaError.ResourceConstraint or StanzaError.UnexpectedRequest => "wait"u8,
        _ => "cancel"u8,
    };
}
