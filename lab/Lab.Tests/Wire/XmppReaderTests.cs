using System.Text;

namespace Lab.Tests;

public class XmppReaderTests
{
    private static string Body(string text) => WireLog.Of(WireLog.ClientHeader + text).Split('\n', 2)[1];

    [Fact]
    public void A_stanza_reads_as_names_attributes_text_and_children() =>
        Assert.Equal(
            "element {jabber:client}message({http://www.w3.org/XML/1998/namespace}lang=en {}to=b@a.test)\"\""
            + "[{jabber:client}body()\"1 < 2 & 3é\"[]{urn:x}x({}a=1)\"\"[]]"
            + " raw <message to='b@a.test' xml:lang=\"en\">"
            + "<body>1 &lt; 2 &#38; 3é</body><x xmlns='urn:x' a='1'/></message>\n",
            Body("<message to='b@a.test' xml:lang=\"en\">"
                + "<body>1 &lt; 2 &#38; 3é</body><x xmlns='urn:x' a='1'/></message>"));

    [Theory]
    [InlineData("<a/>", "element {jabber:client}a()\"\"[]")]
    [InlineData("<a></a >", "element {jabber:client}a()\"\"[]")]
    [InlineData("<a xmlns=''/>", "element {}a()\"\"[]")]
    [InlineData("<a xmlns='u' xmlns:p='v' p:q='1' q='2'><p:b/><c xmlns='w'/><d/></a>",
        "element {u}a({v}q=1 {}q=2)\"\"[{v}b()\"\"[]{w}c()\"\"[]{u}d()\"\"[]]")]
    [InlineData("<a>x<b>y</b>z<b/>&lt;<![CDATA[<&]]]></a>",
        "element {jabber:client}a()\"xz<<&]\"[{jabber:client}b()\"y\"[]{jabber:client}b()\"\"[]]")]
    [InlineData("<a b='1\n2\t3\r\n4&#10;&#13;'>1\r\n2\r3\n</a>",
        "element {jabber:client}a({}b=1 2 3 4\\n\\r)\"1\\n2\\n3\\n\"[]")]
    [InlineData("<a b = '\"' c=\"'\" d='>'/>", "element {jabber:client}a({}b=\" {}c=' {}d=>)\"\"[]")]
    [InlineData("<a>]] > ]></a>", "element {jabber:client}a()\"]] > ]>\"[]")]
    [InlineData("<stream:error><x/></stream:error>",
        "element {http://etherx.jabber.org/streams}error()\"\"[{jabber:client}x()\"\"[]]")]
    public void Well_formed_elements(string text, string shown) =>
        Assert.Equal(shown, Body(text).Split(" raw ")[0].TrimEnd('\n'));

    [Theory]
    [InlineData("<a><!-- c --></a>", "RestrictedXml")]
    [InlineData("<!-- c -->", "RestrictedXml")]
    [InlineData("<?pi x?>", "RestrictedXml")]
    [InlineData("<a><?pi x?></a>", "RestrictedXml")]
    [InlineData("<!DOCTYPE a>", "RestrictedXml")]
    [InlineData("<a>&nbsp;</a>", "RestrictedXml")]
    [InlineData("<a b='&nbsp;'/>", "RestrictedXml")]
    [InlineData("<a>&;</a>", "NotWellFormed")]
    [InlineData("<a>& b</a>", "NotWellFormed")]
    [InlineData("<a>&#0;</a>", "NotWellFormed")]
    [InlineData("<a>&#xD800;</a>", "NotWellFormed")]
    [InlineData("<a>&#x110000;</a>", "NotWellFormed")]
    [InlineData("<a>&#;</a>", "NotWellFormed")]
    [InlineData("<a>]]></a>", "NotWellFormed")]
    [InlineData("<a>\u0001</a>", "NotWellFormed")]
    [InlineData("<a>\uFFFE</a>", "NotWellFormed")]
    [InlineData("<a></b>", "NotWellFormed")]
    [InlineData("<a b=1>", "NotWellFormed")]
    [InlineData("<a b='1'c='2'>", "NotWellFormed")]
    [InlineData("<a b='1' b='2'/>", "NotWellFormed")]
    [InlineData("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "NotWellFormed")]
    [InlineData("<a xmlns:p='u' xmlns:p='v'/>", "NotWellFormed")]
    [InlineData("<p:a/>", "NotWellFormed")]
    [InlineData("<a p:b=''/>", "NotWellFormed")]
    [InlineData("<a xmlns:p=''/>", "NotWellFormed")]
    [InlineData("<a xmlns:xmlns='u'/>", "NotWellFormed")]
    [InlineData("<a xmlns:xml='u'/>", "NotWellFormed")]
    [InlineData("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", "NotWellFormed")]
    [InlineData("<a:b:c/>", "NotWellFormed")]
    [InlineData("<:a/>", "NotWellFormed")]
    [InlineData("<a b='<'/>", "NotWellFormed")]
    [InlineData("<1a/>", "NotWellFormed")]
    [InlineData("</a>", "NotWellFormed")]
    [InlineData("<a><![INCLUDE[]]></a>", "NotWellFormed")]
    [InlineData("text", "BadFormat")]
    [InlineData("&#32;", "BadFormat")]
    [InlineData("<![CDATA[ ]]>", "BadFormat")]
    [InlineData("\u0001", "NotWellFormed")]
    [InlineData("<c:message xmlns:c='jabber:client'/>", "BadNamespacePrefix")]
    [InlineData("<features xmlns='http://etherx.jabber.org/streams'/>", "BadNamespacePrefix")]
    [InlineData("<message xmlns='jabber:server'/>", "InvalidNamespace")]
    public void Broken_rules_are_named_as_the_RFC_names_them(string text, string condition) =>
        Assert.Equal($"failed {condition}\n", Body(text));
}
