using Lab.Cli;

namespace Lab.Tests;

/// <summary>What lab check tells of scenarios in which nothing is wrong.</summary>
public sealed class AdviceTests : IDisposable
{
    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Theory]
    [InlineData("duration: 2h => duration: 2h", "")]
    [InlineData("policies:\n => policies:\n  spare: {}\n", "5:3: nobody uses the policy 'spare'")]
    [InlineData("[ping, acks] => [ping]", "6:3: nobody uses the policy 'acks'")]
    [InlineData("for: 20m => for: 91m", "12:32: this fault would last until 121m, but the run ends at 2h")]
    [InlineData("for: 20m => for: 90m", "")]
    [InlineData("for: 20m => for: 91m, every: 1h", "")]
    [InlineData("below: 90s => at-least: 0", "14:14: nothing can fail this: it is never below 0")]
    [InlineData("below: 90s => above: -1s", "14:14: nothing can fail this: it is never below 0")]
    [InlineData("below: 90s => above: 0", "")]
    [InlineData("below: 90s => at-least: 0, below: 2h", "")]
    [InlineData("detection.client.p95, below: 90s => availability, at-most: 100%",
        "14:14: nothing can fail this: a share is between 0% and 100%")]
    [InlineData("detection.client.p95, below: 90s => availability, below: 100%", "")]
    [InlineData("workload:\n  - {from: phone, to: echo@example.org, every: 10m, body: 200B}\n => ", "")]
    [InlineData("workload:\n  - {from: phone, to: echo@example.org, every: 10m, body: 200B}\nfaults:\n"
        + "  - {at: 30m, cut: phone, for: 20m}\nexpect:\n  - {metric: detection.client.p95, below: 90s"
        + " => faults:\n  - {at: 30m, cut: phone, for: 20m}\nexpect:\n  - {metric: messages.lost, equals: 0",
        "12:14: nothing can fail this: there is no workload of messages, so none is sent")]
    public void What_is_probably_not_meant_is_told_and_the_file_is_right(string change, string note)
    {
        string[] both = change.Split(" => ");
        Assert.Contains(both[0], Laboratory.DeadLink);
        lab.Write("scenarios/x.yaml", Laboratory.DeadLink.Replace(both[0], both[1]));
        Assert.Equal(ExitCode.Pass, lab.Lab("check", "scenarios/x.yaml"));
        Assert.Equal(note.Length == 0 ? "" : "note: scenarios/x.yaml:" + note,
            lab.Output.Split('\n').FirstOrDefault(l => l.StartsWith("note: ")) ?? "");
    }

    [Theory]
    [InlineData("", "forget: phone", "", "nothing forgets here: no path leads through a middlebox")]
    [InlineData("{}", "cut: phone", "", "nothing is ever sent for phone once it is online")]
    [InlineData("{ping: {every: 60s, timeout: 20s}}", "cut: phone", "", "")]
    [InlineData("{}", "cut: phone", "workload: [{from: phone, to: echo@example.org, every: 10m, body: 200B}]\n", "")]
    public void Middleboxes_that_have_nothing_to_forget_or_forget_everything_are_told(
        string policy, string fault, string workload, string note)
    {
        string through = policy.Length > 0 ? ", through: [azure-lb]" : "", mine = policy.Length > 0 ? policy : "{}";
        lab.Write("scenarios/x.yaml", $$"""
            duration: 1h
            topology:
              servers: {example.org: {} }
              clients: {phone: {server: example.org, policy: mine, link: {delay: 10ms{{through}} } } }
              middleboxes: {spare: azure-lb}
            policies: {mine: {{mine}} }
            {{workload}}faults: [{at: 10m, {{fault}} }]
            """);
        Assert.Equal(ExitCode.Pass, lab.Lab("check", "scenarios/x.yaml"));
        string[] notes = [.. lab.Output.Split('\n').Where(l => l.StartsWith("note: "))];
        Assert.Contains(notes, n => n.EndsWith("nobody uses the middlebox 'spare'"));
        Assert.Equal(note.Length > 0 ? 2 : 1, notes.Length);
        if (note.Length > 0) Assert.Contains(notes, n => n.Contains(note));
    }

    [Theory]
    [InlineData("{step: 10s}", "13s at 50kbit/s, and connect.step lets phone wait 10s: it never comes online")]
    [InlineData("{total: 12s, step: forever}", "13s at 50kbit/s, and connect.total lets phone wait 12s: it never "
        + "comes online")]
    [InlineData("{step: 20s}", "")]
    public void A_contact_list_that_cannot_come_in_time_is_told(string connect, string note)
    {
        lab.Write("scenarios/x.yaml", $$"""
            duration: 1h
            topology:
              servers: {example.org: {} }
              clients: {phone: {server: example.org, policy: mine, link: gprs, login: {roster: 82KiB} } }
            policies: {mine: {connect: {{connect}} } }
            """);
        Assert.Equal(ExitCode.Pass, lab.Lab("check", "scenarios/x.yaml"));
        string[] notes = [.. lab.Output.Split('\n').Where(l => l.StartsWith("note: "))];
        if (note.Length == 0) Assert.Empty(notes);
        else Assert.Equal("note: scenarios/x.yaml:4:84: 82KiB take more than " + note, Assert.Single(notes));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(", places: 1", false)]
    [InlineData(", drawn: [{share: 100%, from: 1m, to: 2m}]", false)]
    public void A_shared_middlebox_without_anything_to_share_is_told(string besides, bool told)
    {
        lab.Write("scenarios/x.yaml", $$"""
            duration: 1h
            topology:
              servers: {example.org: {} }
              clients: {phone: {server: example.org, policy: mine, link: {delay: 10ms, through: [nat]} } }
              middleboxes: {nat: {shared: true{{besides}} } }
            policies: {mine: {whitespace: {every: 60s} } }
            faults: [{at: 10m, cut: phone, for: 1m}]
            """);
        Assert.Equal(ExitCode.Pass, lab.Lab("check", "scenarios/x.yaml"));
        Assert.Equal(told, lab.Output.Contains("note: scenarios/x.yaml:5:31: nothing of 'nat' is shared"));
    }

    [Fact]
    public void A_link_that_only_a_fault_names_is_used_and_another_is_not()
    {
        lab.Write("topologies/one-phone.yaml", Laboratory.Phone + "\n  slow: {delay: 1s}\n  spare: {delay: 2s}\n");
        lab.Write("scenarios/x.yaml", Laboratory.DeadLink.Replace("cut: phone", "degrade: phone, to: slow"));
        Assert.Equal(ExitCode.Pass, lab.Lab("check", "scenarios/x.yaml"));
        Assert.StartsWith("scenarios/x.yaml: 6 runs\nnote: topologies/one-phone.yaml:8:3: nobody uses the link 'spare'\n",
            lab.Output);
        Assert.DoesNotContain("'slow'", lab.Output);
    }

    [Fact]
    public void A_topology_may_name_a_policy_that_its_scenario_defines()
    {
        lab.Write("topologies/x.yaml", "servers: {example.org: {policy: theirs}}\n"
            + "clients: {phone: {server: example.org, policy: mine}}\n");
        Assert.Equal(ExitCode.Pass, lab.Lab("check", "topologies/x.yaml"));
        Assert.Contains("note: topologies/x.yaml:2:48: the policy 'mine' is none of the presets; a scenario that names "
            + "this topology has to define it\n", lab.Output);
        Assert.Contains("'theirs'", lab.Output);
        Assert.Equal("", lab.Error);
    }
}
