using Lab.Experiments;

namespace Lab.Tests;

/// <summary>Metrics of runs that never took place.</summary>
internal static class Measured
{
    /// <summary>With that number; a metric of times has one case each, of which infinite ones were outlived.</summary>
    public static Measure Of(string name, params double[] values)
    {
        Joining joining = Catalogue.Find(name)!.Joining;
        Sample sample = joining.IsPooled && joining != Joining.Share
            ? Sample.Of([.. values.Select(s => double.IsFinite(s) ? new Observation(s, Outcome.Noticed)
                : new Observation(1200, Outcome.Outlived))])
            : values[0];
        return new Measure(name, joining.Of(sample), sample);
    }
}
