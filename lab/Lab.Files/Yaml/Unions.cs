using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>A type that files write in more than one way, and the way back.</summary>
internal sealed record Union(Func<Binder, Node, Trail, object?> Bind, Func<object, Node> Write);

/// <summary>
/// The shapes that a plain record cannot say: a name or a value in place, a share or a model, a verb as the key.
/// </summary>
internal static class Unions
{
    private static readonly IReadOnlyList<string> Verbs = FaultKinds.Words;

    public static Union? Of(Type type) =>
        type == typeof(LossProfile) ? new Union(Loss, o => Loss((LossProfile)o))
        : type == typeof(PolicyChoice) ? new Union(Policy, o => Choice((PolicyChoice)o))
        : type == typeof(LinkChoice) ? new Union(Link, o => Choice((LinkChoice)o))
        : type == typeof(RadioChoice) ? new Union(Radio, o => Choice((RadioChoice)o))
        : type == typeof(TraceProfile) ? new Union(TraceFiles.Bind, Unbinder.Record)
        : EachWay(type) is { } inner ? new Union((b, n, t) => Ways(type, inner, b, n, t), o => Ways(inner, o))
        : type == typeof(JourneyBlock) ? ListOf<JourneyStep>(s => new JourneyBlock(s), o => ((JourneyBlock)o).Steps)
        : type == typeof(Journey) ? ListOf<Leg>(s => new Journey(s), o => ((Journey)o).Legs)
        : type == typeof(FaultSpec) ? new Union(Fault, o => Fault((FaultSpec)o))
        : null;

    // a record that is written as its one list
    private static Union ListOf<T>(Func<IReadOnlyList<T>, object> make, Func<object, IReadOnlyList<T>> list) => new(
        (binder, node, trail) =>
            binder.Value(typeof(IReadOnlyList<T>), node, trail) is IReadOnlyList<T> items ? make(items) : null,
        o => Unbinder.Value(typeof(IReadOnlyList<T>), list(o)));

    /// <summary>What a record that is written as its one list is a list of; null when the type is none.</summary>
    public static Type? ItemOf(Type type) => type == typeof(JourneyBlock) ? typeof(JourneyStep)
        : type == typeof(Journey) ? typeof(Leg) : null;

