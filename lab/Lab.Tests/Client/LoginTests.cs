using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>What a new session is loaded with: the client and the lab's own server in dialogue.</summary>
public class LoginTests
{
    private static readonly LoginLoad Load = new()
    {
        RosterBytes = 12_345, ArchiveBytes = 100_001, PageMessages = 50, Rooms = 3, RoomBytes = 7777,
    };

    private static Policy Policy(bool acks, double total, long resume) => new()
    {
        Acks = !acks ? null
            : new AckPolicy { Resume = Duration.FromSeconds(resume), Timeout = Duration.FromSeconds(20) },
        Connect = new ConnectPolicy { Total = new Duration((long)(total * 1e9)) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromSeconds(10) },
    };

    private static Pair New(LoginLoad? load = null, bool acks = false, double total = 120, long resume = 300) =>
        new(Policy(acks, total, resume), login: load ?? Load);

    /// <summary>The first-level elements that the server wrote, in order.</summary>
    private static List<string> FromServer(Pair pair)
    {
        List<string> all = [];
        foreach (string line in pair.Transcript.Where(t => t.Contains(" S:", StringComparison.Ordinal)))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(line[(line.IndexOf(" S:", StringComparison.Ordinal) + 3)..]);
            var reader = new XmppReader(new TreePool(), 1 << 20);
            reader.Restart();
            ReadOnlySpan<byte> rest = bytes;
            if (!line.Contains("<stream:stream", StringComparison.Ordinal))
            {
                ReadOnlySpan<byte> header = Encoding.UTF8.GetBytes(Story.Header("x"));
                while (reader.Read(ref header) != WireEvent.NeedMore) { }
            }
            while (reader.Read(ref rest) is var e && e != WireEvent.NeedMore)
                if (e == WireEvent.Element) all.Add(Encoding.UTF8.GetString(reader.Element.Raw));
        }
        return all;
    }

    private static int BytesOf(Pair pair, string with) =>
        FromServer(pair).Where(s => s.Contains(with, StringComparison.Ordinal)).Sum(Encoding.UTF8.GetByteCount);

    private static int Times(Pair pair, string by, string with) => pair.Transcript
        .Where(t => t.Contains($" {by}:", StringComparison.Ordinal)).Sum(t => Regex.Count(t, Regex.Escape(with)));

    private static Instant At(Pair pair, Kind kind) => pair.Seen[0].Last(s => s.Action.Kind == kind).At;

    [Rule("LOG-01")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_contact_list_is_asked_for_before_initial_presence_and_the_rest_after_it(bool acks)
    {
        Pair pair = New(acks: acks).Online();
        string said = string.Concat(pair.Transcript.Where(t => t.Contains(" C:", StringComparison.Ordinal)));
        int roster = said.IndexOf("jabber:iq:roster", StringComparison.Ordinal);
        int presence = said.IndexOf("<presence/>", StringComparison.Ordinal);
        int archive = said.IndexOf("urn:xmpp:mam:2", StringComparison.Ordinal);
        int room = said.IndexOf("<presence to='room-0@rooms.a.test/c0'>", StringComparison.Ordinal);
        Assert.True(0 < roster && roster < presence && presence < archive && archive < room, said);
        Assert.Single(pair.Of(Kind.Loaded));
        Assert.True(At(pair, Kind.Loaded) > At(pair, Kind.Online));
        Assert.Contains(Step.RosterSent, pair.Of(Kind.Step).Select(a => a.Step));
    }

    [Theory]
    [InlineData(12_345, 100_001, 50, 7777)]
    [InlineData(1024, 1024, 1, 1024)]
    [InlineData(1_000_000, 1_599, 50, 300_000)]
    [InlineData(1601, 8000, 10, 2047)]
    public void Bytes_of_stanzas_are_what_is_said(int roster, int archive, int page, int room)
    {
        Pair pair = New(new LoginLoad
        {
            RosterBytes = roster, ArchiveBytes = archive, PageMessages = page, Rooms = 2, RoomBytes = room,
        }).Online();
        Assert.Single(pair.Of(Kind.Loaded));
        Assert.Equal(roster, BytesOf(pair, "jabber:iq:roster"));
        Assert.Equal(archive, BytesOf(pair, "<result xmlns='urn:xmpp:mam:2'"));
        Assert.Equal(room, BytesOf(pair, " from='room-0@rooms.a.test"));
        Assert.Equal(room, BytesOf(pair, " from='room-1@rooms.a.test"));
    }

    [Rule("LOG-02")]
    [Fact]
    public void An_archive_comes_in_pages_each_asked_for_after_the_last_message_of_the_one_before()
    {
        Pair pair = New().Online();                                    // 125 messages of 800 bytes, three pages
        Assert.Equal(3, Times(pair, "C", "<max>50</max>"));
        Assert.Equal(1, Times(pair, "C", "<after>49</after>"));
        Assert.Equal(1, Times(pair, "C", "<after>99</after>"));
        Assert.Equal(125, Times(pair, "S", "<forwarded "));
        Assert.Equal(1, Times(pair, "S", "complete='true'"));
        Assert.Equal(3, Times(pair, "S", "<count>125</count>"));
    }

    [Rule("LOG-03")]
    [Fact]
    public void A_room_says_who_is_there_then_oneself_then_what_was_said_then_its_subject()
    {
        Pair pair = New(new LoginLoad { Rooms = 1, RoomBytes = 4000 }).Online();
        string said = string.Join('\n', FromServer(pair).Where(s => s.Contains("room-0@", StringComparison.Ordinal))
            .Select(s => s.Contains("code='110'", StringComparison.Ordinal) ? "self" : s.Contains("<subject>",
                StringComparison.Ordinal) ? "subject" : s.StartsWith("<presence", StringComparison.Ordinal) ? "other"
                : "said"));
        Assert.Matches(@"^(other\n)+self\n(said\n)+subject$", said);
        Assert.Single(pair.Of(Kind.Loaded));
    }

    [Rule("LOG-04")]
    [Fact]
    public void A_resumed_session_asks_for_nothing_and_is_ready_at_once()
    {
        Pair pair = New(acks: true).Online().Wait(5);
        int asked = Times(pair, "C", "id='q"), written = pair.Transcript.Sum(t => t.Length);
        pair.Reset().Wait(30);
        Assert.Equal(1, pair.Of(Kind.Online).Last().A);
        Assert.Equal(2, pair.Of(Kind.Loaded).Count());
        Assert.Equal(At(pair, Kind.Online), At(pair, Kind.Loaded));
        Assert.Equal(asked, Times(pair, "C", "id='q"));
        Assert.True(pair.Transcript.Sum(t => t.Length) - written < 5000);
    }

    [Fact]
    public void A_new_session_after_a_lost_one_begins_again()
    {
        Pair pair = New().Online().Wait(5);
        pair.Reset().Wait(30);
        Assert.Equal(2, pair.Of(Kind.Loaded).Count());
        Assert.Equal(2 * 12_345, BytesOf(pair, "jabber:iq:roster"));
        Assert.Equal(2 * 100_001, BytesOf(pair, "<result xmlns='urn:xmpp:mam:2'"));
    }

    /// <summary>At every moment that something is on its way.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_login_that_is_cut_anywhere_becomes_ready_with_the_next_stream(bool acks)
    {
        for (int at = 0; at < 60; at++)
        {
            Pair pair = New(acks: acks).Start().Wait(0.0125 + at * 0.025);
            bool wasReady = pair.Of(Kind.Loaded).Any();
            pair.Reset().Wait(60);
            Assert.True(pair.Of(Kind.Loaded).Any(), $"cut after {at} steps: never ready");
            Assert.Equal(Step.Online, pair.Client.Step);
            bool resumed = pair.Of(Kind.Online).Last().A == 1;
            if (resumed && !wasReady) Assert.Single(pair.Of(Kind.Loaded));
        }
    }

    [Fact]
    public void A_session_resumed_in_the_middle_of_its_archive_gets_what_was_not_acknowledged_and_goes_on()
    {
        Pair pair = New(acks: true).Start();
        while (Times(pair, "S", "<forwarded ") == 0) pair.Wait(0.005);
        pair.Reset().Wait(60);                                         // the first page was lost on its way
        Assert.Equal(1, pair.Of(Kind.Online).Last().A);
        Assert.Equal(125 + 50, Times(pair, "S", "<forwarded "));
        Assert.Equal(1, Times(pair, "C", "<after>49</after>"));
        Assert.Equal(12_345, BytesOf(pair, "jabber:iq:roster"));
        Assert.Single(pair.Of(Kind.Loaded));
        Assert.All(pair.ServerWrites.Where(w => w.Text.Contains("<forwarded ", StringComparison.Ordinal)),
            w => Assert.Equal(Traffic.Login, w.Traffic));
    }

    [Fact]
    public void A_session_resumed_before_its_contact_list_came_says_presence_when_it_has()
    {
        Pair pair = New(acks: true).Start();
        while (Times(pair, "S", "jabber:iq:roster") == 0) pair.Wait(0.005);
        pair.Reset().Wait(60);
        Assert.Equal(2 * 12_345, BytesOf(pair, "jabber:iq:roster"));
        Assert.Equal(1, pair.Of(Kind.Online).Single().A);
        Assert.Single(pair.AtServer(Kind.Available));
        Assert.Equal(1, Times(pair, "C", "<presence/>"));
        Assert.Single(pair.Of(Kind.Loaded));
    }

    [Fact]
    public void A_contact_list_that_takes_longer_than_getting_online_may_is_never_had()
    {
        Pair pair = New(total: 0.48).Start().Wait(120);                // nine round trips of 50 ms, and the list
        Assert.Empty(pair.Of(Kind.Online));
        Assert.True(pair.Of(Kind.Ended).Count() > 5);
        Assert.All(pair.Of(Kind.Ended), a => Assert.Equal(Mechanism.TotalTimeout, a.Mechanism));
    }

    [Fact]
    public void What_a_login_was_answered_is_no_message_to_keep_when_its_session_is_over()
    {
        Pair pair = new Pair(Policy(acks: true, 120, resume: 5), settings: s => s with { Federates = true },
            login: Load).Start();
        while (Times(pair, "S", "<forwarded ") == 0) pair.Wait(0.005);
        pair.Reset().Wait(60);
        Assert.Equal(0, pair.Of(Kind.Online).Last().A);
        Assert.Equal(50 + 125, Times(pair, "S", "<forwarded "));
        Assert.Single(pair.Of(Kind.Loaded));
        Assert.DoesNotContain(pair.ServerSeen,
            s => s.Action.Kind is Kind.MessageStored or Kind.MessageBounced or Kind.Remote);
    }

    [Fact]
    public void Messages_that_waited_come_besides_what_a_login_loads()
    {
        Pair pair = New().ServerDoes((s, now) => s.SendMessage(now, 0, 7, 20)).Online();
        Assert.Equal([7], pair.Numbers(Kind.MessageReceived));
        Assert.Single(pair.Of(Kind.Loaded));
    }

    [Fact]
    public void An_account_without_a_login_has_no_archive_and_no_rooms()
    {
        Pair pair = new Pair(change: c => c with { Login = Load }).Online();
        Assert.Equal(0, Times(pair, "S", "<forwarded "));
        Assert.Contains(pair.Transcript, t => t.Contains("<service-unavailable", StringComparison.Ordinal));
        Assert.Empty(pair.Of(Kind.Loaded));                             // its rooms do not answer
    }
}
