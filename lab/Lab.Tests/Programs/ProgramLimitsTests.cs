using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// What real programs cannot do is refused by name before anything runs; what they can, is configured.
/// </summary>
public sealed class ProgramLimitsTests : IDisposable
{
    private const string Scenario = "topology: real\nnetwork: proxied\nduration: 30s\n";
    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    private string Problems(string server, string client = "{server: example.org}", string scenario = Scenario)
    {
        lab.Write("topologies/real.yaml", $"servers: {{example.org: {server}}}\nclients: {{phone: {client}}}\n");
        return lab.Problems(scenario);
    }

    [Theory]
    [InlineData("{software: prosody, policy: {ping: {every: 60s, timeout: 20s}}}", "ping: Prosody answers pings")]
    [InlineData("{software: prosody, policy: {idle: {after: 60s}}}", "idle: Prosody closes nobody")]
    [InlineData("{software: prosody, policy: {whitespace: {every: 60s}}}", "write trigger: idle-receive")]
    [InlineData("{software: prosody, policy: {acks: {every-stanzas: 1}}}", "write resume with a time")]
    [InlineData("{software: prosody, policy: {tcp: {user-timeout: 1m}}}", "tcp.user-timeout: Prosody does not set it")]
    [InlineData("{software: prosody, address: '127.0.0.1:5222'}", "address goes with software: external")]
    [InlineData("{software: external}", "software: external needs the address")]
    [InlineData("{software: ejabberd}", "software takes one of lab, prosody, external")]
    public void What_a_server_cannot_do_is_refused_where_it_is_named(string server, string message)
    {
        string problems = Problems(server);
        Assert.Contains("topologies/real.yaml:1:", problems);
        Assert.Contains(message, problems);
    }

    [Theory]
    [InlineData("{acks: {every: 60s, resume-after: 1}}", "unknown key")]
    [InlineData("{acks: {every: 60s}}", "acks.every: slixmpp asks after stanzas only")]
    [InlineData("{acks: {timeout: 20s}}", "acks.timeout: slixmpp waits for an ack for ever")]
    [InlineData("{acks: {resume: 5m}}", "write resend-after-failed-resume: false")]
    [InlineData("{idle: {after: 60s}}", "idle: slixmpp closes nobody")]
    [InlineData("{connect: {step: 5s}}", "connect: slixmpp waits for ever in every phase")]
    public void What_a_client_cannot_do_is_refused_where_it_is_named(string policy, string message)
    {
        string problems = Problems("{}", $"{{server: example.org, software: slixmpp, policy: {policy}}}");
        Assert.Contains("topologies/real.yaml:2:", problems);
        Assert.Contains(message, problems);
    }

    [Theory]
    [InlineData("between: [a.example, p.example], second-policy: {}", "")]
    [InlineData("between: [n-1.example, p.example], second-policy: {}", "")]
    [InlineData("between: [a.example, n-1.example], streams: 4, policy: {acks: {every: 60s, timeout: 20s}}", "")]
    [InlineData("between: [a.example, p.example], streams: 2", "streams: Prosody opens one each way; write streams: 1")]
    [InlineData("between: [a.example, p.example], policy: {ping: {every: 60s, timeout: 20s}}",
        "second-policy: Prosody checks no streams with other servers; write second-policy: {}")]
    [InlineData("between: [p.example, a.example], policy: {ping: {every: 60s, timeout: 20s}}",
        "policy: Prosody checks no streams with other servers; name it second")]
    [InlineData("between: [a.example, p.example], policy: {acks: {every: 60s, timeout: 20s}}, second-policy: {}",
        "acks: Prosody has no stream management for servers that prove themselves by dialback")]
    [InlineData("between: [q.example, p.example]", "between: one of the two must be the lab's own server")]
    [InlineData("between: [r.example, r.example]", "between: one of the two must be the lab's own server")]
    [InlineData("between: [a.example, e.example]", "between: the lab cannot tell e.example")]
    [InlineData("between: [v.example, p.example]}, {between: [a.example, v.example]}, {between: [p.example, a.example]",
        "authority: Prosody asks the domain itself")]
    [InlineData("between: [a.example, p.example], bidi: true}, {between: [n.example, p.example]",
        "auth, tls and bidi must be alike in all entries with p.example")]
    public void What_Prosody_cannot_do_among_servers_is_refused_where_the_streams_are(string streams, string message)
    {
        string problems = Streams(streams, "cut: phone");
        if (message.Length == 0) Assert.Equal("", problems);
        else Assert.Contains("topologies/real.yaml:3:", problems);
        Assert.Contains(message, problems);
    }

