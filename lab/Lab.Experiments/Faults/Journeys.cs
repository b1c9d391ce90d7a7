using Lab.Network;

namespace Lab.Experiments;

/// <summary>Journeys as the handovers, cuts and degrades that they are short for.</summary>
public static class Journeys
{
    /// <summary>More than anybody can read; steps of milliseconds over a day are a mistake.</summary>
    internal const int MostFaults = 10_000;

    /// <summary>
    /// The scenario with the faults of its journeys behind its own, and without journeys. They must be sound.
    /// </summary>
    public static Scenario Unfold(Scenario scenario, Topology topology, Library library) =>
        scenario.Journey.Count == 0 ? scenario : scenario with
        {
            Faults =
            [
                .. scenario.Faults,
                .. scenario.Journey.SelectMany(j => Faults(scenario, topology, j.Key, j.Value)).Select(f =>
                    f.Kind == FaultKinds.Degrade ? f with { To = Link(f.To!, topology, library) } : f),
            ],
            Journeys = new Dictionary<string, JourneyBlock>(), Journey = new Dictionary<string, Journey>(),
        };

    private static LinkProfile Link(LinkChoice choice, Topology topology, Library library) =>
        choice.Inline ?? topology.Links.GetValueOrDefault(choice.Name!) ?? library.Links[choice.Name!];

    /// <summary>What happens to those clients, in order.</summary>
    internal static IEnumerable<FaultSpec> Faults(Scenario scenario, Topology topology, string who, Journey journey)
    {
        Target target = Target.Parse(who);
        ClientSpec client = topology.Clients[target is Target.Member one ? one.Group : who];
        string? on = client.Links.Count == 0 ? null : client.Start ?? client.Links.Keys.First();
        Duration last = scenario.Duration - scenario.Tail, now = Duration.Zero;
        foreach (Leg leg in journey.Legs)
        {
            JourneyBlock block = scenario.Journeys[leg.Block];
            Duration end = leg.For is { } given ? now + given
                : leg == journey.Legs[^1] || block.Length is null ? last : now + block.Length.Value;
            for (int step = 0; now < end && now < last; step++)
            {
                JourneyStep here = block.Steps[step % block.Steps.Count];
                Duration until = here.For is { } time ? Duration.Min(now + time, end) : end;
                if (here.On is { } next && next != on)
                    yield return new FaultSpec
                    {
                        Kind = FaultKinds.Handover, Target = target, At = now, To = new LinkChoice(on = next, null),
                        Gap = here.Gap, Linger = here.Linger, Old = here.Old, Notices = here.Notices,
                    };
                var meanwhile = new FaultSpec
                {
                    Kind = FaultKinds.Cut, Target = target, At = now, For = until - now, On = on,
                };
                if (here.Cut) yield return meanwhile;
                if (here.Like is { } like) yield return meanwhile with { Kind = FaultKinds.Degrade, To = like };
                now = until;
            }
        }
    }
}
