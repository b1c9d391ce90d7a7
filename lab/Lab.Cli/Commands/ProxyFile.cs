using System.Text;
using System.Text.Json;
using Lab.Files;
using Lab.Toxiproxy;

namespace Lab.Cli;

/// <summary>
/// The file of lab proxy --config: what Toxiproxy takes (names in any case, null as absent, what it writes itself, text
/// behind the list), with the toxics that stand there; but what is not known is refused with its place.
/// </summary>
internal static class ProxyFile
{
    private static readonly string[] Keys =
        ["name", "listen", "upstream", "enabled", "toxics", "type", "stream", "toxicity", "attributes"];

    public static IReadOnlyList<ProxyRequest> Read(string file, bool isStrict, Problems problems, TextWriter notes)
    {
        // YAML's reader reads JSON too, and knows the places; tabs, which JSON allows, are as wide as one space
        if (YamlText.ReadSource(file, problems) is not { } found) return [];
        string text = FirstValue(found.Text);
        if (text.Length < found.Text.TrimEnd().Length)
            notes.WriteLine($"{found.Name}: what stands behind the list is not read");
        var source = new Source(found.Name, text.Replace('\t', ' '));
        if (YamlText.ReadAny(source, problems) is not { } node) return [];
        if (node is not Sequence list)
        {
            problems.Add(node,
                $"expected a list of proxies, [{{\"name\": ..., \"upstream\": ...}}], found {node.Kind}");
            return [];
        }
        var binder = new Binder(problems);
        var proxies = new List<ProxyRequest>();
        foreach (Node item in list.Items.Select(AsGoReads))
        {
            if (binder.Bind<ProxyRequest>(item, new Trail("the proxy", "a proxy")) is not { } proxy) continue;
            if (proxies.Any(p => p.Name == proxy.Name))
                problems.Add(item, $"the proxy '{proxy.Name}' stands here twice");
            if (ProxyNames.Problem(proxy.Name) is { } nameless) problems.Add(item, nameless);
            Judge(proxy, item, isStrict, problems);
            proxies.Add(proxy);
        }
        return proxies;
    }

    private static void Judge(ProxyRequest proxy, Node item, bool isStrict, Problems problems)
    {
        if (item is not Mapping mapping || mapping["toxics"] is not Sequence list
            || list.Items.Count != proxy.Toxics.Count) return;
        for (int i = 0; i < proxy.Toxics.Count; i++)
            if (proxy.Toxics[i].Problem(isStrict) is { } problem) problems.Add(list.Items[i], problem);
            else if (proxy.Toxics.Take(i).Any(t => t.FullName == proxy.Toxics[i].FullName))
                problems.Add(list.Items[i], $"the toxic '{proxy.Toxics[i].FullName}' stands here twice");
    }

    private static Node AsGoReads(Node node) => node switch
    {
        Mapping mapping => mapping with
        {
            Entries =
            [
                .. mapping.Entries.Where(e => e.Value is not Scalar { Quoted: false, Text: "null" }
                        && !e.Key.Text.Equals("logger", StringComparison.OrdinalIgnoreCase))
                    .Select(e => new Entry(AsKnown(e.Key), AsGoReads(e.Value))),
            ],
        },
        Sequence list => list with { Items = [.. list.Items.Select(AsGoReads)] },
        _ => node,
    };

    private static Scalar AsKnown(Scalar key) =>
        Array.Find(Keys, k => k.Equals(key.Text, StringComparison.OrdinalIgnoreCase)) is { } known
            ? key with { Text = known } : key;

    /// <summary>The first value of a JSON text; all of a text that is none, for YAML it may be.</summary>
    private static string FirstValue(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
            if (!reader.Read() || !reader.TrySkip()) return text;
            return Encoding.UTF8.GetString(bytes, 0, (int)reader.BytesConsumed);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
