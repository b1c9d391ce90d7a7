using Lab.Network;

namespace Lab.Experiments;

/// <summary>What must hold of servers whose work takes time, and of what is asked about it.</summary>
public sealed partial class Rules
{
    private static IEnumerable<(string, string, string[])> Service(ServiceSpec service)
    {
        if (Enum.GetValues<Work>().All(w => service.Mean(w) == Duration.Zero))
            yield return (nameof(service.Workers), "workers that nothing takes any time of: give tls, sasl, login or "
                + "stanza, as in service: {workers: 4, sasl: 20ms}",
                [nameof(service.Tls), nameof(service.Sasl), nameof(service.Login), nameof(service.Stanza)]);
    }

    private void CheckService(Expectation expectation, Topology topology)
    {
        if (ServiceMetrics.All.Any(m => m.Name == expectation.Metric)
            && topology.Servers.Values.All(s => s.Service is null))
            Fail(new Spot(expectation, nameof(expectation.Metric)), $"{expectation.Metric} is of servers whose work "
                + "takes time, and none has a service; give it one, as in servers: {example.org: {service: {sasl: "
                + "20ms}}}",
                new Spot(topology, nameof(topology.Servers)));
    }
}
