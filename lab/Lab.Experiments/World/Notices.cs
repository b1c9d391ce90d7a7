using Lab.Network;

namespace Lab.Experiments;

/// <summary>What systems will tell their clients' programs, and when: that the network has changed.</summary>
internal sealed class Notices : EventTarget
{
    private readonly World world;
    private readonly int target;

    public Notices(World world)
    {
        this.world = world;
        target = world.Queue.Register(this);
    }

    public void At(Instant when, int client) => world.Queue.At(when, target, client);

    public override void OnEvent(Instant now, int client) => world.Clients[client].NetworkChanged(now);
}
