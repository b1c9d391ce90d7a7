using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class AckQueueTests
{
    private const uint BeforeTheWrap = uint.MaxValue - 2;      // 2^32 - 3

    private readonly BufferPool buffers = new();

    [Fact]
    public void An_acknowledgement_drops_the_oldest_stanzas_and_keeps_the_rest_in_order()
    {
        AckQueue queue = Queue(0, 5);
        Assert.True(queue.TryAcknowledge(3));
        Assert.Equal([3L, 4], Numbers(queue));
        Assert.Equal((5u, 3u, 2), (queue.Sent, queue.Acknowledged, queue.Count));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(BeforeTheWrap)]
    public void What_an_acknowledgement_covers_can_be_seen_before_it_is_dropped(uint start)
    {
        AckQueue queue = Queue(start, 7);
        uint h = unchecked(start + 5);
        Assert.Equal([0L, 1, 2, 3, 4], Numbers(queue.AcknowledgedBy(h)));
        Assert.True(queue.TryAcknowledge(h));
        Assert.Equal(0, queue.AcknowledgedBy(h).Count);
    }

    [Fact]
    public void Counters_cross_two_to_the_thirty_second_without_a_seam()
    {
        AckQueue queue = Queue(BeforeTheWrap, 6);
        Assert.Equal(3u, queue.Sent);
        Assert.True(queue.TryAcknowledge(uint.MaxValue));
        Assert.True(queue.TryAcknowledge(0));
        Assert.Equal([3L, 4, 5], Numbers(queue));
        Assert.True(queue.TryAcknowledge(3));
        Assert.Equal(0, queue.Count);
        for (int i = 0; i < 4; i++) queue.CountHandled();
        Assert.Equal(1u, queue.Handled);
    }

    [Theory]
    [InlineData(0u, 4u, false)]
    [InlineData(0u, 3u, true)]
    [InlineData(0u, uint.MaxValue, false)]
    [InlineData(BeforeTheWrap, 1u, false)]
    [InlineData(BeforeTheWrap, 0u, true)]
    [InlineData(BeforeTheWrap, BeforeTheWrap - 1, false)]
    [InlineData(BeforeTheWrap, BeforeTheWrap, true)]
    public void A_count_that_was_never_reached_or_was_passed_before_is_refused(uint start, uint h, bool valid)
    {
        AckQueue queue = Queue(start, 3);
        Assert.Equal(valid, queue.TryAcknowledge(h));
        if (!valid) Assert.Equal((start, 3), (queue.Acknowledged, queue.Count));
    }

    [Fact]
    public void An_empty_queue_holds_no_buffer()
    {
        AckQueue queue = Queue(0, 40);
        Assert.Equal(1, buffers.Outstanding);
        Assert.True(queue.TryAcknowledge(40));
        Assert.Equal(0, buffers.Outstanding);
        queue.Push(Instant.Zero, 1, "<a/>"u8);
        queue.Release();
        Assert.Equal(0, buffers.Outstanding);
    }

    [Fact]
    public void A_full_queue_forgets_its_oldest_stanza_and_is_incomplete_until_that_one_is_acknowledged()
    {
        AckQueue queue = Queue(0, 12, capacity: 10);
        Assert.Equal((12u, 10, true), (queue.Sent, queue.Count, queue.Incomplete));
        Assert.False(queue.TryAcknowledge(13));
        Assert.True(queue.TryAcknowledge(1));
        Assert.True(queue.Incomplete);
        Assert.Equal(10, queue.Count);
        Assert.Equal([2L, 3], Numbers(queue.AcknowledgedBy(4)));
        Assert.True(queue.TryAcknowledge(4));
        Assert.False(queue.Incomplete);
        Assert.Equal(8, queue.Count);
        Assert.True(queue.TryAcknowledge(12));
    }

    [Fact]
    public void What_was_forgotten_may_be_acknowledged_with_all_that_is_held()
    {
        AckQueue queue = Queue(0, 12, capacity: 10);
        Assert.True(queue.TryAcknowledge(12));
        Assert.Equal((0, false), (queue.Count, queue.Incomplete));
    }

    /// <summary>Against the simplest model that can be written: a list of stanzas and a 64-bit count.</summary>
    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Any_order_of_sending_and_acknowledging_keeps_what_a_plain_list_keeps()
    {
        Fuzz.Try(3, SendAndAcknowledge);
    }

    private void SendAndAcknowledge(ulong seed)
    {
        RandomStream random = RandomStream.Root(seed);
        var queue = new AckQueue(buffers, 1000);
        queue.Start(BeforeTheWrap);
        var model = new List<(long Number, string Text, long At)>();
        uint acknowledged = BeforeTheWrap;
        for (long step = 0; step < 3000; step++)
        {
            if (random.Below(2) == 0 && model.Count < 1000)
            {
                string text = new('x', (int)random.Below(random.Below(10) == 0 ? 5000u : 200u));
                queue.Push(new Instant(step), step, Encoding.UTF8.GetBytes(text));
                model.Add((step, text, step));
            }
            else
            {
                int count = (int)random.Below((ulong)Math.Min(model.Count, 6) + 2);
                bool valid = count <= model.Count;
                uint h = unchecked(acknowledged + (uint)count);
                Assert.Equal(valid, queue.TryAcknowledge(h));
                if (!valid) continue;
                acknowledged = h;
                model.RemoveRange(0, count);
            }
            Assert.Equal(model.Count, queue.Count);
            int i = 0;
            foreach (UnackedStanza stanza in queue)
            {
                Assert.Equal(
                    model[i], (stanza.Number, Encoding.UTF8.GetString(stanza.Bytes), stanza.FirstSent.Nanoseconds));
                i++;
            }
            Assert.Equal(model.Count, i);
        }
        queue.Release();
        Assert.Equal(0, buffers.Outstanding);
    }

    [Fact]
    public void Sending_and_acknowledging_allocates_nothing_once_warm()
    {
        var queue = new AckQueue(buffers, 100);
        byte[] stanza = new byte[300];
        uint h = 0;
        Exchange(queue, stanza, ref h);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Exchange(queue, stanza, ref h);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Exchange(AckQueue queue, byte[] stanza, ref uint h)
        {
            for (int i = 0; i < 20; i++)
            {
                queue.Push(Instant.Zero, i, stanza);
                if (i % 3 == 2) queue.TryAcknowledge(h += 3);
            }
            queue.TryAcknowledge(h += 2);
        }
    }

    private AckQueue Queue(uint start, int stanzas, int capacity = 100)
    {
        var queue = new AckQueue(buffers, capacity);
        queue.Start(start);
        for (int i = 0; i < stanzas; i++) queue.Push(Instant.Zero, i, Encoding.UTF8.GetBytes($"<message id='m{i}'/>"));
        return queue;
    }

    private static List<long> Numbers(AckQueue queue)
    {
        var numbers = new List<long>();
        foreach (UnackedStanza stanza in queue) numbers.Add(stanza.Number);
        return numbers;
    }

    private static List<long> Numbers(AckQueue.Run run)
    {
        var numbers = new List<long>();
        foreach (UnackedStanza stanza in run) numbers.Add(stanza.Number);
        return numbers;
    }
}
