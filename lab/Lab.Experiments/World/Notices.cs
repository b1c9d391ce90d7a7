using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What systems will tell their clients' programs: that the network has changed. Rule: of one client only its last
/// change is told; what had not been told of an older one when it came is never told.
/// </summary>
internal sealed class Notices : EventTarget
{
    private readonly World world;
    private readonly int target;
    private readonly Dictionary<int, List<Ticket>> planned = [];   // by client, of its last change

    public Notices(World world)
    {
        this.world = world;
        target = world.Queue.Register(this);
    }

    /// <summary>A client's network changes now, and the new one is there at that moment.</summary>
    public void Plan(int client, Instant there, IReadOnlyList<Duration> after)
    {
        if (!planned.TryGetValue(client, out List<Ticket>? tickets)) planned[client] = tickets = [];
        foreach (Ticket older in tickets) world.Queue.Cancel(older);
        tickets.Clear();
        foreach (Duration late in after) tickets.Add(world.Queue.At(there + late, target, client));
    }

    public override void OnEvent(Instant now, int client) => world.Clients[client].NetworkChanged(now);
}