    [Theory]
    [InlineData("unresolved: a.example", "")]
    [InlineData("unresolved: p.example", "")]
    [InlineData("ignore-dialback: a.example", "")]
    [InlineData("expire: p.example", "expire: the lab cannot make a real program do that")]
    [InlineData("ignore-dialback: p.example", "ignore-dialback: the lab cannot make a real program do that")]
    [InlineData("expire: a.example", "expire: Prosody looks at the certificate itself, and that one holds on")]
    public void Faults_of_what_servers_say_need_servers_that_do_it(string fault, string message)
    {
        string problems = Streams("between: [a.example, p.example]", fault);
        if (message.Length == 0) Assert.Equal("", problems);
        else Assert.Contains(message, problems);
    }

    private string Streams(string streams, string fault)
    {
        lab.Write("topologies/real.yaml", "servers: {a.example: {}, n.example: {count: 3}, "
            + "v.example: {authority: a.example}, p.example: {software: prosody}, q.example: {software: prosody}, "
            + "r.example: {software: prosody, count: 2}, e.example: {software: external, address: '127.0.0.1:5222'}}\n"
            + $"clients: {{phone: {{server: a.example}}}}\ns2s: [{{{streams}}}]\n");
        return lab.Problems($"{Scenario}faults: [{{at: 5s, {fault}}}]\n");
    }

    [Fact]
    public void Deployed_defaults_are_possible() =>
        Assert.Equal("", Problems(
            "{software: prosody, policy: prosody}", "{server: example.org, software: slixmpp, policy: slixmpp}"));

    [Fact]
    public void The_simulated_network_takes_no_programs()
    {
        string problems = Problems("{software: prosody}", scenario: Scenario.Replace("proxied", "simulated"));
        Assert.Contains("topologies/real.yaml:1:35: example.org: software: prosody needs real sockets", problems);
    }

    [Fact]
    public void On_real_sockets_work_takes_the_time_that_it_takes() =>
        Assert.Contains("service needs the simulated network", Problems("{service: {sasl: 20ms}}"));

    [Fact]
    public void A_server_that_was_not_started_is_not_stopped() =>
        Assert.Contains("freeze: the lab does not stop a server that it has not started", Problems(
            "{software: external, address: '127.0.0.1:5222'}",
            scenario: Scenario + "faults: [{at: 5s, freeze: example.org, for: 5s}]\n"));

    [Fact]
    public void A_policy_becomes_Prosodys_options()
    {
        using var folder = new Laboratory();
        using var authority = new Authority(folder.Folder);
        var spec = new ServerSpec
        {
            Software = ServerSoftware.Prosody, Tls = TlsUse.Offered, Conflict = ConflictPolicy.CloseOld,
            Policy = new PolicyChoice("prosody", Presets.Policy("prosody")),
        };
        string text = ProsodyConfiguration.Text(
            "/run", "example.org", spec, authority, new(System.Net.IPAddress.Loopback, 1), new(0, 2));
        Assert.Contains("smacks_hibernation_time = 600\n", text);
        Assert.Contains("smacks_max_unacked_stanzas = 0\n", text);
        Assert.Contains("read_timeout = 840; tcp_keepalive = 7200;", text);
        Assert.Contains("c2s_timeout = 300\n", text);
        Assert.Contains("c2s_require_encryption = false\n", text);
        Assert.Contains("conflict_resolve = \"kick_old\"\n", text);
    }

    [Fact]
    public void What_a_program_does_not_say_is_unknown_rather_than_a_number()
    {
        RunSpec run = Stage.Run(Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Lab));
        string[] metrics = ["misdiagnosis.false-alarms", "messages.lost", "messages.delivered", "cost.upkeep"];
        var result = new RunResult
        {
            Spec = run, JournalHash = 0, Entries = 0, Events = 0,
            Measures = [.. metrics.Select(m => new Measure(m, 1))],
            Messages = [new MessageRecord(1, 0, -1, Instant.Zero, Instant.Zero, 0, MessageFate.Lost)],
        };
        RunResult seen = ProgramSight.Hide(result);
        Assert.Equal([double.NaN, double.NaN, 1, double.NaN], metrics.Select(m => seen.Value(m)));
        Assert.Equal([true, true, false, true], metrics.Select(m => seen.SampleOf(m).IsEmpty));
        Assert.Equal(MessageFate.Unknown, seen.Messages[0].Fate);
        Assert.Equal(1, ProgramSight.Hide(result with { Messages = [] }).Value("messages.lost"));
    }
}
