namespace Lab.Tests;

/// <summary>Faults on streams between servers: what may be named, and what is said of the rest.</summary>
public sealed class StreamTargetTests : IDisposable
{
    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Theory]
    [InlineData("cut: example.org->b.example", "")]
    [InlineData("cut: b.example->example.org#3", "")]
    [InlineData("degrade: example.org->b.example#any, to: {delay: 1s}", "")]
    [InlineData("cut: mobile", "")]
    [InlineData("unresolved: b.example", "")]
    [InlineData("ignore-dialback: example.org", "")]
    [InlineData("expire: b.exmple", "there is no server 'b.exmple' for expire, expected one of example.org, b.example; "
        + "did you mean 'b.example'?")]
    [InlineData("expire: phone", "expire does not go with a client, expected one of example.org, b.example")]
    [InlineData("cut: example.org->c.example", "there are no streams example.org->c.example, expected one of "
        + "example.org->b.example, b.example->example.org; did you mean 'example.org->b.example'?")]
    [InlineData("cut: example.org->b.example#4",
        "there is no example.org->b.example#4: the pool has 4, so the last one is #3")]
    [InlineData("freeze: example.org->b.example", "freeze goes with a process; 'example.org->b.example' names streams, "
        + "which take cut, degrade and reset")]
    [InlineData("cut: example.org->b.example#x", "'example.org->b.example#x' names no streams; write "
        + "a.example->b.example, with #2 for one of them or #any for one that is drawn")]
    public void A_fault_names_streams_that_exist(string fault, string problem)
    {
        const string Topology = "topology: {servers: {example.org: {}, b.example: {}}, clients: {phone: {server: "
            + "example.org, link: mobile}}, s2s: [{between: [example.org, b.example], streams: 4, link: mobile}], "
            + "links: {mobile: {}}}";
        string text = Laboratory.DeadLink.Replace("topology: one-phone", Topology).Replace("cut: phone", fault);
        string found = lab.Problems(text).Split('\n')[0];
        if (problem.Length == 0) Assert.Equal("", found);
        else Assert.EndsWith(problem, found);
    }

    [Fact]
    public void Policies_sizes_and_targets_of_streams_vary_like_all_else()
    {
        string text = Laboratory.DeadLink.Replace("topology: one-phone",
            "topology: {servers: {example.org: {}, b.example: {}}, clients: {phone: {server: example.org}}, "
            + "s2s: [{between: [example.org, b.example], streams: 4}]}")
            .Replace("clients.phone.policy: [ping, acks]",
                "s2s[0].policy: [ping, acks]\n  s2s[0].streams: [1, 2]\n  faults[0].cut: [phone, b.example]")
            .Replace(", when: {clients.phone.policy: ping}", "");
        Assert.Equal("", lab.Problems(text));
    }
}
