using System.Globalization;

namespace Lab.Experiments;

/// <summary>What must hold of radios, and of what draws from batteries.</summary>
public sealed partial class Rules
{
    private void CheckRadio(Topology topology, LinkProfile link)
    {
        if (link.Radio is not { Name: { Length: > 0 } radio, Inline: null } || topology.Radios.ContainsKey(radio)
            || library.Radios.ContainsKey(radio)) return;
        bool presets = library.Radios.Count > 0;
        Fail(new Spot(link, nameof(link.Radio)), $"there is no radio '{radio}' in the topology"
            + (presets ? " or the presets" : "")
            + Hint(radio, topology.Radios.Keys.Concat(library.Radios.Keys), presets ? "radios" : null),
            new Spot(topology, nameof(topology.Radios)));
    }

    /// <summary>Each is told at its own place, so nothing is left to tell of the radio.</summary>
    private IEnumerable<(string, string, string[])> States(RadioProfile radio)
    {
        if (radio.Profile is not null)
            return [(nameof(radio.Profile), "a profile stands for its numbers; the reader of a file puts them there",
                [])];
        if (radio.States.Count == 0) return [(nameof(radio.States), "a radio needs states", [])];
        if (radio.States.Count > RadioEntry.MostStates)
            return [(nameof(radio.States), string.Create(CultureInfo.InvariantCulture,
                $"these are {radio.States.Count} states; a radio has at most {RadioEntry.MostStates}"), [])];
        foreach ((string name, RadioStateProfile state) in radio.States)
        {
            Leads(radio, state, nameof(state.FallsTo), state.FallsTo);
            Leads(radio, state, nameof(state.ClimbsTo), state.ClimbsTo);
            if (state.FallsTo is not null && state.FallsAfter is null)
                Fail(new Spot(state, nameof(state.FallsTo)), "falls-to needs falls-after: how long it stays",
                    new Spot(state, nameof(state.FallsAfter)));
            if ((state.ClimbsAfter is null) != (state.ClimbsTo is null))
                Fail(new Spot(state, state.ClimbsTo is null ? nameof(state.ClimbsAfter) : nameof(state.ClimbsTo)),
                    "climbs-after and climbs-to belong together", new Spot(state, nameof(state.ClimbsAfter)));
            if (state.Wakes is null && state.Carries is not { Up.Bytes: 0, Down.Bytes: 0 })
                Fail(new Spot(radio, nameof(radio.States), name), $"{name} does not carry every packet (carries: "
                    + "unlimited), and nothing says how it comes to (wakes)");
            foreach (WakeProfile wake in new[] { state.Wakes?.Up, state.Wakes?.Down }.OfType<WakeProfile>().Distinct())
            {
                Leads(radio, wake, nameof(wake.To), wake.To);
                if (radio.States.TryGetValue(wake.To, out RadioStateProfile? to) && !CarriesMore(to, state))
                    Fail(new Spot(wake, nameof(wake.To)), $"{wake.To} carries no larger packets than {name}, which "
                        + "wakes to it");
            }
        }
        return [];
    }

    private void Leads(RadioProfile radio, object record, string property, string? to)
    {
        if (to is not null && !radio.States.ContainsKey(to))
            Fail(new Spot(record, property), $"the radio has no state '{to}'"
                + Words.OneOf(to, [.. radio.States.Keys]), new Spot(radio, nameof(radio.States)));
    }

    private static bool CarriesMore(RadioStateProfile one, RadioStateProfile other)
    {
        static long Of(Size? size) => size is not { } s ? 0 : s.Bytes == 0 ? long.MaxValue : s.Bytes;
        return Of(one.Carries?.Up) > Of(other.Carries?.Up) && Of(one.Carries?.Down) > Of(other.Carries?.Down);
    }

    private void CheckDevice(Topology topology, string group, ClientSpec client)
    {
        if (HasRadio(topology, client)) return;
        const string missing = "no link of its has a radio (radio: lte)";
        if (client.Battery is not null)
            Fail(new Spot(client, nameof(client.Battery)), $"nothing draws from the battery of {group}: {missing}",
                new Spot(topology, nameof(topology.Links)));
        if (client.OtherTraffic.Count > 0)
            Fail(new Spot(client, nameof(client.OtherTraffic)),
                $"other-traffic uses the radio of {group}, and {missing}", new Spot(topology, nameof(topology.Links)));
    }

    private void CheckWired(Topology topology, S2sSpec spec)
    {
        if (LinkOf(topology, spec.Link)?.Radio is not null)
            Fail(new Spot(spec, nameof(spec.Link)), "this link has a radio, and servers are no phones",
                new Spot(topology, nameof(topology.Links)));
    }

    private bool HasRadio(Topology topology, ClientSpec client) =>
        client.Links.Values.Prepend(client.Link).Any(l => LinkOf(topology, l)?.Radio is not null);

    private LinkProfile? LinkOf(Topology topology, LinkChoice? choice) => choice?.Inline
        ?? topology.Links.GetValueOrDefault(choice?.Name ?? "") ?? library.Links.GetValueOrDefault(choice?.Name ?? "");
}
