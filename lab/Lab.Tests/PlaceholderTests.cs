namespace Lab.Tests;

public class PlaceholderTests
{
    [Fact]
    public void The_root_of_a_seed_repeats() => Assert.Equal(Lab.Network.RandomStream.Root(7).Next(), Lab.Network.RandomStream.Root(7).Next());
}
