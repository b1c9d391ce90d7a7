namespace Lab.Reports;

/// <summary>Limits that keep figures readable and files small; each is told in the caption where it bites.</summary>
internal static class Thinning
{
    public const int MostPanels = 12;

    /// <summary>Steps drawn per curve: 250, fewer when there are many curves.</summary>
    public static int MostSteps(int curves) => Math.Clamp(4000 / Math.Max(1, curves), 30, 250);

    public static string Rule(int curves) =>
        $"Of each curve at most {MostSteps(curves)} steps are drawn, evenly by rank, first and last included.";

    /// <summary>At most so many entries, evenly by rank, the first and the last always among them.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> entries, int most)
    {
        if (entries.Count <= most) return entries;
        return [.. Enumerable.Range(0, most).Select(i => entries[(int)((long)i * (entries.Count - 1) / (most - 1))])];
    }

    /// <summary>Moves ascending places apart, up first, then down again from the top.</summary>
    public static double[] Apart(double[] ascending, double least, double top)
    {
        double[] places = [.. ascending];
        for (int i = 1; i < places.Length; i++) places[i] = Math.Max(places[i], places[i - 1] + least);
        for (int i = places.Length - 1; i >= 0; i--) places[i] = Math.Min(places[i], i == places.Length - 1 ? top : places[i + 1] - least);
        return places;
    }

    /// <summary>Characters of the longest legend entry.</summary>
    public static int LegendWidth(Study study) => study.Policies.Select(p => p.Length).DefaultIfEmpty(0).Max();
}
