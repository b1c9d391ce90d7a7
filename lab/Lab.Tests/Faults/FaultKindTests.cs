using Lab.Experiments;

namespace Lab.Tests;

public sealed class FaultKindTests
{
    [Fact]
    public void Every_kind_that_exists_is_in_the_list_under_a_word_and_a_colour_of_its_own()
    {
        Type[] kinds = [.. typeof(FaultKind).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(FaultKind)) && !t.IsAbstract)];
        Assert.Equal(kinds.Order(ByName), FaultKinds.All.Select(k => k.GetType()).Order(ByName));
        Assert.All(FaultKinds.All, k => Assert.Same(k, FaultKinds.Find(k.Word)));
        Assert.Equal(kinds.Length, FaultKinds.All.Select(k => k.Colour).Distinct().Count());
    }

    [Fact]
    public void Each_says_what_it_does_what_it_may_hit_and_how_truly_every_network_shows_it()
    {
        Assert.All(FaultKinds.All, k =>
        {
            Assert.True(k.Help.Length > 20 && !k.Help.EndsWith('.'), k.Help);
            Assert.Contains(k.Word + ": ", k.Example);
            Assert.NotEqual(TargetKinds.None, k.Targets);
            Assert.All(Enum.GetValues<NetworkKind>(), n => Assert.True(k.On(n).Reason.Length > 10, k.On(n).Reason));
        });
    }

    private static readonly Comparer<Type> ByName =
        Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name));
}
