using System.Text;
using Lab.Xmpp;

namespace Lab.Bench;

/// <summary>The reader on what a quiet client stream carries: pings, acknowledgements and short messages.</summary>
internal static class StanzaReaderBench
{
    private const string Header =
        "<stream:stream from='a.test' id='s1' version='1.0' xml:lang='en' xmlns='jabber:client' "
        + "xmlns:stream='http://etherx.jabber.org/streams'>";

    private const string Ping =
        "<iq from='a.test' to='juliet@a.test/balcony' id='s2c1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>";

    private const string Message =
        "<message from='romeo@b.test/orchard' to='juliet@a.test/balcony' id='m17' type='chat'><body>"
        + "Neither, fair saint, if either thee dislike; a hundred bytes of text make up this body here, it is.."
        + "</body></message>";

    private const string Mix = Ping + "<r xmlns='urn:xmpp:sm:3'/>" + Message + "<a xmlns='urn:xmpp:sm:3' h='12345'/>"
        + "<iq from='juliet@a.test/balcony' to='a.test' id='s2c1' type='result'/>" + Message;

    public static IEnumerable<Benchmark> All { get; } =
    [
        Bytes("reader, MB/s of short stanzas, segments of 1448 bytes", Mix, 1448),
        Bytes("reader, MB/s of short stanzas, six at a time", Mix, null),
        new OperationBenchmark("reader, one ping", 400, "ns", () => Run(Ping, null, 1)),
    ];

    /// <summary>An operation is one byte, so that M/s reads as MB/s.</summary>
    private static OperationBenchmark Bytes(string name, string stanzas, int? segmentBytes) =>
        new(name, 200, "M/s", () => Run(stanzas, segmentBytes, 1d / Encoding.UTF8.GetByteCount(stanzas)));

    /// <summary>Reads the stanzas over and over; <paramref name="share"/> is how many times per operation.</summary>
    private static Action<int> Run(string stanzas, int? segmentBytes, double share)
    {
        byte[] once = Encoding.UTF8.GetBytes(stanzas);
        const int Copies = 64;
        byte[] stream = [.. Enumerable.Repeat(once, Copies).SelectMany(b => b)];
        int segment = segmentBytes ?? once.Length;
        XmppReader reader = new(new TreePool());
        ReadOnlySpan<byte> header = Encoding.UTF8.GetBytes(Header);
        if (reader.Read(ref header) != WireEvent.StreamOpened)
            throw new InvalidOperationException($"header refused: {reader.Error}");
        int at = 0;
        return times =>
        {
            for (long left = (long)Math.Ceiling(times * share * once.Length); left > 0;)
            {
                int size = Math.Min(segment, stream.Length - at);
                ReadOnlySpan<byte> input = stream.AsSpan(at, size);
                at = (at + size) % stream.Length;
                left -= size;
                WireEvent read;
                while ((read = reader.Read(ref input)) != WireEvent.NeedMore)
                    if (read != WireEvent.Element) throw new InvalidOperationException($"{read}: {reader.Error}");
            }
        };
    }
}
