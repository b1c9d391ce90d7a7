using System.Text;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.Story;

namespace Lab.Tests;

/// <summary>
/// Every step of every role meets every kind of first-level element: Golden/negotiation.txt says which move the table
/// has for it and what a machine, brought to that step, then really says and does.
/// </summary>
public class NegotiationTableTests
{
    private const string Peer = "<?xml version='1.0'?>"
        + "<stream:stream from='b.example' to='a.example' id='x1' version='1.0' xmlns='jabber:server' xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams'>";
    private const string Between = " from='u@b.example' to='v@a.example'";
    private const string Dialback = "<dialback xmlns='urn:xmpp:features:dialback'/>";

    [Fact]
    public void Every_cell_of_every_table_says_what_follows()
    {
        var text = new StringBuilder();
        Write(text, "a client", ClientTable.Cells, ClientSteps, OfClient);
        Write(text, "a server to its clients", ServerTable.Cells, Enum.GetValues<ServerStep>(), OfServer);
        Write(text, "a server that opened a stream to a server", PeerTable.Opener, OpenerSteps, OfOpener);
        Write(text, "a server that took a stream from a server", PeerTable.Taker, TakerSteps, OfTaker);
        Golden.AssertSame("negotiation.txt", text.ToString());
    }

    [Theory]
    [InlineData("jabber:client")]
    [InlineData("jabber:server")]
    public void What_nobody_defined_is_unknown_in_whatever_namespace(string content)
    {
        foreach (string text in FirstElements.Unknown) Assert.Equal(First.Unknown, Read(text, content));
        foreach (First element in Enum.GetValues<First>())
            Assert.Equal(element, Read(FirstElements.Text(element), content));
    }

    [Fact]
    public void A_client_hears_no_element_at_a_step_that_its_table_leaves_out()
    {
        IEnumerable<Step> waiting = Enum.GetValues<Step>().Except(ClientSteps);
        Assert.Equal([Step.Offline, Step.Connecting, Step.TcpConnected, Step.FeaturesReceived, Step.ProceedReceived,
            Step.TlsEstablished, Step.SecureFeaturesReceived, Step.AuthSucceeded, Step.FinalFeaturesReceived], waiting);
        Story proceeding = new Story().Start().Connected().Hears(Header("s1") + Features(StartTlsFeature));
        proceeding.Hears("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><message id='m1'/>" + "</stream:stream>");
        Assert.Equal(Step.ProceedReceived, proceeding.Client.Step);
    }

    [Fact]
    public void A_cell_with_two_rules_is_refused() =>
        Assert.Throws<InvalidOperationException>(() =>
            new NegotiationTable<ServerStep, ServerMove>(ServerMove.Ignore)
                .At([ServerStep.Plain], ServerMove.Bind, First.Iq).At([ServerStep.Plain], ServerMove.Resume, First.Iq));

    private static void Write<TStep, TMove>(
        StringBuilder text, string role, NegotiationTable<TStep, TMove> table, IReadOnlyList<TStep> steps,
        Func<TStep, First, string> drive) where TStep : struct, Enum where TMove : struct, Enum
    {
        text.Append($"## {role}\n");
        foreach (TStep step in steps)
        {
            text.Append($"\n{step}\n");
            foreach (var same in Enum.GetValues<First>()
                .GroupBy(e => $"{table[Convert.ToInt32(step), e]}: {drive(step, e)}"))
                text.Append($"  {same.Key}\n      {string.Join(", ", same)}\n");
        }
        text.Append('\n');
    }

    private static First Read(string text, string content)
    {
        var reader = new XmppReader(new TreePool());
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes($"<stream:stream xmlns='{content}' "
            + $"xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams'>{text}");
        Assert.Equal(WireEvent.StreamOpened, reader.Read(ref bytes));
        Assert.Equal(WireEvent.Element, reader.Read(ref bytes));
        return Firsts.Of(reader.Element, Encoding.UTF8.GetBytes(content));
    }