    /// <summary>What a link has each way; null when the type is no such pair.</summary>
    public static Type? EachWay(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Ways<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>Whether a value is written for each way.</summary>
    public static bool IsEachWay(Node? node) => node is Mapping m && (m["up"] ?? m["down"]) is not null;

    /// <summary>The keys to name when one is unknown: for a fault its verbs stand for kind and target.</summary>
    public static IReadOnlyList<string> Expected(Type type, IReadOnlyList<string> keys) =>
        type == typeof(FaultSpec) ? [.. Verbs, .. keys.Where(k => k is not ("kind" or "target"))] : keys;

    /// <summary>The mapping that a share stands for, so that a path can go into it.</summary>
    public static Mapping LossAsMapping(Scalar share) =>
        new(share.Place, [new Entry(new Scalar(share.Place, "loss-when-good"), share)], Flow: true);

    private static object? Loss(Binder binder, Node node, Trail trail)
    {
        if (node is not Scalar scalar) return binder.Record(typeof(LossProfile), node, trail);
        Parsed parsed = Quantities.Probability(scalar.Text);
        if (parsed.Value is Probability share) return new LossProfile { LossWhenGood = share };
        binder.Fail(node, $"{trail.Last}: {parsed.Error}");
        return null;
    }

    private static object? Ways(Type type, Type inner, Binder binder, Node node, Trail trail)
    {
        if (IsEachWay(node)) return binder.Record(type, node, trail);
        return binder.Value(inner, node, trail) is { } both ? Activator.CreateInstance(type, both, both) : null;
    }

    private static Node Ways(Type inner, object ways) =>
        ((Ways)ways).Both is { } both ? Unbinder.Value(inner, both) : Unbinder.Record(ways);

    private static Node Loss(LossProfile loss) => loss == new LossProfile { LossWhenGood = loss.LossWhenGood }
        ? Unbinder.Value(typeof(Probability), loss.LossWhenGood) : Unbinder.Record(loss);

    private static Node Choice(PolicyChoice choice) =>
        choice.Name is { } name ? Unbinder.Text(name) : Unbinder.Record(choice.Inline!);

    private static Node Choice(LinkChoice choice) =>
        choice.Name is { } name ? Unbinder.Text(name) : Unbinder.Record(choice.Inline!);

    private static Node Choice(RadioChoice choice) =>
        choice.Name is { } name ? Unbinder.Text(name) : Unbinder.Record(choice.Inline!);

    private static Mapping Fault(FaultSpec fault)
    {
        Mapping plain = Unbinder.Record(fault);
        var verb = new Entry(Unbinder.Word(fault.Kind.Word), plain["target"]!);
        return plain with { Entries = [verb, .. plain.Without("kind").Without("target").Entries] };
    }

    private static object? Policy(Binder binder, Node node, Trail trail) =>
        node is Scalar { Text.Length: > 0 } name ? new PolicyChoice(name.Text, null)
        : binder.Record(typeof(Policy), node, trail) is Policy policy ? new PolicyChoice(null, policy) : null;

    private static object? Link(Binder binder, Node node, Trail trail) =>
        node is Scalar { Text.Length: > 0 } name ? new LinkChoice(name.Text, null)
        : binder.Record(typeof(LinkProfile), node, trail) is LinkProfile link ? new LinkChoice(null, link) : null;

    private static object? Radio(Binder binder, Node node, Trail trail) =>
        node is Scalar { Text.Length: > 0 } name ? new RadioChoice(name.Text, null)
        : binder.Record(typeof(RadioProfile), node, trail) is RadioProfile radio ? new RadioChoice(null, radio) : null;

    // {cut: phone} binds as {kind: cut, target: phone}
    private static object? Fault(Binder binder, Node node, Trail trail)
    {
        if (node is not Mapping mapping)
        {
            binder.Fail(node, $"a fault is a mapping such as {{at: 30m, cut: phone, for: 20m}}, found {node.Kind}");
            return null;
        }
        Entry[] verbs = [.. mapping.Entries.Where(e => Verbs.Contains(e.Key.Text))];
        if ((mapping.Key("kind") ?? mapping.Key("target")) is { } key)
        {
            binder.Fail(key, $"a fault's kind is the key and its target the value: write {{cut: phone}}, not {{kind: "
                + $"cut, target: phone}}; kinds are {Words.List(Verbs)}");
            return null;
        }
        if (verbs.Length != 1)
        {
            Scalar? typed = mapping.Entries.Select(e => e.Key)
                .FirstOrDefault(k => !Names().Contains(k.Text) && Words.Nearest(k.Text, Verbs) is not null);
            string? meant = typed is null ? null : Words.Nearest(typed.Text, Verbs);
            binder.Fail(verbs.Length > 1 ? verbs[1].Key : (Node?)typed ?? mapping, verbs.Length > 1
                ? $"a fault has one kind; '{verbs[0].Key.Text}' and '{verbs[1].Key.Text}' are two faults"
                : $"a fault needs its kind with the target as value: one of {Words.List(Verbs)}, as in {{at: 30m, "
                    + $"cut: phone}}{(meant is null ? "" : $"; did you mean '{meant}'?")}");
        }
        if (verbs.Length == 0) return null;
        Entry verb = verbs[0];
        var kind = new Entry(verb.Key with { Text = "kind" }, verb.Key);
        var target = new Entry(verb.Key with { Text = "target" }, verb.Value);
        Mapping plain = mapping with { Entries = [kind, target,
            .. mapping.Entries.Where(e => !Verbs.Contains(e.Key.Text))] };
        return binder.Record(typeof(FaultSpec), plain, trail);
    }

    private static string[] Names() => [.. Shapes.Keys(typeof(FaultSpec)).Select(k => k.Name)];
}
