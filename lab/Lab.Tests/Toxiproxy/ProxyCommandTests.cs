using Lab.Cli;

namespace Lab.Tests;

/// <summary>lab proxy: mistakes, and a life from start to stop.</summary>
public sealed class ProxyCommandTests
{
    [Theory]
    [InlineData("""[{"name": "a", "listn": "x", "upstream": "y"}]""",
        "1:16: unknown key 'listn' in the proxy, expected one of name, upstream, listen, enabled, toxics; did you mean 'listen'?")]
    [InlineData("""[{"name": "a"}]""", "1:2: the proxy needs 'upstream'")]
    [InlineData("[\n\t{\"name\": \"a\", \"upstream\": \"y\", \"enabled\": 3}\n]",
        "2:44: enabled: expected true or false, found '3'")]
    [InlineData("""{"name": "a"}""", "1:1: expected a list of proxies")]
    [InlineData("""[{"name": "a", "upstream": "y"}, {"name": "a", "upstream": "z"}]""",
        "1:34: the proxy 'a' stands here twice")]
    [InlineData("""[{"name": "a", """, "this is not YAML")]
    [InlineData("""[{"name": "a/b", "upstream": "y"}]""", "1:2: name 'a/b' cannot be addressed")]
    [InlineData("""[{"name": "a", "upstream": "y", "toxics": [{"type": "latencyy"}]}]""",
        "1:44: there is no toxic 'latencyy', expected one of latency, bandwidth, ")]
    [InlineData("""[{"name": "a", "upstream": "y", "toxics": [{"type": "latency", "attributes": {"latenci": 3}}]}]""",
        "1:44: latency has no attribute 'latenci', expected latency or jitter")]
    [InlineData("""[{"name": "a", "upstream": "y", "toxics": [{"type": "latency", "attributes": {"latency": 1.5}}]}]""",
        "1:44: latency: expected a whole number, found '1.5'")]
    [InlineData("""[{"name": "a", "upstream": "y", "toxics": [{"type": "latency", "stream": "sideways"}]}]""",
        "1:44: stream was invalid, can be either upstream or downstream")]
    [InlineData("""[{"name": "a", "upstream": "y", "toxics": [{"type": "noop", "toxicity": "much"}]}]""",
        "1:44: toxicity: expected a number, found 'much'")]
    [InlineData("""[{"name": "a", "upstream": "y", "toxics": [{"type": "noop"}, {"type": "noop"}]}]""",
        "1:62: the toxic 'noop_downstream' stands here twice")]
    [InlineData("""[{"name": "a", "upstream": "y", "toxics": [{"type": "bandwidth", "attributes": {"rate": -1}}]}]""",
        "1:44: rate must be 0 or more KB/s, found -1")]
    public void Mistakes_in_the_file_are_said_with_their_place(string text, string message)
    {
        using var laboratory = new Laboratory();
        string file = laboratory.Write("proxies.json", text);
        Assert.Equal(ExitCode.BadInput, laboratory.Lab("proxy", "--port", "0", "--config", file));
        Assert.Contains(message, laboratory.Error);
    }

    [Theory]
    [InlineData("--mode", "strickt", "--mode: there is no mode 'strickt', expected one of toxiproxy, strict; did you mean 'strict'?")]
    [InlineData("--port", "99999", "--port takes a whole number from 0 to 65535, found '99999'\nlab proxy --help explains.")]
    [InlineData("--config", "nowhere.json", "nowhere.json: no such file")]
    public void Mistakes_on_the_command_line_are_one_line(string option, string value, string message)
    {
        using var laboratory = new Laboratory();
        Assert.Equal(ExitCode.BadInput, laboratory.Lab("proxy", option, value));
        Assert.Equal(message, laboratory.Error.Trim());
    }

    [Fact]
    public async Task A_taken_port_is_one_line()
    {
        await using Toxiproxy.ToxiproxyServer server = await Proxies.StartAsync();
        using var laboratory = new Laboratory();
        string port = server.Address.Port.ToString();
        Assert.Equal(ExitCode.BadInput, laboratory.Lab("proxy", "--port", port));
        Assert.Equal($"listen tcp 127.0.0.1:{port}: bind: address already in use; --port 0 takes any free one",
            laboratory.Error.Trim());
    }

    // what GET /proxies gave, put into a list, and what an editor left behind it
    [Fact]
    public async Task What_Toxiproxy_takes_is_taken_with_the_toxics_that_stand_there()
    {
        using var laboratory = new Laboratory();
        string file = laboratory.Write("proxies.json", """
            [{"NAME": "a", "Listen": "127.0.0.1:0", "upstream": "127.0.0.1:1", "enabled": null, "Logger": {},
            "toxics": [{"attributes": {"Latency": 100, "jitter": 5}, "name": "slow", "type": "latency",
            "stream": "upstream", "toxicity": 0.5}, {"type": "packet_loss", "attributes": {"loss_rate": 0.25}}]}]
            ]]
            {"more": "text
            """);
        Task<int> running = Task.Run(() => laboratory.Lab("proxy", "--port", "0", "--config", file));
        await Proxies.UntilAsync(() => Task.FromResult(laboratory.Output.Contains("a on 127.0.0.1:")));
        using (var http = new HttpClient { Timeout = Proxies.Limit })
        {
            string api = laboratory.Output.Split("API on ")[1].Split('\n')[0];
            Assert.Equal("""
                [{"attributes":{"latency":100,"jitter":5},"name":"slow","type":"latency","stream":"upstream","toxicity":0.5},{"attributes":{"loss_rate":0.25,"correlation":0},"name":"packet_loss_downstream","type":"packet_loss","stream":"downstream","toxicity":1}]
                """, (await http.SayAsync("GET", api + "/proxies/a/toxics")).Body);
        }
        await laboratory.Stop.CancelAsync();
        Assert.Equal(ExitCode.Pass, await running.WaitAsync(Proxies.Limit));
        Assert.Contains("what stands behind the list is not read", laboratory.Error);
    }

    [Fact]
    public void A_toxic_that_deletes_is_no_toxic_of_strict_mode_and_a_proxy_onto_itself_is_none()
    {
        using var laboratory = new Laboratory();
        string file = laboratory.Write("proxies.json",
            """[{"name": "a", "upstream": "y", "toxics": [{"type": "packet_loss"}]}]""");
        Assert.Equal(ExitCode.BadInput,
            laboratory.Lab("proxy", "--port", "0", "--mode", "strict", "--config", file));
        Assert.Contains("1:44: packet_loss deletes bytes", laboratory.Error);
        int port = Proxies.FreePort();
        file = laboratory.Write("ring.json",
            $$"""[{"name": "a", "listen": ":{{port}}", "upstream": "localhost:{{port}}"}]""");
        Assert.Equal(ExitCode.BadInput, laboratory.Lab("proxy", "--port", "0", "--config", file));
        Assert.Contains($"upstream localhost:{port} leads back to the proxy itself", laboratory.Error);
    }

    [Fact]
    public async Task Runs_until_it_is_stopped()
    {
        using var laboratory = new Laboratory();
        string file = laboratory.Write("proxies.json",
            """[{"name": "a", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}]""");
        Task<int> running = Task.Run(() => laboratory.Lab("proxy", "--port", "0", "--config", file));
        await Proxies.UntilAsync(() => Task.FromResult(laboratory.Output.Contains("a on 127.0.0.1:")));
        await laboratory.Stop.CancelAsync();
        Assert.Equal(ExitCode.Pass, await running.WaitAsync(Proxies.Limit));
        Assert.StartsWith("API on http://127.0.0.1:", laboratory.Output);
    }
}
