using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Xmpp;
using Key = Lab.Files.Key;

namespace Lab.Tests;

public sealed class KeyTreeTests
{
    private static readonly Type[] Quantities = [typeof(Duration), typeof(Rate), typeof(Lab.Experiments.Size),
        typeof(Probability), typeof(LossProfile), typeof(int), typeof(ulong), typeof(Quantity)];

    public static TheoryData<string, string> Keys()
    {
        var rows = new TheoryData<string, string>();
        foreach (Part part in KeyTree.All)
            foreach (Key key in part.Keys) rows.Add(part.Name, key.Name);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_has_a_meaning_an_example_and_where_it_takes_a_quantity_a_unit(string part, string name)
    {
        Key key = Find(part, name);
        Assert.Matches("^[A-Z\\S].{8,}[.)]$", key.Meaning);
        Assert.DoesNotContain("bsent =", key.Meaning);
        Assert.NotEmpty(key.Example);
        if (Quantities.Contains(key.Type)) Assert.NotEmpty(key.Unit);
        Assert.All(key.Allowed, word => Assert.Matches("^[A-Za-z0-9].*[^ ]$", word.Meaning));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void An_example_is_taken_at_its_place_and_is_not_the_default(string part, string name)
    {
        Part inside = KeyTree.All.Single(p => p.Name == part);
        Key key = Find(part, name);
        if (key.Allowed.Count != 1) Assert.NotEqual(key.Default, key.Example);
        string[] needed = [.. inside.Keys.Where(k => k.Required && k != key).Select(Line)];
        bool isKind = key.Shape is null;
        if (inside.Type == typeof(FaultSpec) && !isKind) needed = [name == "to" ? "degrade: a" : "cut: a"];
        Refused(inside.Type, string.Join('\n', [.. needed, Line(key)]));
    }

    [Fact]
    public void Each_part_has_a_meaning_and_an_example_that_is_taken()
    {
        foreach (Part part in KeyTree.All.Where(p => p.Type != typeof(Scenario)))
        {
            Assert.Matches("^[A-Z].*[.]$", part.Meaning);
            Refused(part.Type, part.Example);
        }
    }

    [Fact]
    public void All_keys_of_all_records_are_in_the_tree()
    {
        Type[] records = [.. KeyTree.All.Select(p => p.Type)];
        foreach (Part part in KeyTree.All)
            foreach (Key key in part.Keys)
                Assert.True(key.Part is not null || key.Allowed.Count > 0
                    || Shapes.ScalarOf(Unions.ItemOf(key.Type) ?? key.Type) is not null,
                    $"{part.Name}.{key.Name} takes a {key.Type.Name}, which is in no part");
        Assert.Equal(records.Length, records.Distinct().Count());
    }

    private static string Line(Key key) => $"{key.Name}: {key.Example}";

    private static Key Find(string part, string name) =>
        KeyTree.All.Single(p => p.Name == part).Keys.Single(k => k.Name == name);

    // keys that stand beside the record are read elsewhere; names of presets are opened before anything is bound
    private static void Refused(Type type, string text)
    {
        var problems = new Problems();
        Mapping mapping = Laboratory.Parse(text);
        var binder = new Binder(problems);
        if (type == typeof(Scenario))
            foreach (string key in SweepReader.FileKeys) mapping = mapping.Without(key);
        if (type == typeof(Scenario)) mapping = Lab.Files.Names.Expand(mapping, binder);
        if (type == typeof(Topology))
            mapping = (Mapping)Lab.Files.Names.Expand(
                Laboratory.Parse("topology: {}").With("topology", mapping), binder)["topology"]!;
        Assert.NotNull(binder.Value(type, mapping, default));
        Assert.Equal("", problems.ToString());
    }
}
