namespace Lab.Experiments;

/// <summary>What must hold of journeys: clients, blocks and links that exist, times that are known.</summary>
public sealed partial class Rules
{
    private void CheckJourneys(Scenario scenario, Topology topology)
    {
        foreach ((string name, JourneyBlock block) in scenario.Journeys)
        {
            var at = new Spot(scenario, nameof(scenario.Journeys), name);
            if (name.Length == 0 || name.Any(char.IsWhiteSpace))
                Fail(at, $"'{name}' is no name for a part of a journey; it is one word");
            if (block.Steps.Count == 0) Fail(at, $"{name} has no steps");
            foreach (JourneyStep step in block.Steps) CheckLink(topology, step, nameof(step.Like), step.Like);
        }
        foreach ((string who, Journey journey) in scenario.Journey)
        {
            int before = findings.Count;
            var at = new Spot(scenario, nameof(scenario.Journey), who);
            var blocks = new Spot(scenario, nameof(scenario.Journeys));
            if (!CheckClient(topology, at, Target.Parse(who)))
                Fail(at, $"there is no client '{who}'{Words.OneOf(who, clients)}",
                    new Spot(topology, nameof(topology.Clients)));
            for (int i = 0; i < journey.Legs.Count; i++)
            {
                Leg leg = journey.Legs[i];
                Spot word = at with { Item = i };
                if (!scenario.Journeys.TryGetValue(leg.Block, out JourneyBlock? block))
                    Fail(word, $"there is no part of a journey called '{leg.Block}'"
                        + (scenario.Journeys.Count == 0 ? "; journeys says what they are"
                            : Words.OneOf(leg.Block, [.. scenario.Journeys.Keys])), blocks);
                else if (leg is { For: null } && i < journey.Legs.Count - 1 && block.Length is null)
                    Fail(word, $"{leg.Block} does not say how long it lasts; write one, as in {leg.Block} 10m",
                        blocks);
            }
            if (findings.Count == before) CheckWay(scenario, topology, at, who, journey);
        }
    }

    private void CheckWay(Scenario scenario, Topology topology, Spot at, string who, Journey journey)
    {
        ClientSpec client = topology.Clients[GroupOf(Target.Parse(who))];
        Spot[] from = [new Spot(scenario, nameof(scenario.Journeys)), new Spot(client, nameof(client.Links))];
        string[] missing = [.. journey.Legs.SelectMany(l => scenario.Journeys[l.Block].Steps).Select(s => s.On)
            .OfType<string>().Distinct().Where(on => !client.Links.ContainsKey(on))];
        foreach (string on in missing)
            Fail(at, client.Links.Count == 0
                ? $"{who} has one link only; give it links, as in links: {{wifi: wifi-home, lte: lte-good}}"
                : $"{who} has no link '{on}'{Words.OneOf(on, [.. client.Links.Keys])}", from);
        if (missing.Length == 0 && journey.Legs.All(l => scenario.Journeys[l.Block].Steps.Count > 0)
            && Journeys.Faults(scenario, topology, who, journey).Skip(Journeys.MostFaults).Any())
            Fail(at, $"this journey is short for more than {Journeys.MostFaults} handovers, cuts and degrades", from);
    }
}
