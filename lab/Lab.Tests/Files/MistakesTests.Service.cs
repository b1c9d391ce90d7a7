namespace Lab.Tests;

public sealed partial class MistakesTests
{
    /// <summary>The table goes on: servers whose work takes time.</summary>
    private const string Services = """
        ## services
        topology: one-phone => topology: {servers: {example.org: {service: {workers: 0, sasl: 20ms}}}, clients: {phone: {server: example.org}}}
            1:55: workers must be between 1 and 10000, found '0'
        topology: one-phone => topology: {servers: {example.org: {service: {workers: 4}}}, clients: {phone: {server: example.org}}}
            1:55: workers that nothing takes any time of: give tls, sasl, login or stanza, as in service: {workers: 4, sasl: 20ms}
        topology: one-phone => topology: {servers: {example.org: {service: {}}}, clients: {phone: {server: example.org}}}
            1:45: workers that nothing takes any time of: give tls, sasl, login or stanza, as in service: {workers: 4, sasl: 20ms}
        topology: one-phone => topology: {servers: {example.org: {service: {sasl: -20ms, tls: 2m, accept-queue: 0}}}, clients: {phone: {server: example.org}}}
            1:52: sasl: a time cannot be negative: -20ms
            1:64: tls must be whole microseconds, at most 1m, found '2m'
            1:82: accept-queue must be between 1 and 65535, found '0'
        topology: one-phone => topology: {servers: {example.org: {service: {sasl: 20ms, spread: even}}}, clients: {phone: {server: example.org}}}
            1:66: spread takes one of fixed, exponential, found 'even'
        metric: detection.client.p95, below: 90s => metric: service.busy, below: 90%
            14:14: service.busy is of servers whose work takes time, and none has a service; give it one, as in servers: {example.org: {service: {sasl: 20ms}}}
        """;
}
