using System.Text;

namespace Lab.Xmpp;

/// <summary>
/// The failure conditions of RFC 6120 section 6.5, in its order; an unknown one reads as NotAuthorized.
/// </summary>
public enum SaslFailure : byte
{
    None,
    Aborted, AccountDisabled, CredentialsExpired, EncryptionRequired, IncorrectEncoding, InvalidAuthzid,
    InvalidMechanism, MalformedRequest, MechanismTooWeak, NotAuthorized, TemporaryAuthFailure,
}

/// <summary>Names, writing and reading of SASL failures.</summary>
public static class SaslFailures
{
    private static readonly byte[][] names =
        [.. Enum.GetNames<SaslFailure>().Select(n => Encoding.UTF8.GetBytes(StreamErrors.Hyphenated(n)))];

    /// <summary>The element name of a failure; None has none and throws.</summary>
    public static ReadOnlySpan<byte> Name(SaslFailure failure) =>
        failure != SaslFailure.None && (int)failure < names.Length ? names[(int)failure]
            : throw new ArgumentOutOfRangeException(nameof(failure), $"SASL failure {(int)failure}");

    /// <summary>The failure of that name; an unknown name is not-authorized (RFC 6120 section 6.5).</summary>
    public static SaslFailure Failure(ReadOnlySpan<byte> name)
    {
        for (int i = 1; i < names.Length; i++)
            if (name.SequenceEqual(names[i])) return (SaslFailure)i;
        return SaslFailure.NotAuthorized;
    }

    public static void Write(XmppWriter writer, SaslFailure failure) =>
        writer.Raw("<failure"u8).Attribute("xmlns"u8, Namespaces.Sasl)
            .Raw("><"u8).Raw(Name(failure)).Raw("/></failure>"u8);

    /// <summary>Reads a first-level element; false when it is no SASL failure.</summary>
    public static bool TryRead(Element element, out SaslFailure failure)
    {
        failure = SaslFailure.NotAuthorized;
        if (!element.Is(Names.Failure, Namespaces.Sasl)) return false;
        for (Element child = element.FirstChild; !child.IsNone; child = child.NextSibling)
        {
            if (!child.Namespace.SequenceEqual(Namespaces.Sasl) || child.Name.SequenceEqual(Names.Text)) continue;
            failure = Failure(child.Name);
            break;
        }
        return true;
    }
}
