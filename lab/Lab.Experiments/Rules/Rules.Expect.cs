using Lab.Network;

namespace Lab.Experiments;

/// <summary>What must hold of what is expected: metrics that exist, whose and when they are, and units.</summary>
public sealed partial class Rules
{
    private void CheckExpectation(Expectation expectation, Scenario scenario, Topology? topology)
    {
        (string Property, Quantity? Value)[] comparisons =
        [
            (nameof(expectation.Below), expectation.Below), (nameof(expectation.Above), expectation.Above),
            (nameof(expectation.AtMost), expectation.AtMost), (nameof(expectation.AtLeast), expectation.AtLeast),
            (nameof(expectation.EqualTo), expectation.EqualTo),
        ];
        Spot Of(string property) => new(expectation, property);
        if (comparisons.All(c => c.Value is null))
            Fail(new Spot(expectation), "an expectation needs a comparison: one of "
                + Words.List(comparisons.Select(c => Words.Key(typeof(Expectation).GetProperty(c.Property)!))),
                [.. comparisons.Select(c => Of(c.Property))]);
        string name = expectation.Metric;
        if (Catalogue.Find(name) is not { } metric)
        {
            Fail(Of(nameof(expectation.Metric)), $"there is no metric '{name}'"
                + Words.HintOr(name, Catalogue.All.Select(m => m.Name), "lab show metrics lists them"));
            return;
        }
        foreach ((string property, Quantity? value) in comparisons)
            if (value is { } q && q.Unit != metric.Unit && q is not { Value: 0, Unit: Unit.Count })
                findings.Add(new Finding(Of(property),
                    $"{name} is {Measured(metric.Unit)}, write {Units.Example(metric.Unit)}",
                    Of(nameof(expectation.Metric))) { Found = q });
        CheckSpan(expectation, scenario);
        if (topology is not null) CheckSubject(expectation, topology);
        if (topology is not null && expectation.Of is { } target)
            CheckWhose(topology, new Spot(expectation, nameof(expectation.Of)), metric, target);
    }

    /// <summary>What only some topologies have must be there for who asks about it.</summary>
    private void CheckSubject(Expectation expectation, Topology topology)
    {
        if (point is not null && !expectation.IsAskedOf(point)) return;
        bool Needs(IReadOnlyList<Metric> metrics, bool found, string missing, string property)
        {
            if (found || !metrics.Any(m => m.Name == expectation.Metric)) return true;
            Fail(new Spot(expectation, nameof(expectation.Metric)), $"{expectation.Metric} is of {missing}",
                new Spot(topology, property));
            return false;
        }
        IEnumerable<ClientSpec> all = topology.Clients.Values;
        _ = Needs(EnergyMetrics.All, all.Any(c => HasRadio(topology, c)), "radios, and no link of a client has one; "
                + "give it one, as in links: {mobile: {radio: lte}}", nameof(topology.Links))
            && Needs([Catalogue.Find(EnergyMetrics.Battery)!], all.Any(c => c.Battery is not null), "batteries, and no "
                + "client has one; give it one, as in clients: {phone: {battery: 15.4Wh}}", nameof(topology.Clients));
        Needs(SleepMetrics.All, all.Any(c => c.Sleep is not null), "clients that sleep, and none does; let one, as in "
            + "clients: {phone: {sleep: ios}}", nameof(topology.Clients));
        Needs(ServiceMetrics.All, topology.Servers.Values.Any(s => s.Service is not null), "servers whose work takes "
            + "time, and none has a service; give it one, as in servers: {example.org: {service: {sasl: 20ms}}}",
            nameof(topology.Servers));
    }

    private void CheckSpan(Expectation e, Scenario scenario)
    {
        Spot from = new(e, nameof(e.From)), to = new(e, nameof(e.To));
        Spot duration = new(scenario, nameof(scenario.Duration));
        Duration end = scenario.Duration;
        if (e.From >= end) Fail(from, $"the span begins at {e.From}, but the run ends at {end}", duration);
        if (e.To > end) Fail(to, $"the span ends at {e.To}, but the run at {end}", duration);
        else if (e.To == Duration.Zero || e.From >= e.To)
            Fail(to, $"the span ends at {e.To}, which is not after its beginning at {e.Scope.Start}", from);
    }

    // of phone, phone[3], mobile, example.org, a.example->b.example, as the metric is about clients or about streams
    private void CheckWhose(Topology topology, Spot at, Metric metric, Target target)
    {
        bool ofClients = metric.Targets.HasFlag(TargetKinds.Client);
        if (target is Target.Streams streams)
        {
            if (ofClients)
                Fail(at, $"{metric.Name} is about clients, and '{target}' names streams between servers");
            else if (streams.Any)
                Fail(at, $"'{target}' is another one for each fault; name one, such as "
                    + $"{streams.From}->{streams.To}#0, or all: {streams.From}->{streams.To}");
            else CheckPools(topology, at, streams);
            return;
        }
        int before = findings.Count;
        if (CheckClient(topology, at, target))
        {
            if (findings.Count == before && !ofClients)
                Fail(at, $"{metric.Name} is about streams between servers, and {target} is a client; "
                    + $"its server is {topology.Clients[GroupOf(target)].Server}");
            return;
        }
        Meaning meaning = cast.Resolve(target);
        if (meaning.Kind is TargetKinds.None or TargetKinds.Echo)
            Fail(at, $"there is no '{target}' to measure"
                + Words.OneOf(target.Text, [.. ofClients ? clients : [], .. links, .. servers]),
                new Spot(topology, nameof(topology.Clients)), new Spot(topology, nameof(topology.Servers)),
                new Spot(topology, nameof(topology.Links)));
        else if (ofClients && meaning.Groups.Count == 0)
            Fail(at, $"{metric.Name} is about clients, and there are none {On(meaning)} {target}");
        else if (!ofClients && !Pairs(topology).Any(s => meaning.Kind == TargetKinds.Link ? meaning.IsLink(s.Link?.Name)
            : s.Between.SelectMany(cast.FindServers).Any(meaning.Names)))
            Fail(at, $"{metric.Name} is about streams between servers, and there are none {On(meaning)} {target}");
    }

    private static string On(Meaning meaning) => meaning.Kind == TargetKinds.Link ? "on the link" : "of the server";

    private static string Measured(Unit unit) => unit switch
    {
        Unit.Seconds => "a time", Unit.Bytes => "a size", Unit.Share => "a share",
        Unit.PerSecond => "a number per second", Unit.PerHour => "a number per hour",
        Unit.BytesPerHour => "a size per hour", Unit.JoulesPerHour => "an energy per hour",
        Unit.SharePerDay => "a share per day", _ => "a count",
    };
}
