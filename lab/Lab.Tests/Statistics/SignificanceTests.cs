using Lab.Experiments;

namespace Lab.Tests;

public sealed class SignificanceTests
{
    // By hand: 2 (C(n,0) + ... + C(n,least)) / 2^n. R's binom.test(more, more + less)$p.value says the same.
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(5, 0, 0.0625)]
    [InlineData(0, 6, 0.03125)]
    [InlineData(9, 1, 0.021484375)]
    [InlineData(4, 4, 1)]
    [InlineData(15, 5, 0.04138947)]
    [InlineData(20, 0, 1.9073486e-6)]
    [InlineData(60, 40, 0.05688793)]
    [InlineData(1100, 1000, 0.0307207)]
    public void The_sign_test_is_exact(int more, int less, double expected)
    {
        Assert.Equal(expected, SignTest.Of(more, less), expected < 1e-4 ? 12 : 7);
        Assert.Equal(SignTest.Of(less, more), SignTest.Of(more, less));
    }

    // The second: 0.01 * 4, then 0.02 * 3, then 0.022 * 2 = 0.044, which may not fall below 0.06, then 0.5.
    [Theory]
    [InlineData(new[] { 0.01 }, new[] { 0.01 })]
    [InlineData(new[] { 0.5, 0.01, 0.022, 0.02 }, new[] { 0.5, 0.04, 0.06, 0.06 })]
    [InlineData(new[] { 0.9, 0.8 }, new[] { 1.0, 1 })]
    [InlineData(new double[0], new double[0])]
    public void Holms_correction_multiplies_the_smallest_most(double[] chances, double[] adjusted) =>
        Assert.Equal(adjusted, Holm.Adjust(chances).Select(p => Math.Round(p, 12)));
}
