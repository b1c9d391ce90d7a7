using System.Text.RegularExpressions;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed partial class RuleSightTests : IJournalReader
{
    private static readonly Instant T = Instant.Zero;
    private readonly Journal journal = new();
    private readonly RuleSight rules = new();

    public RuleSightTests() => journal.Attach(this);

    void IJournalReader.On(in Entry entry) => rules.On(in entry);

    [Fact]
    public void A_session_that_waits_and_is_resumed_shows_the_rules_of_resumption()
    {
        journal.ServerHibernated(T, 0, 1);
        journal.StepReached(T, 0, Step.ResumeSent, 2);
        journal.ClientOnline(T, 0, resumed: true, 2);
        Assert.Equal(["SM-01", "SM-17", "SM-18", "SM-22", "SM-23", "SM-26"], rules.Seen);
    }

    [Fact]
    public void Binding_after_a_resumption_that_failed_counts_on_the_same_connection_only()
    {
        journal.StepReached(T, 0, Step.ResumeSent, 2);
        journal.StepReached(T, 0, Step.BindSent, 3);
        Assert.DoesNotContain("SM-20", rules.Seen);
        journal.StepReached(T, 0, Step.ResumeSent, 4);
        journal.StepReached(T, 0, Step.BindSent, 4);
        Assert.Contains("SM-20", rules.Seen);
    }

    [Theory]
    [InlineData(Mechanism.PingTimeout, Claim.Dead, StreamErrorCondition.None, "DEAD-01")]
    [InlineData(Mechanism.PingTimeout, Claim.Broken, StreamErrorCondition.ConnectionTimeout, "SIL-08")]
    [InlineData(Mechanism.StreamClose, Claim.None, StreamErrorCondition.None, "CLO-02")]
    [InlineData(Mechanism.StreamError, Claim.None, StreamErrorCondition.Conflict, "CLO-06")]
    [InlineData(Mechanism.Reset, Claim.None, StreamErrorCondition.None, "")]
    public void The_end_of_a_stream_shows_the_rule_that_ended_it(
        Mechanism mechanism, Claim claim, StreamErrorCondition condition, string id)
    {
        journal.ClientOffline(T, 0, new StreamEnd(mechanism, claim, condition), 1);
        Assert.Equal(id == "" ? [] : [id], rules.Seen);
    }

    [Fact]
    public void Every_id_that_it_can_say_is_in_the_register()
    {
        string code = File.ReadAllText(
            Path.Combine(RepositoryRoot.Path, "lab", "Lab.Experiments", "Metrics", "RuleSight.cs"));
        string register = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "lab", "RULES.md"));
        Assert.All(Id().Matches(code), m => Assert.Contains($"| {m.Groups[1].Value} |", register));
    }

    [GeneratedRegex("\"([A-Z]+-[0-9]+)\"")]
    private static partial Regex Id();
}
