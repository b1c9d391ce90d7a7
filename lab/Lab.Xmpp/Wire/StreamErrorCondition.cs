namespace Lab.Xmpp;

/// <summary>
/// The 25 defined conditions of RFC 6120 section 4.9.3, in its order; an unknown one reads as UndefinedCondition.
/// </summary>
public enum StreamErrorCondition : byte
{
    None,
    BadFormat, BadNamespacePrefix, Conflict, ConnectionTimeout, HostGone, HostUnknown, ImproperAddressing,
    InternalServerError, InvalidFrom, InvalidNamespace, InvalidXml, NotAuthorized, NotWellFormed, PolicyViolation,
    RemoteConnectionFailed, Reset, ResourceConstraint, RestrictedXml, SeeOtherHost, SystemShutdown, UndefinedCondition,
    UnsupportedEncoding, UnsupportedFeature, UnsupportedStanzaType, UnsupportedVersion,
}
