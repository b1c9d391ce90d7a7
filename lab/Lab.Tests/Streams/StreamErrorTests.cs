using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class StreamErrorTests
{
    private const string Errors = "urn:ietf:params:xml:ns:xmpp-streams";
    private const string Tail = " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    private static readonly string[] names =
    [
        "bad-format", "bad-namespace-prefix", "conflict", "connection-timeout", "host-gone", "host-unknown",
        "improper-addressing",
        "internal-server-error", "invalid-from", "invalid-namespace", "invalid-xml", "not-authorized",
        "not-well-formed",
        "policy-violation", "remote-connection-failed", "reset", "resource-constraint", "restricted-xml",
        "see-other-host",
        "system-shutdown", "undefined-condition", "unsupported-encoding", "unsupported-feature",
        "unsupported-stanza-type",
        "unsupported-version",
    ];

    public static TheoryData<string> Names => new(names);

    [Theory, MemberData(nameof(Names))]
    public void Each_condition_is_written_and_read_by_its_name(string name)
    {
        StreamErrorCondition error = StreamErrors.Condition(Encoding.ASCII.GetBytes(name));
        Assert.StartsWith($"<stream:error><{name} xmlns='{Errors}'", Write(error));
        Assert.Equal(error, Read(Write(error)));
    }

    [Fact]
    public void The_conditions_are_these_25_in_this_order() => Assert.Equal(
        names, Enumerable.Range(1, 25).Select(i =>
            Encoding.ASCII.GetString(StreamErrors.Name((StreamErrorCondition)i))));

    [Fact]
    public void A_detail_stands_behind_the_condition() => Assert.Equal(
        $"<stream:error><policy-violation xmlns='{Errors}'/><stanza-too-big xmlns='urn:xmpp:errors'/></stream:error>"
        + "</stream:stream>",
        Write(StreamErrorCondition.PolicyViolation, "<stanza-too-big xmlns='urn:xmpp:errors'/>"));

    [Theory]
    [InlineData("<stream:error><new-one xmlns='" + Errors + "'/></stream:error>",
        StreamErrorCondition.UndefinedCondition)]
    [InlineData("<stream:error/>", StreamErrorCondition.UndefinedCondition)]
    [InlineData("<stream:error><reset xmlns='urn:other'/></stream:error>", StreamErrorCondition.UndefinedCondition)]
    [InlineData("<stream:error><xml-not-well-formed xmlns='" + Errors + "'/></stream:error>",
        StreamErrorCondition.NotWellFormed)]
    [InlineData("<stream:error><text xmlns='" + Errors + "'>x</text><reset xmlns='" + Errors + "'/></stream:error>",
        StreamErrorCondition.Reset)]
    public void An_unknown_condition_counts_as_undefined(string text, StreamErrorCondition condition) =>
        Assert.Equal(condition, Read(text));

    // Sequences A to E of RFC 6120 section 4.9.1: each block is one write of the server.

    [Fact]
    public void Sequence_A_an_unknown_host_gets_header_error_and_closing_tag() => Assert.Equal(
        "<?xml version='1.0'?><stream:stream from='a.test' to='u@a.test' id='N1' version='1.0' xml:lang='en'" + Tail
        + $"<stream:error><host-unknown xmlns='{Errors}'/></stream:error></stream:stream>",
        Refuse(
            "<?xml version='1.0'?><stream:stream from='u@a.test' to='nosuch.test' version='1.0' xml:lang='en'" + Tail,
            "a.test", "N1", StreamErrorCondition.HostUnknown));

    [Fact]
    public void Sequence_B_a_missing_host_gets_an_empty_from_and_no_to() => Assert.Equal(
        "<?xml version='1.0'?><stream:stream from='' id='N2' version='1.0' xml:lang='en'" + Tail
        + $"<stream:error><improper-addressing xmlns='{Errors}'/></stream:error></stream:stream>",
        Refuse("<stream:stream version='1.0'" + Tail, "", "N2", StreamErrorCondition.ImproperAddressing));

    [Fact]
    public void Sequence_C_a_wrong_stream_namespace_is_answered_in_the_right_one() => Assert.Equal(
        "<?xml version='1.0'?><stream:stream from='a.test' to='u@a.test' id='N3' version='1.0' xml:lang='en'" + Tail
        + $"<stream:error><invalid-namespace xmlns='{Errors}'/></stream:error></stream:stream>",
        Refuse(
            "<stream:stream from='u@a.test' to='a.test' version='1.0' xmlns='jabber:client' xmlns:stream='urn:wrong'>",
            "a.test", "N3", StreamErrorCondition.None));

    [Fact]
    public void Sequence_D_a_domain_that_moved_away_is_gone_for_servers() => Assert.Equal(
        "<?xml version='1.0'?><stream:stream from='a.test' to='b.test' id='N4' version='1.0' xml:lang='en'"
        + " xmlns='jabber:server' xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams'>"
        + $"<stream:error><host-gone xmlns='{Errors}'/></stream:error></stream:stream>",
        Refuse(
            "<stream:stream from='b.test' to='old.test' version='1.0'"
            + " xmlns='jabber:server' xmlns:db='jabber:server:dialback'"
            + " xmlns:stream='http://etherx.jabber.org/streams'>",
            "a.test", "N4", StreamErrorCondition.HostGone));

    [Fact]
    public void Sequence_E_a_stanza_before_authentication_ends_the_stream_after_the_headers()
    {
        XmppWriter writer = new(new BufferPool());
        XmppReader reader = new(new TreePool());
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(
            "<stream:stream from='u@a.test' to='a.test' version='1.0'" + Tail
            + "<message to='b@a.test'><body>hi</body></message>");
        Assert.Equal(WireEvent.StreamOpened, reader.Read(ref input));
        StreamHeaders.Write(writer, HeaderKind.ClientResponse,
            StreamHeaders.Reply(reader.Header, "jabber:client", "a.test", "N5", ["en"]));
        Assert.Equal(WireEvent.Element, reader.Read(ref input));
        int header = writer.Length;
        StreamErrors.WriteClosing(writer, StreamErrorCondition.NotAuthorized, default);
        Assert.Equal(
            "<?xml version='1.0'?><stream:stream from='a.test' to='u@a.test' id='N5' version='1.0' xml:lang='en'"
            + Tail,
            Encoding.UTF8.GetString(writer.Written[..header]));
        Assert.Equal($"<stream:error><not-authorized xmlns='{Errors}'/></stream:error></stream:stream>",
            Encoding.UTF8.GetString(writer.Written[header..]));
    }

    /// <summary>What a server writes in one go to an initial header; a header the reader refuses brings its own
    /// condition.</summary>
    private static string Refuse(string initial, string from, string id, StreamErrorCondition condition)
    {
        XmppReader reader = new(new TreePool());
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(initial);
        WireEvent read = reader.Read(ref input);
        Assert.Equal(condition == StreamErrorCondition.None ? WireEvent.Failed : WireEvent.StreamOpened, read);
        if (read == WireEvent.Failed) condition = reader.Error;
        string content = reader.Header.ContentNamespace;
        HeaderKind kind = content == "jabber:server" ? HeaderKind.ServerResponse : HeaderKind.ClientResponse;
        StreamHeader reply = StreamHeaders.Reply(reader.Header, content, from, id, ["en"],
            reader.Header.DeclaresDialback);
        XmppWriter writer = new(new BufferPool());
        StreamHeaders.Write(writer, kind, reply);
        StreamErrors.WriteClosing(writer, condition, default);
        string written = Encoding.UTF8.GetString(writer.Written);
        Assert.EndsWith("close\n", WireLog.Of(written), StringComparison.Ordinal);
        return written;
    }

    private static string Write(StreamErrorCondition error, string detail = "")
    {
        XmppWriter writer = new(new BufferPool());
        StreamErrors.WriteClosing(writer, error, Encoding.UTF8.GetBytes(detail));
        return Encoding.UTF8.GetString(writer.Written);
    }

    private static StreamErrorCondition Read(string text)
    {
        using Reading reading = new(text);
        Assert.True(reading.Element.Is(Lab.Xmpp.Names.Error, Namespaces.Streams));
        return StreamErrors.Read(reading.Element);
    }
}
