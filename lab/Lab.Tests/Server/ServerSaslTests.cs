using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>SASL from the client's first word to success, failure, or the end of the stream.</summary>
public class ServerSaslTests
{
    private const string Streams = "xmlns:stream='http://etherx.jabber.org/streams'";

    [Rule("SAS-03")]
    [Fact]
    public void Offered_but_not_required_tls_leaves_sasl_open_without_plain()
    {
        var lab = new ServerLab(settings: s => s with { RequiresTls = false });
        Peer peer = lab.Connect(secured: false);
        string features = peer.Say(ServerLab.Open);
        Assert.Contains("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><mechanisms", features);
        Assert.DoesNotContain("PLAIN", features);
        Assert.Equal(Failure("encryption-required"), peer.Say(ServerLab.Auth("alice")));
    }

    [Fact]
    public void Sasl_before_required_tls_is_refused() =>
        Assert.Equal(Failure("encryption-required"), Opened(secured: false).Say(ServerLab.Auth("alice")));

    [Theory]
    [InlineData("PLAIN", "", "malformed-request")]
    [InlineData("PLAIN", "!!!!", "incorrect-encoding")]
    [InlineData("PLAIN", "AGFsaWNlAHdyb25n", "not-authorized")]                     // alice, wrong
    [InlineData("PLAIN", "AG5vYm9keQB4", "not-authorized")]                         // nobody, x
    [InlineData("PLAIN", "Ym9iQGV4YW1wbGUub3JnAGFsaWNlAHNlY3JldC1hbGljZQ==", "invalid-authzid")]
    [InlineData("KERBEROS_V4", "", "invalid-mechanism")]
    [InlineData("EXTERNAL", "=", "invalid-mechanism")]
    public void Sasl_failures(string mechanism, string data, string condition)
    {
        Peer peer = Opened();
        string answer = peer.Say(
            $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{data}</auth>");
        if (answer.StartsWith("<challenge", StringComparison.Ordinal)) answer = peer.Say(
            "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>=</response>");
        Assert.Equal(Failure(condition), answer);
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", peer.Say(ServerLab.Auth("alice")));
    }

    [Theory]
    [InlineData(SaslMechanism.ScramSha1, "secret-alice", true)]
    [InlineData(SaslMechanism.ScramSha256, "secret-alice", true)]
    [InlineData(SaslMechanism.ScramSha256, "secret-bob", false)]
    public void Scram_proves_both_sides(SaslMechanism mechanism, string password, bool right)
    {
        Peer peer = Opened();
        string challenge = peer.Say(Sasl($"auth mechanism='{SaslName(mechanism)}'", "n,,n=alice,r=fyko"));
        string text = Decode(challenge);
        Match parts = Regex.Match(text, "^r=(fyko.+),s=([^,]+),i=16$");
        Assert.True(parts.Success, text);
        var cache = new ScramCache();
        byte[] salt = Convert.FromBase64String(parts.Groups[2].Value);
        ScramKeys keys = ScramKeys.Derive(cache, mechanism, password, salt, 16);
        byte[] clientKey = Scram.Mac(mechanism, cache.SaltedPassword(mechanism, password, salt, 16), "Client Key"u8);
        string final = $"c=biws,r={parts.Groups[1].Value}";
        byte[] message = Encoding.UTF8.GetBytes($"n=alice,r=fyko,{text},{final}");
        string proof = Convert.ToBase64String(Scram.Xor(clientKey, Scram.Mac(mechanism, keys.StoredKey, message)));
        string answer = peer.Say(Sasl("response", $"{final},p={proof}"));
        if (right) Assert.Equal("v=" + Convert.ToBase64String(Scram.Mac(mechanism, keys.ServerKey, message)),
            Decode(answer));
        else Assert.Equal(Failure("not-authorized"), answer);
    }

    [Rule("SAS-07")]
    [Fact]
    public void A_second_auth_replaces_the_first_and_abort_gives_up()
    {
        Peer peer = Opened();
        Assert.StartsWith("<challenge", peer.Say(Sasl("auth mechanism='SCRAM-SHA-1'", "n,,n=alice,r=abc")));
        Assert.Equal(Failure("aborted"), peer.Say("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"));
        Assert.Equal(Failure("malformed-request"), peer.Say(Sasl("response", "c=biws,r=x,p=y")));
        Assert.StartsWith("<challenge", peer.Say(Sasl("auth mechanism='SCRAM-SHA-1'", "n,,n=alice,r=abc")));
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", peer.Say(ServerLab.Auth("alice")));
    }

    [Fact]
    public void Too_many_failed_attempts_end_the_stream()
    {
        Peer peer = Opened();
        for (int i = 0; i < 3; i++) Assert.Equal(Failure("not-authorized"), peer.Say(ServerLab.Auth("alice", "guess")));
        Assert.Equal(Failure("not-authorized") + ServerNegotiationTests.Error("policy-violation"),
            peer.Say(ServerLab.Auth("alice", "guess")));
    }

    [Rule("SAS-11")]
    [Theory]
    [InlineData("from='bob@example.org' to='example.org'")]
    [InlineData("to='second.example'")]
    public void A_header_that_contradicts_the_authentication_ends_the_stream(string header)
    {
        var lab = new ServerLab(settings: s => s with { Domains = ["example.org", "second.example"] });
        Peer peer = lab.Connect();
        peer.Say(ServerLab.Open);
        peer.Say(ServerLab.Auth("alice"));
        Assert.EndsWith(ServerNegotiationTests.Error("not-authorized"),
            peer.Say($"<stream:stream {header} version='1.0' xmlns='jabber:client' {Streams}>"));
    }

    [Rule("SAS-11")]
    [Fact]
    public void Authenticating_as_another_than_the_header_said_ends_the_stream()
    {
        Peer peer = new ServerLab().Connect();
        peer.Say(
            $"<stream:stream from='bob@example.org' to='example.org' version='1.0' xmlns='jabber:client' {Streams}>");
        Assert.Equal(ServerNegotiationTests.Error("not-authorized"), peer.Say(ServerLab.Auth("alice")));
    }

    private static Peer Opened(bool secured = true)
    {
        Peer peer = new ServerLab().Connect(secured);
        peer.Say(ServerLab.Open);
        return peer;
    }

    private static string Failure(string condition) =>
        $"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{condition}/></failure>";

    private static string Sasl(string start, string data) =>
        $"<{start.Replace(" ", " xmlns='urn:ietf:params:xml:ns:xmpp-sasl' ", StringComparison.Ordinal)}"
        + (start.Contains(' ', StringComparison.Ordinal) ? "" : " xmlns='urn:ietf:params:xml:ns:xmpp-sasl'")
        + $">{Convert.ToBase64String(Encoding.UTF8.GetBytes(data))}</{start.Split(' ')[0]}>";

    private static string SaslName(SaslMechanism mechanism) => Encoding.UTF8.GetString(SaslMechanisms.Name(mechanism));

    private static string Decode(string element) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(Regex.Match(element, ">([^<]*)<").Groups[1].Value));
}
