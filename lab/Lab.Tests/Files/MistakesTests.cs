using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Cli;
using Lab.Files;

namespace Lab.Tests;

/// <summary>Mistakes in a scenario file and what the user reads: line, column, words. The messages are the product
/// here.</summary>
public sealed partial class MistakesTests : IDisposable
{
    /// <summary>
    /// A change of Laboratory.DeadLink (what => by what, \n a line's end, \t a tab, \u2028 that character), with
    /// the problems below.
    /// </summary>
    private const string Table = """
        ## the file
        topology: one-phone => topology: one-phone.yaml
            1:11: there is no topology 'one-phone.yaml' (looked for one-phone.yaml.yaml in scenarios/topologies, topologies, scenarios); write the name without .yaml
        topology: one-phone => topology: two-phones
            1:11: there is no topology 'two-phones' (looked for two-phones.yaml in scenarios/topologies, topologies, scenarios)
        topology: one-phone =>
            2:1: the file needs 'topology'
        duration: 2h => duration: 0s
            2:11: duration must be longer than zero, found '0s'
        duration: 2h => duration: -2h
            2:11: duration: a time cannot be negative: -2h
        duration: 2h => duration: 2
            2:11: duration: a time needs a unit: 2s, 2m, ...
        duration: 2h => duration: two hours
            2:11: duration: expected a time such as 250ms, 90s, 15m or 24h, found 'two hours'
        duration: 2h => duration:
            2:10: duration needs a value
        duration: 2h => duration: [2h]
            2:11: duration takes a time such as 250ms, 90s, 15m or 24h, found a list
        duration: 2h => duration: 200000d
            2:11: duration: 200000d is longer than 100 years
        duration: 2h => duration: 2h\ntail: 3h
            3:7: the tail (3h) must be shorter than the duration (2h)
        duration: 2h => durration: 2h
            2:1: unknown key 'durration', expected one of description, look, topology, duration, tail, policies, workload, faults, journeys, journey, expect, baseline, name, network, seeds, vary; did you mean 'duration'?
        duration: 2h => name: ../x\nduration: 2h
            2:7: name becomes a folder's name: letters, digits, - and _, found '../x'
        seeds: 3 => seeds: 0
            3:8: seeds: 0 is not between 1 and 1000000; write how many (seeds: 20 means 1 to 20) or a list of them
        seeds: 3 => seeds: 1.5
            3:8: seeds: expected a whole number, found '1.5'; write how many (seeds: 20 means 1 to 20) or a list of them
        seeds: 3 => seeds: []
            3:8: seeds is an empty list
        seeds: 3 => seeds: [1, 2, 2, x]
            3:15: the seed 2 stands here twice
            3:18: seeds: expected a whole number, found 'x'
        seeds: 3 => seeds: many
            3:8: seeds: expected a whole number, found 'many'; write how many (seeds: 20 means 1 to 20) or a list of them
        ## YAML that is none, or more than is asked for
        duration: 2h => duration: 2h\nduration: 3h
            3:1: the key 'duration' stands here twice, first in line 2
        duration: 2h => \tduration: 2h
            2:1: a tab indents this line; YAML wants spaces
        topology: one-phone => \tdescription: x\ntopology: one-phone
            1:1: a tab indents this line; YAML wants spaces
        duration: 2h => duration: &d 2h
            2:11: an anchor (&d) is not accepted; files hold plain values
        duration: 2h => duration: !!str 2h
            2:11: a tag (tag:yaml.org,2002:str) is not accepted; files hold plain values
        duration: 2h => duration: *d
            2:11: an alias (*d) is not accepted; write the value out, or name a policy or link
        duration: 2h => <<: {duration: 2h}
            2:1: a merge key (<<) is not accepted; write the values out, or name a policy or link
        duration: 2h => duration: 2h\n---\nx: 1
            3:1: a second document begins here; a file holds one
        duration: 2h => duration: 2h: 3
            2:13: a key begins inside a value here; check the indentation, or put the whole text in quotes
        duration: 2h => duration: "2h
            2:11: a quote opens here and is not closed
        duration: 2h => {a: b}: 2h
            2:1: a key must be a plain word, found a mapping
        from: phone => from: phone[1]
            10:17: between { and } a name with brackets stands in quotes: 'phone[1]'
        duration: 2h => \tduration: 2h
            2:1: a tab indents this line; YAML wants spaces
        policies:\n  ping => policies:\n\tping
            5:1: a tab indents this line; YAML wants spaces
        acks: {acks => \tacks: {acks
            6:1: a tab indents this line; YAML wants spaces
        workload:\n => workload\n
            9:1: a colon is missing after 'workload'
        duration: 2h => duration 2h
            2:1: a colon is missing after 'duration'
        topology: one-phone => topology one-phone
            1:1: a colon is missing after 'topology'
        duration: 2h => duration:2h
            2:9: the colon after 'duration' needs a space behind it, as in duration: 2h
        workload:\n  - {from: phone => workload:\n  - from phone\n    {from: phone
            10:5: a colon is missing after 'from'
        from: phone => from phone
            10:6: a colon is missing after 'from'
        from: phone => from:phone
            10:6: the colon after 'from' needs a space behind it, as in from: phone
        for: 20m} => for: 20m
            12:5: '{' opens here and is not closed
        [ping, acks]\n => [ping, acks\n
            8:25: '[' opens here and is not closed
        one-phone\nduration => one-phone\n  duration
            2:11: a key begins inside a value here; check the indentation, or put the whole text in quotes
        - {at: 30m => - {at: 30m, cut: phone}\n - {at: 30m
            13:2: this line does not go on with those above; check its indentation
        duration: 2h => duration: @2h
            2:11: a plain text cannot begin with '@'; put it in quotes
        duration: 2h => duration: 2h\rlook: x
            2:13: a carriage return (CR) without a line feed ends a line here; end lines with LF or CRLF
        duration: 2h => duration: 2h # x\u0085
            2:17: the character U+0085 ends a line here for some programs and not for others; end lines with LF or CRLF
        duration: 2h => look: "x\u2028y"\nduration: 2h
            2:9: the character U+2028 ends a line here for some programs and not for others; end lines with LF or CRLF
        duration: 2h => duration: 2h\u2029
            2:13: the character U+2029 ends a line here for some programs and not for others; end lines with LF or CRLF
        duration: 2h => duration: \u001b[31m2h
            2:11: a control character (U+001B) stands here; files hold plain text
        ## policies
        every: 60s, timeout: 20s}}\n  acks => every: 60s}}\n  acks
            5:16: policies.ping.ping needs 'timeout'
        timeout: 20s}}\n  acks => timeout: 0s}}\n  acks
            5:38: timeout must be longer than zero, found '0s'
        timeout: 20s}}\n  acks => timeout: -1s}}\n  acks
            5:38: timeout: a time cannot be negative: -1s
        timeout: 20s}}\n  acks => timeout: 20s, cleared-by: pong}}\n  acks
            5:55: cleared-by takes one of answer, any-stanza, any-data, found 'pong'
        {ping: {every: 60s, timeout: 20s}} => {pings: {every: 60s, timeout: 20s}}
            5:10: unknown key 'pings' in policies.ping, expected one of whitespace, ping, acks, tcp, idle, connect, reconnect, on-network-change, on-dead; did you mean 'ping'?
        {ping: {every: 60s, timeout: 20s}} => {ping: 60s}
            5:16: ping takes keys with values (every, timeout, trigger, cleared-by), found '60s'
        {ping: {every: 60s, timeout: 20s}} => 60s
            5:9: there is no preset policy '60s'; lab show presets lists them
        {ping: {every: 60s, timeout: 20s}} => conversation
            5:9: there is no preset policy 'conversation'; did you mean 'conversations'? lab show presets lists them
        {ping: {every: 60s, timeout: 20s}} => {ping: none, whitespace: ~}
            5:34: whitespace needs 'every'
        {ping: {every: 60s, timeout: 20s}} => {tcp: {keepalive: {idle: 500ms, interval: 10s, probes: 200}}}
            5:34: idle must be whole seconds from 1s to 32767s, as sockets take it, found '500ms'
            5:64: probes must be between 1 and 127, found '200'
        {ping: {every: 60s, timeout: 20s}} => {reconnect: {kind: steps}}
            5:28: kind: steps needs delays, as in delays: [1s, 5s, 30s]
        {ping: {every: 60s, timeout: 20s}} => {reconnect: {kind: none}}
            5:28: kind takes one of at-once, never, rfc6120, fixed, exponential, linear, doubling-plus-one, steps, random-tiers, full-jitter, uniform, found 'none'; none came back at once: write at-once for that, or never for a client that stays offline
        {ping: {every: 60s, timeout: 20s}} => {reconnect: {kind: at-onse}}
            5:28: kind takes one of at-once, never, rfc6120, fixed, exponential, linear, doubling-plus-one, steps, random-tiers, full-jitter, uniform, found 'at-onse'; did you mean 'at-once'?
        {ping: {every: 60s, timeout: 20s}} => {reconnect: {kind: exponential, factor: 1.3333}}
            5:49: factor: 1.3333 has more than three decimals
        {ping: {every: 60s, timeout: 20s}} => {reconnect: {kind: exponential, first: 10m}}
            5:48: first (10m) is longer than max (5m)
        {ping: {every: 60s, timeout: 20s}} => {reconnect: {kind: fixed, jitter: 0.2}}
            5:43: jitter: a share is written in percent: 20% instead of 0.2
        {ping: {every: 60s, timeout: 20s}} => {reconnect: {kind: fixed, jitter: 120%}}
            5:43: jitter: 120% is not between 0% and 100%
        {ping: {every: 60s, timeout: 20s}} => {acks: {every-stanzas: -1, resend-after-failed-resume: yes}}
            5:32: every-stanzas must be at least 0, found '-1'
            5:64: resend-after-failed-resume: expected true or false, found 'yes'; did you mean 'true'?
        {ping: {every: 60s, timeout: 20s}} => {whitespace: {every: 0.5us}, ping: {every: 0.001us, timeout: 0.01us}}
            5:30: every must be at least 1us, or hardly any time passes, found '0.5us'
            5:52: every must be at least 1us, or hardly any time passes, found '0.001us'
            5:70: timeout must be at least 1us, or hardly any time passes, found '0.01us'
        {ping: {every: 60s, timeout: 20s}} => {idle: {after: 15m, then: verify}}
            5:35: then takes one of close, error, verify-first, found 'verify'; did you mean 'verify-first'?
        {ping: {every: 60s, timeout: 20s}} => {connect: {total: never}}
            5:27: total takes a time such as 30s, or forever, found 'never'
        ## vary
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: []\n
            8:25: clients.phone.policy varies over an empty list
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: ping\n
            8:25: clients.phone.policy needs a list of values to vary over, found 'ping'; a single value belongs in its own place
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, pong]\n
            8:32: there is no policy 'pong' in the scenario or the presets; did you mean 'ping'? lab show presets lists those
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, ping]\n
            8:32: clients.phone.policy has the value ping twice
        clients.phone.policy: [ping, acks]\n => clients.phon.policy: [ping, acks]\n
            8:11: clients has no 'phon', expected one of phone; did you mean 'phone'?
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  duration.x: [1s]\n
            9:12: duration is a single value, it has no 'x'
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  faults[1].for: [1s]\n
            9:9: faults has 1 entry, counted from 0; there is no [1]
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  faults.for: [1s]\n
            9:10: faults is a list; name one of its entries, counted from 0: faults[0]
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  clients[0].count: [1]\n
            9:10: clients is no list; its entries are named, as in clients.phone
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  servers.example.com.policy: [ping]\n
            9:11: servers has no 'example.com', expected one of example.org; did you mean 'example.org'?
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  topology: [a, b]\n
            9:3: topology cannot vary within a scenario
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  faults[0].for: [1m, 2x]\n
            9:23: for: unknown unit 'x' in '2x', expected us, ms, s, m, h or d
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  '': [1, 2]\n
            9:3: the path is empty; write what it leads to, as in clients.phone.policy
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  clients.phone.password: [a, b]\n
            9:3: a password cannot vary: what varies stands in every table
        ## baseline
        duration: 2h => duration: 2h\nbaseline: pign
            3:11: nothing that varies ever is pign, expected one of ping, acks; did you mean 'ping'?
        duration: 2h => duration: 2h\nbaseline: {clients.phone.policy: pign}
            3:34: clients.phone.policy never is pign, expected one of ping, acks; did you mean 'ping'?
        duration: 2h => duration: 2h\nbaseline: {clients.phon.policy: ping}
            3:12: 'clients.phon.policy' does not vary in this scenario, expected one of clients.phone.policy; did you mean 'clients.phone.policy'?
        duration: 2h => duration: 2h\nbaseline: {duration: 2h}
            3:12: 'duration' does not vary in this scenario, expected one of clients.phone.policy
        duration: 2h => duration: 2h\nbaseline:
            3:10: baseline needs a value, as in baseline: {clients.phone.policy: ping}
        duration: 2h => duration: 2h\nbaseline: [ping]
            3:11: nothing that varies ever is [ping], expected one of ping, acks
        vary:\n => baseline: ping\nvary:\n  servers.example.org.policy: [ping, acks]\n
            7:11: 'servers.example.org.policy' and 'clients.phone.policy' both vary over ping; write {servers.example.org.policy: ping}
        vary:\n  clients.phone.policy: [ping, acks] => baseline: ping
            7:11: nothing varies in this scenario, so there is no baseline to compare with
            13:55: 'clients.phone.policy' does not vary in this scenario
        clients.phone.policy: [ping, acks]\n => clients.phone.policy: [ping, acks]\n  baseline: [ping, acks]\n
            9:3: baseline cannot vary within a scenario
        ## workload
        from: phone => fro: phone
            10:6: unknown key 'fro' in workload, expected one of send, from, to, every, at, on, count, arrivals, body, begin, end; did you mean 'from'?
        from: phone => from: desktop
            10:12: there is no client 'desktop', expected one of phone, echo@example.org
        from: phone => from: 'phone[1]'
            10:12: there is no phone[1]: phone has count 1, so the last member is phone[0]
        from: phone => from: 'phone[x]'
            10:12: 'phone[x]' names no member; members are written phone[0], phone[1], ...
        to: echo@example.org => to: bob@example.org
            10:23: the one account of a server is echo@example.org; clients are named by their group, such as phone
        to: echo@example.org => to: echo@exmaple.org
            10:23: there is no server 'exmaple.org', expected one of example.org; did you mean 'example.org'?
        from: phone => from: echo@example.org
            10:34: both ends are echo accounts of servers; one of them must be a client
        body: 200B => body: 200
            10:59: body: a size needs a unit: 200B, 200kB, 200KiB, ...
        body: 200B => body: 200b
            10:59: body: unknown unit 'b' in '200b', expected B, kB, MB, KiB or MiB; did you mean '200B'?
        body: 200B => body: 2MiB
            10:59: body must be between 1B and 252KiB: with its tags and addresses it is a stanza, of which a server takes 256KiB at most, found '2MiB'
        body: 200B => body: 258049B
            10:59: body must be between 1B and 252KiB: with its tags and addresses it is a stanza, of which a server takes 256KiB at most, found '258049B'
        body: 200B => body: 0B
            10:59: body: a size cannot be 0 (for a queue without limit write unlimited)
        body: 200B => begin: 3h
            10:60: begins at 3h, but the run ends at 2h
        body: 200B => begin: 1h, end: 30m
            10:69: end (30m) is not after begin (1h)
        body: 200B => arrivals: poison
            10:63: arrivals takes one of regular, poisson, found 'poison'; did you mean 'poisson'?
        every: 10m => every: 0.001us
            10:48: every must be at least 1us, or hardly any time passes, found '0.001us'
        every: 10m => every: 0s
            10:48: every must be longer than zero, found '0s'
        ## faults
        at: 30m => at: 3h
            12:10: begins at 3h, but the run ends at 2h
        for: 20m => every: 0.999us, for: 999us
            12:34: every must be at least 1us, or hardly any time passes, found '0.999us'
        for: 20m => every: 1s, for: 0.001us
            12:43: for must be at least 1us, or hardly any time passes, found '0.001us'
        at: 30m => at: 1h, within: 2h
            12:22: may begin as late as 3h, but the run ends at 2h
        cut: phone, for: 20m => every: 5m, cut: phone
            12:22: comes again every 5m but never ends; give for, how long each one lasts
        cut: phone => cut: fone
            12:20: there is no 'fone' to cut, expected one of phone, mobile, example.org
        cut: phone => cutt: phone
            12:15: a fault needs its kind with the target as value: one of cut, handover, forget, degrade, reset, freeze, crash, restart, unresolved, expire, ignore-dialback, as in {at: 30m, cut: phone}; did you mean 'cut'?
        cut: phone => cut: phone, crash: phone
            12:27: a fault has one kind; 'cut' and 'crash' are two faults
        cut: phone => kind: cut, target: phone
            12:15: a fault's kind is the key and its target the value: write {cut: phone}, not {kind: cut, target: phone}; kinds are cut, handover, forget, degrade, reset, freeze, crash, restart, unresolved, expire, ignore-dialback
        cut: phone => restart: phone
            12:24: restart does not go with a client, expected one of example.org
        cut: phone => cut: mobil
            12:20: there is no 'mobil' to cut, expected one of phone, mobile, example.org; did you mean 'mobile'?
        cut: phone => degrade: phone
            12:15: degrade needs to: the link's numbers meanwhile, or the name of a link
        cut: phone => degrade: phone, to: ege
            12:35: there is no link 'ege' in the topology or the presets; did you mean 'edge'?
        cut: phone => degrade: phone, to: {loss: 101%}
            12:42: loss: 101% is not between 0% and 100%
        cut: phone => reset: phone
            12:34: reset is momentary; leave for out
        cut: phone => freeze: phone, direction: up
            12:41: direction belongs to cut, not to freeze
        cut: phone => cut: example.org, after: online
            12:20: after waits for a step of a client, but 'example.org' is a server
        ## expectations
        metric: detection.client.p95 => metric: detection.p95
            14:14: there is no metric 'detection.p95'; did you mean 'detection.client.p95'? lab show metrics lists them
        metric: detection.client.p95 => metric: messages.lost
            14:36: messages.lost is a count, write a plain number such as 0, found '90s'
        below: 90s => below: 90
            14:43: detection.client.p95 is a time, write a time such as 90s, found '90'
        below: 90s => below: 90 apples
            14:43: below: unknown unit 'apples' in '90 apples'; metrics are in a plain count, a time (us, ms, s, m, h), %, a size (B, kB, KiB), /s, /h, a size per hour (KiB/h), an energy per hour (J/h), or a share per day (%/d)
        below: 90s => blow: 90s
            14:36: unknown key 'blow' in expect, expected one of metric, of, from, to, below, above, at-most, at-least, equals, when; did you mean 'below'?
        below: 90s,  =>
            14:5: an expectation needs a comparison: one of below, above, at-most, at-least, equals
        when: {clients.phone.policy: ping} => when: {clients.phone.policy: pin}
            14:77: clients.phone.policy never is pin, expected one of ping, acks; did you mean 'ping'?
        when: {clients.phone.policy: ping} => when: {clients.fone.policy: ping}
            14:55: 'clients.fone.policy' does not vary in this scenario, expected one of clients.phone.policy; did you mean 'clients.phone.policy'?
        when: {clients.phone.policy: ping} => when: ping
            14:54: when takes names with values (name: value), found 'ping'
        ## topologies
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.com, count: 0}}, links: {mobile: {loss: 200%}}}
            1:66: there is no server 'example.com', expected one of example.org; did you mean 'example.org'?
            1:86: count must be between 1 and 1000000, found '0'
            1:114: loss: 200% is not between 0% and 100%
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: moble}}, links: {mobile: {up: 5Mbps, down: 0bit/s}}}
            1:85: there is no link 'moble' in the topology or the presets; did you mean 'mobile'? lab show links lists those
            1:115: up: unknown unit 'Mbps' in '5Mbps', expected bit/s, kbit/s, Mbit/s or Gbit/s; did you mean '5Mbit/s'?
            1:128: down: a rate of 0 is not a rate: write unlimited (or leave the key out), or use the fault cut to stop traffic
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org}}, links: {mobile: {queue: 200B, delay: -3ms}}}
            1:105: queue must hold at least one packet: 1500B, or unlimited, found '200B'
            1:118: delay: a time cannot be negative: -3ms
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: {loss: {bad-for: 3s}}}}}
            1:102: bad-for needs good-for: how long the channel stays good in between
        topology: one-phone => topology: {servers: {example.org: }, clients: {phone: {server: example.org, tls: start, policy: pign}}}
            1:35: example.org needs a value; write {} for the defaults
            1:82: tls takes one of starttls, direct, none, found 'start'; did you mean 'starttls'?
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org}}, links: {phone: lte-god}}
            1:50: 'phone' is also the name of a link; faults could not tell them apart
            1:96: there is no preset link 'lte-god'; did you mean 'lte-good'? lab show links lists them
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, count: 1000000}, pad: {server: example.org}}}
            1:49: these are 1000001 clients together; a run takes 1000000 at most
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: {loss: {bad-for: 1us, good-for: 999us}, outages: {every: 10us, median: 1us}}}}}
            1:102: bad-for must be at least 1ms, or hardly any time passes, found '1us'
            1:117: good-for must be at least 1ms, or hardly any time passes, found '999us'
            1:142: every must be at least 1ms, or hardly any time passes, found '10us'
            1:156: median must be at least 1ms, or hardly any time passes, found '1us'
        topology: one-phone => topology: {servers: {example.org: {behind: [aws-nbl]}}, clients: {phone: {server: example.org, link: {through: [nat]}}}, middleboxes: {nat: {established: 0s, drawn: [{share: 90%, from: 2m, to: 3m}]}}}
            1:45: there is no middlebox 'aws-nbl' in the topology or the presets; did you mean 'aws-nlb'? lab show middleboxes lists those
            1:155: established must be longer than zero, found '0s'
            1:166: the shares of the bands make 90 %, not 100 %
        ## streams between servers
        topology: one-phone => topology: {servers: {n.example: {count: 1000}, m.example: {count: 1000}}, clients: {phone: {server: n-0.example}}, s2s: [{between: [n.example, m.example]}]}
            1:121: these are 2000000 streams between servers together; a run takes 1000000 at most
        topology: one-phone => topology: {servers: {n.example: {count: 101}}, clients: {phone: {server: n-0.example}}, s2s: [{between: [n.example, n.example], streams: 100}]}
            1:94: these are 1010000 streams between servers together; a run takes 1000000 at most
        topology: one-phone => topology: {servers: {example.org: {authority: b.example}, b.example: {}}, clients: {phone: {server: example.org}}, s2s: [{streams: 4}]}
            1:122: topology.s2s needs 'between'
        topology: one-phone => topology: {servers: {example.org: {}, n.x: {count: 2}, n-1.x: {}}, clients: {phone: {server: example.org}}, s2s: [{betwen: [example.org, b.example], streams: 0}]}
            1:56: 'n-1.x' is also a member of n.x, which has count 2
            1:116: unknown key 'betwen' in topology.s2s, expected one of between, link, streams, pick, bidi, auth, tls, policy, second-policy, ping-scope, on-failed-check, silence-limit, unacked, queue, retry, retry-max, max-streams-from, verify-alone, dialback-timeout, verify-timeout; did you mean 'between'?
            1:159: streams must be between 1 and 1000, found '0'
        topology: one-phone => topology: {servers: {example.org: {}, b.example: {}, n.example: {count: 3}}, clients: {phone: {server: example.org}}, s2s: [{between: [example.org, b.exmple]}]}
            1:149: there is no server 'b.exmple', expected one of example.org, b.example, n.example, n-0.example, n-1.example, n-2.example; did you mean 'b.example'?
        topology: one-phone => topology: {servers: {example.org: {authority: k.exmple}, b.example: {}, k.example: {}}, clients: {phone: {server: example.org}, tablet: {server: b.example}}, s2s: [{between: [example.org, b.example]}]}
            1:47: there is no single server 'k.exmple', expected one of example.org, b.example, k.example; did you mean 'k.example'?
        topology: one-phone => topology: {servers: {example.org: {authority: k.example}, b.example: {}, k.example: {}}, clients: {phone: {server: example.org}, tablet: {server: b.example}}, s2s: [{between: [example.org, b.example]}]}
            1:47: b.example asks k.example about the keys of example.org, but s2s gives the two no streams
        topology: one-phone => topology: {servers: {example.org: {authority: example.org}, b.example: {}, k.example: {}}, clients: {phone: {server: example.org}, tablet: {server: b.example}}, s2s: [{between: [example.org, b.example]}]}
            1:47: example.org vouches for itself anyway; leave authority out
        topology: one-phone => topology: {servers: {example.org: {}, b.example: {}, n.example: {count: 3}}, clients: {phone: {server: example.org}}, s2s: [{between: [example.org]}]}
            1:135: between takes two servers, as in between: [a.example, b.example]
        topology: one-phone => topology: {servers: {example.org: {}, b.example: {}, n.example: {count: 3}}, clients: {phone: {server: example.org}}, s2s: [{between: [b.example, b.example]}]}
            1:147: b.example does not need streams to itself; name another server, or give it a count for a full mesh
        topology: one-phone => topology: {servers: {example.org: {}, b.example: {}, n.example: {count: 3}}, clients: {phone: {server: example.org}}, s2s: [{between: [example.org, b.example]}, {between: [b.example, example.org]}]}
            1:172: b.example and example.org have their streams already
        topology: one-phone => topology: {servers: {example.org: {}, b.example: {}, n.example: {count: 3}}, clients: {phone: {server: example.org}}, s2s: [{between: [example.org, b.example], streams: 0, link: bckbone, policy: pign}]}
            1:170: streams must be between 1 and 1000, found '0'
            1:179: there is no link 'bckbone' in the topology or the presets; lab show links lists those
            1:196: there is no policy 'pign' in the scenario or the presets; did you mean 'ping'? lab show presets lists those
        topology: one-phone => topology: {servers: {example.org: {}, b.example: {}, n.example: {count: 3}}, clients: {phone: {server: example.org}}, s2s: [{between: [example.org, b.example], on-failed-check: drop}]}
            1:178: on-failed-check takes one of drop-member, drop-all, close-member, found 'drop'; did you mean 'drop-all'?
        topology: one-phone => topology: {servers: {example.org: {}, b.example: {}, n.example: {count: 3}}, clients: {phone: {server: example.org}}, s2s: [{between: [n.example, n.example]}, {between: [n-0.example, n-2.example]}]}
            1:170: n-0.example and n-2.example have their streams already
        """;

