namespace Lab.Experiments;

/// <summary>
/// How likely so one-sided a split of pairs is when either way is as likely: the exact two-sided sign test (Conover
/// 1999, section 3.4). Ties are left out. It asks only in how many seeds which variant is ahead, so neither a single
/// huge difference nor an infinite one counts for more than its seed; six seeds of one mind are the fewest below 5 %.
/// </summary>
public static class SignTest
{
    /// <summary>From above 0 to 1; 1 when there is no pair that differs.</summary>
    public static double Of(int more, int less)
    {
        int pairs = more + less, halves = pairs;
        // the sum of the binomial coefficients up to the smaller of the two, over 2^pairs
        double term = 1, sum = 1;
        for (int k = 1; k <= Math.Min(more, less); k++)
        {
            term *= (pairs - k + 1.0) / k;
            sum += term;
            for (; sum > 1e100 && halves > 0; halves--) (sum, term) = (sum / 2, term / 2);
        }
        for (; halves > 0; halves--) sum /= 2;
        return Math.Min(1, 2 * sum);
    }
}

/// <summary>
/// Holm's correction for many comparisons (Scandinavian Journal of Statistics 6, 1979): adjusted so, those below 5 %
/// hold one false one among all of them at most one time in twenty, whatever hangs together.
/// </summary>
public static class Holm
{
    /// <summary>The smallest is multiplied by how many there are, the next by one less, and none falls below one before
    /// it.</summary>
    public static double[] Adjust(IReadOnlyList<double> probabilities)
    {
        double[] adjusted = new double[probabilities.Count];
        double least = 0;
        int left = probabilities.Count;
        foreach (int i in Enumerable.Range(0, left).OrderBy(i => probabilities[i]))
            adjusted[i] = least = Math.Max(least, Math.Min(1, probabilities[i] * left--));
        return adjusted;
    }
}
