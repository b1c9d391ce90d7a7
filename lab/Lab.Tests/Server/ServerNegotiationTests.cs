using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ServerNegotiationTests
{
    [Fact]
    public void A_client_gets_online_by_header_starttls_sasl_and_bind()
    {
        var lab = new ServerLab();
        Peer peer = lab.Connect(secured: false);
        string answer = peer.Say(ServerLab.Open);
        Assert.EndsWith("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>", answer);
        Assert.Equal("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", peer.Say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"));
        peer.TlsEstablished();
        answer = peer.Say(ServerLab.Open);
        Assert.DoesNotContain("starttls", answer);
        Assert.EndsWith("<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features>", answer);
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
            peer.Say($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{ServerLab.Plain("alice")}</auth>"));
        Assert.EndsWith("<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>", peer.Say(ServerLab.Open));
        Assert.Equal("<iq type='result' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid></bind></iq>",
            peer.Say("<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk</resource></bind></iq>"));
        Assert.Equal("<iq type='result' id='2' from='example.org' to='alice@example.org/desk'/>",
            peer.Say("<iq type='get' id='2' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>"));
        Assert.Equal($"<message from='echo@example.org' to='alice@example.org/desk' type='chat' id='m{7 + XmppServer.EchoOffset}'><body>hello</body></message>",
            peer.Say("<message to='echo@example.org' type='chat' id='m7'><body>hello</body></message>"));
        Assert.Equal("</stream:stream>", peer.Say("</stream:stream>"));
        Assert.Equal(ServerActionKind.Close, peer.Transport);
        Assert.Equal(0, lab.Buffers.Outstanding);
    }
}
