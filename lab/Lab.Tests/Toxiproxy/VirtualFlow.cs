using System.Globalization;
using System.Text;
using Lab.Network;
using Lab.Toxiproxy;

namespace Lab.Tests;

/// <summary>
/// One direction of a proxied connection in virtual time: a sender with a script, the toxics, a receiver. What arrives
/// is written as ms:bytes, and at the end ms:end, close or reset.
/// </summary>
internal sealed class VirtualFlow
{
    private readonly ToxicChain chain;
    private readonly PriorityQueue<Action<Instant>, (long, int)> script = new();
    private readonly Queue<Chunk> unread = new();
    private readonly StringBuilder log = new();
    private bool ended, sentEnd;
    private Instant reads = Instant.Zero;
    private double late;

    public VirtualFlow(ulong seed = 1, bool strict = false) =>
        chain = new ToxicChain(RandomStream.Root(seed), strict, Instant.Zero);

    public List<byte> Received { get; } = [];
    public List<int> Sizes { get; } = [];
    public List<Instant> Times { get; } = [];

    /// <summary>Chunks the sender could not get rid of.</summary>
    public int Unread => unread.Count;

    public static Toxic Toxic(string type, params long[] values) => new(type, ToxicKind.Find(type)!, "downstream", 1,
        [.. values, .. new long[ToxicKind.Find(type)!.Attributes.Length - values.Length]]);

    /// <summary>Every timer fires that much after its time.</summary>
    public VirtualFlow Late(double milliseconds)
    {
        late = milliseconds;
        return this;
    }

    public static Toxic Loss(double rate, double correlation) => Toxic("packet_loss",
        BitConverter.DoubleToInt64Bits(rate), BitConverter.DoubleToInt64Bits(correlation));

    public VirtualFlow With(params Toxic[] toxics)
    {
        foreach (Toxic toxic in toxics) chain.Add(Instant.Zero, toxic);
        return this;
    }

    public VirtualFlow At(double milliseconds, Action<ToxicChain, Instant> change) =>
        Do(milliseconds, now => change(chain, now));

    public VirtualFlow Send(double milliseconds, int bytes) => Send(milliseconds, new byte[bytes]);

    public VirtualFlow Send(double milliseconds, byte[] bytes) =>
        Do(milliseconds, now => unread.Enqueue(new Chunk(bytes, now)));

    public VirtualFlow End(double milliseconds) => Do(milliseconds, _ => sentEnd = true);

    /// <summary>The receiver reads nothing before.</summary>
    public VirtualFlow ReadsFrom(double milliseconds)
    {
        reads = Moment(milliseconds);
        return Do(milliseconds, _ => { });
    }

    /// <summary>Runs until nothing is left to happen, at most an hour.</summary>
    public string Run()
    {
        Instant now = Instant.Zero, end = Moment(3_600_000);
        while (!ended && now < end)
        {
            while (script.TryPeek(out _, out (long At, int) key) && key.At <= now.Nanoseconds) script.Dequeue()(now);
            Pump(now);
            Instant next = chain.NextTime(now);
            if (next != Instant.Never) next += new Duration((long)(late * 1e6));
            if (script.TryPeek(out _, out (long At, int) first)) next = Instant.Min(next, new Instant(first.At));
            if (next == Instant.Never) break;
            Assert.True(next > now, "the chain asks for a moment that has passed");
            now = next;
        }
        return log.ToString().TrimEnd();
    }

    private void Pump(Instant now)
    {
        for (bool moved = true; moved && !ended;)
        {
            moved = false;
            while (unread.Count > 0 && chain.HasRoom(now))
            {
                chain.Offer(now, unread.Dequeue());
                moved = true;
            }
            if (sentEnd && unread.Count == 0) chain.End(now, Ending.End);
            if (now < reads) return;
            while (chain.TryTake(now, out Chunk chunk))
            {
                Assert.True(chunk.Length > 0, "an empty chunk");
                Received.AddRange(chunk.Bytes.Span);
                Sizes.Add(chunk.Length);
                Times.Add(now);
                Write(now, chunk.Length.ToString(CultureInfo.InvariantCulture));
                moved = true;
            }
            if (chain.Ended == Ending.None) continue;
            ended = true;
            Write(now, chain.Ended.ToString().ToLowerInvariant());
        }
    }

    private void Write(Instant now, string what) =>
        log.Append(CultureInfo.InvariantCulture, $"{now.Nanoseconds / 1e6:0.###}:{what} ");

    private VirtualFlow Do(double milliseconds, Action<Instant> action)
    {
        script.Enqueue(action, (Moment(milliseconds).Nanoseconds, script.Count));
        return this;
    }

    private static Instant Moment(double milliseconds) => new((long)(milliseconds * 1e6));
}