    // ---- a client

    private static readonly Step[] ClientSteps =
    [
        Step.HeaderSent, Step.StartTlsSent, Step.SecureHeaderSent, Step.AuthSent, Step.ChallengeReceived,
        Step.FinalHeaderSent, Step.ResumeSent, Step.BindSent, Step.EnableSent, Step.RosterSent,
        Step.Online, Step.Closing,
    ];

    private static string OfClient(Step step, First element)
    {
        Story story = At(step);
        Assert.Equal(step, story.Client.Step);
        story.Said();
        story.News();
        story.Hears(FirstElements.Text(element));
        List<XmppAction> news = story.News();
        return FirstElements.Outcome(story.Said(), news.Exists(a => a.Kind == ActionKind.StartTls),
            news.Exists(a => a.Kind == ActionKind.Close), news.Exists(a => a.Kind == ActionKind.Abort));
    }

    private static Story At(Step step)
    {
        if (step == Step.ChallengeReceived) return Challenged();
        var story = new Story(Acks());
        return step switch
        {
            Step.HeaderSent => story.Start().Connected().Hears(Header("s1")),
            Step.StartTlsSent => story.Start().Connected().Hears(Header("s1") + Features(StartTlsFeature)),
            Step.SecureHeaderSent => story.Start().Connected().Hears(Header("s1") + Features(StartTlsFeature))
                .Hears("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").TlsDone().Hears(Header("s2")),
            Step.AuthSent => story.Start().Secures(),
            Step.FinalHeaderSent => story.Start().Secures().Hears(Success).Hears(Header("s3")),
            Step.ResumeSent => LostAndBack(story),
            Step.BindSent => story.Start().Authenticates(),
            Step.EnableSent => story.Start().Authenticates().Hears(Bound("juliet@a.test/balcony")),
            Step.RosterSent => new Story(Acks(), c => c with { Login = new LoginLoad { RosterBytes = 2000 } }).Start()
                .Authenticates().Hears(Bound("juliet@a.test/balcony")).Hears("<enabled xmlns='urn:xmpp:sm:3'/>"),
            Step.Online => story.Online(),
            _ => story.Online().Stop(),
        };
    }

    private static Story LostAndBack(Story story)
    {
        story.Online().Ends(Mechanism.Reset);
        return story.AwaitsAttempt().Authenticates();
    }

