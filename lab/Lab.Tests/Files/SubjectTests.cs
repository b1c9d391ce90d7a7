using Lab.Files;

namespace Lab.Tests;

/// <summary>Who asks about radios, sleep or work that takes time must have them, in the runs that are asked.</summary>
public sealed class SubjectTests
{
    private static string Problems(string metric, string path, string values, string when)
    {
        var problems = new Problems();
        SweepReader.Read(new Source("x.yaml", $$$"""
            duration: 1h
            name: x
            topology:
              servers: {a: {}}
              links: {wired: {}, mobile: {radio: lte}}
              clients: {c: {server: a, link: wired}}
            vary: { {{{path}}}: {{{values}}} }
            expect: [{metric: {{{metric}}}, at-least: 0, when: {{{when}}}}]
            """), Overrides.None, problems, _ => []);
        return problems.ToString();
    }

    [Theory]
    [InlineData("sleep.wakings", "clients.c.sleep", "none", "ios")]
    [InlineData("energy.radio", "clients.c.link", "wired", "mobile")]
    [InlineData("service.busy", "servers.a.service", "none", "{sasl: 20ms}")]
    public void What_is_asked_of_some_runs_need_not_be_in_the_others(
        string metric, string path, string without, string with)
    {
        string Of(string when) => Problems(metric, path, $"[{without}, {with}]", when);
        Assert.DoesNotContain($"{metric} is of", Of($"{{{path}: '{with}'}}"));
        Assert.Contains($"{metric} is of", Of($"{{{path}: '{without}'}}"));
        Assert.Contains($"{metric} is of", Of("{}"));
    }
}
