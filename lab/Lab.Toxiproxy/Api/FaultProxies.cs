using System.Net;
using Lab.Network;
using Microsoft.Extensions.Logging;

namespace Lab.Toxiproxy;

/// <summary>What a request could not do: an HTTP status and words.</summary>
internal sealed record Refusal(int Status, string Text)
{
    public static readonly Refusal NoProxy = new(404, "proxy not found"), NoToxic = new(404, "toxic not found"),
        ProxyExists = new(409, "proxy already exists"), ToxicExists = new(409, "toxic already exists"),
        BadStream = new(400, "stream was invalid, can be either upstream or downstream"),
        BadType = new(400, "invalid toxic type"),
        Deletes = new(400, "packet_loss deletes bytes of the stream, which no network does to TCP; strict mode has "
            + $"{ToxicKind.Recovered} under /lab/proxies instead");

    public static Refusal Missing(string field) => new(400, "missing required field: " + field);
    public static Refusal Body(string detail) => new(400, "bad request body: " + detail);
    public static Refusal Server(string text) => new(500, text);

    public static Refusal Loop(string upstream) =>
        new(400, $"upstream {upstream} leads back to the proxy itself: a connection would never end");

    public static Refusal NoAttribute(ToxicKind kind, string name) => new(400, kind.Attributes.Length == 0
        ? $"{kind.Name} has no attributes, found '{name}'"
        : $"{kind.Name} has no attribute '{name}', expected {string.Join(" or ", kind.Attributes)}");
}

/// <summary>A proxy as a request or a configuration file asks for it.</summary>
public sealed record ProxyRequest
{
    public required string Name { get; init; }
    public required string Upstream { get; init; }

    /// <summary>host:port; port 0 is any free one, "" any port; without a host it is loopback's.</summary>
    public string Listen { get; init; } = "";

    public bool Enabled { get; init; } = true;

    /// <summary>In place before the first connection.</summary>
    public IReadOnlyList<ToxicRequest> Toxics { get; init; } = [];
}

