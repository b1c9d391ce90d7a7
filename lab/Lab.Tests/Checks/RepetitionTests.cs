using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>The detector of broken determinism, tried on components that cheat.</summary>
public class RepetitionTests
{
    private static Action<IJournalReader> History(int entries, Func<int, long> a) => reader =>
    {
        for (int i = 0; i < entries; i++) reader.On(new Entry(new Instant(i), 0, EntryKind.PacketSent, a(i), 0));
    };

    [Fact]
    public void Two_histories_that_are_the_same_have_no_divergence() =>
        Assert.Null(Repetition.Compare(History(20_000, i => i), History(20_000, i => i)));

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(19_999)]
    public void The_first_entry_that_differs_is_named(int at)
    {
        Divergence? d = Repetition.Compare(History(20_000, i => i), History(20_000, i => i >= at ? -1 - i : i));
        Assert.Equal(at, d!.Index);
        Assert.Equal(at, d.First!.Value.A);
        Assert.Equal(-1 - at, d.Second!.Value.A);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(5000)]
    public void A_history_that_ends_early_differs_where_it_ends(int entries)
    {
        Divergence? d = Repetition.Compare(History(20_000, i => i), History(entries, i => i));
        Assert.Equal(entries, d!.Index);
        Assert.Null(d.Second);
    }

    [Fact]
    public void A_component_that_keeps_state_from_run_to_run_is_caught()
    {
        int leak = 0;
        Action<IJournalReader> cheat = History(100, i => i == 42 ? ++leak : 0);
        Divergence? d = Repetition.Compare(cheat, cheat);
        Assert.Equal(42, d!.Index);
        Assert.Contains("entry 42: first run at 42 ns host 0 PacketSent", d.ToString());
    }

    [Fact]
    public void A_component_that_draws_outside_its_stream_is_caught()
    {
        RandomStream shared = RandomStream.Root(1);
        Action<IJournalReader> cheat = History(100, i => i == 7 ? (long)shared.Next() : 0);
        Assert.Equal(7, Repetition.Compare(cheat, cheat)!.Index);
    }
}
