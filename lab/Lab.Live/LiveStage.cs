using System.Net;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>Sockets under the wall clock, and the real programs of the topology.</summary>
internal sealed class LiveStage(string folder) : IStage, IDisposable
{
    private readonly List<IDisposable> programs = [];
    private readonly List<RealClient> awaited = [];
    private ProxiedNetwork? network;
    private RealTimeLoop? loop;
    private string? script;

    public Authority Authority { get; } = new(folder);
    public Secrets? Secrets { get; } = new SystemSecrets();
    public RealTimeLoop Loop => loop!;
    public ProxiedNetwork Proxied => network!;

    public INetwork Network(World world)
    {
        loop = new RealTimeLoop(world.Queue);
        return network = new ProxiedNetwork(world, loop, Authority);
    }

    public IServerProgram Server(
        World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts)
    {
        if (spec.Software != ServerSoftware.Lab) return RealServer(world, host, domain, spec, accounts);
        var server = new LabServer(world, host, domain, spec, accounts);
        Proxied.Listen(server);
        return server;
    }

    public IClientProgram Client(World world, Member member)
    {
        if (member.Spec.Software == ClientSoftware.Lab) return new LabClient(world, member);
        script ??= Slixmpp.WriteScript(folder);
        RealClient client = Keep(new RealClient(world, Proxied, member, script, folder));
        awaited.Add(client);
        return client;
    }

    /// <summary>Every program is ready before the clock starts.</summary>
    public void AwaitPrograms()
    {
        foreach (RealClient client in awaited) client.AwaitReady();
    }

    // it will be killed when the run is over
    private T Keep<T>(T program) where T : IDisposable
    {
        programs.Add(program);
        return program;
    }

    public void Dispose()
    {
        foreach (IDisposable program in programs) program.Dispose();
        network?.Dispose();
        loop?.Dispose();
        Authority.Dispose();
    }

    // while nothing is measured yet: a wrong password would else be an hour without anybody online
    private static void MustLetIn(IPEndPoint address, string account, string password, TlsMode tls)
    {
        if (TrialLogin.WhyRefused(address, account, password, tls) is { } why)
            throw new ProgramFailure($"the server at {address} does not let {account} in: {why}");
    }

    private RealServer RealServer(
        World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts)
    {
        string password = spec.Password ?? Cast.DefaultPassword;
        IReadOnlyList<Route> routes = world.Cast.RoutesOf(host - world.Cast.Members.Count);
        Prosody? prosody = null;
        if (spec.Software == ServerSoftware.Prosody)
            prosody = Keep(new Prosody(
                Loop, Authority, folder, domain, spec,
                [("echo", password), .. accounts.Where(m => m.Account == m.Index).Select(m => (m.Local, m.Password))],
                routes.FirstOrDefault()?.Spec));
        else Authority.TrustForeign(domain);
        IPEndPoint address = prosody?.Address ?? IPEndPoint.Parse(spec.Address!);
        TlsMode tls = spec.Tls == TlsUse.None ? TlsMode.None : TlsMode.StartTls;
        EchoClient echo = Keep(new EchoClient(world, Loop, Authority, domain, password, tls, address));
        var server = new RealServer(world, host, accounts, prosody, echo);
        if (prosody is null)
        {
            MustLetIn(address, "echo@" + domain, password, tls);
            foreach (Member first in accounts.DistinctBy(m => m.Spec))
                MustLetIn(address, first.BareJid, first.Password, first.Spec.Tls);
        }
        Proxied.SetAddress(server, Door.Client, address);
        Proxied.SetAddress(server, Door.ClientDirectTls, prosody?.DirectTls ?? address);
        if (prosody is null) return server;
        Proxied.SetAddress(server, Door.Server, prosody.ForServers);
        foreach (Route route in routes.Where(r => world.Cast.Domains[r.From] == domain))
            server.Tell(world.Cast.Domains[route.To], Proxied.FrontOf(route.Index));
        return server;
    }
}
