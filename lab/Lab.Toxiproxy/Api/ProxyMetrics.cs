using System.Globalization;
using System.Text;

namespace Lab.Toxiproxy;

/// <summary>
/// The counters as Prometheus reads them (text format 0.0.4). Names and labels of the bytes are Toxiproxy's; they
/// grow as bytes flow, not when a connection ends.
/// </summary>
internal static class ProxyMetrics
{
    public static byte[] Write(IReadOnlyList<FaultProxy> proxies)
    {
        var text = new StringBuilder();
        Bytes("toxiproxy_proxy_received_bytes_total", "Bytes read from a side of a proxy.", t => t.Received);
        Bytes("toxiproxy_proxy_sent_bytes_total", "Bytes written to a side of a proxy.", t => t.Sent);
        Numbers("lab_proxy_connections_total", "counter", "Connections accepted.", p => p.Accepted);
        Numbers("lab_proxy_connections_open", "gauge", "Connections open now.", p => p.Open);
        Numbers("lab_proxy_dial_failures_total", "counter", "Upstreams that did not answer.", p => p.DialFailures);
        return Encoding.UTF8.GetBytes(text.ToString());

        void Bytes(string name, string help, Func<Tally, long> of)
        {
            Head(name, "counter", help);
            foreach (FaultProxy proxy in proxies)
            {
                Line(name, proxy, "direction=\"downstream\",", of(proxy.Down));
                Line(name, proxy, "direction=\"upstream\",", of(proxy.Up));
            }
        }

        void Numbers(string name, string kind, string help, Func<FaultProxy, long> of)
        {
            Head(name, kind, help);
            foreach (FaultProxy proxy in proxies) Line(name, proxy, "", of(proxy));
        }

        void Head(string name, string kind, string help) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");

        void Line(string name, FaultProxy proxy, string first, long value) => text.Append(CultureInfo.InvariantCulture,
            $"{name}{{{first}listener=\"{Escaped(proxy.Listen)}\",proxy=\"{Escaped(proxy.Name)}\",")
            .Append(CultureInfo.InvariantCulture, $"upstream=\"{Escaped(proxy.Upstream)}\"}} {value}\n");
    }

    private static string Escaped(string label) => label.Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
