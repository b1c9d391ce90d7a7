using System.Globalization;

namespace Lab.Experiments;

/// <summary>Which accounts clients have, and what groups that share theirs must agree on.</summary>
public sealed partial class Rules
{
    private void CheckAccounts(Topology topology)
    {
        var known = new Dictionary<string, List<KeyValuePair<string, ClientSpec>>>(StringComparer.OrdinalIgnoreCase);
        foreach ((string group, ClientSpec spec) in topology.Clients)
        {
            string account = Cast.AccountOf(group, spec);
            Spot at = AccountSpot(topology, group, spec);
            if (account.Length == 0 || account.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            {
                if (spec.Account is not null)
                    Fail(at, $"'{account}' is no local part of an address here: letters, digits, ., - and _ only");
            }
            else if (spec.Count == 1 && account.Equals("echo", StringComparison.OrdinalIgnoreCase))
                Fail(at, $"'{account}' is the account of each server that answers; call this one otherwise");
            var pair = KeyValuePair.Create(group, spec);
            string[] keys = spec.Count == 1 && account.LastIndexOf('-') is > 0 and int dash
                ? [account, account[..dash]] : [account];
            _ = keys.SelectMany(k => known.GetValueOrDefault(k, []))
                .All(earlier => CheckShared(topology, earlier, pair));
            foreach (string key in keys)
                if (!known.TryAdd(key, [pair])) known[key].Add(pair);
        }
    }

    // servers compare local parts without case; one finding per group is enough
    private bool CheckShared(
        Topology topology, KeyValuePair<string, ClientSpec> first, KeyValuePair<string, ClientSpec> second)
    {
        (ClientSpec a, ClientSpec b) = (first.Value, second.Value);
        IReadOnlyList<int> homes = cast.FindServers(a.Server), others = cast.FindServers(b.Server);
        if (!homes.Intersect(others).Any()) return true;
        (string one, string other) = (Cast.AccountOf(first.Key, a), Cast.AccountOf(second.Key, b));
        Spot at = AccountSpot(topology, second.Key, b);
        Spot[] from = [AccountSpot(topology, first.Key, a)];
        int before = findings.Count;
        if (one != other)
        {
            if (Common(one, a.Count, other, b.Count) is { } both)
                Fail(at, $"'{both}' is also an account of {first.Key} at {b.Server}; call one of them otherwise, or, "
                    + "for two devices of one person, give both groups the same account", from);
        }
        else if (a.Count != b.Count)
            Fail(at, string.Create(CultureInfo.InvariantCulture,
                $"{second.Key} and {first.Key} share the accounts '{other}', member by member, but {second.Key} has "
                    + $"count {b.Count} and {first.Key} {a.Count}; give both the same count"),
                [new Spot(b, nameof(b.Count)), new Spot(a, nameof(a.Count)), .. from]);
        else if (a.Server != b.Server)
            Fail(at, $"{second.Key} and {first.Key} share the account '{other}', so both need the same server, and "
                + $"not {b.Server} and {a.Server}",
                [new Spot(b, nameof(b.Server)), new Spot(a, nameof(a.Server)), .. from]);
        else if (PasswordOf(topology, a) != PasswordOf(topology, b))
            Fail(new Spot(b, nameof(b.Password)), $"{second.Key} and {first.Key} share the account '{other}', which "
                + "has one password", [new Spot(a, nameof(a.Password)), at, .. from]);
        else if (a.Login is not null && b.Login is not null && a.Login != b.Login)
            Fail(new Spot(b, nameof(b.Login)), $"{second.Key} and {first.Key} share the account '{other}', whose "
                + "contacts, archive and rooms are the same for both: give both the same login, or one of them none",
                [new Spot(a, nameof(a.Login)), at, .. from]);
        return findings.Count == before;
    }

    private static Spot AccountSpot(Topology topology, string group, ClientSpec spec) => spec.Account is null
        ? new Spot(topology, nameof(topology.Clients), group) : new Spot(spec, nameof(spec.Account));

    private static string PasswordOf(Topology topology, ClientSpec spec) => spec.Password
        ?? topology.Servers.GetValueOrDefault(spec.Server)?.Password ?? Cast.DefaultPassword;

    /// <summary>An account that two groups of unlike names have both: a of count 3 has a-0, as another may.</summary>
    private static string? Common(string one, int ones, string other, int others)
    {
        if (ones == 1 && others > 1) return Common(other, others, one, ones);
        if (ones == 1 || others > 1) return one.Equals(other, StringComparison.OrdinalIgnoreCase) ? other : null;
        int dash = other.LastIndexOf('-');
        bool counts = dash > 0 && int.TryParse(
            other.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int member)
            && member < ones && other[(dash + 1)..] == member.ToString(CultureInfo.InvariantCulture);
        return counts && one.Equals(other[..dash], StringComparison.OrdinalIgnoreCase) ? other : null;
    }
}
