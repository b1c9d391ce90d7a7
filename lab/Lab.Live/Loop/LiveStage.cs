using System.Net;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>Sockets under the wall clock, and the real programs of the topology.</summary>
internal sealed class LiveStage(string folder) : IStage, IDisposable
{
    private readonly List<IDisposable> programs = [];
    private readonly List<ProgramClient> awaited = [];
    private readonly List<ServerHost> servers = [];
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

    public ServerHost Server(World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts)
    {
        if (spec.Software != ServerSoftware.Lab) return RealServer(world, host, domain, spec, accounts);
        var server = new LabServer(world, host, domain, spec, accounts);
        Proxied.AddServer(server, domain, accounts, listens: true, server.Federation);
        return Linked(world, server);
    }

    public ClientHost Client(World world, Member member)
    {
        if (member.Spec.Software == ClientSoftware.Lab) return new LabClient(world, member);
        script ??= Slixmpp.WriteScript(folder);
        var client = new ProgramClient(world, this, member, script, folder);
        awaited.Add(client);
        return client;
    }

    /// <summary>Every program is ready before the clock starts.</summary>
    public void AwaitPrograms()
    {
        foreach (ProgramClient client in awaited) client.AwaitReady();
    }

    /// <summary>It will be killed when the run is over.</summary>
    public T Keep<T>(T program) where T : IDisposable
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

    // the streams between this server and those that are there already
    private ServerHost Linked(World world, ServerHost server)
    {
        servers.Add(server);
        foreach (Route route in world.Cast.RoutesOf(servers.Count - 1))
        {
            if (route.From >= servers.Count || route.To >= servers.Count) continue;
            Proxied.AddRoute(route, servers[route.From], servers[route.To]);
            (servers[route.From] as ProgramServer)?.Tell(
                world.Cast.Domains[route.To], Proxied.FrontOf(route.Index));
        }
        return server;
    }

    private ServerHost RealServer(
        World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts)
    {
        string password = spec.Password ?? Cast.DefaultPassword;
        Prosody? prosody = null;
        if (spec.Software == ServerSoftware.Prosody)
        {
            prosody = Keep(new Prosody(
                Loop, Authority, folder, domain, spec,
                [("echo", password), .. accounts.Select(m => (m.Local, m.Password))],
                world.Cast.RoutesOf(servers.Count).FirstOrDefault()?.Spec));
            prosody.StartAndWait();
        }
        else Authority.TrustForeign(domain);
        IPEndPoint address = prosody?.Address ?? IPEndPoint.Parse(spec.Address!);
        TlsMode tls = spec.Tls == TlsUse.None ? TlsMode.None : TlsMode.StartTls;
        EchoClient echo = Keep(new EchoClient(world, Loop, Authority, domain, password, tls, address));
        var server = new ProgramServer(world, host, spec, accounts, prosody, echo);
        Proxied.AddServer(server, domain, accounts, listens: false);
        Proxied.SetAddress(server, Door.Client, address);
        Proxied.SetAddress(server, Door.ClientDirectTls, prosody?.DirectTls ?? address);
        if (prosody is not null) Proxied.SetAddress(server, Door.Server, prosody.ForServers);
        return Linked(world, server);
    }
}
