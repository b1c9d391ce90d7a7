using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class PresetTests
{
    public static TheoryData<string> Policies => [.. Presets.Policies.Entries.Select(e => e.Key.Text)];
    public static TheoryData<string> Links => [.. Presets.Links.Entries.Select(e => e.Key.Text)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_policy_preset_binds_and_names_its_source(string name)
    {
        Assert.NotNull(Presets.Policy(name));
        if (name != "nothing") Assert.Contains(Presets.Comment(Presets.Policies, name), l => l.StartsWith("Source: "));
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void A_link_preset_binds_and_names_its_source(string name)
    {
        LinkProfile link = Presets.Link(name);
        Assert.True(link.Delay.Up > Duration.Zero);
        Assert.True(link.Upward().QueueBytes >= 0);
        if (name != "lan") Assert.Contains(Presets.Comment(Presets.Links, name), l => l.StartsWith("Source: "));
    }

    [Theory]
    [InlineData("conversations dino gajim monal siskin atalk psi profanity pidgin poezio conversejs")]
    [InlineData("smack slixmpp qxmpp aioxmpp xmppjs tokio-xmpp moxxmpp")]
    [InlineData("prosody ejabberd mongooseim openfire tigase snikket-server rfc6120")]
    public void Deployed_software_is_there_under_its_name(string names) =>
        Assert.All(names.Split(' '), name => Assert.NotNull(Presets.Policies[name]));

    [Fact]
    public void A_preset_says_what_its_source_says()
    {
        Policy conversations = Presets.Policy("conversations");
        Assert.Equal(new PingPolicy { Every = Duration.FromSeconds(300), Timeout = Duration.FromSeconds(15),
            Trigger = Trigger.IdleReceive, ClearedBy = ClearedBy.AnyStanza },
            conversations.Ping);
        Assert.Equal(1300, conversations.Reconnect.FactorPermille);
        Assert.Equal(Duration.FromSeconds(90), conversations.Connect.Total);
        Assert.Null(Presets.Policy("dino").Connect.Tls);
        Assert.Equal(new KeepaliveOption(Duration.FromSeconds(60), Duration.FromSeconds(90), 3),
            Presets.Policy("siskin").Tcp!.Keepalive);
        Assert.Equal(Reaction.Error, Presets.Policy("openfire").OnDead);
    }

    [Theory]
    [InlineData("wifi-home", 0.05, 6.2, 0.9, 17.5)]
    [InlineData("wifi-congested", 0.05, 7.8, 0.9, 57.8)]
    [InlineData("umts", 0.05, 21.4, 0.95, 100.9)]
    [InlineData("lte-good", 0.05, 21.4, 0.95, 100.9)]
    [InlineData("edge", 0.05, 149.8, 0.95, 600.3)]
    [InlineData("nb-iot", 0.05, 300.9, 0.95, 5000.2)]
    public void Delays_fit_the_percentiles_that_the_comment_claims(string name, double low, double lowMs, double high,
        double highMs)
    {
        LinkProfile link = Presets.Link(name);
        double delay = link.Delay.Up.TotalSeconds * 1e3, jitter = link.Jitter.Up.TotalSeconds * 1e3;
        double At(double share) => link.JitterShape == JitterShape.Pareto
            ? delay + 2 * jitter * (Math.Pow(1 - share, -1.0 / 3) - 1) : delay - jitter * Math.Log(1 - share);
        Assert.Equal(lowMs, At(low), 0.06);
        Assert.Equal(highMs, At(high), 0.06);
    }

    [Fact]
    public void Lines_of_the_preset_files_are_short()
    {
        foreach (Mapping presets in new[] { Presets.Policies, Presets.Links })
            for (int line = 1; line <= presets.Place.Source.Lines; line++)
                Assert.True(presets.Place.Source.Line(line).Length <= 120, $"{presets.Place.Source.Name}:{line}");
    }
}
