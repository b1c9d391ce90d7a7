using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs with a server whose work takes time, against what can be worked out by hand.</summary>
public sealed class ServiceRunTests
{
    private static Duration Ms(long ms) => Duration.FromMilliseconds(ms);

    /// <summary>It never gives up.</summary>
    private static readonly ConnectPolicy Patient =
        new() { Step = Ms(600_000), Total = Ms(600_000), Tls = Ms(600_000) };

    private sealed class Book : IJournalReader
    {
        public readonly List<(Instant At, int Client, WorkEntry Work)> Done = [];
        public readonly List<Instant> Online = [];

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.WorkDone) Done.Add((e.At, e.Host, WorkEntry.Of(in e)));
            if (e.Kind == EntryKind.ClientOnline) Online.Add(e.At);
        }
    }

    private static (RunResult Run, Book Book) Run(
        ServiceSpec? service, int clients = 1, long milliseconds = 60_000, TlsMode tls = TlsMode.StartTls,
        ConnectPolicy? connect = null, IReadOnlyList<WorkloadSpec>? work = null, Duration? joins = null,
        params FaultSpec[] faults)
    {
        var book = new Book();
        var policy = new Policy
        {
            Connect = connect ?? Patient,
            Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Ms(1000) },
        };
        ClientSpec Group(Duration at) => new()
        {
            Server = "example.org", Policy = new PolicyChoice(null, policy), Count = clients, Tls = tls, Joins = at,
            Link = new LinkProfile { Delay = Ms(5) },
        };
        var groups = new Dictionary<string, ClientSpec> { ["phone"] = Group(Duration.Zero) };
        if (joins is { } later) groups["late"] = Group(later);
        RunResult run = Simulation.Run(new RunSpec
        {
            ScenarioName = "service", Seed = 1,
            Scenario = new Scenario
            {
                Topology = "t", Duration = Ms(milliseconds), Faults = faults, Workload = work ?? [],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["example.org"] = new()
                    {
                        Service = service, Policy = new PolicyChoice(null, new Policy { Connect = Patient }),
                    },
                },
                Clients = groups,
            },
        }, RunOptions.Default with { Reader = book })!;
        Assert.Equal(book.Online.Count == 0, run.Doubts.Count > 0);    // that nobody came online
        return (run, book);
    }

    [Theory]
    [InlineData(TlsMode.StartTls)]
    [InlineData(TlsMode.Direct)]
    public void A_login_alone_takes_as_much_longer_as_its_work_takes(TlsMode tls)
    {
        ServiceSpec costly = new() { Tls = Ms(50), Sasl = Ms(200), Login = Ms(30), Stanza = Ms(1) };
        (_, Book free) = Run(service: null, tls: tls);
        (RunResult run, Book book) = Run(costly, tls: tls);
        Assert.Equal([Work.Tls, Work.Sasl, Work.Login], book.Done.Select(d => d.Work.Work).Take(3));
        Assert.All(book.Done, d =>
            Assert.Equal((costly.Mean(d.Work.Work), Duration.Zero), (d.Work.Took, d.Work.Waited)));
        Duration paid = book.Done.Where(d => d.At <= book.Online[0])
            .Aggregate(Duration.Zero, (s, d) => s + d.Work.Took);
        // a kernel's delayed ACKs and quick answers may shift a little
        Assert.InRange((book.Online[0] - free.Online[0] - paid).TotalSeconds, -0.001, 0.001);
        double all = book.Done.Sum(d => d.Work.Took.TotalSeconds);
        Assert.Equal(all / 60, run.Value("service.busy"), 6);
        Assert.Equal((0, 0), (run.Value("service.abandoned"), run.Value("service.unanswered")));
    }

    /// <summary>40 clients at once, 270 ms each on 2 workers: 5.4 s of work, and nobody is turned away.</summary>
    [Fact]
    public void Logins_at_once_take_the_time_of_all_of_them()
    {
        ServiceSpec two = new() { Workers = 2, Tls = Ms(50), Sasl = Ms(200), Login = Ms(20) };
        (RunResult run, Book book) = Run(two, 40);
        Assert.Equal(40, book.Online.Count);
        Assert.InRange((book.Online.Max() - Instant.Zero).TotalSeconds, 5.4, 5.6);
        Assert.Equal(40 * 0.27 / 2 / 60, run.Value("service.busy"), 6);
        Assert.Equal(0, run.Value("service.wasted"));
    }

    /// <summary>40 clients come at once and wait for 2 s each: 8 s of work at first, and then whatever they ask for
    /// again while the server still does what those who left had asked for.</summary>
    [Fact]
    public void Who_gives_up_has_wasted_the_servers_time()
    {
        ConnectPolicy hasty = new() { Step = Ms(2000), Total = Ms(4000), Tls = Ms(2000) };
        (RunResult run, Book book) = Run(new ServiceSpec { Sasl = Ms(200) }, 40, connect: hasty);
        int attempts = book.Done.Count(d => d.Work.Work == Work.Sasl);
        int logins = book.Online.Count;
        Assert.True(run.Value("service.abandoned") > 40);
        Assert.InRange(attempts, 40 + 40, 60_000 / 200);               // all the time, at least twice for each
        Assert.Equal(attempts * 0.2 / 60, run.Value("service.busy"), 6);
        Assert.Equal(1 - (double)logins / attempts, run.Value("service.wasted"), 2);
    }

    /// <summary>The first 300 keep a worker busy for a minute; of the 300 that come after 5 s no more fit the queue
    /// than it has places for, and those whose SYN was on its way.</summary>
    [Fact]
    public void A_full_accept_queue_leaves_SYNs_unanswered_and_they_come_again()
    {
        ServiceSpec slow = new() { Sasl = Ms(200), AcceptQueue = 20 };
        (RunResult run, Book book) = Run(slow, 300, 200_000, joins: Ms(5000));
        Assert.True(run.Value("service.unanswered") > 279);
        Assert.Equal(600, book.Online.Count);
        RunResult roomy = Run(slow with { AcceptQueue = 1000 }, 300, 200_000, joins: Ms(5000)).Run;
        Assert.Equal(0, roomy.Value("service.unanswered"));
    }

    /// <summary>Pollaczek and Khinchine again, with TCP, TLS and XMPP around them: 20 ms per stanza at half of one
    /// worker's time is a mean wait of 10 ms.</summary>
    [Theory]
    [InlineData(ServiceSpread.Fixed, 10)]
    [InlineData(ServiceSpread.Exponential, 20)]
    public void Stanzas_of_many_clients_wait_as_M_D_1_and_M_M_1_do(ServiceSpread spread, double expected)
    {
        WorkloadSpec[] work =
        [
            new()
            {
                Send = SendKind.Message, From = "phone", To = "echo@example.org", Every = Ms(4000),
                Arrivals = Arrivals.Poisson, Body = new Size(100), Begin = Ms(30_000),
            },
        ];
        (_, Book book) = Run(new ServiceSpec { Stanza = Ms(20), Spread = spread }, 100, 4_000_000, work: work);
        double[] waits =
        [
            .. book.Done.Where(d => d.At - Instant.Zero > Ms(60_000)).Select(d => d.Work.Waited.TotalSeconds * 1000),
        ];
        Assert.InRange(waits.Length, 90_000, 110_000);
        Assert.InRange(waits.Average() / expected, 0.96, 1.04);
    }

    [Theory]
    [InlineData("freeze")]
    [InlineData("restart")]
    [InlineData("crash")]
    [InlineData("reset")]
    [InlineData("cut")]
    public void Faults_in_the_middle_of_a_storm_leave_everybody_online(string fault)
    {
        FaultSpec hit = new()
        {
            Kind = FaultKinds.Find(fault)!, Target = "example.org", At = Ms(3000),
            For = fault == "reset" ? null : Ms(4000),
        };
        ServiceSpec two = new()
        {
            Workers = 2, Tls = Ms(10), Sasl = Ms(200), AcceptQueue = 5, Spread = ServiceSpread.Exponential,
        };
        (RunResult run, Book book) = Run(
            two, 60, 300_000, connect: new ConnectPolicy { Step = Ms(20_000) }, faults: hit);
        Assert.True(book.Online.Count >= 60);
        Assert.InRange(run.Value("availability"), 0.7, 1);
    }
}
