using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lab.Toxiproxy;

/// <summary>What goes back over HTTP; members stand in Toxiproxy's order.</summary>
internal sealed record Answer(int Status, string? ContentType, byte[] Body)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>False for what Toxiproxy's router answers by itself, without its request identifier.</summary>
    public bool IsRouted { get; init; } = true;

    /// <summary>Errors and plain text forbid browsers to guess at their type.</summary>
    public bool IsNoSniff => ContentType?.StartsWith("text/plain; charset", StringComparison.Ordinal) == true;

    public static readonly Answer NoContent = new(204, null, []),
        WrongVerb = new(405, null, []) { IsRouted = false },
        NotFound = Text(404, "404 page not found\n") with { IsRouted = false },
        Browser = Text(403, "User agent not allowed\n"),
        Stranger = Text(403, "Host not allowed: only addresses, localhost and what --allow-host names\n");

    public static Answer Text(int status, string text) =>
        new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    /// <summary>JSON, but called text/plain, as Toxiproxy does; title is what old .NET clients read.</summary>
    public static Answer Error(Refusal refusal)
    {
        Answer json = Json(refusal.Status, w =>
        {
            w.WriteStartObject();
            Members(w, refusal);
            w.WriteEndObject();
        });
        return json with { ContentType = "text/plain; charset=utf-8", Body = [.. json.Body, (byte)'\n'] };
    }

    public static Answer Of(FaultProxy proxy, int status = 200) => Json(status, w => Write(w, proxy));

    public static Answer Of(Toxic toxic) => Json(200, w => Write(w, toxic));

    public static Answer Of(IEnumerable<Toxic> toxics) => Json(200, w => Write(w, toxics));

    /// <summary>By name.</summary>
    public static Answer Of(IReadOnlyList<FaultProxy> proxies) => Json(200, w =>
    {
        w.WriteStartObject();
        foreach (FaultProxy proxy in proxies)
        {
            w.WritePropertyName(proxy.Name);
            Write(w, proxy);
        }
        w.WriteEndObject();
    });

    /// <summary>What /populate did, and what stopped it.</summary>
    public static Answer Populated(IReadOnlyList<FaultProxy> done, Refusal? refusal) =>
        Json(refusal?.Status ?? 201, w =>
        {
            w.WriteStartObject();
            if (refusal is not null) Members(w, refusal);
            w.WriteStartArray("proxies");
            foreach (FaultProxy proxy in done) Write(w, proxy);
            w.WriteEndArray();
            w.WriteEndObject();
        });

    private static void Members(Utf8JsonWriter w, Refusal refusal)
    {
        w.WriteString("error", refusal.Text);
        w.WriteString("title", refusal.Text);
        w.WriteNumber("status", refusal.Status);
    }

    private static void Write(Utf8JsonWriter w, FaultProxy proxy)
    {
        w.WriteStartObject();
        w.WriteString("name", proxy.Name);
        w.WriteString("listen", proxy.Listen);
        w.WriteString("upstream", proxy.Upstream);
        w.WriteBoolean("enabled", proxy.IsEnabled);
        w.WritePropertyName("toxics");
        Write(w, proxy.Toxics.Where(t => !t.Kind.LabOnly));
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, IEnumerable<Toxic> toxics)
    {
        w.WriteStartArray();
        foreach (Toxic toxic in toxics) Write(w, toxic);
        w.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter w, Toxic toxic)
    {
        w.WriteStartObject();
        w.WriteStartObject("attributes");
        for (int i = 0; i < toxic.Values.Length; i++)
        {
            string name = toxic.Kind.Attributes[i];
            if (toxic.Kind.IsFractional) w.WriteNumber(name, ToxicKind.Fraction(toxic.Values[i]));
            else w.WriteNumber(name, toxic.Values[i]);
        }
        w.WriteEndObject();
        w.WriteString("name", toxic.Name);
        w.WriteString("type", toxic.Kind.Name);
        w.WriteString("stream", toxic.Stream);
        w.WriteNumber("toxicity", toxic.Toxicity);
        w.WriteEndObject();
    }

    private static Answer Json(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain)) write(writer);
        return new Answer(status, "application/json", buffer.WrittenSpan.ToArray());
    }
}
