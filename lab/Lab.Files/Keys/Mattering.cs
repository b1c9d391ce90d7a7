using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>Who follows a policy, for some of its words are for some of them.</summary>
[Flags]
internal enum Followers
{
    None = 0,
    Client = 1,

    /// <summary>A server, towards its clients.</summary>
    Server = 2,

    /// <summary>A server, towards another.</summary>
    Peer = 4,

    /// <summary>A real program in the place of a server, which has its own way to get online and to end.</summary>
    Program = 8,

    All = Client | Server | Peer | Program,
}

/// <summary>
/// Which settings count beside the others: those of another kind of back-off, or of what is switched off, stand in a
/// record without meaning. What is not named here counts always, so a new setting does.
/// </summary>
internal static class Mattering
{
    public static bool Counts(object record, KeyShape key, Followers followers)
    {
        string name = key.Property.Name;
        return record switch
        {
            Policy => OfPolicy(name, followers),
            ReconnectPolicy r => Reconnect(name, r.Kind),
            ConnectPolicy => name is nameof(ConnectPolicy.Total) or nameof(ConnectPolicy.Close)
                || followers.HasFlag(Followers.Client)
                || name == nameof(ConnectPolicy.Tcp) && followers.HasFlag(Followers.Peer),
            AckPolicy a => name switch
            {
                nameof(a.Trigger) => a.Every is not null,
                nameof(a.ResendAfterFailedResume) => a.Resume is not null && followers.HasFlag(Followers.Client),
                nameof(a.Resume) => followers != Followers.Peer,
                _ => true,
            },
            NetworkChangePolicy n => name switch
            {
                nameof(n.After) => n.Then != NetworkChangeAction.Nothing,
                nameof(n.Timeout) => n.Then == NetworkChangeAction.Ping,
                _ => true,
            },
            WorkloadSpec w => name switch
            {
                nameof(w.Every) or nameof(w.Arrivals) => w.Every is not null,
                nameof(w.On) => w.On is not null,
                _ => true,
            },
            SleepProfile s => name != nameof(s.Profile) || s.Profile is not null,     // as of links
            PushProfile p => name != nameof(p.Per) || p.AtMost is not null,
            ForegroundSpec f => name is not (nameof(f.Every) or nameof(f.Arrivals)) || f.Every is not null,
            IdlePolicy i => name != nameof(i.Timeout) || i.Then == IdleAction.VerifyFirst,
            LinkProfile l => name switch
            {
                nameof(l.Profile) => l.Profile is not null,     // its numbers stand in its place
                nameof(l.JitterShape) => l.Jitter.Any(j => j > Duration.Zero),
                nameof(l.Queue) => l.Up.BitsPerSecond > 0 || l.Down.BitsPerSecond > 0,
                _ => true,
            },
            S2sSpec s => name switch
            {
                nameof(s.Pick) or nameof(s.PingScope) => s.Streams > 1 || s.PingScope != PingScope.Routed,
                nameof(s.RetryMax) => s.Retry == RetryRule.NegativeCache,
                nameof(s.VerifyAlone) or nameof(s.DialbackTimeout) or nameof(s.VerifyTimeout) =>
                    s.Auth == FederationAuth.Dialback,
                _ => true,
            },
            _ => true,
        };
    }

    private static bool OfPolicy(string name, Followers followers) => name switch
    {
        nameof(Policy.Reconnect) or nameof(Policy.OnNetworkChange) => followers.HasFlag(Followers.Client),
        nameof(Policy.Connect) => followers != Followers.Program,
        // between servers that is on-failed-check
        nameof(Policy.OnDead) => (followers & (Followers.Client | Followers.Server)) != 0,
        _ => true,
    };

    private static bool Reconnect(string name, BackoffKind kind) => name switch
    {
        nameof(ReconnectPolicy.First) => kind is not (BackoffKind.AtOnce or BackoffKind.Never or BackoffKind.Steps),
        nameof(ReconnectPolicy.FactorPermille) =>
            kind is BackoffKind.Rfc6120 or BackoffKind.Exponential or BackoffKind.FullJitter,
        nameof(ReconnectPolicy.FirstExponent) => kind == BackoffKind.Exponential,
        nameof(ReconnectPolicy.Max) => kind is not (BackoffKind.AtOnce or BackoffKind.Never or BackoffKind.Fixed
            or BackoffKind.Steps),
        nameof(ReconnectPolicy.Step) => kind == BackoffKind.Linear,
        nameof(ReconnectPolicy.Delays) => kind == BackoffKind.Steps,
        nameof(ReconnectPolicy.Tiers) => kind == BackoffKind.RandomTiers,
        nameof(ReconnectPolicy.Jitter) => kind is not (BackoffKind.AtOnce or BackoffKind.Never),
        nameof(ReconnectPolicy.ResetsOn) => kind is not (BackoffKind.AtOnce or BackoffKind.Never or BackoffKind.Fixed
            or BackoffKind.Uniform),
        _ => true,
    };
}
