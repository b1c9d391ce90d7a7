namespace Lab.Xmpp;

/// <summary>The XML namespaces of RFC 6120 and of the extensions the lab speaks.</summary>
public static class Namespaces
{
    public static ReadOnlySpan<byte> Xml => "http://www.w3.org/XML/1998/namespace"u8;
    public static ReadOnlySpan<byte> Xmlns => "http://www.w3.org/2000/xmlns/"u8;

    // RFC 6120
    public static ReadOnlySpan<byte> Streams => "http://etherx.jabber.org/streams"u8;
    public static ReadOnlySpan<byte> Client => "jabber:client"u8;
    public static ReadOnlySpan<byte> Server => "jabber:server"u8;
    public static ReadOnlySpan<byte> StreamErrors => "urn:ietf:params:xml:ns:xmpp-streams"u8;
    public static ReadOnlySpan<byte> StanzaErrors => "urn:ietf:params:xml:ns:xmpp-stanzas"u8;
    public static ReadOnlySpan<byte> Tls => "urn:ietf:params:xml:ns:xmpp-tls"u8;
    public static ReadOnlySpan<byte> Sasl => "urn:ietf:params:xml:ns:xmpp-sasl"u8;
    public static ReadOnlySpan<byte> Bind => "urn:ietf:params:xml:ns:xmpp-bind"u8;

    /// <summary>RFC 3921 session establishment, which old clients still ask for.</summary>
    public static ReadOnlySpan<byte> Session => "urn:ietf:params:xml:ns:xmpp-session"u8;

    // extensions
    public static ReadOnlySpan<byte> Acks => "urn:xmpp:sm:3"u8;
    public static ReadOnlySpan<byte> Ping => "urn:xmpp:ping"u8;
    public static ReadOnlySpan<byte> Dialback => "jabber:server:dialback"u8;
    public static ReadOnlySpan<byte> DialbackFeature => "urn:xmpp:features:dialback"u8;
    public static ReadOnlySpan<byte> Bidi => "urn:xmpp:bidi"u8;
    public static ReadOnlySpan<byte> BidiFeature => "urn:xmpp:features:bidi"u8;
    public static ReadOnlySpan<byte> Roster => "jabber:iq:roster"u8;
    public static ReadOnlySpan<byte> Archive => "urn:xmpp:mam:2"u8;
    public static ReadOnlySpan<byte> Pages => "http://jabber.org/protocol/rsm"u8;
    public static ReadOnlySpan<byte> Rooms => "http://jabber.org/protocol/muc"u8;
    public static ReadOnlySpan<byte> DiscoInfo => "http://jabber.org/protocol/disco#info"u8;
    public static ReadOnlySpan<byte> DiscoItems => "http://jabber.org/protocol/disco#items"u8;
}

/// <summary>Names of elements and attributes that more than one part of the lab reads or writes.</summary>
public static class Names
{
    // first-level elements
    public static ReadOnlySpan<byte> Message => "message"u8;
    public static ReadOnlySpan<byte> Presence => "presence"u8;
    public static ReadOnlySpan<byte> Iq => "iq"u8;

    public static ReadOnlySpan<byte> Features => "features"u8;
    public static ReadOnlySpan<byte> Error => "error"u8;

    // attributes
    public static ReadOnlySpan<byte> From => "from"u8;
    public static ReadOnlySpan<byte> To => "to"u8;
    public static ReadOnlySpan<byte> Id => "id"u8;
    public static ReadOnlySpan<byte> Type => "type"u8;
    public static ReadOnlySpan<byte> Version => "version"u8;
    public static ReadOnlySpan<byte> Lang => "lang"u8;

    // TLS, SASL, bind
    public static ReadOnlySpan<byte> StartTls => "starttls"u8;
    public static ReadOnlySpan<byte> Required => "required"u8;
    public static ReadOnlySpan<byte> Proceed => "proceed"u8;
    public static ReadOnlySpan<byte> Failure => "failure"u8;
    public static ReadOnlySpan<byte> Mechanisms => "mechanisms"u8;
    public static ReadOnlySpan<byte> Mechanism => "mechanism"u8;
    public static ReadOnlySpan<byte> Auth => "auth"u8;
    public static ReadOnlySpan<byte> Challenge => "challenge"u8;
    public static ReadOnlySpan<byte> Response => "response"u8;
    public static ReadOnlySpan<byte> Success => "success"u8;
    public static ReadOnlySpan<byte> Abort => "abort"u8;
    public static ReadOnlySpan<byte> Bind => "bind"u8;
    public static ReadOnlySpan<byte> Resource => "resource"u8;
    public static ReadOnlySpan<byte> Jid => "jid"u8;

    // payloads
    public static ReadOnlySpan<byte> Body => "body"u8;
    public static ReadOnlySpan<byte> Text => "text"u8;
    public static ReadOnlySpan<byte> Ping => "ping"u8;
    public static ReadOnlySpan<byte> Query => "query"u8;
    public static ReadOnlySpan<byte> Item => "item"u8;

    // XEP-0198
    public static ReadOnlySpan<byte> AckFeature => "sm"u8;
    public static ReadOnlySpan<byte> Enable => "enable"u8;
    public static ReadOnlySpan<byte> Enabled => "enabled"u8;
    public static ReadOnlySpan<byte> Resume => "resume"u8;
    public static ReadOnlySpan<byte> Resumed => "resumed"u8;
    public static ReadOnlySpan<byte> Failed => "failed"u8;
    public static ReadOnlySpan<byte> AckRequest => "r"u8;
    public static ReadOnlySpan<byte> AckAnswer => "a"u8;
}
