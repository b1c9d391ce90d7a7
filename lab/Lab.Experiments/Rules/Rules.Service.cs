using Lab.Network;

namespace Lab.Experiments;

/// <summary>What must hold of servers whose work takes time.</summary>
public sealed partial class Rules
{
    private static IEnumerable<(string, string, string[])> Service(ServiceSpec service)
    {
        if (Enum.GetValues<Work>().All(w => service.Mean(w) == Duration.Zero))
            yield return (nameof(service.Workers), "workers that nothing takes any time of: give tls, sasl, login or "
                + "stanza, as in service: {workers: 4, sasl: 20ms}",
                [nameof(service.Tls), nameof(service.Sasl), nameof(service.Login), nameof(service.Stanza)]);
    }
}
