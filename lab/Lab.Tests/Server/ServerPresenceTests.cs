using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>Presence of contacts and directed presence (RFC 6121 section 4).</summary>
public class ServerPresenceTests
{
    private static Pair New(int clients = 1, bool acks = false, long resume = 60) => new(new Policy
    {
        Acks = acks ? new AckPolicy { Resume = Duration.FromSeconds(resume) } : null,
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromSeconds(10) },
    }, clients: clients);

    private static int Heard(Pair pair, string what) => pair.Transcript.Count(
        t => t.Contains(" S:", StringComparison.Ordinal) && t.Contains(what, StringComparison.Ordinal));

    private static Pair Contact(Pair pair, int contact, bool away = true) =>
        pair.ServerDoes((s, now) => s.SendPresence(now, 0, contact, away, 10));

    [Fact]
    public void A_contacts_presence_is_told_to_a_client_that_is_there_and_kept_for_none()
    {
        Pair pair = Contact(New(), 3).Online().Wait(1);
        Assert.Equal(0, Heard(pair, "contact-3@a.test"));
        Contact(pair, 4).Wait(1);
        Assert.Equal(1, Heard(pair, "<presence from='contact-4@a.test/home' to='c0@a.test/desk'><show>away</show>"
            + "<status>The quick </status></presence>"));
        Assert.Equal(Step.Online, pair.Client.Step);
        Assert.Empty(pair.Of(Kind.MessageReceived));
        Assert.DoesNotContain(pair.ServerSeen, s => s.Action.Kind is Kind.MessageAccepted or Kind.MessageStored);
    }

    [Fact]
    public void Under_stream_management_it_waits_for_a_client_that_may_come_back_and_dies_with_its_session()
    {
        Pair pair = New(acks: true).Online().Wait(1);
        Contact(pair.Reset(), 5).Wait(30);
        Assert.Equal(1, pair.Of(Kind.Online).Last().A);
        Assert.Equal(1, Heard(pair, "contact-5@a.test"));
        Pair late = New(acks: true, resume: 2).Online().Wait(1);
        Contact(late.Reset(), 6).Wait(30);
        Assert.Equal(0, late.Of(Kind.Online).Last().A);
        Assert.Equal(0, Heard(late, "contact-6@a.test"));
    }

    [Rule("PRE-01")]
    [Fact]
    public void Who_got_directed_presence_hears_once_that_its_sender_is_gone()
    {
        Pair pair = New(2).Online().Online(1).SendsPresence("c1@a.test").SendsPresence("c1@a.test").Wait(1);
        Assert.Equal(2, Heard(pair, "<presence from='c0@a.test/desk' to='c1@a.test'><status>")
            + Heard(pair, "<presence from='c0@a.test/desk' to='c1@a.test' xml:lang='en'><status>"));
        pair.Stop().Wait(10);
        Assert.Equal(1, Heard(pair, "<presence from='c0@a.test/desk' to='c1@a.test' type='unavailable'/>"));
    }

    [Fact]
    public void A_session_that_waits_is_not_gone_until_it_expires()
    {
        Pair pair = New(2, acks: true, resume: 300).Online().Online(1).SendsPresence("c1@a.test").Wait(1);
        pair.Reset().Wait(5);
        Assert.Equal(0, Heard(pair, "type='unavailable'"));
        Pair gone = New(2, acks: true, resume: 3).Online().Online(1).SendsPresence("c1@a.test").Wait(1);
        gone.Reset().Wait(5);
        Assert.Equal(1, Heard(gone, "<presence from='c0@a.test/desk' to='c1@a.test' type='unavailable'/>"));
    }

    [Fact]
    public void A_client_that_is_not_online_directs_no_presence_later()
    {
        Pair pair = New(2).Online(1).SendsPresence("c1@a.test").Online().Wait(1);
        Assert.Equal(0, Heard(pair, "<status>"));
    }
}
