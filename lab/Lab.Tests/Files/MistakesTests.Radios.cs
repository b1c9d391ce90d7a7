namespace Lab.Tests;

// Radios, batteries, and who else uses them.
public sealed partial class MistakesTests
{
    private const string Radios = """
        ## radios
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: {radio: ltee}}}}
            1:93: there is no radio 'ltee' in the topology or the presets; did you mean 'lte'? lab show radios lists those
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: {radio: {profile: ltee}}}}}
            1:93: a radio needs states
            1:103: there is no profile 'ltee'; did you mean 'lte'? lab show radios lists them
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: {radio: {states: {on: {power: 20}}}}}}}
            1:103: on does not carry every packet (carries: unlimited), and nothing says how it comes to (wakes)
            1:115: power: a power needs a unit: 20mW, 20W, ...
        ## batteries
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, battery: 15.4Wh}}}
            1:88: nothing draws from the battery of phone: no link of its has a radio (radio: lte)
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: {radio: lte}, battery: 4000mAh}}}
            1:108: battery: 4000mAh is a charge; times the battery's voltage it is an energy: at 3.85 V 15.4Wh
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, other-traffic: [{every: 1m}]}}}
            1:94: other-traffic uses the radio of phone, and no link of its has a radio (radio: lte)
        """;

    [Fact]
    public void States_of_a_radio_that_no_byte_can_number_are_refused()
    {
        string text = Laboratory.DeadLink.Replace("topology: one-phone", "topology: {servers: {example.org: {}}, "
            + "clients: {phone: {server: example.org, link: {radio: {states: {"
            + string.Join(", ", Enumerable.Range(0, 257).Select(i => $"s{i}: {{carries: unlimited}}")) + "}}}}}}");
        Assert.Contains("these are 257 states; a radio has at most 256", lab.Problems(text));
    }
}