/// <summary>All proxies by name, and what the API does with them. Look-ups come before any change.</summary>
internal sealed class FaultProxies(RandomStream root, bool isStrict, ILogger log)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, FaultProxy> proxies = [];

    /// <summary>By name.</summary>
    public IReadOnlyList<FaultProxy> All
    {
        get { lock (gate) return [.. proxies.Values.OrderBy(p => p.Name, StringComparer.Ordinal)]; }
    }

    public FaultProxy? Find(string name)
    {
        lock (gate) return proxies.GetValueOrDefault(name);
    }

    public async Task<(FaultProxy? Made, Refusal? Refusal)> AddAsync(ProxyRequest request)
    {
        if (Find(request.Name) is not null) return (null, Refusal.ProxyExists);
        if (ProxyNames.Problem(request.Name) is { } nameless) return (null, new Refusal(400, nameless));
        IPEndPoint? address = null;
        if (request.Enabled)
        {
            (address, string error) = await Addresses.ListenAsync(request.Listen);
            if (address is null) return (null, Refusal.Server("listen tcp: " + error));
            if (await LoopAsync(request.Name, address, request.Upstream) is { } loop) return (null, loop);
        }
        FaultProxy proxy = Make(request);
        lock (gate)
        {
            if (proxies.ContainsKey(request.Name)) return (null, Refusal.ProxyExists);
            foreach (ToxicRequest toxic in request.Toxics)
            {
                if (toxic.TryMake(isStrict, out string wrong) is not { } made) return (null, new Refusal(400, wrong));
                if (!proxy.TryAdd(made)) return (null, Refusal.ToxicExists);
            }
            if (address is not null && proxy.Start(address) is { } problem) return (null, Refusal.Server(problem));
            proxies.Add(proxy.Name, proxy);
        }
        if (address is not { Port: 0 }
            || await LoopAsync(proxy.Name, IPEndPoint.Parse(proxy.Listen), proxy.Upstream) is not { } own)
            return (proxy, null);
        Remove(proxy.Name);                                            // any port would do, and it was that one
        return (null, own);
    }

    /// <summary>
    /// A change of an address stops the proxy and closes its connections; toxics stay. If the new address is taken, the
    /// proxy stays stopped, with it.
    /// </summary>
    public async Task<Refusal?> UpdateAsync(FaultProxy proxy, string listen, string upstream, bool enabled)
    {
        (IPEndPoint? address, string error) = await Addresses.ListenAsync(listen);
        if (address is null) return Refusal.Server(error);
        if (enabled && await LoopAsync(proxy.Name, address, upstream) is { } loop) return loop;
        lock (gate)
        {
            if (proxies.GetValueOrDefault(proxy.Name) != proxy) return Refusal.NoProxy;
            if (address.ToString() != proxy.Listen || upstream != proxy.Upstream)
            {
                proxy.Stop();
                proxy.Redirect(listen, upstream);
            }
            if (!enabled) proxy.Stop();
            else if (proxy.Start(address) is { } problem) return Refusal.Server(problem);
            return null;
        }
    }

    public bool Remove(string name)
    {
        lock (gate)
        {
            if (!proxies.Remove(name, out FaultProxy? proxy)) return false;
            proxy.Stop();
            return true;
        }
    }

    /// <summary>Starts every proxy and takes every toxic away; stops at the first that cannot listen.</summary>
    public async Task<Refusal?> ResetAsync()
    {
        foreach (FaultProxy proxy in All)
        {
            if (!proxy.IsEnabled
                && await UpdateAsync(proxy, proxy.Listen, proxy.Upstream, enabled: true) is { } refusal) return refusal;
            foreach (Toxic toxic in proxy.Toxics) proxy.TryRemove(toxic);
        }
        return null;
    }

    /// <summary>
    /// Makes the proxies of a list. One that exists with the same addresses stays as it is, toxics too; another is
    /// replaced. Gives those done before the first failure.
    /// </summary>
    public async Task<(IReadOnlyList<FaultProxy> Done, Refusal? Refusal)> PopulateAsync(
        IReadOnlyList<ProxyRequest> list)
    {
        var done = new List<FaultProxy>();
        foreach (ProxyRequest request in list)
        {
            FaultProxy? proxy = Find(request.Name);
            if (proxy is null || !await IsSameAsync(proxy, request))
            {
                if (proxy is not null) Remove(proxy.Name);
                (proxy, Refusal? refusal) = await AddAsync(request);
                if (proxy is null) return (done, refusal);
            }
            done.Add(proxy);
        }
        return (done, null);
    }

    public void Stop()
    {
        foreach (FaultProxy proxy in All) Remove(proxy.Name);
    }

    /// <summary>Follows a connection from proxy to proxy: whether it comes back to where it began.</summary>
    private async Task<Refusal?> LoopAsync(string name, IPEndPoint address, string upstream)
    {
        var passed = new HashSet<FaultProxy>();
        for (string next = upstream; ;)
        {
            if (await Upstreams.IsAtAsync(next, address)) return Refusal.Loop(upstream);
            FaultProxy? hop = null;
            foreach (FaultProxy other in All.Where(p => p.Name != name && p.IsEnabled))
                if (await Upstreams.IsAtAsync(next, IPEndPoint.Parse(other.Listen))) hop = other;
            if (hop is null || !passed.Add(hop)) return null;
            next = hop.Upstream;
        }
    }

    private static async Task<bool> IsSameAsync(FaultProxy proxy, ProxyRequest request)
    {
        if (proxy.Upstream != request.Upstream) return false;
        if (proxy.Listen == request.Listen) return true;
        (IPEndPoint? address, _) = await Addresses.ListenAsync(request.Listen);
        return address?.ToString() == proxy.Listen;
    }

    private FaultProxy Make(ProxyRequest request) =>
        new(request.Name, request.Listen, request.Upstream, root.Fork(request.Name), isStrict, log);
}
