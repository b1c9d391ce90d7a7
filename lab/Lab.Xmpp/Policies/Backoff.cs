using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// The delays before one client's attempts to come back.
/// <para>
/// Rule: the formulas of <see cref="ReconnectPolicy"/>, computed in whole nanoseconds, each multiplication rounded down
/// and a growing delay cut at max; then jitter. Source: RFC 6120 section 3.3 (random first delay below 60 s, then
/// truncated binary exponential back-off; it names neither base nor cap) and the back-off code of deployed clients.
/// </para>
/// <para>
/// Leaves out: clients that round to whole seconds (Conversations, Smack's base), count the delay from the start of the
/// failed attempt (Conversations) or have a delay of its own for the first attempt after certain errors.
/// </para>
/// </summary>
public sealed class Backoff(ReconnectPolicy policy, RandomStream random)
{
    private const long OneSecond = 1_000_000_000;
    private long tierBase = -1;
    private long previous = -1;

    /// <summary>Attempts since the last reset.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether nobody comes back: there is no next attempt, and <see cref="Next"/> throws.</summary>
    public bool IsOver => policy.Kind == BackoffKind.Never;

    /// <summary>The delay before the next attempt, which counts from now on.</summary>
    public Duration Next()
    {
        int n = Attempts++;
        long delay = policy.Kind switch
        {
            BackoffKind.AtOnce => 0,
            BackoffKind.Rfc6120 or BackoffKind.FullJitter => Below(Grown(n)),
            BackoffKind.Fixed => policy.First.Nanoseconds,
            BackoffKind.Exponential => Grown(n + policy.FirstExponent),
            BackoffKind.Linear => Capped(policy.First.Nanoseconds + (Int128)policy.Step.Nanoseconds * n),
            BackoffKind.DoublingPlusOne => Doubled(),
            BackoffKind.Steps => policy.Delays.Count == 0 ? 0
                : policy.Delays[Math.Min(n, policy.Delays.Count - 1)].Nanoseconds,
            BackoffKind.RandomTiers => Tiered(n + 1),
            BackoffKind.Uniform => random.Between(policy.First, policy.Max).Nanoseconds,
            _ => throw new InvalidOperationException($"back-off kind {(int)policy.Kind}"),
        };
        return new Duration(Spread(delay));
    }

    /// <summary>The TCP connection is up.</summary>
    public void Connected()
    {
        if (policy.ResetsOn == BackoffReset.Connected) Reset();
    }

    /// <summary>Stanzas may flow again.</summary>
    public void Online()
    {
        if (policy.ResetsOn == BackoffReset.Online) Reset();
    }

    /// <summary>Things are otherwise than they were: the count begins anew.</summary>
    public void Reset()
    {
        Attempts = 0;
        previous = -1;
    }

    // min(max, first * factor^exponent); RFC 6120's first delay is not cut.
    private long Grown(int exponent)
    {
        if (policy.Kind == BackoffKind.Rfc6120 && exponent == 0) return policy.First.Nanoseconds;
        long value = policy.First.Nanoseconds, max = policy.Max.Nanoseconds;
        for (int i = 0; i < exponent && value > 0; i++)
        {
            Int128 next = (Int128)value * policy.FactorPermille / 1000;
            if (next >= max && policy.FactorPermille >= 1000) return max;
            if (next == value) break;
            value = (long)next;
        }
        return Math.Min(value, max);
    }

    private long Doubled() =>
        previous = previous < 0 ? Capped(policy.First.Nanoseconds) : Capped((Int128)previous * 2 + OneSecond);

    // The base is drawn once in the client's life, whatever resets the count.
    private long Tiered(int attempt)
    {
        if (tierBase < 0) tierBase = random.Between(policy.First, new Duration(policy.Max.Nanoseconds + 1)).Nanoseconds;
        int multiplier = 1;
        foreach (BackoffTier tier in policy.Tiers)
        {
            multiplier = tier.Multiplier;
            if (attempt <= tier.UpToAttempt) break;
        }
        return (long)Int128.Min((Int128)tierBase * multiplier, long.MaxValue / 4);
    }

    private long Spread(long delay)
    {
        long reach = (long)((Int128)delay * policy.Jitter.PartsPerBillion / 1_000_000_000);
        return reach == 0 ? delay : delay - reach + (long)random.Below((ulong)reach * 2 + 1);
    }

    private long Below(long bound) => (long)random.Below((ulong)bound);

    private long Capped(Int128 delay) => (long)Int128.Min(delay, policy.Max.Nanoseconds);
}
