using System.Text;
using Lab.Experiments;

namespace Lab.Tests;

/// <summary>What a stream brings is cut into the same pieces of work however its bytes come.</summary>
public sealed class WorkReaderTests
{
    private const string Header = "<?xml version='1.0'?>"
        + "<stream:stream to=\"a>b\" xmlns:stream='http://etherx.jabber.org/streams'>";

    private static readonly (string Text, Work Kind)[] Conversation =
    [
        (Header, Work.None),
        ("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", Work.Tls),
        (Header, Work.None),
        ("<auth mechanism='PLAIN'>AGE</auth>", Work.Sasl),
        ("<response>abc=</response>", Work.None),
        ("\n" + Header, Work.None),
        ("<iq type='set' id='1'><bind xmlns='b'><resource>r</resource></bind></iq>", Work.Login),
        ("<enable xmlns='urn:xmpp:sm:3'/>", Work.Stanza),
        ("<presence/>", Work.Stanza),
        ("  <message to='x'><body>&lt;auth/> <![CDATA[</message>]]></body><iq/></message>", Work.Stanza),
        ("<iq type='get' id='2'><query><bind/></query></iq>", Work.Stanza),
        ("<r xmlns='urn:xmpp:sm:3'/>", Work.Stanza),
        ("<a h='1' xmlns='urn:xmpp:sm:3'/>", Work.Stanza),
        ("<resume h='1'/>", Work.Login),
        ("<db:result to='b' from='a'>key</db:result>", Work.Stanza),
        ("<stream:error><bind/></stream:error>", Work.None),
        ("<presences-of-many/>", Work.None),
        ("</stream:stream>", Work.None),
    ];

    [Fact]
    public void A_piece_is_an_element_or_a_header_and_its_kind_is_that_of_the_element()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Conversation.Select(c => c.Text)));
        var reader = new WorkReader();
        ReadOnlySpan<byte> rest = bytes;
        foreach ((string text, Work kind) in Conversation)
        {
            int length = reader.Next(rest, out Work of);
            Assert.Equal((text, kind), (Encoding.UTF8.GetString(rest[..length]), of));
            rest = rest[length..];
        }
        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(50)]
    public void It_does_not_matter_how_the_bytes_come(int chunk)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Conversation.Select(c => c.Text)));
        var reader = new WorkReader();
        List<Work> found = [];
        for (int at = 0; at < bytes.Length; at += chunk)
        {
            ReadOnlySpan<byte> piece = bytes.AsSpan(at, Math.Min(chunk, bytes.Length - at));
            while (!piece.IsEmpty)
            {
                int length = reader.Next(piece, out Work of);
                Assert.InRange(length, 1, piece.Length);
                if (of != Work.None) found.Add(of);
                piece = piece[length..];
            }
        }
        Assert.Equal(Conversation.Select(c => c.Kind).Where(k => k != Work.None), found);
    }
}
