using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// What a process makes its program do, cause by cause: the program here only writes down what it is told.
/// </summary>
public sealed class HostProcessTests
{
    private static readonly Instant T = Instant.Zero + Duration.FromSeconds(1);

    private sealed class Recording(World world, int host, bool loadsAtOnce) : RawProgram(world, host), IClientProgram,
        IServerProgram
    {
        public readonly List<string> Told = [];

        public override bool Load(Instant now)
        {
            Told.Add("load");
            return loadsAtOnce;
        }

        public override void Begin(Instant now) => Told.Add("begin");
        public override void Stop(Instant now) => Told.Add("stop");
        public override void Die(Instant now, Mechanism why) => Told.Add($"die {why}");
        public override void Freeze(Instant now) => Told.Add("freeze");
        public override void Thaw(Instant now) => Told.Add("thaw");
        public void Send(Instant now, string to, long number, int bodyBytes) { }
        public void Send(Instant now, int client, long number, int bodyBytes) { }
        public void OnNameChanged(Instant now, int server, bool hidden) { }
        public void OnCertificateChanged(Instant now, int server, bool expired) { }
        public void OnDialbackChanged(Instant now, bool ignored) { }
    }

    private sealed class PlayedStage(bool loadsAtOnce) : IStage
    {
        public Secrets? Secrets => null;
        public INetwork Network(World world) => new SimulatedStage().Network(world);

        public IServerProgram Server(
            World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts) =>
            new Recording(world, host, loadsAtOnce: true);

        public IClientProgram Client(World world, Member member) => new Recording(world, member.Index, loadsAtOnce);
    }

    private sealed class States : IJournalReader
    {
        public readonly List<ProcessState> Seen = [];

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.ProcessChanged) Seen.Add(ProcessEntry.Of(in e).State);
        }
    }

    private static (HostProcess Process, List<string> Told, List<ProcessState> States) Make(bool loadsAtOnce = true)
    {
        var states = new States();
        var spec = new RunSpec
        {
            ScenarioName = "process", Seed = 1, Scenario =
                new Scenario { Topology = "t", Duration = Duration.FromHours(1),
                Faults = [new FaultSpec { Kind = FaultKinds.Crash, Target = Target.Parse("phone"),
                    At = Duration.FromMinutes(59) }] },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "example.org" } },
            },
        };
        var world = new Run(spec, new PlayedStage(loadsAtOnce), new RunOptions { Reader = states }).World;
        var program = (Recording)world.Clients[0];
        return (program.Process, program.Told, states.Seen);
    }

    /// <summary>+ and - add and remove a cause: p no power, s stopped, f frozen; ! launches.</summary>
    [Theory]
    [InlineData("!", "load begin", "")]
    [InlineData("! +f -f", "load begin freeze thaw", "Frozen Runs")]
    [InlineData("! +f +f -f", "load begin freeze", "Frozen")]
    [InlineData("! +f +f -f -f", "load begin freeze thaw", "Frozen Runs")]
    [InlineData("! +p -p", "load begin die-Crashed load begin", "Gone Runs")]
    [InlineData("! +p +p -p", "load begin die-Crashed", "Gone")]
    [InlineData("! +s -s", "load begin stop load begin", "Gone Runs")]
    [InlineData("! +s +p -s -p", "load begin stop load begin", "Gone Runs")]
    [InlineData("! +f +s -s -f", "load begin freeze die-Stopped load begin", "Frozen Gone Frozen Runs")]
    [InlineData("! +f +p -f -p", "load begin freeze die-Crashed load begin", "Frozen Gone Runs")]
    [InlineData("! +p +f -p -f", "load begin die-Crashed load begin", "Gone Frozen Runs")]
    [InlineData("! +p +f -f -p", "load begin die-Crashed load begin", "Gone Runs")]
    [InlineData("+p -p !", "load die-Crashed load begin", "Gone Runs")]
    [InlineData("+p ! -p", "load die-Crashed load begin", "Gone Runs")]
    [InlineData("+f ! -f", "load freeze thaw begin", "Frozen Runs")]
    [InlineData("+f -f !", "load freeze thaw begin", "Frozen Runs")]
    public void A_process_is_what_the_sum_of_its_causes_says(string steps, string told, string states)
    {
        (HostProcess process, List<string> heard, List<ProcessState> seen) = Make();
        process.Prepare(T);
        foreach (string step in steps.Split(' ')) Take(process, step);
        Assert.Equal(told, string.Join(' ', heard.Select(t => t.Replace(' ', '-'))));
        Assert.Equal(states, string.Join(' ', seen));
    }

    [Fact]
    public void A_program_that_takes_time_to_load_is_gone_until_it_is_ready_and_killed_when_power_fails_meanwhile()
    {
        (HostProcess process, List<string> told, List<ProcessState> states) = Make(loadsAtOnce: false);
        process.Prepare(T);
        process.Loaded(T);
        process.Launch(T);
        Take(process, "+s");
        Take(process, "-s");
        Assert.False(process.IsUp);
        Take(process, "+p");
        Take(process, "-p");
        Take(process, "+f");                                       // a process that is not there yet cannot stand still
        process.Loaded(T);
        Take(process, "-f");
        Assert.Equal(
            ["load", "begin", "stop", "load", "die Crashed", "load", "freeze", "thaw", "begin"], told);
        Assert.Equal([ProcessState.Gone, ProcessState.Frozen, ProcessState.Runs], states);
    }

    [Fact]
    public void To_end_a_cause_that_is_not_there_is_a_bug()
    {
        (HostProcess process, _, _) = Make();
        process.Prepare(T);
        Assert.Contains("no Frozen is left",
            Assert.Throws<InvalidOperationException>(() => Take(process, "-f")).Message);
    }

    private static void Take(HostProcess process, string step)
    {
        if (step == "!")
        {
            process.Launch(T);
            return;
        }
        ProcessCause cause = step[1] switch
        {
            'p' => ProcessCause.NoPower,
            's' => ProcessCause.Stopped,
            _ => ProcessCause.Frozen,
        };
        if (step[0] == '+') process.Add(T, cause, 0);
        else process.Remove(T, cause, 0);
    }
}