    private static Story Challenged()
    {
        var story = new Story(Acks(), s => s with { Mechanisms = [SaslMechanism.ScramSha1] });
        story.Start().Secures("<mechanism>SCRAM-SHA-1</mechanism>");
        string auth = story.Said().Split("mechanism='SCRAM-SHA-1'>")[1].Split('<')[0];
        string nonce = Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split("r=")[1];
        string first = Convert.ToBase64String(Encoding.UTF8.GetBytes($"r={nonce}more,s=c2FsdA==,i=1"));
        return story.Hears($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{first}</challenge>");
    }

    // ---- a server to its clients

    private static string OfServer(ServerStep step, First element)
    {
        Policy policy = new() { Idle = new IdlePolicy { After = Duration.FromSeconds(10) } };
        var lab = new ServerLab(policy);
        Peer peer = step switch
        {
            ServerStep.Plain => lab.Connect(secured: false),
            ServerStep.Secured => lab.Connect(),
            ServerStep.Authenticated => lab.Authenticated("alice"),
            ServerStep.Bound => lab.Bound("alice"),
            _ => lab.Bound("alice", acks: true),
        };
        if (step <= ServerStep.Secured) peer.Say(ServerLab.Open);
        if (step == ServerStep.Closing) lab.RunTo(10);
        if (step == ServerStep.Failed) peer.Say(FirstElements.Text(First.Error));
        peer.Hear();
        string said = peer.Say(FirstElements.Text(element));
        return FirstElements.Outcome(said, peer.TlsAsked, peer.Transport == ActionKind.Close,
            peer.Transport == ActionKind.Abort);
    }

    // ---- between servers

    private static readonly PeerStep[] OpenerSteps =
    [
        PeerStep.Greeted, PeerStep.TlsAsked, PeerStep.AuthSent, PeerStep.Negotiated, PeerStep.Established,
        PeerStep.Counted, PeerStep.Closing, PeerStep.Failed,
    ];

    private static readonly PeerStep[] TakerSteps =
    [
        PeerStep.Plain, PeerStep.Secured, PeerStep.Established, PeerStep.Counted, PeerStep.Closing, PeerStep.Failed,
    ];

    private static Federated Two(PeerStep step) => Federated.With(r => r with
    {
        Auth = step == PeerStep.AuthSent ? FederationAuth.External : FederationAuth.Dialback,
        Policy = new Policy
        {
            Acks = step == PeerStep.Counted ? new AckPolicy() : null,
            Idle = new IdlePolicy { After = Duration.FromSeconds(10) },
        },
    });

    private static string OfOpener(PeerStep step, First element)
    {
        Federated world = Two(step);
        world.Mute.Add("b.example");
        world.Sends("v@a.example", "u@b.example", 1).Wait(1);
        Federated.Pipe pipe = world.Pipes.Single();
        Hear(Peer);
        const string starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
        if (step is PeerStep.TlsAsked or PeerStep.AuthSent) Hear(Features(starttls));
        if (step == PeerStep.AuthSent)
        {
            Hear("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
            world.Wait(1);
            Hear(Peer + Features(SaslFeature("<mechanism>EXTERNAL</mechanism>")));
        }
        if (step >= PeerStep.Negotiated) Hear(Features(Dialback + (step == PeerStep.Counted ? AcksFeature : "")));
        if (step > PeerStep.Negotiated) Hear("<db:result from='b.example' to='a.example' type='valid'/>");
        if (step == PeerStep.Closing) world.Wait(12);
        if (step == PeerStep.Failed) Hear(FirstElements.Text(First.Error));
        (int before, bool had) = (pipe.Said.Length, pipe.OpenerHas);
        int seen = world.A.Handshakes;
        Hear(FirstElements.Text(element, Between));
        Assert.True(had);
        return FirstElements.Outcome(pipe.Said[before..], world.A.Handshakes > seen,
            !pipe.OpenerHas && pipe.LeftWithFin, !pipe.OpenerHas && !pipe.LeftWithFin);

        void Hear(string text) =>
            world.A.Do((f, now) => f.Receive(now, pipe.Stream, Encoding.UTF8.GetBytes(text)));
    }

    private static string OfTaker(PeerStep step, First element)
    {
        Federated world = Two(step);
        Federated.Pipe pipe;
        if (step <= PeerStep.Secured)
        {
            pipe = world.Connects("a.example");
            pipe.Says(Peer.Replace(" id='x1'", ""));
            if (step == PeerStep.Secured)
                pipe.Says("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").Says(Peer.Replace(" id='x1'", ""));
        }
        else
        {
            world.Sends("u@b.example", "v@a.example", 1).Wait(3);
            pipe = world.B.Opened.Single();
            pipe.Cut();
        }
        if (step == PeerStep.Closing) world.Wait(11);
        if (step == PeerStep.Failed) Hear(FirstElements.Text(First.Error));
        (int before, bool had) = (pipe.Heard.Length, pipe.AcceptorHas);
        int seen = world.A.Handshakes;
        Hear(FirstElements.Text(element, Between));
        Assert.True(had);
        return FirstElements.Outcome(pipe.Heard[before..], world.A.Handshakes > seen,
            !pipe.AcceptorHas && pipe.LeftWithFin, !pipe.AcceptorHas && !pipe.LeftWithFin);

        void Hear(string text) =>
            world.A.Do((f, now) => f.Receive(now, pipe.AcceptorStream, Encoding.UTF8.GetBytes(text)));
    }
}
