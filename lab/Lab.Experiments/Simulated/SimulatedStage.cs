using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Everybody is the lab's own, on modelled TCP in virtual time.</summary>
internal sealed class SimulatedStage : IStage
{
    public Secrets? Secrets => null;

    public INetwork Network(World world)
    {
        var network = new SimulatedNetwork(
            world.Queue, world.Journal, world.Buffers, world.Random, world.Cast.Paths);
        network.Lay(world.Cast);
        return network;
    }

    public IServerProgram Server(
        World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts) =>
        new LabServer(world, host, domain, spec, accounts);

    public IClientProgram Client(World world, Member member) => new LabClient(world, member);
}
