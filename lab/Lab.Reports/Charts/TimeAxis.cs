using System.Globalization;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// An axis of times in seconds. Logarithmic where the span asks for it (longest over shortest more than 50), with ticks
/// at round times (1 s, 10 s, 1 min); else linear in the unit that suits. Times below the start of a logarithmic axis
/// are drawn at it.
/// </summary>
internal sealed class TimeAxis
{
    private static readonly double[] Marks =
    [
        1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600,
        1200, 1800, 3600, 7200, 18000, 36000,
        86400, 172800, 432000, 864000,
    ];

    private readonly DisplayUnit unit;

    public TimeAxis(IEnumerable<double> seconds, bool mayBeLogarithmic = true)
    {
        double[] known = [.. seconds.Where(double.IsFinite)];
        double[] positive = [.. known.Where(s => s > 0)];
        double shortest = positive.Length == 0 ? 1 : positive.Min();
        Longest = positive.Length == 0 ? 1 : positive.Max();
        Logarithmic = mayBeLogarithmic && Longest / shortest > 50;
        unit = Logarithmic ? new(1, "s") : DisplayUnit.For(Unit.Seconds, [Longest]);
        Shortest = Logarithmic ? Marks.LastOrDefault(m => m <= Math.Max(shortest, Longest / 1e7), shortest) : 0;
    }

    public bool Logarithmic { get; }
    public double Shortest { get; }
    public double Longest { get; }

    public double Place(double seconds) => Math.Max(seconds, Shortest) / unit.Divisor;

    /// <summary>From the shortest time to this one.</summary>
    public Axis To(double longest, string what) => Logarithmic
        ? new(what, Place(Shortest), Place(longest)) { Logarithmic = true, Ticks = [.. Ticks(longest)] }
        : new($"{what} ({unit.Symbol})", 0, Place(longest));

    /// <summary>Those to label up to this time.</summary>
    public IEnumerable<Tick> Ticks(double longest)
    {
        if (Logarithmic) return Marks.Where(m => m >= Shortest && m <= longest).Select(m => new Tick(m, TextOf(m)));
        double step = RoundStep(Place(Longest) / 5), most = Place(longest);
        return Enumerable.Range(0, 12).Select(i => i * step).TakeWhile(v => v <= most)
            .Select(v => new Tick(v, v.ToString("0.####", CultureInfo.InvariantCulture)));
    }

    /// <summary>1, 2 or 5 times a power of ten, near to a number greater than 0.</summary>
    public static double RoundStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
    }

    private static string TextOf(double seconds)
    {
        (double divisor, string unit) = seconds switch
        {
            < 0.001 => (1e-6, "µs"), < 1 => (1e-3, "ms"), < 60 => (1, "s"), < 3600 => (60, "min"),
            < 172800 => (3600, "h"), _ => (86400.0, "d"),
        };
        return $"{(seconds / divisor).ToString("0.###", CultureInfo.InvariantCulture)} {unit}";
    }
}

/// <summary>A vertical axis of times with a band for "never" above the longest.</summary>
internal sealed class TimesWithNever
{
    private readonly TimeAxis axis;

    /// <param name="seconds">Infinite ones are never; NaN is none.</param>
    /// <param name="otherwise">What the axis spans where none is finite.</param>
    public TimesWithNever(IEnumerable<double> seconds, IEnumerable<double> otherwise)
    {
        double[] known = [.. seconds.Where(s => !double.IsNaN(s))], finite = [.. known.Where(double.IsFinite)];
        AnyNever = known.Any(double.IsPositiveInfinity);
        axis = new(finite.Length > 0 ? finite : otherwise);
    }

    public bool AnyNever { get; }

    /// <summary>The band's lower and upper edge, and the place of "never" in it.</summary>
    public double BandFrom => At(1.09);
    public double Never => At(1.15);
    public double BandTo => At(1.21);

    public double Place(double seconds) => double.IsPositiveInfinity(seconds) ? Never : axis.Place(seconds);

    public Axis Of(string what)
    {
        Axis times = axis.To(axis.Longest, what) with { To = AnyNever ? BandTo : At(1.05) };
        return AnyNever ? times with { Ticks = [.. axis.Ticks(axis.Longest), new(Never, "never")] } : times;
    }

    /// <summary>A place so far up the axis, 1 being the longest time.</summary>
    private double At(double share) => axis.Place(axis.Logarithmic
        ? axis.Shortest * Math.Pow(axis.Longest / axis.Shortest, share) : axis.Longest * share);
}