    private readonly Laboratory lab = new();

    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        string[] lines = [.. string.Join('\n', Table, Accounts, People, Logins, Radios, Services).Split('\n')
            .Where(l => !l.StartsWith("## "))];
        for (int i = 0; i < lines.Length;)
        {
            string[] change = Unescaped(lines[i++]).Split(" =>");
            var problems = new List<string>();
            while (i < lines.Length && lines[i].StartsWith("    ")) problems.Add(lines[i++].Trim());
            rows.Add(change[0], change[1].TrimStart(' '), string.Join("\n", problems));
        }
        return rows;
    }

    public void Dispose() => lab.Dispose();

    private static string Unescaped(string text) => Escape().Replace(text, m => m.Value[1] switch
    {
        'n' => "\n", 't' => "\t", 'r' => "\r",
        _ => ((char)int.Parse(m.ValueSpan[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
    });

    [GeneratedRegex(@"\\[ntr]|\\u[0-9a-f]{4}")]
    private static partial Regex Escape();

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_mistake_is_shown_where_it_is_and_in_words(string what, string byWhat, string problems)
    {
        Assert.Contains(what, Laboratory.DeadLink);
        int at = Laboratory.DeadLink.IndexOf(what, StringComparison.Ordinal);
        string text = Laboratory.DeadLink[..at] + byWhat + Laboratory.DeadLink[(at + what.Length)..];
        string[] found = [.. lab.Problems(text).Split('\n').Where(l => l.StartsWith("scenarios/x.yaml:"))
            .Select(l => l["scenarios/x.yaml:".Length..])];
        Assert.Equal(problems, string.Join("\n", found).Replace(lab.Folder + "/", "").Replace(lab.Folder, "."));
    }
}
