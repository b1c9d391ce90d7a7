using System.Net;
using System.Net.Sockets;
using Lab.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lab.Toxiproxy;

/// <summary>How a fault proxy runs.</summary>
public sealed record ToxiproxyOptions
{
    /// <summary>Where the HTTP API listens: an address or a name. Whoever reaches it can open ports.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>
    /// Names that requests may give in Host besides addresses, localhost and <see cref="Host"/>; * is any. Others are
    /// refused, for a page in a browser can make its own name lead here (DNS rebinding).
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Port of the HTTP API; 0 is any free one.</summary>
    public int Port { get; init; }

    /// <summary>Jitter, toxicity and slices repeat for a seed; without one they differ from run to run.</summary>
    public ulong? Seed { get; init; }

    /// <summary>
    /// Where Toxiproxy hurts experiments, do better: half-closes and resets are passed on, toxicity is drawn once per
    /// connection, and a change of one toxic leaves the chunks of the others alone.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>Proxies from the start.</summary>
    public IReadOnlyList<ProxyRequest> Proxies { get; init; } = [];
}

/// <summary>The fault proxy with its HTTP API, in this process. Several may run side by side. Thread-safe.</summary>
public sealed class ToxiproxyServer : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly FaultProxies proxies;

    private ToxiproxyServer(WebApplication web, FaultProxies proxies) => (this.web, this.proxies) = (web, proxies);

    /// <summary>Where the HTTP API listens.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    /// <summary>
    /// Starts the proxies and the API on a host whose configuration, logging and lifetime the caller chose; null and a
    /// line of explanation when an address cannot be had.
    /// </summary>
    public static async Task<(ToxiproxyServer? Server, string Problem)> StartAsync(ToxiproxyOptions options,
        WebApplicationBuilder? builder = null)
    {
        (IPAddress[] found, string error) = await Addresses.LookUpAsync(options.Host);
        if (found.Length == 0) return (null, error);
        var address = new IPEndPoint(found[0], options.Port);
        WebApplication web = Build(builder ?? InProcess(), address);
        ILogger log = web.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Lab.Proxy");
        ulong seed = options.Seed ?? (ulong)Random.Shared.NextInt64();
        var proxies = new FaultProxies(RandomStream.Root(seed), options.Strict, log);
        var server = new ToxiproxyServer(web, proxies);
        var api = new ToxiproxyApi(proxies);
        string[] hosts = [.. options.AllowedHosts, options.Host];
        web.Run(context => ServeAsync(api, hosts, context));
        (_, Refusal? refusal) = await proxies.PopulateAsync(options.Proxies);
        string problem = refusal?.Text ?? await server.ListenAsync(address);
        if (problem.Length == 0) return (server, "");
        await server.DisposeAsync();
        return (null, problem);
    }

    /// <summary>Where a proxy listens, or null when there is none of this name.</summary>
    public string? ListenOf(string proxy) => proxies.Find(proxy)?.Listen;

    /// <summary>Runs until the host is told to stop (a signal, the token); then closes all in order.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await web.WaitForShutdownAsync(stop);
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        proxies.Stop();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await web.StopAsync(soon.Token);
        await web.DisposeAsync();
    }

    // no signals, no console, no configuration: an object among others
    private static WebApplicationBuilder InProcess()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, Unbound>();
        return builder;
    }

    private static WebApplication Build(WebApplicationBuilder builder, IPEndPoint address)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address);
        });
        return builder.Build();
    }

    private async Task<string> ListenAsync(IPEndPoint address)
    {
        try
        {
            await web.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or AddressInUseException)
        {
            string reason = e is AddressInUseException || e.InnerException is AddressInUseException
                ? "address already in use" : (e.InnerException ?? e).Message;
            return $"listen tcp {address}: bind: {reason}";
        }
        IServer kestrel = web.Services.GetRequiredService<IServer>();
        string url = kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Address = new IPEndPoint(address.Address, new Uri(url).Port);
        return "";
    }

    private static bool IsKnown(string host, string[] allowed)
    {
        string name = host.TrimEnd('.');
        return name.Length == 0 || name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(name, out _)
            || allowed.Any(a => a == "*" || a.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task ServeAsync(ToxiproxyApi api, string[] hosts, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Answer answer = !IsKnown(context.Request.Host.Host, hosts) ? Answer.Stranger
            : await api.AnswerAsync(context.Request.Method, context.Request.Path.Value ?? "",
            context.Request.Headers.UserAgent.ToString(), body.GetBuffer().AsMemory(0, (int)body.Length));
        context.Response.StatusCode = answer.Status;
        if (answer.ContentType is not null) context.Response.ContentType = answer.ContentType;
        if (answer.IsNoSniff) context.Response.Headers.XContentTypeOptions = "nosniff";
        if (answer.IsRouted) context.Response.Headers["X-Toxiproxy-Request-Id"] = context.TraceIdentifier;
        if (answer.Body.Length > 0 && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentLength = answer.Body.Length;
            await context.Response.Body.WriteAsync(answer.Body);
        }
    }

    private sealed class Unbound : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken stop) => Task.CompletedTask;
        public Task StopAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
