using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// Whole runs of dialback's triangle: alice of a.example writes to bob of b.example, and keys.example vouches for the
/// keys of a.example. From minute 10 to 40 of an hour one of the three, or a side between two, is bad. Streams
/// close after a minute without a stanza, so nearly every message needs a new one.
/// </summary>
public class AuthorityRunTests
{
    private const string Asking = "b.example->keys.example";

    private static readonly Instant Begin = At(10), End = At(40);

    private static Instant At(int minutes) => Instant.Zero + Duration.FromMinutes(minutes);

    private sealed class Story : IJournalReader
    {
        public List<Entry> Entries { get; } = [];

        public void On(in Entry entry) => Entries.Add(entry);

        public IEnumerable<Entry> Of(EntryKind kind) => Entries.Where(e => e.Kind == kind);
    }

    private static (RunResult Run, Story Story, RunSpec Spec) Play(
        FaultKind kind, string target, FederationAuth auth = FederationAuth.Dialback, string to = "bob")
    {
        var link = new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(20) });
        S2sSpec Pair(string one, string other) => new()
        {
            Between = [one, other], Link = link, Auth = auth,
            Policy = new PolicyChoice(null, new Policy { Idle = new IdlePolicy { After = Duration.FromMinutes(1) } }),
        };
        var spec = new RunSpec
        {
            ScenarioName = "test", Seed = 5,
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["a.example"] = new() { Authority = "keys.example" }, ["b.example"] = new(),
                    ["keys.example"] = new(),
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["alice"] = new() { Server = "a.example", Link = link },
                    ["bob"] = new() { Server = "b.example", Link = link },
                },
                S2s = [Pair("a.example", "b.example"), Pair("b.example", "keys.example"),
                    Pair("a.example", "keys.example")],
            },
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromHours(1), Tail = Duration.FromMinutes(10),
                Faults = [new FaultSpec { Kind = kind, Target = target, At = Duration.FromMinutes(10),
                    For = Duration.FromMinutes(30) }],
                Workload = [new WorkloadSpec { From = "alice", To = to, Every = Duration.FromMinutes(3),
                    Begin = Duration.FromSeconds(5), End = Duration.FromMinutes(55) }],
            },
        };
        var story = new Story();
        return (Simulation.Run(spec, RunOptions.Default with { Reader = story })!, story, spec);
    }

    [Fact]
    public void Each_key_is_verified_over_the_path_between_receiver_and_authority()
    {
        (RunResult run, Story story, RunSpec spec) = Play(FaultKinds.Cut, "a.example->keys.example");
        IReadOnlyList<string> names = spec.Topology.HostNames();
        string[] used = [.. story.Of(EntryKind.ConnectAttempt).Select(e => names[e.Host])
            .Where(n => n.Contains("->", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["a.example->b.example#0", Asking + "#0"], used.Select(n => n.Contains('#') ? n : n + "#0"));
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
    }

    [Fact]
    public void An_authority_is_a_server_like_others_and_its_echo_account_answers_whom_it_vouches_for()
    {
        (RunResult run, _, _) = Play(FaultKinds.Cut, "b.example", to: "echo@keys.example");
        Assert.InRange(run.Messages.Count(m => m.From < 0), 15, 20);
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
    }

    [Theory]
    [InlineData("cut", "a.example->b.example", true, true)]
    [InlineData("cut", Asking, true, false)]
    [InlineData("cut", "keys.example->b.example", false, false)]
    [InlineData("cut", "a.example->keys.example", false, false)]
    [InlineData("cut", "keys.example", true, false)]
    [InlineData("crash", "keys.example", true, false)]
    [InlineData("restart", "keys.example", true, false)]        // its port refuses
    [InlineData("freeze", "keys.example", true, false)]         // accepts TCP and says nothing
    [InlineData("ignore-dialback", "keys.example", true, false)]
    [InlineData("ignore-dialback", "a.example", false, false)]   // nobody asks it
    [InlineData("unresolved", "keys.example", true, false)]
    [InlineData("unresolved", "a.example", true, false)]        // whose name leads to its authority
    public void What_keeps_the_verdict_away_returns_what_waited_as_remote_server_timeout(
        string kind, string target, bool byDialback, bool byCertificate)
    {
        foreach ((FederationAuth auth, bool hurts) in new[]
        {
            (FederationAuth.Dialback, byDialback), (FederationAuth.External, byCertificate),
        })
        {
            (RunResult run, Story story, _) = Play(FaultKinds.Find(kind)!, target, auth);
            Entry[] returned = [.. story.Of(EntryKind.StanzaReturned)];
            MessageRecord[] during = [.. run.Messages.Where(m => m.SentAt > Begin && m.SentAt < End)];
            Assert.InRange(during.Length, 9, 11);
            MessageFate expected = hurts ? MessageFate.Bounced : MessageFate.Delivered;
            Assert.All(during, m => Assert.True(m.Fate == expected, $"{auth}: {m.SentAt} {m.Fate}"));
            Assert.All(returned, e => Assert.Equal(StanzaError.RemoteServerTimeout, StanzaReturnedEntry.Of(e).Error));
            Assert.Equal(hurts, returned.Length > 0);
            Assert.All(run.Messages.Where(m => m.SentAt > End + Duration.FromMinutes(2)),
                m => Assert.Equal(MessageFate.Delivered, m.Fate));
            Assert.Equal(0, run.Value("messages.lost"));
        }
    }
}
