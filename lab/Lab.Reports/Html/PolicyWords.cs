using Lab.Network;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>A policy in a line: what it checks, how often, and what follows. What equals the default is not
/// told.</summary>
internal static class PolicyWords
{
    public static string Of(Policy policy)
    {
        List<string> parts = [];
        if (policy.Whitespace is { } space) parts.Add($"whitespace every {space.Every}{When(space.Trigger)}");
        if (policy.Ping is { } ping) parts.Add($"ping every {ping.Every}{When(ping.Trigger)}, timeout {ping.Timeout}");
        if (policy.Acks is { } acks) parts.Add(Acks(acks));
        if (policy.Tcp?.Keepalive is { } keepalive) parts.Add(Keepalive(keepalive));
        if (policy.Tcp?.UserTimeout is { } user) parts.Add($"TCP user timeout {user}");
        if (policy.Idle is { } idle) parts.Add($"idle rule after {idle.After}, then {Words.Of(idle.Then)}");
        if (policy.OnNetworkChange is { } change) parts.Add(OnNetworkChange(change));
        if (parts.Count == 0) parts.Add("no checks");
        if (policy.OnDead != Reaction.Drop) parts.Add($"on dead: {Words.Of(policy.OnDead)}");
        if (policy.Reconnect != Policy.Nothing.Reconnect) parts.Add(Reconnect(policy.Reconnect));
        return string.Join("; ", parts);
    }

    /// <summary>What holds where neither a policy nor a part of it says otherwise.</summary>
    public static string Defaults()
    {
        ConnectPolicy connect = Policy.Nothing.Connect;
        string Or(Duration? time) => time?.ToString() ?? "none";
        return $"no checks; timeouts of connecting: TCP {Or(connect.Tcp)}, TLS {Or(connect.Tls)}, each step " +
            $"{Or(connect.Step)}, in all {Or(connect.Total)}, closing {connect.Close}; on dead: " +
            $"{Words.Of(Policy.Nothing.OnDead)}; {Reconnect(Policy.Nothing.Reconnect)}; no stream management";
    }

    private static string OnNetworkChange(NetworkChangePolicy change)
    {
        string after = string.Join(" and ", change.After);
        string then = change.Then switch
        {
            NetworkChangeAction.Ping => $"ping {after} after a change of network, timeout {change.Timeout}",
            NetworkChangeAction.Reconnect => $"reconnect {after} after a change of network",
            _ => "a change of network leaves the stream alone",
        };
        return then + (change.ResetBackoff ? "" : ", back-off not reset");
    }

    public static string Keepalive(KeepaliveOption k)
    {
        string Or<T>(T? set) where T : struct => set?.ToString() ?? "(the host's)";
        return $"TCP keepalive after {Or(k.Idle)}, {Or(k.Probes)} probes {Or(k.Interval)} apart";
    }

    private static string Acks(AckPolicy acks)
    {
        List<string> parts = ["stream management"];
        if (acks.Every is { } every) parts.Add($"ack request every {every}{When(acks.Trigger)}");
        if (acks.Timeout is { } timeout) parts.Add($"timeout {timeout}");
        parts.Add(acks.Resume is { } resume ? $"resumable for {resume}" : "not resumable");
        return string.Join(", ", parts);
    }

    private static string Reconnect(ReconnectPolicy r) => r.Kind switch
    {
        BackoffKind.AtOnce => "reconnects at once",
        BackoffKind.Never => "does not reconnect",
        BackoffKind.Fixed => $"reconnects after {r.First}",
        BackoffKind.Steps => $"reconnects after {string.Join(", ", r.Delays)}",
        _ => $"reconnects by {Words.Of(r.Kind)}, first {r.First}, at most {r.Max}",
    };

    private static string When(Trigger trigger) => trigger switch
    {
        Trigger.IdleReceive => " of not receiving",
        Trigger.IdleSend => " of not sending",
        Trigger.IdleBoth => " of silence",
        _ => "",
    };
}
