using Lab.Network;

namespace Lab.Tests;

public sealed class BufferPoolTests
{
    [Theory]
    [InlineData(0, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(1448, 2048)]
    [InlineData(1 << 20, 1 << 20)]
    [InlineData((1 << 20) + 1, (1 << 20) + 1)]
    public void A_buffer_has_the_next_power_of_two_up_to_one_mebibyte(int asked, int given)
    {
        var pool = new BufferPool();
        Assert.Equal(given, pool.Rent(asked).Length);
        Assert.Equal(1, pool.Outstanding);
    }

    [Fact]
    public void The_buffer_returned_last_goes_out_first()
    {
        var pool = new BufferPool();
        byte[] one = pool.Rent(100), two = pool.Rent(100);
        pool.Return(one);
        pool.Return(two);
        Assert.Same(two, pool.Rent(128));
        Assert.Same(one, pool.Rent(65));
        Assert.Equal(2, pool.Outstanding);
    }

    [Fact]
    public void A_buffer_that_is_not_of_the_pool_and_one_too_many_are_bugs()
    {
        var pool = new BufferPool();
        Assert.Throws<ArgumentException>(() => pool.Return(new byte[64]));
        pool.Rent(64);
        Assert.Throws<ArgumentException>(() => pool.Return(new byte[100]));
    }
}
