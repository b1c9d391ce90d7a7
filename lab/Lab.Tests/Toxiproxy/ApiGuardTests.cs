using System.Net;
using System.Net.Sockets;
using System.Text;
using Lab.Toxiproxy;

namespace Lab.Tests;

/// <summary>What the API refuses: strangers, names without a path, no text, loops, unknown attributes.</summary>
public sealed class ApiGuardTests
{
    private const string Loss = """{"type":"packet_loss","attributes":{"loss_rate":0.02,"correlation":0.5}}""";
    private const string Recovered =
        """{"type":"recovered_loss","attributes":{"loss_permille":20,"recovery":200}}""";

    [Fact]
    public async Task Packet_loss_is_Toxiproxys_and_deletes_chunks()
    {
        await using ProxiedPair pair = await ProxiedPair.StartAsync();
        (HttpStatusCode status, string made) = await pair.Api.SayAsync("POST", "/proxies/p/toxics", Loss);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""
            {"attributes":{"loss_rate":0.02,"correlation":0.5},"name":"packet_loss_downstream","type":"packet_loss","stream":"downstream","toxicity":1}
            """, made);
        Assert.Equal($"[{made}]", (await pair.Api.SayAsync("GET", "/proxies/p/toxics")).Body);
        Assert.Contains("""{"loss_rate":1,"correlation":0.5}""", (await pair.Api.SayAsync("PATCH",
            "/proxies/p/toxics/packet_loss_downstream", """{"attributes":{"loss_rate":1}}""")).Body);
        await pair.Upstream.SayAsync("gone");
        await pair.Client.SayAsync("there");
        Assert.Equal("there", await pair.Upstream.HearAsync(5));
        await Proxies.UntilAsync(async () => (await pair.Api.SayAsync("GET", "/metrics")).Body
            .Contains("received_bytes_total{direction=\"downstream\",listener=\"" + pair.Server.ListenOf("p")
                + "\",proxy=\"p\",upstream=\"" + pair.UpstreamAddress + "\"} 4", StringComparison.Ordinal));
        await pair.Api.SayAsync("DELETE", "/proxies/p/toxics/packet_loss_downstream");
        await pair.Upstream.SayAsync("here");
        Assert.Equal("here", await pair.Client.HearAsync(4));
    }

    [Fact]
    public async Task Recovered_loss_has_its_own_paths_and_stays_off_the_plain_lists()
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.SayAsync("POST", "/proxies/p/toxics", Recovered)).Status);
        (HttpStatusCode status, string made) = await http.SayAsync("POST", "/lab/proxies/p/toxics", Recovered);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""
            {"attributes":{"loss_permille":20,"recovery":200},"name":"recovered_loss_downstream","type":"recovered_loss","stream":"downstream","toxicity":1}
            """, made);
        await http.SayAsync("POST", "/proxies/p/toxics", """{"type":"latency"}""");
        Assert.DoesNotContain("recovered_loss", (await http.SayAsync("GET", "/proxies/p/toxics")).Body);
        Assert.DoesNotContain("recovered_loss", (await http.SayAsync("GET", "/proxies")).Body);
        Assert.Equal(HttpStatusCode.NotFound,
            (await http.SayAsync("GET", "/proxies/p/toxics/recovered_loss_downstream")).Status);
        Assert.Contains("\"loss_permille\":5", (await http.SayAsync("PATCH",
            "/lab/proxies/p/toxics/recovered_loss_downstream", """{"attributes":{"loss_permille":5}}""")).Body);
        Assert.StartsWith($"[{made.Replace(":20,", ":5,")},{{",
            (await http.SayAsync("GET", "/lab/proxies/p/toxics")).Body);
        await http.SayAsync("POST", "/reset", "");
        Assert.Equal("[]", (await http.SayAsync("GET", "/lab/proxies/p/toxics")).Body);
    }

    // Toxiproxy passes over attributes it does not know; a toxic that then does nothing is worse than an error
    [Theory]
    [InlineData("/lab/proxies", """{"type":"recovered_loss","attributes":{"loss_rate":0.1}}""",
        "recovered_loss has no attribute 'loss_rate', expected loss_permille or recovery")]
    [InlineData("/lab/proxies", """{"type":"latency","attributes":{"latency":1,"zzz":2}}""",
        "latency has no attribute 'zzz', expected latency or jitter")]
    [InlineData("/lab/proxies", """{"type":"noop","attributes":{"zzz":2}}""", "noop has no attributes, found 'zzz'")]
    [InlineData("/proxies", """{"type":"packet_loss","attributes":{"loss_permille":20}}""",
        "packet_loss has no attribute 'loss_permille', expected loss_rate or correlation")]
    [InlineData("/proxies", """{"type":"latency","attributes":{"latency":1,"zzz":2}}""", null)]
    [InlineData("/proxies", """{"type":"packet_loss","attributes":{"LOSS_RATE":0.1}}""", null)]
    public async Task An_attribute_that_is_not_known_is_refused_where_Toxiproxy_has_none(
        string path, string toxic, string? message)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        (HttpStatusCode status, string body) = await http.SayAsync("POST", $"{path}/p/toxics", toxic);
        Assert.Equal(message is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest, status);
        Assert.Contains(message is null ? "\"toxicity\":1" : $"\"error\":\"{message}\"", body);
    }

    [Fact]
    public async Task A_changed_toxic_is_held_to_its_attributes_as_well()
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        await http.SayAsync("POST", "/proxies/p/toxics", Loss);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.SayAsync("PATCH",
            "/proxies/p/toxics/packet_loss_downstream", """{"attributes":{"loss":1}}""")).Status);
    }

    [Fact]
    public async Task Strict_mode_deletes_no_bytes_and_names_what_it_has_instead()
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(strict: true, ("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        (HttpStatusCode status, string body) = await http.SayAsync("POST", "/proxies/p/toxics", Loss);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("recovered_loss under /lab/proxies", body);
        Assert.Equal(HttpStatusCode.OK, (await http.SayAsync("POST", "/lab/proxies/p/toxics", Recovered)).Status);
    }

    [Theory]
    [InlineData("""{"type":"packet_loss","attributes":{"loss_rate":1e999}}""")]
    [InlineData("""{"type":"packet_loss","attributes":{"loss_rate":"0.1"}}""")]
    [InlineData("""{"type":"latency","toxicity":1e39}""")]
    [InlineData("""{"type":"latency","toxicity":-1e999}""")]
    public async Task A_number_that_none_is_kept_as_is_refused(string toxic)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.SayAsync("POST", "/proxies/p/toxics", toxic)).Status);
        Assert.Equal("[]", (await http.SayAsync("GET", "/proxies/p/toxics")).Body);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1:8474", true)]
    [InlineData("[::1]:8474", true)]
    [InlineData("192.0.2.7:8474", true)]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST.:8474", true)]
    [InlineData("api.localhost:8474", true)]
    [InlineData("toxi.example", true)]
    [InlineData("evil.test", false)]
    [InlineData("evil.test:8474", false)]
    [InlineData("localhost.evil.test", false)]
    [InlineData("127.0.0.1.evil.test", false)]
    [InlineData("notlocalhost", false)]
    public async Task A_page_whose_name_leads_here_is_not_answered(string host, bool taken)
    {
        (ToxiproxyServer? server, _) = await ToxiproxyServer.StartAsync(
            new ToxiproxyOptions { AllowedHosts = ["toxi.example"] });
        await using (server)
            foreach (string path in (string[])["/proxies", "/version", "/nothing"])
            {
                using HttpClient http = Proxies.Api(server!);
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.Host = host;
                using HttpResponseMessage answer = await http.SendAsync(request);
                Assert.Equal(taken, answer.StatusCode != HttpStatusCode.Forbidden);
                if (!taken) Assert.Contains("--allow-host", await answer.Content.ReadAsStringAsync());
            }
    }

    [Fact]
    public async Task Any_host_may_be_allowed()
    {
        (ToxiproxyServer? server, _) = await ToxiproxyServer.StartAsync(
            new ToxiproxyOptions { AllowedHosts = ["*"] });
        await using (server)
        {
            using HttpClient http = Proxies.Api(server!);
            http.DefaultRequestHeaders.Host = "evil.test";
            Assert.Equal(HttpStatusCode.OK, (await http.SayAsync("GET", "/version")).Status);
        }
    }

    [Theory]
    [InlineData("a/b"), InlineData("/"), InlineData("."), InlineData(".."), InlineData("a%2fb"), InlineData("a\\u0000")]
    [InlineData("a\\nb"), InlineData("\\ud800"), InlineData("\\udc00x"), InlineData("x\\ud83d\\ud83d")]
    public async Task Names_that_cannot_be_addressed_are_refused(string name)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        string proxy = $$"""{"name":"{{name}}","listen":"127.0.0.1:0","upstream":"x"}""";
        Assert.Equal(HttpStatusCode.BadRequest, (await http.SayAsync("POST", "/proxies", proxy)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.SayAsync("POST", "/populate",
            $$"""[{"name":"q","listen":"127.0.0.1:0","upstream":"x"},{{proxy}}]""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.SayAsync("POST", "/proxies/p/toxics",
            $$"""{"type":"latency","name":"{{name}}"}""")).Status);
        Assert.DoesNotContain("\"q\"", (await http.SayAsync("GET", "/proxies")).Body);
    }

    [Theory]
    [InlineData("j k"), InlineData("...")]
    [InlineData("\u00e4\u4e2d\ud83d\ude00"), InlineData("a?b#c"), InlineData("a\\\\b")]
    [InlineData("50%"), InlineData("a+b"), InlineData("%41")]
    public async Task Any_other_name_is_found_again(string name)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync();
        using HttpClient http = Proxies.Api(server);
        Assert.Equal(HttpStatusCode.Created, (await http.SayAsync("POST", "/proxies",
            $$"""{"name":"{{name}}","listen":"127.0.0.1:0","upstream":"x"}""")).Status);
        string path = "/proxies/" + Uri.EscapeDataString(name.Replace("\\\\", "\\"));
        Assert.Equal(HttpStatusCode.OK, (await http.SayAsync("GET", path)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await http.SayAsync("DELETE", path)).Status);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_wherever_they_stand()
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        foreach (string body in (string[])["{\"name\":\"a\u00ff\",\"upstream\":\"x\"}", "{\"\u00c0\u00af\":1}",
            "{\"name\":\"a\",\"upstream\":\"\u00ed\u00a0\u0080\"}"])
            foreach (string path in (string[])["/proxies", "/proxies/p", "/proxies/p/toxics", "/populate"])
            {
                string sent = path == "/populate" ? $"[{body}]" : body;
                using var request = new HttpRequestMessage(HttpMethod.Post, path);
                request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(sent));
                using HttpResponseMessage answer = await http.SendAsync(request);
                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            }
    }

    [Theory, InlineData(""), InlineData(":0")]
    public async Task Without_a_host_a_proxy_listens_to_this_machine_alone(string listen)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync();
        using HttpClient http = Proxies.Api(server);
        Assert.Contains("\"listen\":\"127.0.0.1:", (await http.SayAsync("POST", "/proxies",
            $$"""{"name":"p","listen":"{{listen}}","upstream":"x"}""")).Body);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1"), InlineData("127.0.0.1", "localhost"), InlineData("127.0.0.1", "0.0.0.0")]
    [InlineData("0.0.0.0", "127.0.0.1"), InlineData("localhost", "127.0.0.1"), InlineData("", "")]
    [InlineData("[::]", "127.0.0.1"), InlineData("127.0.0.1", "[::ffff:127.0.0.1]")]
    public async Task A_proxy_onto_itself_is_refused(string listen, string upstream)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync();
        using HttpClient http = Proxies.Api(server);
        int port = Proxies.FreePort();
        string body = $$"""{"name":"p","listen":"{{listen}}:{{port}}","upstream":"{{upstream}}:{{port}}"}""";
        (HttpStatusCode status, string answer) = await http.SayAsync("POST", "/proxies", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("leads back to the proxy itself", answer);
        Assert.Equal("{}", (await http.SayAsync("GET", "/proxies")).Body);
        await http.SayAsync("POST", "/proxies", $$"""{"name":"p","listen":"{{listen}}:{{port}}","upstream":"x:1"}""");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.SayAsync(
            "POST", "/proxies/p", $$"""{"upstream":"{{upstream}}:{{port}}"}""")).Status);
        Assert.Contains("\"upstream\":\"x:1\",\"enabled\":true", (await http.SayAsync("GET", "/proxies/p")).Body);
    }

    [Fact]
    public async Task Nor_do_proxies_lead_to_each_other_in_a_ring()
    {
        await using ToxiproxyServer server = await Proxies.StartAsync();
        using HttpClient http = Proxies.Api(server);
        int[] ports = [Proxies.FreePort(), Proxies.FreePort(), Proxies.FreePort()];
        async Task<HttpStatusCode> Add(string name, int from, int to) => (await http.SayAsync("POST", "/proxies",
            $$"""{"name":"{{name}}","listen":"127.0.0.1:{{from}}","upstream":"127.0.0.1:{{to}}"}""")).Status;
        Assert.Equal(HttpStatusCode.Created, await Add("a", ports[0], ports[1]));
        Assert.Equal(HttpStatusCode.Created, await Add("b", ports[1], ports[2]));
        Assert.Equal(HttpStatusCode.BadRequest, await Add("c", ports[2], ports[0]));
        Assert.Equal(HttpStatusCode.Created, await Add("c", ports[2], 1));
        using Socket through = await Proxies.ConnectAsync($"127.0.0.1:{ports[0]}");
        Assert.Equal(".", await through.HearAsync());
    }
}
