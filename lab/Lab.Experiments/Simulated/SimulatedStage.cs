using Lab.Network;

namespace Lab.Experiments;

/// <summary>Everybody is the lab's own, on modelled TCP in virtual time.</summary>
internal sealed class SimulatedStage : IStage
{
    private readonly List<LabServer> servers = [];

    public Secrets? Secrets => null;

    public INetwork Network(World world) => new SimulatedNetwork(
        world.Queue, world.Journal, world.Buffers, world.Random, world.Cast.Paths);

    public ServerHost Server(World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts)
    {
        var server = new LabServer(world, host, domain, spec, accounts);
        foreach (Member m in accounts)
            ((SimulatedNetwork)world.Network).AddPath(m.Index, m.Name, m.Up, m.Down, server);
        servers.Add(server);
        foreach (Route r in world.Cast.RoutesOf(servers.Count - 1))
            if (r.From < servers.Count && r.To < servers.Count)
                ((SimulatedNetwork)world.Network).AddPath(
                    r.Index, r.Name, r.Up, r.Down, servers[r.To].Federation!, servers[r.From].Federation!,
                    World.TcpSettingsOf(r.FarPolicy));
        return server;
    }

    public ClientHost Client(World world, Member member) => new LabClient(world, member);
}
