using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// A history that is written entry by entry, of a phone and a desktop at a.example and of bob at b.example, with two
/// streams each way between these servers; and what the catalogue measures on it. Times are in seconds. It is told in
/// any order and read in that of time.
/// </summary>
internal sealed class HandWritten : IJournalReader
{
    public const int Phone = 0, Desktop = 1, Bob = 2, ServerA = 3, ServerB = 4;
    public const int AToB = 5, AToBSecond = 6, BToA = 7, BToASecond = 8;    // routes

    private static readonly Topology Topology = new()
    {
        Servers = new Dictionary<string, ServerSpec>
        {
            ["a.example"] = new() { Service = new ServiceSpec { Workers = 2 } },
            ["b.example"] = new() { Service = new ServiceSpec() },
        },
        Clients = new Dictionary<string, ClientSpec>
        {
            ["phone"] = new() { Server = "a.example", Link = new LinkChoice("mobile", null) },
            ["desktop"] = new() { Server = "a.example" },
            ["bob"] = new() { Server = "b.example" },
        },
        Links = new Dictionary<string, LinkProfile> { ["mobile"] = new() { Through = ["nat"] } },
        Middleboxes = new Dictionary<string, MiddleboxProfile> { ["nat"] = new() },
        S2s = [new S2sSpec { Between = ["a.example", "b.example"], Streams = 2 }],
    };

    private static readonly RadioProfile Radio = new()
    {
        States = new OrderedDictionary<string, RadioStateProfile>
        {
            ["rest"] = new()
            {
                Power = new Power(100_000),
                Wakes = new WakeProfile { For = Duration.FromSeconds(1), Power = new Power(2_000_000), To = "on" },
            },
            ["on"] = new() { Power = new Power(1_000_000), Carries = new Size(0) },
        },
        PerMbit = new Ways<Power>(new Power(500_000), new Power(0)),
    };

    private readonly RunSpec spec;
    private readonly Cast cast;
    private readonly Journal journal = new();
    private readonly List<Entry> entries = [];

    /// <param name="asked">What is expected something of.</param>
    /// <param name="hasAll">The phone has a radio and a battery, sleeps and gets pushes, and it and the desktop have a
    /// login.</param>
    public HandWritten(Duration duration, IEnumerable<(string Metric, Scope Scope)> asked, bool hasAll = false)
    {
        spec = Spec(duration, asked);
        if (hasAll) spec = spec with { Topology = WithAll(spec.Topology) };
        cast = new Cast(spec.Topology);
        journal.Attach(this);
    }

    private static Topology WithAll(Topology topology)
    {
        var login = new LoginSpec { Rooms = 1 };
        return topology with
        {
            Clients = new OrderedDictionary<string, ClientSpec>
            {
                ["phone"] = topology.Clients["phone"] with
                {
                    Login = login, Battery = new Energy(10_000), Push = new PushProfile(),
                    Sleep = new SleepProfile { SuspendsAfter = Duration.FromSeconds(30) },
                },
                ["desktop"] = topology.Clients["desktop"] with { Login = login },
                ["bob"] = topology.Clients["bob"],
            },
            Links = new Dictionary<string, LinkProfile>
            {
                ["mobile"] = topology.Links["mobile"] with { Radio = new RadioChoice(null, Radio) },
            },
        };
    }

    /// <summary>Whose history it is.</summary>
    public static RunSpec Spec(Duration duration, IEnumerable<(string Metric, Scope Scope)> asked) => new()
    {
        ScenarioName = "hand", Seed = 1, Topology = Topology,
        Scenario = new Scenario
        {
            Topology = "t", Duration = duration, Faults = [new() { Kind = FaultKinds.Cut, Target = "phone" }],
            Expect = [.. asked.Select(a =>
                new Expectation { Metric = a.Metric, Of = a.Scope.Of, From = a.Scope.From, To = a.Scope.To })],
        },
    };

    public Journal Journal => journal;

    public void On(in Entry entry) => entries.Add(entry);

    public static Instant At(double second) => new((long)Math.Round(second * 1e9));

