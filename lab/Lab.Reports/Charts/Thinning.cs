using Lab.Experiments;

namespace Lab.Reports;

/// <summary>A stretch of a row in one state, and of how many of the row's items it speaks.</summary>
internal readonly record struct Stretch<T>(double From, double To, T State, int Items);

/// <summary>
/// What keeps a figure small, whatever was run: what could not be seen is joined with what is beside it. Every loss is
/// told in the caption.
/// </summary>
internal static class Thinning
{
    /// <summary>Panels of a figure; boxes of one kind and marks of all its panels.</summary>
    public const int MostPanels = 12, MostBoxes = 5000, MostMarks = 2000;

    /// <summary>Pixels of a wide panel, and of the coarser ones that are taken where these still make too many
    /// boxes.</summary>
    private static readonly int[] Widths = [1600, 800, 400, 200, 100, 50];

    /// <summary>
    /// Rows of states, drawn with at most so many boxes as long as the coarsest pixels allow that, and how many pixels
    /// the span was divided into.
    /// </summary>
    /// <param name="rows">States in order of time, which do not overlap.</param>
    /// <param name="gaps">Whether a pixel of which nothing fills most stays empty; else what fills most of the rest is
    /// drawn.</param>
    public static (IReadOnlyList<IReadOnlyList<Stretch<T>>> Rows, int Pixels, bool Joined) Rows<T>(
        IReadOnlyList<IReadOnlyList<Stretch<T>>> rows, double span, int most, bool gaps) where T : notnull
    {
        foreach (int width in Widths)
        {
            IReadOnlyList<Stretch<T>>[] thin = [.. rows.Select(r => Row(r, span / width, gaps))];
            if (thin.Sum(r => r.Count) <= most || width == Widths[^1])
                return (thin, width, thin.Zip(rows).Any(p => !ReferenceEquals(p.First, p.Second)));
        }
        throw new InvalidOperationException("the last width is taken");
    }

    /// <summary>
    /// Each pixel that holds an item narrower than half of it is filled with what fills most of it; the rest of the row
    /// stays as it is.
    /// </summary>
    public static IReadOnlyList<Stretch<T>> Row<T>(IReadOnlyList<Stretch<T>> row, double pixel, bool gaps)
        where T : notnull
    {
        HashSet<int> crowded = [.. row.Where(s => s.To - s.From < pixel / 2).SelectMany(s => Touched(s, pixel))];
        if (crowded.Count == 0) return row;
        List<Stretch<T>> pieces = [];
        Dictionary<int, Dictionary<T, (double Share, int Items)>> shares = [];
        foreach (Stretch<T> item in row)
        {
            double free = item.From;
            foreach (int p in Touched(item, pixel).Where(crowded.Contains))
            {
                double start = p * pixel, end = start + pixel;
                if (start > free) pieces.Add(item with { From = free, To = start });
                free = end;
                double share = Math.Min(item.To, end) - Math.Max(item.From, start);
                if (!shares.TryGetValue(p, out var states)) shares[p] = states = [];
                (double known, int items) = states.GetValueOrDefault(item.State);
                states[item.State] = (known + share, items + 1);
            }
            if (item.To > free) pieces.Add(item with { From = free });
        }
        foreach ((int p, Dictionary<T, (double Share, int Items)> states) in shares)
        {
            (T state, (double share, _)) = states.MaxBy(s => s.Value.Share);
            double empty = pixel - states.Values.Sum(s => s.Share);
            if (!gaps || share >= empty)
                pieces.Add(new(p * pixel, (p + 1) * pixel, state, Math.Max(2, states.Values.Sum(s => s.Items))));
        }
        return [.. Joined(pieces.OrderBy(p => p.From))];
    }

    /// <summary>The pixels that an item lies in; one of no length lies in one.</summary>
    private static IEnumerable<int> Touched<T>(Stretch<T> item, double pixel)
    {
        int first = (int)(item.From / pixel), last = (int)Math.Ceiling(item.To / pixel) - 1;
        for (int p = first; p <= Math.Max(first, last); p++) yield return p;
    }

    /// <summary>What lies side by side in one state is one, unless both are items as they were.</summary>
    private static IEnumerable<Stretch<T>> Joined<T>(IEnumerable<Stretch<T>> pieces) where T : notnull
    {
        Stretch<T>? open = null;
        foreach (Stretch<T> piece in pieces)
        {
            if (open is { } before && before.State.Equals(piece.State) && piece.From - before.To <= piece.To * 1e-9
                && (before.Items > 1 || piece.Items > 1))
            {
                open = before with { To = piece.To, Items = before.Items + piece.Items };
                continue;
            }
            if (open is { } done) yield return done;
            open = piece;
        }
        if (open is { } last) yield return last;
    }

    /// <summary>Said in the caption of a figure whose states were joined.</summary>
    public static string Rule(bool joined, int pixels, double seconds) => !joined ? "" :
        $" What was shorter than {Units.Format(seconds / pixels / 2, Unit.Seconds)} is joined " +
        "with what is beside it into what fills most of the time.";

    /// <summary>
    /// At most so many, in their order: those that matter before the others, each evenly by rank, the first and the
    /// last always among them.
    /// </summary>
    /// <param name="most">4 or more.</param>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> entries, int most, Func<T, bool> matters)
    {
        if (entries.Count <= most) return entries;
        int[] first = [.. Enumerable.Range(0, entries.Count).Where(i => matters(entries[i]))];
        int[] others = [.. Enumerable.Range(0, entries.Count).Where(i => !matters(entries[i]))];
        int left = Math.Min(others.Length, 2);
        IReadOnlyList<int> kept = Of(first, most - left);
        return [.. kept.Concat(Of(others, most - kept.Count)).Order().Select(i => entries[i])];
    }

    /// <summary>At most so many entries, evenly by rank, the first and the last always among them.</summary>
    /// <param name="most">2 or more, or none of the entries.</param>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> entries, int most)
    {
        if (entries.Count <= most) return entries;
        return [.. Enumerable.Range(0, most).Select(i => entries[(int)((long)i * (entries.Count - 1) / (most - 1))])];
    }
}
