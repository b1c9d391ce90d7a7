using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

/// <summary>How files say what lets an app sleep: a preset's name, its numbers with others, or all of them.</summary>
public sealed class SleepFileTests
{
    private static Sweep Read(string sleep, string rest = "") => Parse($$$"""
        duration: 1h
        name: x
        topology:
          servers: {a: {}}
          clients:
            c:
              server: a
              sleep: {{{sleep}}}
        {{{rest}}}
        """);

    private static Sweep Parse(string text)
    {
        var problems = new Problems();
        Sweep? sweep = SweepReader.Read(new Source("x.yaml", text), Overrides.None, problems, _ => []);
        Assert.Equal("", problems.ToString());
        return sweep!;
    }

    private static SleepProfile? Of(RunSpec run) => run.Topology.Clients["c"].Sleep;

    [Fact]
    public void The_presets_say_what_their_sources_say()
    {
        SleepProfile ios = Of(Read("ios").Plan[0])!;
        Assert.Equal((Duration.FromSeconds(30), Duration.FromMinutes(10)), (ios.SuspendsAfter, ios.ReclaimsAfter));
        SleepProfile doze = Of(Read("android-doze-older").Plan[0])!;
        Assert.Equal(new DozeProfile
        {
            After = Duration.FromMinutes(65), Idle = Duration.FromHours(1), LongestIdle = Duration.FromHours(6),
            Window = Duration.FromMinutes(5), LongestWindow = Duration.FromMinutes(10),
        }, doze.Deep);
        Assert.Equal(new AlarmProfile { AtMost = 1, Per = Duration.FromMinutes(9), For = Duration.FromSeconds(10) },
            doze.Alarms);
    }

    [Fact]
    public void A_profile_gives_the_numbers_that_are_not_said_also_within_a_part()
    {
        SleepProfile sleep = Of(Read("{profile: android-doze, light: none, deep: {window: 30s}, clock: stops}").Plan[0])!;
        SleepProfile preset = Of(Read("android-doze").Plan[0])!;
        Assert.Equal(preset with
        {
            Light = null, Deep = preset.Deep! with { Window = Duration.FromSeconds(30) }, Clock = SleepClock.Stops,
        }, sleep);
    }

    [Fact]
    public void It_varies_by_name_and_a_run_file_has_the_numbers()
    {
        Sweep sweep = Read("ios", "vary: {clients.c.sleep: [none, ios, android-doze, {suspends-after: 5s}]}");
        Assert.Equal([null, Duration.FromSeconds(30), null, Duration.FromSeconds(5)],
            sweep.Plan.Select(r => Of(r)?.SuspendsAfter));
        string run = Read("{profile: ios, reclaims-after: none}").RunYaml;
        Assert.DoesNotContain("profile", run, StringComparison.Ordinal);
        Assert.Equal(new SleepProfile { SuspendsAfter = Duration.FromSeconds(30) }, Of(Parse(run).Plan[0]));
        Assert.Equal(Of(Read("ios").Plan[0]), Of(Parse(Read("ios").RunYaml).Plan[0]));
    }
}
