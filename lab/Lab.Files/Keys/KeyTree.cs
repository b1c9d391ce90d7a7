using System.Collections;
using System.Text.RegularExpressions;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// All keys of scenario and topology files, made from the records that they fill: names and types by the shapes that
/// bind them, meaning and example from their comments, defaults from a record at its defaults, ranges from the limits.
/// The schema, lab show keys and SCENARIOS.md are three ways to write this tree.
/// </summary>
internal static partial class KeyTree
{
    private static readonly Dictionary<Type, Part> Parts = [];

    /// <summary>The parts in the order in which a reader meets them.</summary>
    public static readonly IReadOnlyList<Part> All =
    [
        .. new[]
        {
            typeof(Scenario), typeof(WorkloadSpec), typeof(FaultSpec), typeof(JourneyStep), typeof(Expectation),
            typeof(Policy),
            typeof(WhitespacePolicy), typeof(PingPolicy), typeof(AckPolicy), typeof(TcpPolicy), typeof(KeepaliveOption),
            typeof(IdlePolicy), typeof(ConnectPolicy), typeof(NetworkChangePolicy),
            typeof(ReconnectPolicy), typeof(BackoffTier), typeof(Topology),
            typeof(ServerSpec), typeof(ServiceSpec), typeof(ClientSpec), typeof(LoginSpec), typeof(ForegroundSpec),
            typeof(SleepProfile), typeof(DozeProfile), typeof(AlarmProfile), typeof(PushProfile), typeof(KernelSpec),
            typeof(S2sSpec),
            typeof(LinkProfile),
            typeof(DelayTableProfile), typeof(ConcealedProfile), typeof(GridProfile), typeof(LossProfile),
            typeof(OutageProfile), typeof(TraceProfile), typeof(MiddleboxProfile), typeof(Band),
            typeof(RadioProfile), typeof(RadioStateProfile), typeof(WakeProfile), typeof(OtherTrafficSpec),
        }.Select(Made),
    ];

    /// <summary>Those that a fault may wait for.</summary>
    public static IReadOnlyList<string> Steps =>
        [.. Shapes.Values(typeof(Step)).Where(s => s is not ("offline" or "closing"))];

    /// <summary>What stands in a file of that type.</summary>
    public static Part Of(Type file) => Parts[file];

    /// <summary>The part that a value of the type opens; null when it opens none.</summary>
    public static Part? PartOf(Type type) => Parts.GetValueOrDefault(
        type == typeof(PolicyChoice) ? typeof(Policy) : type == typeof(LinkChoice) ? typeof(LinkProfile)
        : type == typeof(RadioChoice) ? typeof(RadioProfile)
        : Unions.ItemOf(type) ?? type);

    private static Part Made(Type type)
    {
        Said said = Summaries.Of(type);
        object? blank = Binder.Blank(type, Shapes.Keys(type));
        IEnumerable<Key> keys = Shapes.Keys(type).Select(s => Of(s, blank));
        if (type == typeof(Scenario))
            keys = keys.Select(k => k.Name == "topology" ? k with { Type = typeof(Topology) } : k)
                .Concat(Shapes.Keys(typeof(SweepSpec)).Select(s => Of(s, new SweepSpec())));
        if (type == typeof(FaultSpec))
            keys = FaultKinds.All.Select(Of).Concat(keys.Where(k => k.Name is not ("kind" or "target")));
        return Parts[type] = new Part(type, NameOf(type), said.Summary, said.Example, [.. keys]);
    }

