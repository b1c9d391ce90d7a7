namespace Lab.Tests;

public sealed partial class MistakesTests
{
    /// <summary>The table goes on: clients that have, or seem to have, the same account; journeys.</summary>
    private const string Accounts = """
        ## journeys
        duration: 2h => duration: 2h\njourneys: {home: [{for: 10m}], train: [{for: 5m}]}\njourney: {phone: [home, hme 10m]}
            4:25: there is no part of a journey called 'hme', expected one of home, train; did you mean 'home'?
        duration: 2h => duration: 2h\njourneys: {home: [{}], train: [{for: 5m}]}\njourney: {phone: [train, home, train]}
            4:26: home does not say how long it lasts; write one, as in home 10m
        duration: 2h => duration: 2h\njourneys: {home: [home]}\njourney: {phone: [home 10m]}
            3:19: home takes keys with values (on, for, cut, like, gap, linger, old, notices), found 'home'
        ## accounts
        topology: one-phone => topology: {servers: {example.org: {}, b.x: {}}, clients: {phone: {server: example.org, account: alice, count: 2}, laptop: {server: example.org, account: alice}, pad: {server: b.x, account: alice}}}
            1:154: laptop and phone share the accounts 'alice', member by member, but laptop has count 1 and phone 2; give both the same count
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, account: alice, password: one}, laptop: {server: example.org, account: alice, password: two}}}
            1:167: laptop and phone share the account 'alice', which has one password
        topology: one-phone => topology: {servers: {n.x: {count: 2}, example.org: {}}, clients: {phone: {server: n.x, account: alice}, laptop: {server: n-0.x, account: alice}}}
            1:138: laptop and phone share the account 'alice', so both need the same server, and not n-0.x and n.x
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, count: 3}, phone-1: {server: example.org}, Phone: {server: example.org, count: 2}, phone-01: {server: example.org}}}
            1:90: 'phone-1' is also an account of phone at example.org; call one of them otherwise, or, for two devices of one person, give both groups the same account
            1:122: 'Phone' is also an account of phone at example.org; call one of them otherwise, or, for two devices of one person, give both groups the same account
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {echo: {server: example.org}, phone: {server: example.org, account: a@b}, pad: {server: example.org, account: Echo, priority: 200}}}
            1:50: 'echo' is the account of each server that answers; call this one otherwise
            1:117: 'a@b' is no local part of an address here: letters, digits, ., - and _ only
            1:159: 'Echo' is the account of each server that answers; call this one otherwise
            1:175: priority must be between -128 and 127, found '200'
        """;
}
