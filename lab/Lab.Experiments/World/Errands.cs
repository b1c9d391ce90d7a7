using Lab.Network;

namespace Lab.Experiments;

/// <summary>One thing that is done to clients, each at times of its own: they begin, they are told something.</summary>
internal sealed class Errands : EventTarget
{
    private readonly EventQueue queue;
    private readonly Action<Instant, int> what;
    private readonly int target;

    public Errands(EventQueue queue, Action<Instant, int> what)
    {
        (this.queue, this.what) = (queue, what);
        target = queue.Register(this);
    }

    public void At(Instant when, int client) => queue.At(when, target, client);

    public override void OnEvent(Instant now, int client) => what(now, client);
}
