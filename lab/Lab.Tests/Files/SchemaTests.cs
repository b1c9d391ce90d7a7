using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Json.Schema;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Entry = Lab.Files.Entry;

namespace Lab.Tests;

public sealed class SchemaTests : IDisposable
{
    private static readonly Dictionary<string, JsonSchema> Schemas =
        Schema.Kinds.ToDictionary(k => k, k => JsonSchema.FromText(Schema.Of(k)!));

    /// <summary>What no schema can say, by the words of lab check.</summary>
    private static readonly (string Message, string Reason)[] Unsayable =
    [
        ("there is no |there are no | has no '|does not go with a |is also (a|the name)|names no member"
            + "|the one account|does not need streams to itself|have their streams already|asks .* about the keys"
            + "|vouches for itself|is about streams|no link of its has a radio|none has a service", "names: what is called so stands elsewhere in the file, or in another one"),
        ("nothing that varies ever is|never is|does not vary|nothing varies|both vary over",
            "baseline and when speak of what varies"),
        ("run ends at|must be shorter than the duration|is not after begin|may begin as late|healed tail|the span ends"
            + @"|longer than max \(|after waits for|both ends are echo|is (before begin|after end|not before)|always open"
            + "|after it$|nobody ever opens|is of clients that sleep|always there|share the account"
            + "|may start as late|does not say how long", "depends on another value"),
        ("these are .* together", "a sum"),
        ("must be at least 1(us|ms)|must be between 1B|must be whole (seconds|microseconds)|at least one packet|longer than 100 years",
            "the size of a number whose unit is part of its text"),
        ("has more than three decimals", "multipleOf does not hold for binary fractions"),
        ("counted from 0|is a list; name one|is no list; its entries|is a single value, it has no",
            "a path is a text, and leads through the file"),
        ("for: unknown unit 'x' in '2x'", "a varied value stands in another place than its key"),
    ];

    private readonly Laboratory lab = new();

    public static TheoryData<string> Shipped => [.. Files("scenarios").Concat(Files("topologies"))];

    public void Dispose() => lab.Dispose();

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Shipped_files_fit_the_schema_and_pass_the_check(string file)
    {
        string text = File.ReadAllText(file);
        bool isTopology = TopologyFiles.Is(Laboratory.Parse(text));
        Fits(text, isTopology ? "topology" : "scenario");
        Assert.True(lab.Lab("check", file) == ExitCode.Pass, lab.Error);
        if (isTopology) return;
        var problems = new Problems();
        Fits(ScenarioFiles.Read(file, Overrides.None, problems)!.RunYaml, "scenario");
    }

