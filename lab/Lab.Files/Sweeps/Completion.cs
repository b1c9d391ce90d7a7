using System.Collections;
using Lab.Experiments;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// A scenario with every default written out, so that another version's defaults cannot slip in: what is left out of
/// its topology, policies and workload stands there as if somebody had written it. It binds to the same records. Parts
/// that are absent because nothing stands for them stay so.
/// </summary>
internal static class Completion
{
    private static readonly (string Key, Type Type)[] Parts =
    [
        ("topology", typeof(Topology)), ("policies", typeof(IReadOnlyDictionary<string, Policy>)),
        ("workload", typeof(IReadOnlyList<WorkloadSpec>)),
    ];

    public static Mapping Of(Mapping scenario)
    {
        foreach ((string key, Type type) in Parts)
            if (scenario[key] is { } part) scenario = scenario.With(key, Filled(type, part));
        return scenario;
    }

    private static Node Filled(Type type, Node node)
    {
        if (type == typeof(PolicyChoice)) type = typeof(Policy);
        else if (type == typeof(LinkChoice)) type = typeof(LinkProfile);
        else if (type == typeof(RadioChoice)) type = typeof(RadioProfile);
        else if (Unions.Of(type) is not null) return node;
        if (node is Sequence list && Shapes.IsList(type, out Type item))
            return list with { Items = [.. list.Items.Select(n => Filled(item, n))] };
        if (node is not Mapping mapping || Shapes.ScalarOf(type) is not null || type.IsEnum) return node;
        if (Shapes.IsMap(type, out Type value))
            return mapping with
            {
                Entries = [.. mapping.Entries.Select(e => e with { Value = Filled(value, e.Value) })],
            };
        IReadOnlyList<KeyShape> keys = Shapes.Keys(type);
        object? blank = Binder.Blank(type, keys);
        foreach (KeyShape key in keys)
        {
            object? usual = key.Required || blank is null ? null : key.Property.GetValue(blank);
            if ((mapping[key.Name] ?? Written(key, usual)) is { } found)
                mapping = mapping.With(key.Name, Filled(key.Type, found));
        }
        return mapping;
    }

    /// <summary>Null where the default is that nothing stands there.</summary>
    private static Node? Written(KeyShape key, object? usual) => usual switch
    {
        null => null,
        IEnumerable list and not string when !list.Cast<object>().Any() => null,
        _ => key.Permille ? Unbinder.Word(Shapes.Permille.Write(usual)) : Unbinder.Value(key.Type, usual),
    };
}
