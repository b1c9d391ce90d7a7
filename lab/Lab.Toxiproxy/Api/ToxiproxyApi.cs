using System.Text.Json;

namespace Lab.Toxiproxy;

/// <summary>
/// Toxiproxy's HTTP API: verb, path and body to an answer. The same paths under /lab also know the toxics that only the
/// lab has; the plain ones never show them, since old clients refuse a type they do not know.
/// </summary>
internal sealed class ToxiproxyApi(FaultProxies proxies)
{
    /// <summary>The version of Toxiproxy whose behaviour this is.</summary>
    public const string Version = "2.12.0";

    /// <summary>Path as it was written, still escaped but for what needs none.</summary>
    public async Task<Answer> AnswerAsync(string verb, string path, string userAgent, ReadOnlyMemory<byte> body)
    {
        if (Route(path) is not { } route) return Answer.NotFound;
        if (!route.Verbs.Contains(verb)) return Answer.WrongVerb;
        if (userAgent.StartsWith("Mozilla/", StringComparison.Ordinal)) return Answer.Browser;
        return await route.Act(verb, body);
    }

    private sealed record Routed(string[] Verbs, Func<string, ReadOnlyMemory<byte>, Task<Answer>> Act);

    private Routed? Route(string path)
    {
        // a slash inside a name splits it, as it does there
        if (path.Contains("%2F", StringComparison.OrdinalIgnoreCase)) return null;
        string[] words = path.Split('/')[1..];
        bool lab = words is ["lab", "proxies", _, "toxics", ..];
        return lab ? Toxics(words[1..], lab) : words switch
        {
            ["version"] => Read(() => new Answer(200, "application/json;charset=utf-8",
                [.. "{\"version\": \""u8, .. System.Text.Encoding.ASCII.GetBytes(Version), .. "\"}\n"u8])),
            ["metrics"] => Read(() => new Answer(200, "text/plain; version=0.0.4; charset=utf-8",
                ProxyMetrics.Write(proxies.All))),
            ["reset"] => new(["POST"], async (_, _) =>
                await proxies.ResetAsync() is { } refusal ? Answer.Error(refusal) : Answer.NoContent),
            ["populate"] => new(["POST"], (_, body) => PopulateAsync(body)),
            ["proxies"] => new(["GET", "POST"], (verb, body) =>
                verb == "GET" ? Task.FromResult(Answer.Of(proxies.All)) : AddAsync(body)),
            ["proxies", { Length: > 0 } name] => new(["GET", "POST", "PATCH", "DELETE"], (verb, body) =>
                ProxyAsync(verb, name, body)),
            ["proxies", { Length: > 0 }, "toxics", ..] => Toxics(words, lab),
            _ => null,
        };
    }

    private Routed? Toxics(string[] words, bool lab) => words switch
    {
        [_, { Length: > 0 } name, _] => new(["GET", "POST"], (verb, body) => Task.FromResult(
            proxies.Find(name) is not { } proxy ? Answer.Error(Refusal.NoProxy)
            : verb == "GET" ? Answer.Of(proxy.Toxics.Where(t => lab || !t.Kind.LabOnly))
            : AddToxic(proxy, body, lab))),
        [_, { Length: > 0 } name, _, { Length: > 0 } toxic] => new(["GET", "POST", "PATCH", "DELETE"], (verb, body) =>
            Task.FromResult(ToxicOf(verb, name, toxic, body, lab))),
        _ => null,
    };

    private static Routed Read(Func<Answer> answer) => new(["GET"], (_, _) => Task.FromResult(answer()));

    private async Task<Answer> AddAsync(ReadOnlyMemory<byte> body)
    {
        (ProxyRequest? request, Refusal? refusal) = NewProxy(body);
        if (request is null) return Answer.Error(refusal!);
        (FaultProxy? made, refusal) = await proxies.AddAsync(request);
        return made is null ? Answer.Error(refusal!) : Answer.Of(made, 201);
    }

    private async Task<Answer> ProxyAsync(string verb, string name, ReadOnlyMemory<byte> body)
    {
        if (verb == "DELETE") return proxies.Remove(name) ? Answer.NoContent : Answer.Error(Refusal.NoProxy);
        if (proxies.Find(name) is not { } proxy) return Answer.Error(Refusal.NoProxy);
        if (verb == "GET") return Answer.Of(proxy);
        if (RequestBody.Parse(body.Span, out string problem) is not { } value)
            return Answer.Error(Refusal.Body(problem));
        var fields = RequestBody.Of(value);
        string listen = fields.Text("listen") ?? proxy.Listen, upstream = fields.Text("upstream") ?? proxy.Upstream;
        bool enabled = fields.Flag("enabled") ?? proxy.IsEnabled;
        if (fields.Problem is { } wrong) return Answer.Error(Refusal.Body(wrong));
        return await proxies.UpdateAsync(proxy, listen, upstream, enabled) is { } refusal ? Answer.Error(refusal)
            : Answer.Of(proxy);
    }