    [Fact]
    public void Presets_fit_the_schema()
    {
        foreach (Entry policy in Presets.Policies.Entries)
            Fits($"topology: x\nduration: 1s\npolicies: {{p: {YamlOut.Inline(policy.Value)}}}", "scenario");
        foreach (Entry link in Presets.Links.Entries)
            Fits("servers: {a: {}}\nclients: {c: {server: a}}\n"
                + $"links: {{p: {YamlOut.Inline(link.Value)}}}", "topology");
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Random_scenarios_fit_the_schema() =>
        AnyScenario.Scenarios.Sample(
            written => Fits(Unbinder.File(written.Scenario, written.Topology), "scenario"), iter: 200, threads: 1);

    [Theory]
    [MemberData(nameof(MistakesTests.Rows), MemberType = typeof(MistakesTests))]
    public void What_the_check_refuses_the_schema_refuses_or_cannot_say(string what, string byWhat, string problems)
    {
        if (!Passes(what, byWhat)) return;
        foreach (string problem in problems.Split('\n'))
            Assert.True(Unsayable.Any(u => Regex.IsMatch(problem, u.Message)), $"the schema takes this: {problem}");
    }

    [Fact]
    public void Each_reason_for_what_a_schema_cannot_say_is_needed()
    {
        string[] passing = [.. MistakesTests.Rows().Select(r => ((string)r[0], (string)r[1], (string)r[2]))
            .Where(r => Passes(r.Item1, r.Item2)).Select(r => r.Item3)];
        Assert.All(Unsayable, u => Assert.True(passing.Any(p => Regex.IsMatch(p, u.Message)), u.Reason));
    }

    [Theory]
    [InlineData("topology: x")]
    [InlineData("topology: x\nduration: 5s\nfaults: [{at: 1s, cut: a, crash: b}]")]
    [InlineData("topology: x\nduration: 5s\nfaults: [{at: 1s}]")]
    [InlineData("topology: x\nduration: 5s\nfaults: [{at: 1s, degrade: a}]")]
    [InlineData("topology: x\nduration: 5s\nfaults: [{at: 1s, cut: a, every: 1m}]")]
    [InlineData("topology: x\nduration: 5s\nexpect: [{metric: messages.lost}]")]
    [InlineData("topology: x\nduration: 5s\nexpect: [{metric: messages.lost, below: 5s}]")]
    [InlineData("topology: x\nduration: 5s\nexpect: [{metric: availability, below: 5}]")]
    [InlineData("topology: x\nduration: 5s\nseeds: [1, 1]")]
    [InlineData("topology: x\nduration: 5s\nvary: {clients.phone.password: [a, b]}")]
    [InlineData("topology: x\nduration: 5s\npolicies: {p: {reconnect: {kind: linear}}}")]
    [InlineData("topology: x\nduration: 5s\npolicies: {p: {reconnect: {kind: fixed, delays: [1s]}}}")]
    [InlineData("topology: x\nduration: 5s\npolicies: {p: nobody}")]
    public void These_the_schema_refuses(string text) => Assert.False(Evaluate(text, "scenario").IsValid);

    [Theory]
    [InlineData("topology: 7\nduration: .5h\ntail: 0")]
    [InlineData("topology: x\nduration: +5s\nseeds: 1000000")]
    [InlineData("topology: x\nduration: 5 s\nfaults: [{cut: a, to: none, every: none}, {reset: a, every: 1m}]")]
    [InlineData("topology: x\nduration: 5s\nexpect: [{metric: availability, below: 0, above: none}]")]
    [InlineData("topology: x\nduration: 5s\npolicies: {p: {reconnect: {kind: fixed, delays: [], step: 0s}}}")]
    [InlineData("topology: x\nduration: 5s\npolicies: {p: {connect: {tcp: forever}, ping: none}}")]
    public void Unusual_forms_that_the_check_takes_the_schema_takes(string text) => Fits(text, "scenario");

    [Fact]
    public void Every_key_has_its_description_and_an_example_in_the_schema()
    {
        foreach (string kind in Schema.Kinds)
        {
            using JsonDocument schema = JsonDocument.Parse(Schema.Of(kind)!);
            JsonElement root = schema.RootElement;
            foreach (JsonElement record in root.GetProperty("definitions").EnumerateObject().Select(d => d.Value)
                .Append(root))
                foreach (JsonProperty key in record.GetProperty("properties").EnumerateObject())
                {
                    Assert.True(key.Value.GetProperty("description").GetString()!.Length > 10, key.Name);
                    Assert.Equal(1, key.Value.GetProperty("examples").GetArrayLength());
                }
        }
    }

    private static bool Passes(string what, string byWhat)
    {
        int at = Laboratory.DeadLink.IndexOf(what, StringComparison.Ordinal);
        string text = Laboratory.DeadLink[..at] + byWhat + Laboratory.DeadLink[(at + what.Length)..];
        // what is no YAML never comes before a schema
        return YamlText.Read(new Source("x.yaml", text), new Problems()) is not null
            && Evaluate(text, "scenario").IsValid;
    }

    private static void Fits(string text, string kind)
    {
        EvaluationResults results = Evaluate(text, kind);
        Assert.True(results.IsValid, text + "\n" + string.Join('\n', (results.Details ?? [])
            .Where(d => d.Errors is not null)
            .SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value} ({d.EvaluationPath})")).Take(20)));
    }

    private static EvaluationResults Evaluate(string text, string kind) => Schemas[kind].Evaluate(
        JsonSerializer.SerializeToElement(YamlJson.Of(Laboratory.Parse(text))),
        new EvaluationOptions { OutputFormat = Json.Schema.OutputFormat.List });

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(
        Path.Combine(RepositoryRoot.Path, folder), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}