    public IReadOnlyList<Measure> Measure()
    {
        var recorder = new Recorder(cast, spec.Scenario);
        foreach (Entry e in entries.OrderBy(e => e.At)) recorder.On(in e);
        recorder.Finish(Instant.Zero + spec.Scenario.Duration);
        IReadOnlyList<MessageRecord> messages = recorder.Messages.Close();
        return Catalogue.Measure(spec.Scenario, scope => new RunFacts(spec, cast, recorder, messages, scope));
    }

    /// <summary>The stories that it makes, and how many others there were.</summary>
    public (IReadOnlyList<Lab.Experiments.Story> Told, int Untold) Stories()
    {
        var recorder = new Recorder(cast, spec.Scenario);
        var book = new StoryBook(spec, cast, recorder);
        foreach (Entry e in entries.OrderBy(e => e.At))
        {
            recorder.On(in e);
            book.On(in e);
        }
        Instant end = Instant.Zero + spec.Scenario.Duration;
        recorder.Finish(end);
        return book.Finish(end, recorder.Messages.Close());
    }

    /// <summary>A connection of a path is asked for and taken; its streams are ready after so many seconds.</summary>
    public void Connect(double at, int path, int connection)
    {
        journal.ConnectAttempt(At(at), path, connection);
        journal.FarAccepted(At(at), path, connection);
    }

    public void Login(double at, double took, int client, int connection, bool resumed = false)
    {
        Connect(at, client, connection);
        journal.ClientOnline(At(at + took), client, resumed, connection);
        journal.ServerAvailable(At(at + took), client, resumed, connection);
    }

    public void Cut(double at, int path, bool ends = false) =>
        journal.PathChanged(At(at), path, upDead: !ends, downDead: !ends, fault: 0);

    /// <summary>A middlebox forgets a connection; without a cause it lets it pass again.</summary>
    public void Forgets(double at, int path, int connection, PassageCause cause) => journal.PassageChanged(
        At(at), path, connection, cause != PassageCause.None, cause != PassageCause.None, cause);

    public void ClientEnds(double at, int client, int connection, Mechanism how, Claim claim = Claim.None) =>
        journal.ClientOffline(At(at), client, new StreamEnd(how, claim), connection);

    /// <summary>The server's stream is over, and so is the session.</summary>
    public void ServerEnds(double at, int client, int connection, Mechanism how, Claim claim = Claim.None)
    {
        journal.ServerOffline(At(at), client, new StreamEnd(how, claim), connection);
        journal.ServerUnavailable(At(at), client, connection);
    }

    /// <summary>A stream between servers is ready at both ends; the near one sends, with bidi both.</summary>
    public void Join(double at, int route, int connection, bool bidi = false)
    {
        Connect(at, route, connection);
        journal.MemberReady(At(at + 1), route, PathEnd.Near, sends: true, connection);
        journal.MemberReady(At(at + 1), route, PathEnd.Far, sends: bidi, connection);
    }

    public void MemberEnds(
        double at, int route, PathEnd side, int connection, Mechanism how, Claim claim = Claim.None) =>
        journal.MemberEnded(At(at), route, side, new StreamEnd(how, claim), connection);

    /// <summary>A worker of the server at that end is done with a piece of work.</summary>
    public void Worked(
        double at, int path, int connection, Work work, double waited, double took, PathEnd server = PathEnd.Far) =>
        journal.WorkDone(At(at), path, server, work, At(waited) - Instant.Zero, At(took) - Instant.Zero, connection);

    public void Sent(double at, int path, SegmentUse use, Traffic mark, int bytes, Direction way = Direction.Up) =>
        journal.PacketSent(At(at), path, way, use, mark, bytes);

    /// <summary>A message, and when copies of it arrive.</summary>
    public void Message(double at, int from, int to, long number, params double[] arrivals)
    {
        journal.MessageSent(At(at), from, number, to);
        foreach (double arrival in arrivals) journal.MessageReceived(At(arrival), to, number);
    }

    /// <summary>The phone's radio is in a state from now on, 0 being rest, for a packet of that kind.</summary>
    public void RadioIs(double at, int state, bool waking, Traffic cause) => journal.RadioChanged(
        At(at), Phone, new RadioEntry(0, state, waking, SegmentUse.Data, cause,
            waking ? 2_000_000 : state == 0 ? 100_000 : 1_000_000));

    public void FaultEnds(double at) => journal.FaultEnded(At(at), Phone, 0, 0);
}
