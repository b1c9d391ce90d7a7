using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class SaslTests
{
    private static readonly ScramCache Cache = new();

    private static SaslServer Server(SaslMechanism mechanism, string? certified = null) =>
        new(mechanism, "a.test", "def", Cache,
            (m, user) => user == "user" ? ScramKeys.Derive(Cache, m, "pencil", "salt"u8.ToArray(), 16) : null,
                certified);

    [Theory]
    [InlineData("\0user\0pencil", SaslFailure.None)]
    [InlineData("user@a.test\0user\0pencil", SaslFailure.None)]
    [InlineData("b@a.test\0user\0pencil", SaslFailure.InvalidAuthzid)]
    [InlineData("\0user\0pen", SaslFailure.NotAuthorized)]
    [InlineData("\0nobody\0pencil", SaslFailure.NotAuthorized)]
    [InlineData("", SaslFailure.MalformedRequest)]
    [InlineData("user", SaslFailure.MalformedRequest)]
    [InlineData("\0user", SaslFailure.MalformedRequest)]
    [InlineData("\0\0pencil", SaslFailure.MalformedRequest)]
    [InlineData("\0user\0", SaslFailure.MalformedRequest)]
    [InlineData("\0user\0pen\0cil", SaslFailure.MalformedRequest)]
    public void The_server_judges_PLAIN(string message, SaslFailure failure)
    {
        SaslReply reply = Server(SaslMechanism.Plain).Begin(Encoding.UTF8.GetBytes(message));
        Assert.Equal((failure == SaslFailure.None ? SaslReplyKind.Success : SaslReplyKind.Failure, failure),
            (reply.Kind, reply.Failure));
    }

    [Fact]
    public void PLAIN_of_the_client_is_understood_by_the_server()
    {
        SaslClient client = new(SaslMechanism.Plain, "user", "pencil", "", Cache);
        Assert.Equal("\0user\0pencil", Encoding.UTF8.GetString(client.Initial));
        Assert.Equal(SaslReplyKind.Success, Server(SaslMechanism.Plain).Begin(client.Initial).Kind);
        Assert.True(client.TryFinish(null));
        Assert.False(client.TryFinish("v=x"u8.ToArray()));
        Assert.False(client.TryAnswer("r=x"u8, out _));
    }

    [Theory]
    [InlineData(null, "", SaslFailure.NotAuthorized)]
    [InlineData("b.test", "", SaslFailure.None)]
    [InlineData("b.test", "b.test", SaslFailure.None)]
    [InlineData("b.test", "c.test", SaslFailure.InvalidAuthzid)]
    public void EXTERNAL_believes_what_TLS_proved(string? certified, string authzid, SaslFailure failure) =>
        Assert.Equal(failure, Server(SaslMechanism.External, certified).Begin(Encoding.UTF8.GetBytes(authzid)).Failure);

    [Theory]
    [InlineData("", null)]
    [InlineData("=", "")]
    [InlineData("AA==", "00")]
    [InlineData("AAA=", "0000")]
    [InlineData("+/9z", "fbff73")]
    [InlineData("AB==", "bad")]
    [InlineData("AAB=", "bad")]
    [InlineData("A", "bad")]
    [InlineData("AA", "bad")]
    [InlineData("AAA", "bad")]
    [InlineData("A===", "bad")]
    [InlineData("====", "bad")]
    [InlineData("==", "bad")]
    [InlineData("AA=A", "bad")]
    [InlineData(" AA==", "bad")]
    [InlineData("AA==\n", "bad")]
    [InlineData("AAAA====", "bad")]
    [InlineData("-_9z", "bad")]
    public void Base64_is_read_strictly(string text, string? expected)
    {
        bool read = SaslData.TryRead(Encoding.ASCII.GetBytes(text), out byte[]? data);
        Assert.Equal(expected, !read ? "bad" : data is null ? null : Convert.ToHexStringLower(data));
    }

    [Fact]
    public void What_is_written_reads_back_at_every_length()
    {
        XmppWriter writer = new(new BufferPool());
        for (int length = 0; length < 70; length++)
        {
            byte[] data = new byte[length];
            RandomStream.Root((ulong)length).Fill(data);
            writer.Clear();
            SaslData.Write(writer, data);
            Assert.True(SaslData.TryRead(writer.Written, out byte[]? read));
            Assert.Equal(data, read);
        }
    }

    [Fact]
    public void Offered_mechanisms_read_in_order_without_the_unknown_ones()
    {
        XmppWriter writer = new(new BufferPool());
        SaslMechanisms.Write(writer, [SaslMechanism.ScramSha256, SaslMechanism.ScramSha1, SaslMechanism.Plain,
            SaslMechanism.External]);
        string text = Encoding.UTF8.GetString(writer.Written);
        Assert.Equal(
            "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
            + "<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism>"
            + "<mechanism>PLAIN</mechanism><mechanism>EXTERNAL</mechanism></mechanisms>", text);
        text = text.Replace("<mechanism>PLAIN", "<mechanism>X-OTHER</mechanism><mechanism>PLAIN");
        using Reading reading = new(text);
        Assert.Equal([SaslMechanism.ScramSha256, SaslMechanism.ScramSha1, SaslMechanism.Plain, SaslMechanism.External],
            SaslMechanisms.Read(reading.Element));
    }

    [Fact]
    public void The_client_walks_its_own_list_and_keeps_PLAIN_for_TLS()
    {
        SaslMechanism[] offered = [SaslMechanism.Plain, SaslMechanism.ScramSha1];
        Assert.Equal(SaslMechanism.ScramSha1,
            SaslMechanisms.Choose([SaslMechanism.ScramSha256, SaslMechanism.ScramSha1, SaslMechanism.Plain], offered,
                true));
        Assert.Equal(SaslMechanism.Plain, SaslMechanisms.Choose([SaslMechanism.Plain, SaslMechanism.ScramSha1], offered,
            true));
        Assert.Equal(SaslMechanism.ScramSha1,
            SaslMechanisms.Choose([SaslMechanism.Plain, SaslMechanism.ScramSha1], offered, false));
        Assert.Null(SaslMechanisms.Choose([SaslMechanism.External], offered, true));
    }

    [Theory]
    [InlineData(SaslFailure.Aborted, "aborted")]
    [InlineData(SaslFailure.AccountDisabled, "account-disabled")]
    [InlineData(SaslFailure.CredentialsExpired, "credentials-expired")]
    [InlineData(SaslFailure.EncryptionRequired, "encryption-required")]
    [InlineData(SaslFailure.IncorrectEncoding, "incorrect-encoding")]
    [InlineData(SaslFailure.InvalidAuthzid, "invalid-authzid")]
    [InlineData(SaslFailure.InvalidMechanism, "invalid-mechanism")]
    [InlineData(SaslFailure.MalformedRequest, "malformed-request")]
    [InlineData(SaslFailure.MechanismTooWeak, "mechanism-too-weak")]
    [InlineData(SaslFailure.NotAuthorized, "not-authorized")]
    [InlineData(SaslFailure.TemporaryAuthFailure, "temporary-auth-failure")]
    public void Failures_are_written_and_read_by_name(SaslFailure failure, string name)
    {
        XmppWriter writer = new(new BufferPool());
        SaslFailures.Write(writer, failure);
        string text = Encoding.UTF8.GetString(writer.Written);
        Assert.Equal($"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{name}/></failure>", text);
        using Reading reading = new(text);
        Assert.True(SaslFailures.TryRead(reading.Element, out SaslFailure read));
        Assert.Equal(failure, read);
    }

    [Fact]
    public void An_unknown_failure_counts_as_not_authorized()
    {
        using Reading reading =
            new("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><text>no</text><new-thing/></failure>");
        Assert.True(SaslFailures.TryRead(reading.Element, out SaslFailure read));
        Assert.Equal(SaslFailure.NotAuthorized, read);
    }
}
