namespace Lab.Xmpp;

/// <summary>The stanza errors that a server says (RFC 6120 section 8.3.3; XEP-0220 section 2.5).</summary>
public enum StanzaError : byte
{
    BadRequest, Conflict, FeatureNotImplemented, ItemNotFound, JidMalformed, RemoteServerNotFound, ResourceConstraint,
    ServiceUnavailable, UnexpectedRequest, RemoteServerTimeout, RemoteConnectionFailed, InternalServerError, Forbidden,
    NotAcceptable, NotAuthorized, PolicyViolation,
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
        StanzaError.RemoteServerTimeout => "remote-server-timeout"u8,
        StanzaError.RemoteConnectionFailed => "remote-connection-failed"u8,
        StanzaError.InternalServerError => "internal-server-error"u8,
        StanzaError.Forbidden => "forbidden"u8,
        StanzaError.NotAcceptable => "not-acceptable"u8,
        StanzaError.NotAuthorized => "not-authorized"u8,
        StanzaError.PolicyViolation => "policy-violation"u8,
        _ => "service-unavailable"u8,
    };

    // Of a conflict at binding RFC 6120 section 7.7.2.2 says modify.
    private static ReadOnlySpan<byte> Type(StanzaError error) => error switch
    {
        StanzaError.BadRequest or StanzaError.Conflict or StanzaError.JidMalformed
            or StanzaError.NotAcceptable or StanzaError.PolicyViolation => "modify"u8,
        StanzaError.ResourceConstraint or StanzaError.UnexpectedRequest
            or StanzaError.RemoteServerTimeout => "wait"u8,
        StanzaError.Forbidden or StanzaError.NotAuthorized => "auth"u8,
        _ => "cancel"u8,
    };
}