    private static Key Of(KeyShape shape, object? blank)
    {
        (Type type, Form form) = Entry(shape.Type);
        Said said = Summaries.Of(shape.Property);
        Match absent = Absence().Match(said.Summary);
        object? value = blank is null || shape.Required ? null : shape.Property.GetValue(blank);
        string? usual = IsNothing(value) ? null
            : YamlOut.Inline(shape.Permille ? Unbinder.Word(Shapes.Permille.Write(value!))
                : Unbinder.Value(shape.Type, value!));
        Allowed[] words = Words(shape);
        return new Key
        {
            Name = shape.Name, Shape = shape, Type = type, Form = form, Required = shape.Required,
            Meaning = absent.Success ? said.Summary[..absent.Index] + "." : said.Summary,
            Absent = absent.Groups[1].Value,
            Unit = said.Value.Length > 0 ? said.Value : shape.Permille ? "number" : UnitOf(type),
            Range = Limits.Of(shape.Property)?.Words ?? "",
            Default = usual,
            Example = said.Example.Length > 0 ? said.Example
                : type == typeof(bool) ? value is true ? "false" : "true"
                : type.IsEnum ? words.Select(w => w.Word).FirstOrDefault(w => w != usual, usual!)
                : Summaries.Of(type).Example,
            Allowed = words, Besides = Besides(shape),
        };
    }

    // a kind of fault, with its target
    private static Key Of(FaultKind kind)
    {
        var example = (Mapping)YamlText.ReadAny(new Source(kind.Word, kind.Example), new Problems())!;
        return new Key
        {
            Name = kind.Word, Type = typeof(Target),
            Meaning = $"{char.ToUpperInvariant(kind.Help[0])}{kind.Help[1..]}.",
            Absent = "another kind", Example = YamlOut.Inline(example[kind.Word]!), Range = Targets(kind),
        };
    }

    /// <summary>What a fault of that kind may hit, in words.</summary>
    private static string Targets(FaultKind kind)
    {
        string[] names =
        [
            .. kind.Targets.HasFlag(TargetKinds.Client) ? (string[])["a client", "a member such as phone[3]"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Link) ? (string[])["a link"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Server) ? (string[])["a server"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Streams) ? (string[])["streams such as a.example->b.example#2"] : [],
        ];
        return string.Join(", ", names) + (kind.IsBetweenServers ? ", with s2s" : "");
    }

    private static (Type, Form) Entry(Type type) => Unions.EachWay(type) is { } way ? (way, Form.One)
        : Shapes.IsList(type, out Type item) ? (item, Form.List)
        : Shapes.IsMap(type, out Type value) ? (value, Form.Names) : (type, Form.One);

    private static Allowed[] Words(KeyShape shape)
    {
        Type type = Entry(shape.Type).Item1;
        if (shape.Property == typeof(Expectation).GetProperty(nameof(Expectation.Metric)))
            return [.. Catalogue.All.Select(m => new Allowed(m.Name, m.Meaning))];
        if (!type.IsEnum) return [];
        return [.. Enum.GetNames(type).Where(n => type != typeof(Step) || Steps.Contains(Experiments.Words.Kebab(n)))
            .Select(n => new Allowed(Experiments.Words.Kebab(n), Summaries.Of(type, n).Summary))];
    }

    private static string[] Besides(KeyShape shape) =>
    [
        .. Shapes.AbsentMeansForever(shape.Property) ? (string[])[Shapes.Forever] : [],
        .. Shapes.TakesNone(shape) ? (string[])[Shapes.None] : [],
    ];

    private static string UnitOf(Type type) => type == typeof(Duration) ? "time" : type == typeof(Rate) ? "rate"
        : type == typeof(Size) ? "size" : type == typeof(Power) ? "power" : type == typeof(Energy) ? "energy"
        : type == typeof(Probability) || type == typeof(LossProfile) ? "%"
        : type == typeof(Quantity) ? "the metric's" : "";

    private static bool IsNothing(object? value) =>
        value is null or "" || value is IEnumerable list and not string && !list.Cast<object>().Any();

    private static string NameOf(Type type) => Experiments.Words.Kebab(Suffix().Replace(type.Name, ""));

    [GeneratedRegex("(?<=.)(Spec|Policy|Profile|Option)$")]
    private static partial Regex Suffix();

    // how a summary ends that says what it means to leave the key out
    [GeneratedRegex(@"(?:;|\.) [Aa]bsent = (.+?)\.?$")]
    private static partial Regex Absence();
}
