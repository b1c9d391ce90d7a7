namespace Lab.Network;

/// <summary>
/// Events that come soon, on their way through the steps in which their targets bring into the cache what they will
/// touch: one step at each turn of the queue, so that what a step asked for has arrived before the next.
/// </summary>
internal sealed class Foresight
{
    private const int Steps = 7, Room = 64;
    private readonly Sight[] sights = new Sight[Room];
    private int first, count;

    /// <summary>A target that an event waits for; when there are too many, this one comes unforeseen.</summary>
    public void Add(EventTarget[] targets, int target, int argument)
    {
        if (count == Room) return;
        Prefetch.Item(targets, target);
        sights[(first + count++) % Room] = new Sight { Target = target, Argument = argument };
    }

    public void Advance(EventTarget[] targets)
    {
        for (int i = 0; i < count; i++)
        {
            ref Sight sight = ref sights[(first + i) % Room];
            EventTarget target = targets[sight.Target];
            if (sight.Step == 0) Prefetch.Object(target, 128);
            else target.Foresee(sight.Argument, sight.Step - 1);
            sight.Step++;
        }
        while (count > 0 && sights[first].Step > Steps)
        {
            first = (first + 1) % Room;
            count--;
        }
    }

    private struct Sight
    {
        public int Target, Argument, Step;
    }
}
