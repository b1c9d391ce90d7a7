using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class XmppReaderLimitTests
{
    private static readonly byte[] Ping =
        Encoding.UTF8.GetBytes("<iq to='a.test' id='p1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");

    private static XmppReader Opened(TreePool trees, int maxElementBytes = 262_144)
    {
        XmppReader reader = new(trees, maxElementBytes);
        ReadOnlySpan<byte> header = Encoding.UTF8.GetBytes(WireLog.ClientHeader);
        Assert.Equal(WireEvent.StreamOpened, reader.Read(ref header));
        Assert.Equal(WireEvent.NeedMore, reader.Read(ref header));
        return reader;
    }

    private static List<WireEvent> Events(XmppReader reader, string text)
    {
        List<WireEvent> events = [];
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        for (WireEvent e = reader.Read(ref input); e != WireEvent.NeedMore; e = reader.Read(ref input)) events.Add(e);
        return events;
    }

    [Theory]
    [InlineData(200, 200, WireEvent.Element)]
    [InlineData(201, 200, WireEvent.Failed)]
    [InlineData(262_144, 262_144, WireEvent.Element)]
    [InlineData(262_145, 262_144, WireEvent.Failed)]
    public void An_element_may_have_as_many_bytes_as_configured(int bytes, int max, WireEvent outcome)
    {
        XmppReader reader = Opened(new TreePool(), max);
        Assert.Equal([outcome], Events(reader, "<a>" + new string('x', bytes - 7) + "</a>"));
        if (outcome == WireEvent.Failed) Assert.Equal(StreamErrorCondition.PolicyViolation, reader.Error);
    }

    [Theory]
    [InlineData("<a>")]
    [InlineData("<a b='")]
    [InlineData("<a><![CDATA[")]
    [InlineData("<a ")]
    [InlineData("</stream:stream")]
    public void An_endless_element_is_given_up_at_the_limit(string start)
    {
        TreePool trees = new();
        XmppReader reader = Opened(trees, 4096);
        List<WireEvent> events = Events(reader, start);
        string more = start.EndsWith('\'') ? "x" : " ";
        for (int i = 0; i < 10_000 && events.Count == 0; i++)
        {
            events = Events(reader, more);
            Assert.InRange(reader.BufferedBytes, 0, 4096);
        }
        Assert.Equal([WireEvent.Failed], events);
        Assert.Equal((StreamErrorCondition.PolicyViolation, 0), (reader.Error, trees.Outstanding));
    }

    [Fact]
    public void Endless_white_space_takes_no_memory()
    {
        TreePool trees = new();
        XmppReader reader = Opened(trees, 4096);
        string space = new(' ', 10_000);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal([WireEvent.Whitespace], Events(reader, space));
            Assert.Equal((0, 0), (reader.BufferedBytes, trees.Outstanding));
        }
    }

    [Fact]
    public void A_reader_between_elements_holds_no_tree_and_few_bytes()
    {
        TreePool trees = new();
        const int Readers = 1000;
        Opened(trees);
        XmppReader[] readers = new XmppReader[Readers];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Readers; i++) readers[i] = new XmppReader(trees);
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Readers;
        Assert.Equal(0, trees.Outstanding);
        Assert.InRange(bytes, 1, 200);
        GC.KeepAlive(readers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(1448)]
    public void Reading_a_ping_allocates_nothing(int pieceBytes)
    {
        XmppReader reader = Opened(new TreePool());
        Assert.Equal(100, Read(reader, 100, pieceBytes));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int read = Read(reader, 1000, pieceBytes);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((1000, 0L), (read, bytes));
    }

    private static int Read(XmppReader reader, int pings, int pieceBytes)
    {
        int elements = 0;
        for (int i = 0; i < pings; i++)
        {
            for (int at = 0; at < Ping.Length; at += pieceBytes)
            {
                ReadOnlySpan<byte> input = Ping.AsSpan(at, Math.Min(pieceBytes, Ping.Length - at));
                while (reader.Read(ref input) is var e && e != WireEvent.NeedMore)
                    if (e == WireEvent.Element
                        && reader.Element.Child("ping"u8, Namespaces.Ping).Name.Length == 4) elements++;
            }
        }
        return elements;
    }

    [Theory]
    [InlineData(256, WireEvent.Element)]
    [InlineData(257, WireEvent.Failed)]
    public void Depth_is_limited(int depth, WireEvent outcome) => Assert.Equal(
        outcome, Events(Opened(new TreePool()), Repeat("<a>", depth) + Repeat("</a>", depth))[0]);

    [Theory]
    [InlineData(256, WireEvent.Element)]
    [InlineData(257, WireEvent.Failed)]
    public void Attributes_are_limited(int count, WireEvent outcome) => Assert.Equal(
        outcome, Events(Opened(new TreePool()),
            "<a" + string.Concat(Enumerable.Range(0, count).Select(i => $" a{i}=''")) + "/>")[0]);

    [Theory]
    [InlineData(256, WireEvent.Element)]
    [InlineData(257, WireEvent.Failed)]
    public void Declarations_in_force_are_limited(int count, WireEvent outcome)
    {
        string text = string.Concat(Enumerable.Range(0, 129).Select(i => i < count - 128 ? $" xmlns:p{i}='u'" : ""));
        string outer = string.Concat(Enumerable.Range(1000, 128).Select(i => $" xmlns:p{i}='u'"));
        Assert.Equal(outcome, Events(Opened(new TreePool()), $"<a{outer}><b{text}/></a>")[0]);
    }

    /// <summary>One byte at a time the largest element takes a fraction of a second; a search from the start each time
    /// takes minutes.</summary>
    [Theory]
    [InlineData("<a>", "x", "</a>")]
    [InlineData("<a b='", "x", "'/>")]
    [InlineData("<a><![CDATA[", "]", "]]></a>")]
    [InlineData("<a", " ", "/>")]
    [InlineData("<a>", "x<b>&lt;</b>", "</a>")]
    public void The_largest_element_reads_byte_by_byte(string start, string middle, string end)
    {
        string text = start + Repeat(middle, (262_000 - start.Length - end.Length) / middle.Length) + end;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        XmppReader reader = Opened(new TreePool());
        for (int i = 0; i < bytes.Length; i++)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(i, 1);
            Assert.Equal(i == bytes.Length - 1 ? WireEvent.Element : WireEvent.NeedMore, reader.Read(ref input));
        }
        Assert.Equal(text.Length, reader.Element.Raw.Length);
    }

    [Fact]
    public void Raw_and_raw_content_are_the_bytes_as_received()
    {
        using Reading reading = new("<a b = '1' ><c>&lt;</c> x</a >");
        Assert.Equal("<a b = '1' ><c>&lt;</c> x</a >", Encoding.UTF8.GetString(reading.Element.Raw));
        Assert.Equal("<c>&lt;</c> x", Encoding.UTF8.GetString(reading.Element.RawContent));
        Assert.Equal("&lt;", Encoding.UTF8.GetString(reading.Element.FirstChild.RawContent));
        Assert.True(reading.Element.FirstChild.FirstChild.IsNone);
        using Reading empty = new("<a/>");
        Assert.Equal(0, empty.Element.RawContent.Length);
    }

    [Fact]
    public void The_view_of_an_element_that_is_not_there_is_empty()
    {
        using Reading reading = new("<a/>");
        Element none = reading.Element.Child("b"u8, "u"u8);
        Assert.True(none.IsNone && none.FirstChild.IsNone && none.NextSibling.IsNone
            && none.Child("c"u8, "u"u8).IsNone);
        Assert.Equal(0,
            none.Name.Length + none.Namespace.Length + none.Text.Length + none.Raw.Length + none.Language.Length
            + none.AttributeCount);
        Assert.False(none.TryAttribute("a"u8, out _));
        Assert.False(none.Is(""u8, ""u8));
    }

    [Fact]
    public void After_a_restart_the_next_byte_begins_a_new_stream()
    {
        TreePool trees = new();
        XmppReader reader = Opened(trees);
        Assert.Empty(Events(reader, "<cut"));
        Assert.Equal(4, reader.BufferedBytes);
        reader.Restart();
        Assert.Equal((0, 0), (reader.BufferedBytes, trees.Outstanding));
        Assert.Equal([WireEvent.StreamOpened, WireEvent.Element, WireEvent.StreamClosed],
            Events(reader, "<?xml version='1.0'?>" + WireLog.ClientHeader + "<a/></stream:stream>"));
    }

    [Fact]
    public void What_follows_the_closing_tag_or_a_failure_is_thrown_away()
    {
        XmppReader reader = Opened(new TreePool());
        Assert.Equal([WireEvent.StreamClosed], Events(reader, "</stream:stream ><a/>"));
        Assert.Empty(Events(reader, "<a/>"));
        reader = Opened(new TreePool());
        Assert.Equal([WireEvent.Element, WireEvent.Failed], Events(reader, "<a/></b><a/>"));
        Assert.Empty(Events(reader, "<a/>"));
    }

    [Fact]
    public void An_empty_header_opens_and_closes() => Assert.Equal(
        [WireEvent.StreamOpened, WireEvent.StreamClosed],
            Events(new XmppReader(new TreePool()), WireLog.ClientHeader[..^1] + "/>"));

    [Fact]
    public void Namespaces_of_the_header_hold_for_every_element()
    {
        XmppReader reader = new(new TreePool());
        string header = WireLog.ClientHeader.Replace(" version",
            " xmlns:db='jabber:server:dialback' xmlns:o='urn:o' version");
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(header + "<db:result/><o:a o:b='1'/><stream:features/>");
        Assert.Equal(WireEvent.StreamOpened, reader.Read(ref input));
        Assert.True(reader.Header.DeclaresDialback);
        reader.Read(ref input);
        Assert.True(reader.Element.Is("result"u8, Namespaces.Dialback));
        reader.Read(ref input);
        Assert.True(reader.Element.Is("a"u8, "urn:o"u8) && reader.Element.TryAttribute("b"u8, "urn:o"u8, out _));
        Assert.False(reader.Element.TryAttribute("b"u8, out _));
        reader.Read(ref input);
        Assert.True(reader.Element.Is("features"u8, Namespaces.Streams));
    }

    private static string Repeat(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();
}
