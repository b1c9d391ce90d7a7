using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>One key of a mapping: the property it fills, and what it takes.</summary>
internal sealed record KeyShape(
    string Name, PropertyInfo Property, Type Type, bool Required, bool Nullable, bool Permille);

/// <summary>A scalar type: how its text is read, and what it takes in words.</summary>
internal sealed record ScalarShape(Func<string, Parsed> Read, string Words)
{
    /// <summary>The text that reads back as the value.</summary>
    public Func<object, string> Write { get; init; } = v => string.Create(CultureInfo.InvariantCulture, $"{v}");
}

/// <summary>
/// The keys that YAML files have, derived from the records by reflection; binder, paths and schema all read them here.
/// A key is the property's name in kebab-case or its [Key]; an int property named ...Permille is a plain decimal and
/// loses the suffix.
/// </summary>
internal static class Shapes
{
    /// <summary>What switches a part off, and what lifts a limit.</summary>
    public const string None = "none", Forever = "forever";

    private static readonly Dictionary<Type, ScalarShape> Scalars = new()
    {
        [typeof(string)] = new(Parsed.Of, "a text"),
        [typeof(FaultKind)] = new(
            t => FaultKinds.Find(t) is { } kind ? Parsed.Of(kind) : Parsed.Fail("no kind of fault"),
            "a kind of fault"),
        [typeof(Target)] = new(t => Parsed.Of(Target.Parse(t)), "a name"),
        [typeof(bool)] = new(Boolean, "true or false") { Write = v => (bool)v ? "true" : "false" },
        [typeof(int)] = new(t => Convert(Quantities.Integer(t, int.MinValue, int.MaxValue), d => (int)d),
            "a whole number"),
        [typeof(long)] = new(t => Convert(Quantities.Integer(t, long.MinValue, long.MaxValue), d => (long)d),
            "a whole number"),
        [typeof(ulong)] = new(t => Convert(Quantities.Integer(t, 0, ulong.MaxValue), d => (ulong)d),
            "a whole number"),
        [typeof(Duration)] = new(Quantities.Duration, "a time such as 250ms, 90s, 15m or 24h"),
        [typeof(Leg)] = new(Quantities.Leg, "a part of a journey and how long, such as train 45m"),
        [typeof(Rate)] = new(Quantities.Rate, "a rate such as 64kbit/s or 1.5Mbit/s, or unlimited"),
        [typeof(Power)] = new(Quantities.Power, "a power such as 20mW or 1.2W"),
        [typeof(Energy)] = new(Quantities.Energy, "an energy such as 15.4Wh"),
        [typeof(Size)] = new(Quantities.Size, "a size such as 200B or 256KiB"),
        [typeof(Probability)] = new(Quantities.Probability, "a share such as 2% or 0.1%")
        {
            Write = v => Quantities.Plain(((Probability)v).PartsPerBillion / 1e7m) + "%",
        },
        [typeof(Quantity)] = new(Quantities.Quantity, "a number in the metric's unit: 90s, 0, 2%, 10KiB/h, 5/s")
        {
            Write = v => Quantities.Text((Quantity)v),
        },
    };

    public static readonly ScalarShape Permille = new(Quantities.Permille, "a plain number such as 1.3")
    {
        Write = v => Quantities.Plain((int)v / 1000m),
    };

    private static readonly ConcurrentDictionary<Type, IReadOnlyList<KeyShape>> Cache = new();
    private static readonly ConcurrentDictionary<Type, ConstructorInfo> Constructors = new();

    public static ScalarShape? ScalarOf(Type type) => Scalars.GetValueOrDefault(type);

    public static bool IsList(Type type, out Type item) => Generic(type, typeof(IReadOnlyList<>), 0, out item);

    public static bool IsMap(Type type, out Type value) => Generic(type, typeof(IReadOnlyDictionary<,>), 1, out value);

    public static IReadOnlyList<string> Values(Type enumType) => [.. Enum.GetNames(enumType).Select(Words.Kebab)];

    /// <summary>
    /// What to write instead of a word that was one of an enum's until people misread it; null = it never was.
    /// </summary>
    public static string? Replaced(Type enumType, string word) =>
        enumType == typeof(BackoffKind) && word == "none"
            ? "; none came back at once: write at-once for that, or never for a client that stays offline" : null;

    /// <summary>The keys of a record, in the order of its properties.</summary>
    public static IReadOnlyList<KeyShape> Keys(Type record) => Cache.GetOrAdd(record, static type =>
    {
        var nullability = new NullabilityInfoContext();
        ParameterInfo[] parameters = Constructor(type).GetParameters();
        var keys = new List<KeyShape>();
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is null || !property.SetMethod.IsPublic) continue;
            Type inner = System.Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            bool nullable = inner != property.PropertyType
                || nullability.Create(property).WriteState == NullabilityState.Nullable;
            ParameterInfo? parameter = Array.Find(parameters, p => p.Name == property.Name);
            bool required = parameter is not null ? !parameter.HasDefaultValue
                : property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute));
            keys.Add(new KeyShape(
                Words.Key(property), property, inner, required, nullable, Words.IsPermille(property)));
        }
        return keys;
    });

    /// <summary>Whether "none" switches it off; where a name is taken, none is a name like any other.</summary>
    public static bool TakesNone(KeyShape key) =>
        key.Nullable && key.Type != typeof(string) && key.Type != typeof(PolicyChoice)
            && key.Type != typeof(RadioChoice)
            && (key.Type != typeof(LinkChoice) || key.Property.DeclaringType == typeof(FaultSpec));

    /// <summary>Whether leaving the key out means no limit, so that "forever" may stand there.</summary>
    public static bool AbsentMeansForever(PropertyInfo property) =>
        property.PropertyType == typeof(Duration?)
        && (property.DeclaringType == typeof(ConnectPolicy) || property.DeclaringType == typeof(MiddleboxProfile)
            || (property.DeclaringType, property.Name) is var at
            && (at == (typeof(FaultSpec), nameof(FaultSpec.For)) || at == (typeof(AckPolicy), nameof(AckPolicy.Timeout))
                || at == (typeof(WorkloadSpec), nameof(WorkloadSpec.End))));

    /// <summary>The constructor to call: the one of a positional record, or the empty one.</summary>
    public static ConstructorInfo Constructor(Type record) => Constructors.GetOrAdd(record, static type =>
        type.GetConstructors(BindingFlags.Public | BindingFlags.Instance)
            .OrderByDescending(c => c.GetParameters().Length).First());

    private static Parsed Boolean(string text) => text switch
    {
        "true" => Parsed.Of(true),
        "false" => Parsed.Of(false),
        "yes" or "on" or "True" or "TRUE" => Parsed.Fail(
            $"expected true or false, found '{text}'; did you mean 'true'?"),
        "no" or "off" or "False" or "FALSE" => Parsed.Fail(
            $"expected true or false, found '{text}'; did you mean 'false'?"),
        _ => Parsed.Fail($"expected true or false, found '{Problem.Printable(text)}'"),
    };

    private static Parsed Convert(Parsed parsed, Func<decimal, object> to) =>
        parsed.Value is decimal d ? Parsed.Of(to(d)) : parsed;

    private static bool Generic(Type type, Type definition, int argument, out Type found)
    {
        bool is_ = type.IsGenericType && type.GetGenericTypeDefinition() == definition;
        found = is_ ? type.GetGenericArguments()[argument] : typeof(object);
        return is_;
    }
}
