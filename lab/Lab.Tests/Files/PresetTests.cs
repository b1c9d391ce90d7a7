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
    [InlineData("edge", 0.05, 149.8, 0.95, 600.3)]
    [InlineData("edge-lossy", 0.05, 250.1, 0.95, 1000.9)]
    public void Delays_fit_the_percentiles_that_the_comment_claims(string name, double low, double lowMs, double high,
        double highMs)
    {
        LinkProfile link = Presets.Link(name);
        double delay = link.Delay.Up.TotalSeconds * 1e3, jitter = link.Jitter.Up.TotalSeconds * 1e3;
        double At(double share) => delay - jitter * Math.Log(1 - share);
        Assert.Equal(lowMs, At(low), 0.06);
        Assert.Equal(highMs, At(high), 0.06);
    }

    [Fact]
    public void Lines_of_the_preset_files_are_short()
    {
        foreach (Mapping presets in new[] { Presets.Policies, Presets.Links, Presets.Published })
            for (int line = 1; line <= presets.Place.Source.Lines; line++)
                Assert.True(presets.Place.Source.Line(line).Length <= 120, $"{presets.Place.Source.Name}:{line}");
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void Each_number_of_a_link_preset_says_where_it_comes_from_and_the_preset_stands_in_a_group(string name)
    {
        string[] text = [.. Presets.Text(Presets.Links, name)];
        string[] numbers = text.Length == 1 ? text : text[1..];
        foreach (string line in numbers.Where(l => !l.EndsWith(',')))                  // else it goes on below
            Assert.Matches(@"# \[[VSDRC]\]", line);
        Assert.NotEqual("", Presets.Group(Presets.Links, name));
    }

    [Theory]
    [InlineData("gprs edge umts hspa lte-good lte-m nb-iot 5g-nsa 5g-mmwave 5g-sa wifi-home wifi-congested sat-geo")]
    [InlineData("sat-leo train-4g metro-3g lte-driving driving-3g tram-3g lift")]
    [InlineData("apple-3g atc-edge-average devtools-slow-4g webpagetest-3g errant-4g moongen-lte akamai-poor")]
    [InlineData("lighthouse-mobile sitespeed-3g firefox-gprs android-umts comcast-edge unity-5g str0m-cellular")]
    public void Links_that_people_know_are_there_under_their_names(string names) =>
        Assert.All(names.Split(' '), name => Assert.NotNull(Presets.Links[name]));

    [Theory]
    [InlineData("atc-edge-good", 370, 350)]        // one way as it is
    [InlineData("devtools-slow-4g", 75, 75)]       // half of a round trip of 150 ms
    [InlineData("webpagetest-3g", 150, 150)]       // half of 300 ms
    [InlineData("sitespeed-3g", 150, 150)]         // what it calls a round trip is half of one
    [InlineData("comcast-edge", 300, 0)]           // on what a machine sends
    public void A_published_delay_is_one_way_here(string name, int up, int down)
    {
        LinkProfile link = Presets.Link(name);
        Assert.Equal(new(Duration.FromMilliseconds(up), Duration.FromMilliseconds(down)), link.Delay);
    }
}
