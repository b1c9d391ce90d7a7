using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// The other programs on a client's device. Rule: each line of them uses the radio of the link that the client is on,
/// at times of its own stream, and does not wait for it. Nothing of it depends on what the client does. Leaves out:
/// that it takes a share of the link's rate, and that it, too, fails where nothing passes.
/// </summary>
internal sealed class OtherTraffic : EventTarget
{
    private const int Begins = 0, Continues = 1;
    private static readonly Duration Step = Duration.FromSeconds(1);
    private readonly World world;
    private readonly int client;
    private readonly OtherTrafficSpec spec;
    private readonly Gaps gaps;
    private readonly int target;
    private Instant until;

    private OtherTraffic(World world, Member member, OtherTrafficSpec spec, int number)
    {
        (this.world, client, this.spec) = (world, member.Index, spec);
        gaps = new Gaps(spec.Arrivals, spec.Every, world.Random.Fork($"others/{member.Name}/{number}"));
        target = world.Queue.Register(this);
        world.Queue.At(Instant.Zero + gaps.First(), target, Begins);
    }

    public static void Plan(World world)
    {
        foreach (Member m in world.Cast.Members)
            for (int i = 0; i < m.Spec.OtherTraffic.Count; i++)
                _ = new OtherTraffic(world, m, m.Spec.OtherTraffic[i], i);
    }

    public override void OnEvent(Instant now, int what)
    {
        if (what == Begins)
        {
            until = now + spec.For;
            world.Queue.At(now + gaps.Next(), target, Begins);
        }
        world.Network.Use(now, client, (int)spec.Packet.Bytes);
        if (now + Step <= until) world.Queue.At(now + Step, target, Continues);
    }
}
