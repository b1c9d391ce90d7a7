namespace Lab.Tests;

// What people do: when they write, when they have the app open, when they come and go.
public sealed partial class MistakesTests
{
    private const string People = """
        ## when messages are written
        , every: 10m =>
            10:12: nothing says when it writes; give every, at or on, as in every: 10m
        every: 10m => every: 10m, at: 30m
            10:57: 'every' and 'at' both say when it writes; for both write two lines
        every: 10m => at: [1h, 30m], on: online
            10:60: 'at' and 'on' both say when it writes; for both write two lines
        every: 10m => at: 3h
            10:45: writes at 3h, but the run ends at 2h
        every: 10m => at: [30m, 121m]
            10:51: writes at 121m, but the run ends at 2h
        every: 10m => at: [5m, 90m], begin: 10m, end: 1h
            10:45: 5m is before begin (10m)
        every: 10m => at: soon
            10:45: at: expected a time such as 250ms, 90s, 15m or 24h, found 'soon'
        every: 10m => at: 30m, arrivals: poisson
            10:60: arrivals belong to every, not to at
        every: 10m => on: online, arrivals: poisson
            10:63: arrivals belong to every, not to on
        every: 10m => every: 10m, count: 0
            10:60: count must be between 1 and 10000, found '0'
        every: 10m => on: onlin
            10:45: on takes one of online, new-session, open, found 'onlin'; did you mean 'online'?
        every: 10m => on: open
            10:45: nobody ever opens the app of phone; give it foreground, as in foreground: {every: 2h, for: 3m}
        from: phone, to: echo@example.org, every: 10m => from: echo@example.org, to: phone, on: online
            10:45: echo@example.org is an account of its server, which is always there: nothing happens to it; give every or at
        ## when the app is open
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {every: 2h}}}}
            1:91: topology.clients.phone.foreground needs 'for'
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {for: 3m}}}}
            1:97: nothing says when the app is opened; give at or every, as in every: 2h
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {at: 8h, every: 2h, for: 3m}}}}
            1:96: at and every both say when the app is opened; give one of them
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {at: 8h, arrivals: poisson, for: 0s}}}}
            1:110: arrivals belong to every, not to at
            1:124: for must be longer than zero, found '0s'
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {every: 2m, for: 3m}}}}
            1:108: open for 3m every 2m is always open
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {every: 2h, for: 3m, between: 7h}}}}
            1:121: between takes two times, as in [7h, 23h]
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {every: 2h, for: 3m, between: [23h, 7h]}}}}
            1:121: 23h is not before 7h
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, foreground: {every: 2h, for: 3m, between: [7h, 25h]}}}}
            1:121: a day has 24h; 25h is after it
        ## who comes and goes
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, joins: 10m, leaves: 10m}}}
            1:99: it leaves at 10m, but may start as late as 10m
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, start-within: 1m, leaves: 30s}}}
            1:105: it leaves at 30s, but may start as late as 1m
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, joins: 2h}}}
            1:86: joins at 2h, but the run ends at 2h
        ## what sleeps
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, sleep: andriod-doze}}}
            1:86: there is no preset sleep 'andriod-doze'; did you mean 'android-doze'? lab show sleep lists them
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, sleep: {}}}}
            1:86: nothing says when it sleeps; give suspends-after, light or deep
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, sleep: {light: {after: 1m, idle: 5m, window: 1m}, reclaims-after: 5m}}}}
            1:145: only the sockets of an app that is suspended are reclaimed; give suspends-after
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, sleep: {light: {after: 1m, idle: 5m, longest-idle: 1m, window: 0s}}}}}
            1:130: longest-idle (1m) is shorter than idle (5m)
            1:142: window must be longer than zero, found '0s'
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, sleep: {deep: {after: 1m, idle: 5m}}}}}
            1:93: topology.clients.phone.sleep.deep needs 'window'
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, sleep: {profile: ios, alarms: {at-most: 0, per: 1h}}}}}
            1:119: at-most must be between 1 and 10000, found '0'
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, push: {at-most: 0}}}}
            1:95: at-most must be between 1 and 1000000, found '0'
        detection.client.p95, below: 90s, when: {clients.phone.policy: ping} => sleep.awake, below: 9%
            14:14: sleep.awake is of clients that sleep, and none does; let one, as in clients: {phone: {sleep: ios}}
        """;
}
