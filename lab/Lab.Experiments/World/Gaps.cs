using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// Times of something that comes again and again, drawn from that stream: at regular intervals after a phase of its
/// own, or as a Poisson process, whose first gap is like any other.
/// </summary>
internal readonly struct Gaps(Arrivals arrivals, Duration every, RandomStream random)
{
    /// <summary>From the beginning to the first.</summary>
    public Duration First() => arrivals == Arrivals.Poisson
        ? random.Exponential(every) : random.Between(Duration.Zero, every);

    /// <summary>From one to the next.</summary>
    public Duration Next() => arrivals == Arrivals.Poisson ? random.Exponential(every) : every;
}
