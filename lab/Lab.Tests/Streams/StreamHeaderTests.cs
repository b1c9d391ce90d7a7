using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class StreamHeaderTests
{
    private const string Rest = " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    private static readonly StreamHeader Full = new()
    {
        From = "from", To = "to", Id = "id", Language = "en", Version = StreamVersion.V10,
        ContentNamespace = "jabber:client",
    };

    /// <summary>RFC 6120 section 4.7: - never, ? may, + should, ! must, = answers what the peer gave.</summary>
    [Theory]
    [InlineData(HeaderKind.ClientInitial, "from? to! id- lang+ version!")]
    [InlineData(HeaderKind.ClientInitialSecure, "from+ to! id- lang+ version!")]
    [InlineData(HeaderKind.ServerInitial, "from? to! id- lang+ version!")]
    [InlineData(HeaderKind.ServerInitialSecure, "from! to! id- lang+ version!")]
    [InlineData(HeaderKind.ClientResponse, "from! to= id! lang! version=")]
    [InlineData(HeaderKind.ServerResponse, "from! to= id! lang! version=")]
    public void Each_header_carries_what_the_table_says(HeaderKind kind, string row)
    {
        string[] cells = row.Split(' ');
        StreamHeader legal = cells[2] == "id-" ? Full with { Id = null } : Full;
        string written = Tag(kind, legal);
        foreach (string cell in cells)
        {
            string name = cell[..^1];
            Assert.Equal(cell[^1] != '-', written.Contains(name + "='", StringComparison.Ordinal));
            StreamHeader without = Without(legal, name);
            if (cell[^1] == '!') Assert.Throws<InvalidOperationException>(() => Write(kind, without));
            else Assert.DoesNotContain(name + "='", Tag(kind, without), StringComparison.Ordinal);
            if (cell[^1] == '-') Assert.Throws<InvalidOperationException>(() => Write(kind, Full));
        }
    }

    private static StreamHeader Without(StreamHeader header, string name) => name switch
    {
        "from" => header with { From = null },
        "to" => header with { To = null },
        "id" => header with { Id = null },
        "lang" => header with { Language = null },
        _ => header with { Version = null },
    };

    private static string Tag(HeaderKind kind, StreamHeader header) => Write(kind, header).Split("<stream:stream")[1];

    private static string Write(HeaderKind kind, StreamHeader header)
    {
        XmppWriter writer = new(new BufferPool());
        StreamHeaders.Write(writer, kind, header);
        return Encoding.UTF8.GetString(writer.Written);
    }

    [Fact]
    public void A_header_reads_back_as_it_was_written()
    {
        StreamHeader header = Full with { From = "a&'b'<c>@x.test/\"", ContentNamespace = "jabber:server",
            DeclaresDialback = true };
        Assert.Equal(header, Read(Write(HeaderKind.ServerResponse, header)));
    }

    [Theory]
    [InlineData("<stream:stream" + Rest, null, null, null)]
    [InlineData("<stream:stream from='' to='' version='1.0'" + Rest, "", "", "1.0")]
    [InlineData("<?xml version='1.0' encoding='utf-8'?>\n<stream:stream\n to = \"a\" version='01.000'" + Rest, null,
        "a", "1.0")]
    [InlineData("<?xml version=\"1.1\" encoding=\"UTF-8\" standalone='yes' ?>"
        + "<stream:stream from='b' other='x' stream:to='c'" + Rest, "b", null, null)]
    public void Attributes_that_are_absent_differ_from_empty_ones(string text, string? from, string? to,
        string? version)
    {
        StreamHeader header = Read(text);
        Assert.Equal((from, to, version), (header.From, header.To, header.Version?.ToString()));
    }

    private static StreamHeader Read(string text)
    {
        XmppReader reader = new(new TreePool());
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        Assert.Equal(WireEvent.StreamOpened, reader.Read(ref input) is var e && e == WireEvent.Whitespace
            ? reader.Read(ref input) : e);
        return reader.Header;
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", "NotWellFormed")]
    [InlineData("\uFEFF<stream:stream" + Rest, "NotWellFormed")]
    [InlineData("<!DOCTYPE x>", "RestrictedXml")]
    [InlineData("<!-- -->", "RestrictedXml")]
    [InlineData("<?pi?>", "RestrictedXml")]
    [InlineData("<?xml-stylesheet?>", "RestrictedXml")]
    [InlineData("<?xml version='2.0'?>", "NotWellFormed")]
    [InlineData("<?xml encoding='UTF-8'?>", "NotWellFormed")]
    [InlineData("<?xml version='1.0' encoding='ISO-8859-1'?>", "UnsupportedEncoding")]
    [InlineData("<?xml version='1.0'?><?xml version='1.0'?>", "NotWellFormed")]
    [InlineData("</stream:stream>", "NotWellFormed")]
    [InlineData("<stream:stream to='a' xmlns='jabber:client' xmlns:stream='urn:wrong'>", "InvalidNamespace")]
    [InlineData("<stream:stream to='a' xmlns='jabber:component:accept'"
        + " xmlns:stream='http://etherx.jabber.org/streams'>", "InvalidNamespace")]
    [InlineData("<stream:stream to='a' xmlns:stream='http://etherx.jabber.org/streams'>", "InvalidNamespace")]
    [InlineData("<s:stream to='a' xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>",
        "BadNamespacePrefix")]
    [InlineData("<stream to='a' xmlns='http://etherx.jabber.org/streams'>", "BadNamespacePrefix")]
    [InlineData("<stream:stream to='a' xmlns='jabber:client'>", "NotWellFormed")]
    [InlineData("<stream:flow" + Rest, "BadFormat")]
    [InlineData("<stream:stream version='one'" + Rest, "UnsupportedVersion")]
    public void A_bad_header_is_refused_with_its_condition(string text, string condition) =>
        Assert.Equal($"failed {condition}", WireLog.Of(text).TrimEnd('\n'));

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'<', 0 })]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, (byte)'<' })]
    [InlineData(new byte[] { (byte)'<', 0, (byte)'?', 0 })]
    [InlineData(new byte[] { 0, (byte)'<', 0, (byte)'?' })]
    public void UTF_16_is_an_unsupported_encoding(byte[] bytes) =>
        Assert.Equal("failed UnsupportedEncoding\n", WireLog.Of(bytes));

    [Fact]
    public void A_refused_header_still_says_whom_to_answer()
    {
        XmppReader reader = new(new TreePool());
        ReadOnlySpan<byte> input =
            "<stream:stream from='u@a.test' to='a.test' xmlns='jabber:client' xmlns:stream='urn:wrong'>"u8;
        Assert.Equal(WireEvent.Failed, reader.Read(ref input));
        Assert.True(reader.HasHeader);
        Assert.Equal(("u@a.test", "a.test"), (reader.Header.From, reader.Header.To));
    }

    [Theory]
    [InlineData("2.4", "2.13", -1)]
    [InlineData("2.13", "12.3", -1)]
    [InlineData("1.0", "01.00", 0)]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("99999999999.0", "2147483647.0", 0)]
    public void Versions_compare_as_two_numbers(string a, string b, int sign)
    {
        Assert.True(StreamVersion.TryParse(Encoding.ASCII.GetBytes(a), out StreamVersion left));
        Assert.True(StreamVersion.TryParse(Encoding.ASCII.GetBytes(b), out StreamVersion right));
        Assert.Equal(sign, Math.Sign(left.CompareTo(right)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData("-1.0")]
    [InlineData("1.0.0")]
    [InlineData(" 1.0")]
    public void Versions_are_two_integers_and_a_dot(string text) =>
        Assert.False(StreamVersion.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData(null, "en")]
    [InlineData("fr", "en")]
    [InlineData("de", "de")]
    [InlineData("DE", "de")]
    [InlineData("de-CH", "de")]
    [InlineData("pt-br", "pt-BR")]
    [InlineData("pt", "en")]
    [InlineData("de-x-private", "de")]
    public void A_reply_speaks_the_language_asked_for_or_the_nearest(string? asked, string language) =>
        Assert.Equal(language, StreamHeaders.Language(asked, ["en", "de", "pt-BR"]));

    [Theory]
    [InlineData("0.9", "0.9")]
    [InlineData("1.0", "1.0")]
    [InlineData("1.1", "1.0")]
    [InlineData("2.0", "1.0")]
    [InlineData(null, null)]
    public void A_reply_has_the_lower_version_or_none_when_none_was_given(string? asked, string? version)
    {
        StreamVersion? initial = asked is null ? null
            : StreamVersion.TryParse(Encoding.ASCII.GetBytes(asked), out StreamVersion parsed) ? parsed
            : throw new FormatException(asked);
        StreamHeader reply = StreamHeaders.Reply(Full with { Version = initial }, "jabber:client", "a.test", "N1",
            ["en"]);
        Assert.Equal(version, reply.Version?.ToString());
    }
}
