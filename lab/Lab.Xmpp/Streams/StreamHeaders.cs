using System.Text;
using static Lab.Xmpp.HeaderRule;

namespace Lab.Xmpp;

/// <summary>
/// Which of the six headers of RFC 6120 section 4.7 is meant: whose stream, before or after TLS, or the reply.
/// </summary>
public enum HeaderKind : byte
{
    ClientInitial, ClientInitialSecure, ServerInitial, ServerInitialSecure, ClientResponse, ServerResponse,
}

/// <summary>What a header does with an attribute.</summary>
public enum HeaderRule : byte
{
    Never,

    /// <summary>Left to the sender.</summary>
    May,

    /// <summary>Expected, but its absence is legal.</summary>
    Should,

    Must,

    /// <summary>Must be there exactly when the initial header gave the value it answers.</summary>
    Echo,
}

/// <summary>Writes stream headers; which attributes a header carries is the table of RFC 6120 section 4.7.</summary>
public static class StreamHeaders
{
    /// <summary>The closing tag of a stream.</summary>
    public static ReadOnlySpan<byte> Close => "</stream:stream>"u8;

    /// <summary>The rule for (from, to, id, xml:lang, version) in that order.</summary>
    public static (HeaderRule From, HeaderRule To, HeaderRule Id, HeaderRule Language, HeaderRule Version) Rules(
        HeaderKind kind) => kind switch
        {
            HeaderKind.ClientInitial => (May, Must, Never, Should, Must),
            HeaderKind.ClientInitialSecure => (Should, Must, Never, Should, Must),
            HeaderKind.ServerInitial => (May, Must, Never, Should, Must),
            HeaderKind.ServerInitialSecure => (Must, Must, Never, Should, Must),
            HeaderKind.ClientResponse => (Must, Echo, Must, Must, Echo),
            HeaderKind.ServerResponse => (Must, Echo, Must, Must, Echo),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), $"header kind {(int)kind}"),
        };

    /// <summary>
    /// Appends XML declaration and start tag. A header that the table forbids is a bug of the caller and throws
    /// InvalidOperationException.
    /// </summary>
    public static void Write(XmppWriter writer, HeaderKind kind, StreamHeader header)
    {
        var rules = Rules(kind);
        Demand(kind, "from", rules.From, header.From is not null);
        Demand(kind, "to", rules.To, header.To is not null);
        Demand(kind, "id", rules.Id, header.Id is not null);
        Demand(kind, "xml:lang", rules.Language, header.Language is not null);
        Demand(kind, "version", rules.Version, header.Version is not null);
        writer.Raw("<?xml version='1.0'?><stream:stream"u8);
        Attribute(writer, "from"u8, header.From);
        Attribute(writer, "to"u8, header.To);
        Attribute(writer, "id"u8, header.Id);
        if (header.Version is StreamVersion version)
            writer.Raw(" version='"u8).Number(version.Major).Raw("."u8).Number(version.Minor).Raw("'"u8);
        Attribute(writer, "xml:lang"u8, header.Language);
        Attribute(writer, "xmlns"u8, header.ContentNamespace);
        if (header.DeclaresDialback) writer.Attribute("xmlns:db"u8, Namespaces.Dialback);
        writer.Attribute("xmlns:stream"u8, Namespaces.Streams).Raw(">"u8);
    }

    /// <summary>
    /// The reply to an initial header: addressed back to it, with the lower of both versions, in its language when that
    /// is among <paramref name="languages"/> (first = default). A null initial header is one that could not be read.
    /// </summary>
    public static StreamHeader Reply(
        StreamHeader? initial, string contentNamespace, string from, string id, IReadOnlyList<string> languages,
        bool declaresDialback = false) => new()
    {
        From = from,
        To = initial?.From,
        Id = id,
        Version = initial is null ? StreamVersion.V10
            : initial.Version is StreamVersion asked ? StreamVersion.Lower(asked, StreamVersion.V10) : null,
        Language = Language(initial?.Language, languages),
        ContentNamespace = contentNamespace,
        DeclaresDialback = declaresDialback,
    };

    /// <summary>The language of a reply (RFC 6120 section 4.7.4): the one asked for, else by the lookup of RFC 4647
    /// section 3.4 (de for de-CH), else the first.</summary>
    public static string Language(string? asked, IReadOnlyList<string> languages)
    {
        for (string range = asked ?? ""; range.Length > 0; range = Shorter(range))
            foreach (string language in languages)
                if (language.Equals(range, StringComparison.OrdinalIgnoreCase)) return language;
        return languages[0];
    }

    /// <summary>Without the last subtag, nor a single letter or digit that would then be last.</summary>
    private static string Shorter(string range)
    {
        int cut = range.LastIndexOf('-');
        if (cut >= 2 && range[cut - 2] == '-') cut -= 2;
        return cut < 0 ? "" : range[..cut];
    }

    private static void Attribute(XmppWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null) writer.Attribute(name, Encoding.UTF8.GetBytes(value));
    }

    private static void Demand(HeaderKind kind, string attribute, HeaderRule rule, bool present)
    {
        if (rule == HeaderRule.Must && !present)
            throw new InvalidOperationException($"a {kind} header must have {attribute}");
        if (rule == HeaderRule.Never && present)
            throw new InvalidOperationException($"a {kind} header must not have {attribute}");
    }
}
