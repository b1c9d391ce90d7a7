using Lab.Experiments;
using Lab.Network;

namespace Lab.Reports;

/// <summary>Limits that keep figures readable and files small; each is told in the caption where it bites.</summary>
internal static class Thinning
{
    public const int MostPanels = 12, MostBands = 500, MostLanes = 5000, MostMarks = 2000;

    /// <summary>Said in the caption of a figure in which not all faults of a run are drawn.</summary>
    public static string Bands(IEnumerable<int> faults) =>
        faults.Any(f => f > MostBands) ? $" Of each run at most {MostBands} faults are drawn, evenly by rank." : "";

    /// <summary>The longest states of a run, in order: the others would be narrower than a pixel.</summary>
    public static IReadOnlyList<LaneSegment> Longest(IReadOnlyList<LaneSegment> lanes)
    {
        if (lanes.Count <= MostLanes) return lanes;
        Duration[] lengths = [.. lanes.Select(l => l.To - l.From).OrderDescending().Take(MostLanes)];
        int ties = lengths.Count(l => l == lengths[^1]);
        return [.. lanes.Where(l => l.To - l.From > lengths[^1] || (l.To - l.From == lengths[^1] && ties-- > 0))];
    }

    /// <summary>Said in the caption where not all states and verdicts of a run are drawn.</summary>
    public static string Lanes(IEnumerable<(int Lanes, int Marks)> runs) =>
        runs.Any(r => r.Lanes > MostLanes || r.Marks > MostMarks)
            ? $" Of each run the {MostLanes} longest states and at most {MostMarks} verdicts are drawn." : "";

    /// <summary>At most so many entries, evenly by rank, the first and the last always among them.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> entries, int most)
    {
        if (entries.Count <= most) return entries;
        return [.. Enumerable.Range(0, most).Select(i => entries[(int)((long)i * (entries.Count - 1) / (most - 1))])];
    }
}
