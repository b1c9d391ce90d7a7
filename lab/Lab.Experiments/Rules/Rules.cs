using System.Collections;
using System.Reflection;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What must hold of a scenario and its topology before anything runs: limits of single values, what belongs together
/// in one record, names that exist, times that fit, metrics and units. It works on the records, so a scenario made in
/// code is checked like one from a file.
/// </summary>
public sealed partial class Rules
{
    private readonly Library library;
    private readonly Scenario? scenario;
    private readonly IReadOnlyList<Setting>? point;
    private readonly IReadOnlyDictionary<string, Policy> policies;
    private readonly Cast cast;
    private readonly List<Finding> findings = [];
    private readonly Dictionary<object, string> paths = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Type, PropertyInfo[]> properties = [];
    private readonly IReadOnlyList<string> servers, clients, links;

    private Rules(Scenario? scenario, Topology? topology, Library? library, IReadOnlyList<Setting>? point = null)
    {
        (this.scenario, this.library, this.point) = (scenario, library ?? Library.Empty, point);
        policies = scenario?.Policies ?? Library.Empty.Policies;
        if (scenario is not null) Walk(scenario, "");
        if (topology is not null) Walk(topology, "");
        // a count out of bounds was told just now; the cast would take it at its word
        bool countable = topology is not null && !findings.Any(f => f.At.Property == nameof(ServerSpec.Count))
            && CheckSizes(topology);
        cast = new Cast(countable ? topology! : new Topology());
        servers = [.. topology?.Servers.Keys ?? [], .. cast.Domains.Except(topology?.Servers.Keys ?? [])];
        clients = [.. topology?.Clients.Keys ?? []];
        links = [.. (topology?.Links.Keys ?? []).Concat(topology?.Clients.Values.SelectMany(c => c.Links.Keys) ?? [])
            .Distinct()];
        if (countable) CheckNetwork(topology!);
        if (scenario is not null) CheckPlan(scenario, countable ? topology : null);
    }

    /// <summary>
    /// What is wrong, in the order of the records; empty when it can run. The library holds what names may stand for
    /// besides. Without a topology nothing is said of what concerns it. Of the point that it is of, what is expected of
    /// other points asks nothing.
    /// </summary>
    public static IReadOnlyList<Finding> Check(
        Scenario scenario, Topology? topology, Library? library = null, IReadOnlyList<Setting>? point = null) =>
        new Rules(scenario, topology, library, point).Told();

    /// <summary>What is wrong with a topology on its own.</summary>
    public static IReadOnlyList<Finding> Check(Topology topology, Library? library = null) =>
        new Rules(null, topology, library).Told();

    private Finding[] Told() => [.. findings.Select(f => f with { Path = PathOf(f.At) })];

    private string PathOf(Spot spot)
    {
        string path = paths.GetValueOrDefault(spot.Record, "");
        if (spot.Property is null) return path;
        string key = spot is { Record: FaultSpec fault, Property: nameof(FaultSpec.Target) } ? fault.Kind.Word
            : Words.Key(spot.Record.GetType().GetProperty(spot.Property)!);
        return Join(path, key) + spot.Entry switch { null => "", int i => $"[{i}]", object name => $".{name}" }
            + (spot.Item is { } item ? $"[{item}]" : "");
    }

    private void Fail(Spot at, string message, params IReadOnlyList<Spot> from) =>
        findings.Add(new Finding(at, message, from));

    // every record once, with its path; limits of its properties, and what belongs together in it
    private void Walk(object record, string path)
    {
        if (!paths.TryAdd(record, path)) return;
        foreach (PropertyInfo property in PropertiesOf(record.GetType()))
        {
            if (property.GetValue(record) is not { } value) continue;
            string key = Words.Key(property);
            if (Limits.Broken(property, value) is { } limit)
                findings.Add(new Finding(new Spot(record, property.Name), $"{key} {limit}") { Found = value });
            // a policy or link written in place stands where its name would
            Into(value, record is PolicyChoice or LinkChoice or RadioChoice or JourneyBlock or Journey
                ? path : Join(path, key));
        }
        Within(record);
    }

    private void Into(object value, string path)
    {
        if (value is Ways { Both: { } both }) value = both;   // as it stands in the file
        if (value is string or Target || value.GetType().IsValueType) return;
        if (value is IDictionary map)
            foreach (DictionaryEntry entry in map) Into(entry.Value!, Join(path, (string)entry.Key));
        else if (value is IEnumerable list)
        {
            int index = 0;
            foreach (object item in list) Into(item, $"{path}[{index++}]");
        }
        else Walk(value, path);
    }

    private PropertyInfo[] PropertiesOf(Type type)
    {
        if (!properties.TryGetValue(type, out PropertyInfo[]? found))
            properties[type] = found = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => p.SetMethod is { IsPublic: true })];
        return found;
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : path + "." + key;
}
