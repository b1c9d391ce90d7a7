using CsCheck;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Random values that a property may have, and random policies, each part of which may be there.</summary>
internal static class AnyPolicy
{
    public static Gen<Duration> Seconds(int least, int most) =>
        Gen.Int[least, most].Select(s => Duration.FromSeconds(s));

    /// <summary>Of every fineness that files can say.</summary>
    public static Gen<Duration> Fine(int leastMs, int mostMs) => Gen.Frequency(
        (4, Gen.Int[leastMs, mostMs].Select(ms => Duration.FromMilliseconds(ms))),
        (1, Gen.Int[leastMs * 1000, mostMs * 1000].Select(us => new Duration(us * 1000L))),
        (1, Gen.Long[leastMs * 1_000_000L, mostMs * 1_000_000L].Select(ns => new Duration(ns))));

    public static Gen<T> One<T>(params T[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    public static Gen<T> Any<T>() where T : struct, Enum => One(Enum.GetValues<T>());

    public static Gen<T?> Maybe<T>(Gen<T> some) where T : class =>
        Gen.Frequency((1, Gen.Const((T?)null)), (1, some.Select(x => (T?)x)));

    public static Gen<T?> MaybeValue<T>(Gen<T> some) where T : struct =>
        Gen.Frequency((1, Gen.Const((T?)null)), (1, some.Select(x => (T?)x)));

    public static Gen<Probability> Share(int mostPercent) => Gen.Frequency(
        (3, Gen.Int[0, mostPercent].Select(p => new Probability(p * 10_000_000))),
        (1, Gen.Int[0, mostPercent * 10_000_000].Select(p => new Probability(p))));

    public static Gen<Policy> Policies =>
        from whitespace in Maybe(Whitespaces)
        from ping in Maybe(Pings)
        from acks in Maybe(Acks)
        from tcp in Maybe(Tcps)
        from idle in Maybe(Idles)
        from change in Maybe(Changes)
        from connect in Gen.OneOf(Gen.Const(new ConnectPolicy()), Connects)
        from reconnect in Gen.OneOf(Gen.Const(new ReconnectPolicy()), Reconnects)
        from onDead in Any<Reaction>()
        select new Policy
        {
            Whitespace = whitespace, Ping = ping, Acks = acks, Tcp = tcp, Idle = idle, Connect = connect,
            Reconnect = reconnect, OnDead = onDead, OnNetworkChange = change,
        };

    private static Gen<NetworkChangePolicy> Changes => Gen.Select(
        Any<NetworkChangeAction>(), Fine(0, 30_000).Array[1, 3], Seconds(1, 20), Gen.Bool,
        (then, after, timeout, reset) => new NetworkChangePolicy
        {
            Then = then, Timeout = timeout, ResetBackoff = reset,
            After = [.. after.Order().Take(then == NetworkChangeAction.Reconnect ? 1 : 3)],
        });

    private static Gen<WhitespacePolicy> Whitespaces => Gen.Select(
        Seconds(5, 90), Any<Trigger>(), (every, trigger) => new WhitespacePolicy { Every = every, Trigger = trigger });

    private static Gen<PingPolicy> Pings => Gen.Select(
        Seconds(5, 90), Seconds(1, 40), Any<Trigger>(), Any<ClearedBy>(),
        (every, timeout, trigger, cleared) =>
            new PingPolicy { Every = every, Timeout = timeout, Trigger = trigger, ClearedBy = cleared });

    private static Gen<AckPolicy> Acks =>
        from every in MaybeValue(Seconds(5, 90))
        from stanzas in Gen.Int[0, 5]
        from timeout in MaybeValue(Seconds(1, 40))
        from cleared in Any<ClearedBy>()
        from trigger in Any<Trigger>()
        from resume in MaybeValue(Seconds(10, 300))
        from queue in Gen.Int[1, 500]
        from resend in Gen.Bool
        select new AckPolicy
        {
            Every = every, EveryStanzas = stanzas, Timeout = every is null && stanzas == 0 ? null : timeout,
            ClearedBy = cleared, Trigger = trigger, Resume = resume, QueueStanzas = queue,
            ResendAfterFailedResume = resend,
        };

    private static Gen<TcpPolicy> Tcps => Gen.Select(
        Maybe(Keepalives),
        MaybeValue(Seconds(5, 90)), (keepalive, user) => new TcpPolicy { Keepalive = keepalive, UserTimeout = user });

    public static Gen<KeepaliveOption> Keepalives => Gen.Select(
        MaybeValue(Seconds(1, 90)), MaybeValue(Seconds(1, 30)), MaybeValue(Gen.Int[1, 9]),
        (idle, interval, probes) => new KeepaliveOption(idle, interval, probes));

    private static Gen<IdlePolicy> Idles => Gen.Select(
        Seconds(5, 120), Any<IdleAction>(), Seconds(1, 40), Gen.Bool, (after, then, timeout, counts) =>
            new IdlePolicy { After = after, Then = then, Timeout = timeout, WhitespaceCounts = counts });

    private static Gen<ConnectPolicy> Connects => Gen.Select(
        MaybeValue(Seconds(1, 30)), MaybeValue(Seconds(1, 30)), MaybeValue(Seconds(1, 30)), MaybeValue(Seconds(5, 120)),
        Seconds(0, 9), (tcp, tls, step, total, close) =>
            new ConnectPolicy { Tcp = tcp, Tls = tls, Step = step, Total = total, Close = close });

    private static Gen<ReconnectPolicy> Reconnects =>
        from kind in Any<BackoffKind>()
        from first in Fine(1000, 60_000)
        from more in Seconds(0, 240)
        from factor in Gen.Int[1000, 3000]
        from exponent in Gen.Int[0, 3]
        from step in Fine(1, 10_000)
        from delays in Fine(500, 30_000).Array[1, 4]
        from tiers in Gen.Int[1, 5].Array[1, 3]
        from jitter in Share(50)
        from resets in Any<BackoffReset>()
        select new ReconnectPolicy
        {
            Kind = kind, First = first, Max = first + more, FactorPermille = factor, FirstExponent = exponent,
            Step = kind == BackoffKind.Linear ? step : Duration.Zero,
            Delays = kind == BackoffKind.Steps ? delays : [],
            Tiers = kind == BackoffKind.RandomTiers ? [.. tiers.Select((m, i) => new BackoffTier(2 * i + 1, m))] : [],
            Jitter = jitter, ResetsOn = resets,
        };
}
