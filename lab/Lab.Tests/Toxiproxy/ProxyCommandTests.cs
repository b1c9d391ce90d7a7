using Lab.Cli;

namespace Lab.Tests;

/// <summary>lab proxy: mistakes, and a life from start to stop.</summary>
public sealed class ProxyCommandTests
{
    [Theory]
    [InlineData("""[{"name": "a", "listn": "x", "upstream": "y"}]""",
        "1:16: unknown key 'listn' in the proxy, expected one of name, upstream, listen, enabled; did you mean 'listen'?")]
    [InlineData("""[{"name": "a"}]""", "1:2: the proxy needs 'upstream'")]
    [InlineData("[\n\t{\"name\": \"a\", \"upstream\": \"y\", \"enabled\": 3}\n]",
        "2:44: enabled: expected true or false, found '3'")]
    [InlineData("""{"name": "a"}""", "1:1: expected a list of proxies")]
    [InlineData("""[{"name": "a", "upstream": "y"}, {"name": "a", "upstream": "z"}]""",
        "1:34: the proxy 'a' stands here twice")]
    [InlineData("""[{"name": "a", """, "this is not YAML")]
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
