using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Toxiproxy;

namespace Lab.Tests;

/// <summary>
/// Requests and what Toxiproxy 2.12.0 answered (Golden/toxiproxy-api.txt: request, status and type, body), sent to our
/// server. Where ours differs on purpose, <see cref="OnPurpose"/> says how and why.
/// </summary>
public sealed partial class ApiProbeTests
{
    [Fact]
    public async Task Answers_as_Toxiproxy_does()
    {
        await using ToxiproxyServer server = await Proxies.StartAsync();
        using HttpClient http = Proxies.Api(server);
        string[] ports = [.. Enumerable.Range(0, 4).Select(_ => Proxies.FreePort().ToString())];
        string[] lines = await File.ReadAllLinesAsync(
            Path.Combine(RepositoryRoot.Path, "lab", "Lab.Tests", "Golden", "toxiproxy-api.txt"));
        Assert.Equal(0, lines.Length % 3);
        var wrong = new StringBuilder();
        for (int i = 0; i < lines.Length; i += 3)
        {
            (string head, string body) = await AskAsync(http, lines[i], ports);
            if (lines[i].Contains("\"h/i\"")) continue;         // NamesThatCannotBeAddressed
            string expectedBody = OnPurpose(lines[i + 2].Trim());
            bool same = expectedBody.EndsWith('*') ? body.StartsWith(expectedBody[..^1], StringComparison.Ordinal)
                : body == expectedBody;
            if (head != lines[i + 1].Trim() || !same)
                wrong.Append($"{lines[i]}\n  expected {lines[i + 1].Trim()} {expectedBody}\n")
                    .Append($"  answered {head} {body}\n");
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    // its words are Go's about Go's types
    private static string OnPurpose(string expected) => Detail().Replace(expected
        .Replace("\"Logger\":{},", "")                    // a slip of its own: no client reads it
        .Replace("[::]:<port>", "127.0.0.1:<port>")       // without a host it listens to this machine alone
        .Replace("\"proxies\":null", "\"proxies\":[]"),   // null makes the Node client throw
        "");

    [GeneratedRegex("(?<=bad request body: )(?!EOF)([^\"\\\\]|\\\\.)*")]
    private static partial Regex Detail();

    private static async Task<(string Head, string Body)> AskAsync(HttpClient http, string probe, string[] ports)
    {
        for (int i = 0; i < ports.Length; i++) probe = probe.Replace($"<p{i + 1}>", ports[i]);
        string[] words = probe.Split(' ', 3);
        using var request = new HttpRequestMessage(new HttpMethod(words[0]), words[1]);
        if (words.Length > 2 && words[2].StartsWith("(User-Agent "))
            request.Headers.TryAddWithoutValidation("User-Agent", words[2]["(User-Agent ".Length..^1]);
        else if (words[0] is not "GET") request.Content = new StringContent(words.Length > 2 ? words[2] : "");
        using HttpResponseMessage response = await http.SendAsync(request);
        string type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types)
            ? types.ToString() : "-";
        string head = $"{(int)response.StatusCode} {type}"
            + (response.Headers.Contains("X-Toxiproxy-Request-Id") ? " routed" : "");
        string body = (await response.Content.ReadAsStringAsync()).TrimEnd('\n');
        body = Title().Replace(body, "");    // beside error: what clients older than 2.1.0 read
        for (int i = 0; i < ports.Length; i++) body = body.Replace(":" + ports[i], $":<p{i + 1}>");
        body = Port().Replace(body, "$1:<port>");
        return (head, Detail().Replace(body, ""));
    }

    [GeneratedRegex("\"title\":\"([^\"\\\\]|\\\\.)*\",")]
    private static partial Regex Title();

    [GeneratedRegex(@"(""listen"":""(?:127\.0\.0\.1|\[::\])):[1-9]\d*")]
    private static partial Regex Port();

    [Theory]
    [InlineData("bandwidth", """{"rate":-1}""", "rate must be 0 or more KB/s, found -1")]
    [InlineData("slicer", "{}", "average_size must be 1 byte or more, found 0")]
    [InlineData("slicer", """{"average_size":5,"size_variation":-1}""", "size_variation must be 0 or more bytes, found -1")]
    public async Task What_would_crash_Toxiproxy_is_refused(string type, string attributes, string message)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        (HttpStatusCode status, string body) = await http.SayAsync("POST", "/proxies/p/toxics",
            $$"""{"type":"{{type}}","attributes":{{attributes}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal($$"""{"error":"{{message}}","title":"{{message}}","status":400}""" + "\n", body);
        Assert.Equal("[]", (await http.SayAsync("GET", "/proxies/p/toxics")).Body);
    }

    [Fact]
    public async Task A_proxy_whose_new_address_is_taken_is_left_disabled_with_it()
    {
        await using ToxiproxyServer server = await Proxies.StartAsync(("p", "127.0.0.1:1"), ("q", "127.0.0.1:1"));
        using HttpClient http = Proxies.Api(server);
        string taken = server.ListenOf("q")!;
        (HttpStatusCode status, string body) = await http.SayAsync("POST", "/proxies/p",
            $$"""{"listen":"{{taken}}"}""");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains($"listen tcp {taken}: bind: address already in use", body);
        Assert.Contains($$"""
            "listen":"{{taken}}","upstream":"127.0.0.1:1","enabled":false
            """, (await http.SayAsync("GET", "/proxies/p")).Body);
    }

    [Theory]
    [InlineData("127.0.0.1", "address 127.0.0.1: missing port in address")]
    [InlineData("::1:80", "address ::1:80: too many colons in address")]
    [InlineData("127.0.0.1:http", "address http: invalid port")]
    [InlineData("127.0.0.1:-1", "address -1: invalid port")]
    public async Task Addresses_that_are_none_are_said_in_one_line(string listen, string message)
    {
        await using ToxiproxyServer server = await Proxies.StartAsync();
        using HttpClient http = Proxies.Api(server);
        (HttpStatusCode status, string body) = await http.SayAsync("POST", "/proxies",
            $$"""{"name":"p","listen":"{{listen}}","upstream":"x"}""");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains($"\"error\":\"listen tcp: {message}\"", body);
    }
}
