using System.Text;
using System.Text.RegularExpressions;
using Lab.Xmpp;
using static Lab.Tests.ServerNegotiationTests;

namespace Lab.Tests;

/// <summary>Whose a header says it is, and what may stand before it.</summary>
public class ServerHeaderTests
{
    private const string Tls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string Streams = "xmlns:stream='http://etherx.jabber.org/streams'";

    // Who a header is from: an account of ours, a host, an account elsewhere, no address at all. Perl's client says its
    // host's name; Prosody and ejabberd go on.
    [Rule("STR-15")]
    [Theory]
    [InlineData("", "taken", "taken")]
    [InlineData("from='alice@example.org'", "taken", "taken")]
    [InlineData("from='laptop.test'", "taken", "taken")]
    [InlineData("from='example.org'", "taken", "taken")]
    [InlineData("from='bob@example.org'", "taken", "not-authorized")]
    [InlineData("from='alice@other.test'", "taken", "invalid-from")]
    [InlineData("from='@'", "taken", "invalid-from")]
    [InlineData("from=''", "taken", "invalid-from")]
    public void Before_tls_nobody_is_held_to_who_the_header_is_from(string from, string plain, string secured)
    {
        string header = $"<stream:stream {from} to='example.org' version='1.0' xmlns='jabber:client' {Streams}>";
        var lab = new ServerLab();
        Peer peer = lab.Connect(secured: false);
        Assert.Equal(plain, Taken(peer.Say(header)));
        peer.Say(Tls);
        peer.TlsEstablished();
        string answer = peer.Say(header);
        if (secured == "not-authorized") answer = peer.Say(ServerLab.Auth("alice"));
        Assert.Equal(secured, Taken(answer));
        if (secured != "taken") return;
        peer.Say(ServerLab.Auth("alice"));
        Assert.Contains("<bind", peer.Say(header));

        static string Taken(string answer) => answer.Contains("<stream:features", StringComparison.Ordinal) ? "taken"
            : Regex.Match(answer, "<stream:error><([a-z-]+)").Groups[1].Value;
    }

    [Fact]
    public void Without_tls_a_header_after_authentication_is_held_to_who_it_is_from()
    {
        var lab = new ServerLab(settings: s => s with { OffersTls = false });
        foreach (string from in (string[])["alice@other.test", "bob@example.org", "@"])
        {
            Peer peer = lab.Connect(secured: false);
            string header = $"<stream:stream from='{from}' to='example.org' version='1.0' xmlns='jabber:client' "
                + $"{Streams}>";
            Assert.Contains("<mechanisms", peer.Say(header));
            Scram(peer);
            string error = from == "bob@example.org" ? "not-authorized" : "invalid-from";
            Assert.EndsWith(Error(error), peer.Say(header));
        }
    }

    // Go's encoder ends elements with a line; Prosody and ejabberd take it as part of the old stream.
    [Rule("STR-14")]
    [Theory]
    [InlineData("\n")]
    [InlineData(" \t\r\n \n")]
    public void White_space_behind_the_authentication_belongs_to_the_stream_before(string space)
    {
        foreach (bool apart in (bool[])[false, true])
        {
            var lab = new ServerLab();
            Peer peer = lab.Connect();
            Assert.Contains("<mechanisms", peer.Say(ServerLab.Open));
            string auth = ServerLab.Auth("alice");
            Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", peer.Say(apart ? auth : auth + space));
            Assert.EndsWith("</stream:features>", peer.Say(apart ? space + ServerLab.Open : ServerLab.Open));
            Assert.Contains("alice@example.org/desk", peer.Say(ServerLab.Bind("desk")));
            Peer hasty = lab.Connect();
            Assert.EndsWith("<sm xmlns='urn:xmpp:sm:3'/></stream:features>",
                hasty.Say(ServerLab.Open + auth + space + ServerLab.Open));
        }
    }

    [Fact]
    public void White_space_before_the_first_header_is_no_stream_before_and_a_declaration_comes_but_once()
    {
        Assert.EndsWith(Error("not-well-formed"), new ServerLab().Connect().Say("\n" + ServerLab.Open));
        Peer peer = new ServerLab().Connect();
        peer.Say(ServerLab.Open);
        peer.Say(ServerLab.Auth("alice") + "\n");
        Assert.EndsWith(Error("not-well-formed"), peer.Say("<?xml version='1.0'?>\n" + ServerLab.Open));
    }

    private static void Scram(Peer peer)
    {
        var client = new SaslClient(SaslMechanism.ScramSha1, "alice", "secret-alice", "fyko", new ScramCache());
        string challenge = peer.Say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>"
            + $"{Convert.ToBase64String(client.Initial)}</auth>");
        byte[] data = Convert.FromBase64String(Regex.Match(challenge, ">([^<]+)<").Groups[1].Value);
        Assert.True(client.TryAnswer(data, out byte[] response));
        Assert.StartsWith("<success", peer.Say("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
            + $"{Convert.ToBase64String(response)}</response>"));
    }
}
