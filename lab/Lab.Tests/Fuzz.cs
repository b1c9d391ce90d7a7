using System.Diagnostics;
using System.Globalization;
using CsCheck;

namespace Lab.Tests;

/// <summary>
/// How many cases a test on random input takes: a few of its own choice in make test, more in make fuzz. There LAB_FUZZ
/// says how many (100000) or for how long (5m) at least, each test for itself, and LAB_FUZZ_FIRST the first seed. Tests
/// that ask here carry <see cref="Category"/> as a trait, by which make fuzz finds them.
/// </summary>
internal static class Fuzz
{
    /// <summary>[Trait(Fuzz.Category, Fuzz.Random)]</summary>
    public const string Category = "Category", Random = "Random";

    private static readonly string Asked = Environment.GetEnvironmentVariable("LAB_FUZZ") ?? "";
    private static readonly ulong First = Number(Environment.GetEnvironmentVariable("LAB_FUZZ_FIRST") ?? "1");
    private static readonly ulong Cases = Asked is "" or [.., 'm'] ? 0 : Number(Asked);
    private static readonly TimeSpan Span =
        Asked is [.. string minutes, 'm'] ? TimeSpan.FromMinutes(Number(minutes)) : TimeSpan.Zero;

    /// <summary>What a test may take longer when more is asked of it than make test does.</summary>
    public static TimeSpan Longest => Cases > 0 ? TimeSpan.FromHours(6) : 2 * Span;

    /// <summary>Checks one seed after the other; a failure says at which, and how to begin there.</summary>
    public static void Try(int few, Action<ulong> check)
    {
        long began = Stopwatch.GetTimestamp();
        ulong seed = First;
        try
        {
            for (ulong n = 0; n < (ulong)few || n < Cases || Stopwatch.GetElapsedTime(began) < Span; n++, seed++)
                check(seed);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"seed {seed} fails, LAB_FUZZ_FIRST={seed} begins there: {e.Message}", e);
        }
    }

    /// <summary>Checks that many values of a generator; a failure is made smaller and names its seed.</summary>
    public static void Try<T>(this Gen<T> values, int few, Action<T> check) => values.Sample(check,
        iter: Math.Max(few, (long)Cases), time: Span > TimeSpan.Zero ? (int)Span.TotalSeconds : -1);

    private static ulong Number(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number
            : throw new FormatException($"LAB_FUZZ is a number of cases (100000) or minutes (5m), and "
                + $"LAB_FUZZ_FIRST a seed; found {text}");
}
