using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// The person with a client's app. Rule: openings come at their times, or after gaps of a stream of the client's own;
/// each lasts as long as the scenario says, and one that would begin meanwhile is none. Nothing of it depends on what
/// the client does: every policy under one seed is opened at the same times. Whether the device runs does not matter,
/// nor whether it is online; one that has not joined, or has left, is not opened. Leaves out: that people open an app
/// because of a message.
/// </summary>
internal sealed class Foreground : EventTarget
{
    private const int Opens = 0, Closes = 1;
    private readonly World world;
    private readonly Member member;
    private readonly ForegroundSpec spec;
    private readonly Gaps? gaps;
    private readonly int target;
    private bool isOpen;

    private Foreground(World world, Member member, ForegroundSpec spec)
    {
        (this.world, this.member, this.spec) = (world, member, spec);
        RandomStream random = world.Random.Fork($"foreground/{member.Name}");
        gaps = spec.Every is { } every ? new Gaps(spec.Arrivals, every, random) : null;
        target = world.Queue.Register(this);
        foreach (Duration at in spec.At) Plan(Instant.Zero + at);
        if (gaps is { } all) Plan(Instant.Zero + all.First());
    }

    /// <summary>Plans the openings of every client that is ever in the foreground.</summary>
    public static void Plan(World world)
    {
        foreach (Member m in world.Cast.Members)
            if (m.Spec.Foreground is { } spec) _ = new Foreground(world, m, spec);
    }

    public override void OnEvent(Instant now, int what)
    {
        if (what == Closes)
        {
            isOpen = false;
            world.Journal.AppClosed(now, member.Index);
            world.Signals.OnClosed(now, member.Index);
            return;
        }
        if (gaps is { } all) Plan(now + all.Next());
        if (isOpen || !spec.Allows(now - Instant.Zero) || !member.Spec.IsThere(now - Instant.Zero)) return;
        isOpen = true;
        world.Journal.AppOpened(now, member.Index);
        world.Signals.OnOpened(now, member.Index);
        Instant left = member.Spec.Leaves is { } time ? Instant.Zero + time : Instant.Never;
        world.Queue.At(Instant.Min(now + spec.For, left), target, Closes);
    }

    private void Plan(Instant when) => world.Queue.At(when, target, Opens);
}
