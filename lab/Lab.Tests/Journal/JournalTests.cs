using System.Numerics;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

public sealed class JournalTests
{
    [Fact]
    public void The_same_entries_in_the_same_order_have_the_same_hash() => Assert.Equal(Sample().Hash, Sample().Hash);

    /// <summary>A change of the hash is a change of every golden result: it must be meant.</summary>
    [Fact]
    public void The_hash_of_a_known_journal_is_fixed()
    {
        (ulong Empty, ulong Sample) computedElsewhere = (8919650308505948816, 16590976652081491306);
        Assert.Equal(computedElsewhere, (new Journal().Hash, Sample().Hash));
    }

    [Fact]
    public void Two_entries_in_the_other_order_have_another_hash()
    {
        Journal one = new(), other = new();
        one.Add(new(5), 1, 0, 7);
        one.Add(new(5), 2, 0, 7);
        other.Add(new(5), 2, 0, 7);
        other.Add(new(5), 1, 0, 7);
        Assert.NotEqual(one.Hash, other.Hash);
    }

    [Fact]
    public void A_and_B_changed_for_each_other_give_another_hash()
    {
        Journal one = new(), other = new();
        one.Add(new(5), 1, 0, 7, 8);
        other.Add(new(5), 1, 0, 8, 7);
        Assert.NotEqual(one.Hash, other.Hash);
    }

    /// <summary>
    /// Each of the 240 bits of an entry, in the first and in the last of ten, turns about half of the hash.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Any_bit_of_any_entry_turns_about_half_of_the_hash(int changed)
    {
        ulong hash = Sample().Hash;
        var turned = new List<int>();
        for (int bit = 0; bit < 240; bit++) turned.Add(BitOperations.PopCount(hash ^ Sample(changed, bit).Hash));
        Assert.InRange(turned.Average(), 31, 33); // binomial: 32 +- 4 each, +- 0.26 their mean
        Assert.InRange(turned.Min(), 14, 32);
        Assert.InRange(turned.Max(), 32, 50);
    }

    [Fact]
    public void Many_journals_that_differ_in_small_numbers_have_as_many_hashes()
    {
        var hashes = new HashSet<ulong>();
        for (int i = 0; i < 300_000; i++)
        {
            var journal = new Journal();
            journal.Add(new(i % 100), i / 100 % 100, 0, i / 10_000 % 10, i / 100_000);
            hashes.Add(journal.Hash);
        }
        Assert.Equal(300_000, hashes.Count);
    }

    [Fact]
    public void Readers_see_every_entry_from_their_coming_on_in_the_order_they_came()
    {
        var journal = new Journal();
        var seen = new List<(string, Entry)>();
        journal.Add(new(1), 1, 0);
        journal.Attach(new Reader("first", seen));
        journal.Add(new(2), 2, 0, 20, 21);
        journal.Attach(new Reader("second", seen));
        journal.Add(new(3), 3, 0, 30);
        Entry two = new(new(2), 2, 0, 20, 21), three = new(new(3), 3, 0, 30, 0);
        Assert.Equal([("first", two), ("first", three), ("second", three)], seen);
        Assert.Equal(3, journal.Count);
    }

    [Fact]
    public void Readers_do_not_change_the_hash_and_adding_allocates_nothing()
    {
        Journal read = new(), alone = new();
        read.Attach(new Reader("", null));
        read.Add(new(1), 1, 0);
        alone.Add(new(1), 1, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            read.Add(new(i), 1, 0, i);
            alone.Add(new(i), 1, 0, i);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(alone.Hash, read.Hash);
    }

    private static Journal Sample(int changed = -1, int bit = 0)
    {
        var journal = new Journal();
        for (int i = 0; i < 10; i++)
        {
            UInt128 one = i == changed ? 1 : UInt128.Zero;
            UInt128 head = bit < 112 ? one << bit : 0, tail = bit < 112 ? 0 : one << (bit - 112);
            var at = new Instant(i * 1000L ^ (long)(ulong)head);
            int host = i ^ (int)(uint)(head >> 64);
            var kind = (EntryKind)((ushort)i ^ (ushort)(head >> 96));
            journal.Add(at, host, kind, i * 3 ^ (long)(ulong)tail, -i ^ (long)(ulong)(tail >> 64));
        }
        return journal;
    }

    private sealed class Reader(string name, List<(string, Entry)>? seen) : IJournalReader
    {
        public void On(in Entry entry) => seen?.Add((name, entry));
    }
}
