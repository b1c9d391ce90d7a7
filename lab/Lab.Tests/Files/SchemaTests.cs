using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Entry = Lab.Files.Entry;

namespace Lab.Tests;

public sealed class SchemaTests : IDisposable
{
    private readonly Laboratory lab = new();

    public static TheoryData<string> Shipped => [.. Files("scenarios").Concat(Files("topologies"))];

    public void Dispose() => lab.Dispose();

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Shipped_files_fit_the_schema_and_pass_the_check(string file)
    {
        var problems = new Problems();
        Mapping mapping = YamlText.ReadFile(file, problems)!;
        Assert.Empty(Validate(mapping, TopologyFiles.Is(mapping) ? "topology" : "scenario"));
        Assert.True(lab.Lab("check", file) == ExitCode.Pass, lab.Error);
    }

    [Fact]
    public void Presets_fit_the_schema()
    {
        foreach (Entry policy in Presets.Policies.Entries)
            Assert.Empty(Validate(Laboratory.Parse(
                $"topology: x\nduration: 1s\npolicies: {{p: {YamlOut.Inline(policy.Value)}}}"), "scenario"));
        foreach (Entry link in Presets.Links.Entries)
            Assert.Empty(Validate(Laboratory.Parse($"links: {{p: {YamlOut.Inline(link.Value)}}}"), "topology"));
    }

    [Theory]
    [InlineData("topology: x", "'duration' is missing")]
    [InlineData("topology: x\nduration: 5", "/duration")]
    [InlineData("topology: x\nduration: 5s\ndurration: 3", "/durration")]
    [InlineData("topology: x\nduration: 5s\npolicies: {p: {pong: {}}}", "/policies/p")]
    [InlineData("topology: x\nduration: 5s\nfaults: [{at: 1s, cut: a, crash: b}]", "/faults/0")]
    [InlineData("topology: x\nduration: 5s\nfaults: [{at: 1s}]", "/faults/0")]
    [InlineData("topology: x\nduration: 5s\nworkload: [{from: a, to: b, every: 1s, arrivals: poison}]",
        "/workload/0/arrivals")]
    [InlineData("topology: x\nduration: 5s\nvary: {duration: []}", "/vary/duration")]
    public void What_the_check_refuses_the_schema_refuses(string text, string where) =>
        Assert.Contains(Validate(Laboratory.Parse(text), "scenario"), error =>
            error.Contains(where, StringComparison.Ordinal));

    [Fact]
    public void Every_key_of_the_records_is_in_the_schema()
    {
        string scenario = Schema.Of("scenario")!;
        foreach (Type type in new[] { typeof(Scenario), typeof(WorkloadSpec), typeof(Expectation), typeof(Topology),
            typeof(LinkProfile), typeof(Xmpp.Policy), typeof(Xmpp.ReconnectPolicy) })
            foreach (KeyShape key in Shapes.Keys(type)) Assert.Contains($"\"{key.Name}\":", scenario);
    }

    // as much of JSON Schema as ours uses
    private static List<string> Validate(Mapping mapping, string kind)
    {
        JsonObject schema = JsonNode.Parse(Schema.Of(kind)!)!.AsObject();
        var errors = new List<string>();
        Validate(mapping, schema, schema, "", errors);
        return errors;
    }

    private static void Validate(Node node, JsonObject schema, JsonObject root, string path, List<string> errors)
    {
        if (schema["$ref"] is { } reference)
            schema = root["definitions"]![reference.ToString().Split('/')[^1]]!.AsObject();
        if (schema["anyOf"] is JsonArray any && !any.Any(choice => Fits(node, choice!.AsObject(), root)))
            errors.Add($"{path}: fits no choice");
        if (schema["oneOf"] is JsonArray one && one.Count(choice => Fits(node, choice!.AsObject(), root)) != 1)
            errors.Add($"{path}: fits not exactly one");
        if (schema["enum"] is JsonArray values && !(node is Scalar e && values.Any(v => v!.ToString() == e.Text)))
            errors.Add($"{path}: not in the list");
        if (schema["const"] is { } constant && !(node is Scalar c && constant.ToString() == c.Text))
            errors.Add($"{path}: not {constant}");
        if (schema["pattern"] is { } pattern && !(node is Scalar p && Regex.IsMatch(p.Text, pattern.ToString())))
            errors.Add($"{path}: does not match");
        string? type = schema["type"]?.ToString();
        bool typed = type switch
        {
            "object" => node is Mapping, "array" => node is Sequence, "string" => node is Scalar,
            "integer" => node is Scalar i && long.TryParse(i.Text, out _), "number" =>
                node is Scalar n && double.TryParse(n.Text, out _),
            "boolean" => node is Scalar { Text: "true" or "false" }, _ => true,
        };
        if (!typed) errors.Add($"{path}: is no {type}");
        if (node is Sequence list)
        {
            if (schema["minItems"] is { } least && list.Items.Count < (int)least) errors.Add($"{path}: too short");
            if (schema["items"] is JsonObject items)
                for (int i = 0; i < list.Items.Count; i++) Validate(list.Items[i], items, root, $"{path}/{i}", errors);
        }
        if (node is not Mapping mapping) return;
        foreach (JsonNode? name in schema["required"] as JsonArray ?? [])
            if (mapping[name!.ToString()] is null) errors.Add($"{path}: '{name}' is missing");
        foreach (Entry entry in mapping.Entries)
        {
            JsonNode? inner = schema["properties"]?[entry.Key.Text] ?? schema["additionalProperties"];
            if (inner is JsonObject known) Validate(entry.Value, known, root, $"{path}/{entry.Key.Text}", errors);
            else if (inner is JsonValue no && !(bool)no) errors.Add($"{path}/{entry.Key.Text}: unknown");
        }
    }

    private static bool Fits(Node node, JsonObject schema, JsonObject root)
    {
        var errors = new List<string>();
        Validate(node, schema, root, "", errors);
        return errors.Count == 0;
    }

    private static string[] Files(string folder)
    {
        DirectoryInfo? top = new(AppContext.BaseDirectory);
        while (top is not null && !Directory.Exists(Path.Combine(top.FullName, "topologies"))) top = top.Parent;
        return top is null ? [] : [.. Directory.GetFiles(Path.Combine(top.FullName, folder), "*.yaml")
            .Order(StringComparer.Ordinal)];
    }
}
