using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ScramTests
{
    private const string Domain = "a.test";

    private static readonly ScramCache Cache = new();

    private static SaslServer Server(SaslMechanism mechanism, string nonce, string salt, string user = "user",
        string password = "pencil") =>
        new(mechanism, Domain, nonce, Cache, (m, name) => name != user ? null
            : ScramKeys.Derive(Cache, m, password, Convert.FromBase64String(salt), 4096));

    private static string Text(byte[]? data) => Encoding.UTF8.GetString(data ?? []);

    /// <summary>The worked examples of RFC 5802 section 5 and RFC 7677 section 3.</summary>
    [Theory]
    [InlineData(SaslMechanism.ScramSha1, "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92",
        "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ=")]
    [InlineData(SaslMechanism.ScramSha256, "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        "W22ZaJ0SNY7soEsUEjb6gQ==",
        "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    public void Both_sides_speak_the_worked_examples_of_the_RFCs(
        SaslMechanism mechanism, string clientNonce, string serverNonce, string salt, string proof, string signature)
    {
        SaslClient client = new(mechanism, "user", "pencil", clientNonce, Cache);
        SaslServer server = Server(mechanism, serverNonce, salt);
        Assert.Equal($"n,,n=user,r={clientNonce}", Text(client.Initial));

        SaslReply challenge = server.Begin(client.Initial);
        Assert.Equal((SaslReplyKind.Challenge, $"r={clientNonce}{serverNonce},s={salt},i=4096"),
            (challenge.Kind, Text(challenge.Data)));

        Assert.True(client.TryAnswer(challenge.Data, out byte[] response));
        Assert.Equal($"c=biws,r={clientNonce}{serverNonce},p={proof}", Text(response));

        SaslReply success = server.Continue(response);
        Assert.Equal((SaslReplyKind.Success, $"v={signature}"), (success.Kind, Text(success.Data)));
        Assert.True(client.TryFinish(success.Data), client.Problem);
    }

    /// <summary>RFC 6070 (PBKDF2 with HMAC-SHA-1), which is what Hi is.</summary>
    [Theory]
    [InlineData(1, "0c60c80f961f0e71f3a9b524af6012062fe037a6")]
    [InlineData(2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957")]
    [InlineData(4096, "4b007901b765489abead49d926f721d065a429c1")]
    public void Salted_passwords_match_the_vectors_of_PBKDF2(int iterations, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(new ScramCache().SaltedPassword(SaslMechanism.ScramSha1,
            "password", "salt"u8, iterations)));

    [Fact]
    public void A_salted_password_is_derived_once()
    {
        ScramCache cache = new();
        byte[] first = cache.SaltedPassword(SaslMechanism.ScramSha256, "p", "salt"u8, 10);
        Assert.Same(first, cache.SaltedPassword(SaslMechanism.ScramSha256, "p", "salt"u8, 10));
        Assert.NotEqual(first, cache.SaltedPassword(SaslMechanism.ScramSha256, "p", "salt"u8, 11));
        Assert.NotEqual(first, cache.SaltedPassword(SaslMechanism.ScramSha256, "p", "salT"u8, 10));
    }

    [Fact]
    public void Nonces_repeat_with_the_seed_and_have_one_size()
    {
        var secrets = new RepeatableSecrets(RandomStream.Root(5).Fork("nonce"));
        string first = Scram.NewNonce(secrets), second = Scram.NewNonce(secrets);
        Assert.NotEqual(first, second);
        Assert.Equal(first, Scram.NewNonce(new RepeatableSecrets(RandomStream.Root(5).Fork("nonce"))));
        Assert.Equal(Scram.NonceChars, first.Length);
    }

    [Theory]
    [InlineData(SaslMechanism.ScramSha1)]
    [InlineData(SaslMechanism.ScramSha256)]
    public void A_wrong_password_is_not_authorized(SaslMechanism mechanism)
    {
        SaslClient client = new(mechanism, "user", "pen", "abc", Cache);
        SaslServer server = Server(mechanism, "def", "QSXCR+Q6sek8bf92");
        Assert.True(client.TryAnswer(server.Begin(client.Initial).Data, out byte[] response));
        Assert.Equal(SaslReply.Fail(SaslFailure.NotAuthorized), server.Continue(response));
    }

    [Theory]
    [InlineData("v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("v=")]
    [InlineData("v=rmF9pqV8S7suAoZWja4dJRkFsKR=")]
    [InlineData("e=other-error")]
    [InlineData("")]
    [InlineData(null)]
    public void The_client_refuses_a_success_that_does_not_prove_the_server(string? final)
    {
        SaslClient client = new(SaslMechanism.ScramSha1, "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL", Cache);
        Assert.True(client.TryAnswer("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"u8,
            out _));
        Assert.False(client.TryFinish(final is null ? null : Encoding.ASCII.GetBytes(final)));
        Assert.NotEqual("", client.Problem);
    }

    [Fact]
    public void The_signature_may_come_as_a_challenge_of_its_own()
    {
        SaslClient client = new(SaslMechanism.ScramSha1, "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL", Cache);
        Assert.True(client.TryAnswer("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"u8,
            out _));
        Assert.True(client.TryAnswer("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="u8, out byte[] empty));
        Assert.Empty(empty);
        Assert.True(client.TryFinish(null));
    }

    [Fact]
    public void Success_before_any_challenge_proves_nothing() =>
        Assert.False(new SaslClient(SaslMechanism.ScramSha1, "user", "pencil", "abc",
            Cache).TryFinish("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="u8.ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("r=abc,s=QSXC,i=4096")]
    [InlineData("r=xyzdef,s=QSXC,i=4096")]
    [InlineData("r=abcdef,s=,i=4096")]
    [InlineData("r=abcdef,s=QSX,i=4096")]
    [InlineData("r=abcdef,s=QSXC,i=0")]
    [InlineData("r=abcdef,s=QSXC,i=-1")]
    [InlineData("r=abcdef,s=QSXC,i=99999999999")]
    [InlineData("r=abcdef,s=QSXC,i=10000001")]
    [InlineData("r=abcdef,s=QSXC")]
    [InlineData("m=x,r=abcdef,s=QSXC,i=4096")]
    [InlineData("r=abcdef,s=QSXC,i=4096,!")]
    public void The_client_refuses_a_malformed_challenge(string challenge) =>
        Assert.False(new SaslClient(SaslMechanism.ScramSha1, "user", "pencil", "abc",
            Cache).TryAnswer(Encoding.ASCII.GetBytes(challenge), out _));

    [Theory]
    [InlineData("n,,n=user,r=abc", SaslFailure.None)]
    [InlineData("y,,n=user,r=abc", SaslFailure.None)]
    [InlineData("n,a=user@a.test,n=user,r=abc", SaslFailure.None)]
    [InlineData("n,,n=user,r=abc,x=1", SaslFailure.None)]
    [InlineData("n,a=other@a.test,n=user,r=abc", SaslFailure.InvalidAuthzid)]
    [InlineData("n,,n=nobody,r=abc", SaslFailure.NotAuthorized)]
    [InlineData("", SaslFailure.MalformedRequest)]
    [InlineData("n,", SaslFailure.MalformedRequest)]
    [InlineData("n,,", SaslFailure.MalformedRequest)]
    [InlineData("x,,n=user,r=abc", SaslFailure.MalformedRequest)]
    [InlineData("p=tls-exporter,,n=user,r=abc", SaslFailure.MalformedRequest)]
    [InlineData("n,,n=user", SaslFailure.MalformedRequest)]
    [InlineData("n,,n=user,r=", SaslFailure.MalformedRequest)]
    [InlineData("n,,n=,r=abc", SaslFailure.MalformedRequest)]
    [InlineData("n,,n=us=er,r=abc", SaslFailure.MalformedRequest)]
    [InlineData("n,,r=abc,n=user", SaslFailure.MalformedRequest)]
    [InlineData("n,,m=x,n=user,r=abc", SaslFailure.MalformedRequest)]
    [InlineData("n,a=user@a.test", SaslFailure.MalformedRequest)]
    public void The_server_judges_a_client_first_message(string message, SaslFailure failure)
    {
        SaslReply reply = Server(SaslMechanism.ScramSha1, "def",
            "QSXCR+Q6sek8bf92").Begin(Encoding.UTF8.GetBytes(message));
        Assert.Equal((failure, failure == SaslFailure.None), (reply.Failure, reply.Kind == SaslReplyKind.Challenge));
    }

    [Theory]
    [InlineData("c=biws,r=abcdef,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", SaslFailure.NotAuthorized)]
    [InlineData("c=biws,r=abcxxx,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", SaslFailure.NotAuthorized)]
    [InlineData("c=eSws,r=abcdef,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", SaslFailure.NotAuthorized)]
    [InlineData("c=biws,r=abcdef,p=AAAA", SaslFailure.MalformedRequest)]
    [InlineData("c=biws,r=abcdef,p=!!!!", SaslFailure.MalformedRequest)]
    [InlineData("c=biws,r=abcdef", SaslFailure.MalformedRequest)]
    [InlineData("r=abcdef,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", SaslFailure.MalformedRequest)]
    [InlineData("", SaslFailure.MalformedRequest)]
    public void The_server_judges_a_client_final_message(string message, SaslFailure failure)
    {
        SaslServer server = Server(SaslMechanism.ScramSha1, "def", "QSXCR+Q6sek8bf92");
        server.Begin("n,,n=user,r=abc"u8.ToArray());
        Assert.Equal(SaslReply.Fail(failure), server.Continue(Encoding.ASCII.GetBytes(message)));
    }

    [Fact]
    public void A_right_proof_with_another_gs2_header_is_refused()
    {
        SaslClient client = new(SaslMechanism.ScramSha1, "user", "pencil", "abc", Cache);
        SaslServer server = Server(SaslMechanism.ScramSha1, "def", "QSXCR+Q6sek8bf92");
        byte[] first = client.Initial;
        first[0] = (byte)'y';
        Assert.True(client.TryAnswer(server.Begin(first).Data, out byte[] response));
        Assert.Equal(SaslReply.Fail(SaslFailure.NotAuthorized), server.Continue(response));
    }

    [Fact]
    public void Commas_and_equals_signs_survive_in_user_names()
    {
        SaslClient client = new(SaslMechanism.ScramSha256, "a,b=c=2C", "pencil", "abc", Cache);
        SaslServer server = Server(SaslMechanism.ScramSha256, "def", "QSXCR+Q6sek8bf92", "a,b=c=2C");
        Assert.Equal("n,,n=a=2Cb=3Dc=3D2C,r=abc", Text(client.Initial));
        Assert.True(client.TryAnswer(server.Begin(client.Initial).Data, out byte[] response));
        Assert.Equal(SaslReplyKind.Success, server.Continue(response).Kind);
        Assert.Equal("a,b=c=2C", server.User);
    }

    [Fact]
    public void Without_an_initial_response_an_empty_challenge_asks_for_it()
    {
        SaslServer server = Server(SaslMechanism.ScramSha1, "def", "QSXCR+Q6sek8bf92");
        SaslReply reply = server.Begin(null);
        Assert.Equal((SaslReplyKind.Challenge, 0), (reply.Kind, reply.Data!.Length));
        Assert.StartsWith("r=abcdef,", Text(server.Continue("n,,n=user,r=abc"u8.ToArray()).Data));
    }
}