    private async Task<Answer> PopulateAsync(ReadOnlyMemory<byte> body)
    {
        if (RequestBody.Parse(body.Span, out string problem) is not { } value)
            return Answer.Populated([], Refusal.Body(problem));
        if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
            return Answer.Populated([], Refusal.Body("expected an array of proxies"));
        var list = new List<ProxyRequest>();
        foreach (JsonElement item in value.ValueKind == JsonValueKind.Null ? [] : value.EnumerateArray())
        {
            (ProxyRequest? request, Refusal? refusal) = NewProxy(item, $" at proxy {list.Count + 1}");
            if (request is null) return Answer.Populated([], refusal);
            list.Add(request);
        }
        (IReadOnlyList<FaultProxy> done, Refusal? stopped) = await proxies.PopulateAsync(list);
        return Answer.Populated(done, stopped);
    }

    private static (ProxyRequest?, Refusal?) NewProxy(ReadOnlyMemory<byte> body) =>
        RequestBody.Parse(body.Span, out string problem) is { } value ? NewProxy(value, "")
            : (null, Refusal.Body(problem));

    private static (ProxyRequest?, Refusal?) NewProxy(JsonElement value, string where)
    {
        var body = RequestBody.Of(value);
        string name = body.Text("name") ?? "", listen = body.Text("listen") ?? "";
        string upstream = body.Text("upstream") ?? "";
        bool enabled = body.Flag("enabled") ?? true;
        if (body.Problem is { } wrong) return (null, Refusal.Body(wrong + where));
        if (name.Length == 0) return (null, Refusal.Missing("name" + where));
        if (ProxyNames.Problem(name) is { } nameless) return (null, new Refusal(400, nameless + where));
        if (upstream.Length == 0) return (null, Refusal.Missing("upstream" + where));
        return (new ProxyRequest { Name = name, Listen = listen, Upstream = upstream, Enabled = enabled }, null);
    }

    private Answer AddToxic(FaultProxy proxy, ReadOnlyMemory<byte> body, bool lab)
    {
        if (RequestBody.Parse(body.Span, out string problem) is not { } value)
            return Answer.Error(Refusal.Body(problem));
        var fields = RequestBody.Of(value);
        string stream = fields.Text("stream") ?? "downstream", type = fields.Text("type") ?? "";
        string name = fields.Text("name") ?? "";
        float toxicity = fields.Fraction("toxicity") ?? 1;
        if (fields.Problem is { } wrong) return Answer.Error(Refusal.Body(wrong));
        if (!ToxicRequest.IsStream(stream)) return Answer.Error(Refusal.BadStream);
        if (ToxicKind.Find(type) is not { } kind || kind.LabOnly && !lab) return Answer.Error(Refusal.BadType);
        if (kind.Deletes && proxy.IsStrict) return Answer.Error(Refusal.Deletes);
        if (name.Length == 0) name = $"{type}_{stream}";
        if (ProxyNames.Problem(name) is { } nameless) return Answer.Error(new Refusal(400, nameless));
        if (proxy.Toxics.Any(t => t.Name == name)) return Answer.Error(Refusal.ToxicExists);
        long[] values = Values(kind, new long[kind.Attributes.Length], fields, lab, out Refusal? refusal);
        if (refusal is not null) return Answer.Error(refusal);
        var toxic = new Toxic(name, kind, stream, toxicity, values);
        return proxy.TryAdd(toxic) ? Answer.Of(toxic) : Answer.Error(Refusal.ToxicExists);
    }

    private Answer ToxicOf(string verb, string name, string toxicName, ReadOnlyMemory<byte> body, bool lab)
    {
        if (proxies.Find(name) is not { } proxy) return Answer.Error(Refusal.NoProxy);
        if (proxy.Toxics.FirstOrDefault(t => t.Name == toxicName && (lab || !t.Kind.LabOnly)) is not { } toxic)
            return Answer.Error(Refusal.NoToxic);
        if (verb == "GET") return Answer.Of(toxic);
        if (verb == "DELETE") return proxy.TryRemove(toxic) ? Answer.NoContent : Answer.Error(Refusal.NoToxic);
        if (RequestBody.Parse(body.Span, out string problem) is not { } value)
            return Answer.Error(Refusal.Body(problem));
        var fields = RequestBody.Of(value);
        float toxicity = fields.Fraction("toxicity") ?? toxic.Toxicity;
        long[] values = Values(toxic.Kind, toxic.Values, fields, lab, out Refusal? refusal);
        if (refusal is not null) return Answer.Error(refusal);
        Toxic changed = toxic with { Toxicity = toxicity, Values = values };
        return proxy.TryChange(changed) ? Answer.Of(changed) : Answer.Error(Refusal.NoToxic);
    }

    // The present values, changed by those that the request names. What Toxiproxy has passes over other names, as it
    // does; a toxic that would then quietly do nothing does not, and nothing does on the lab's own paths.
    private static long[] Values(ToxicKind kind, long[] present, RequestBody fields, bool lab, out Refusal? refusal)
    {
        RequestBody? attributes = fields.Object("attributes");
        string? stranger = lab || kind.IsExact ? attributes?.Stranger(kind.Attributes) : null;
        long[] values = [.. kind.Attributes.Select((a, i) => Value(kind, a) ?? present[i])];
        refusal = (fields.Problem ?? attributes?.Problem) is { } wrong ? Refusal.Body(wrong)
            : stranger is not null ? Refusal.NoAttribute(kind, stranger)
            : kind.Refuse(values) is { } why ? new Refusal(400, why) : null;
        return values;

        long? Value(ToxicKind kind, string name) => !kind.IsFractional ? attributes?.Whole(name)
            : attributes?.Number(name) is { } number ? BitConverter.DoubleToInt64Bits(number) : null;
    }
}
