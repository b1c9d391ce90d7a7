using System.Globalization;

namespace Lab.Reports;

/// <summary>An axis laid along so many px: places of values from 0 (at From) to its length, and the ticks that have
/// room.</summary>
internal sealed class AxisTicks
{
    private const float BetweenWords = 9, Slant = 35;
    private readonly double from, to;
    private readonly bool vertical;

    public AxisTicks(Axis axis, float pixels, bool vertical, Lettering letters)
    {
        Axis = axis;
        Pixels = pixels;
        this.vertical = vertical;
        from = Place(axis.From);
        to = Place(axis.To);
        if (from == to) to = from + 1;
        Tick[] inside = [.. Candidates(letters).Where(t => Along(t.At) is >= -0.5f && Along(t.At) <= Pixels + 0.5f)];
        Shown = axis.IsWords ? Words(inside, letters) : Thinned(inside, letters);
    }

    public Axis Axis { get; }

    public float Pixels { get; }

    /// <summary>What is drawn; texts may hold several lines.</summary>
    public IReadOnlyList<Tick> Shown { get; }

    /// <summary>Degrees by which the labels rise to the right: words below an axis that do not fit beside each
    /// other.</summary>
    public float Rotation { get; private set; }

    /// <summary>Room beside the axis for its labels, px: their width where it stands upright, else their
    /// height.</summary>
    public float LabelRoom(Lettering letters)
    {
        if (Shown.Count == 0) return 0;
        float widest = Shown.Max(t => Widest(t.Text, letters));
        if (vertical) return widest;
        float lines = Shown.Max(t => t.Text.Count(c => c == '\n') + 1) * TextStyle.Tick.LineHeight;
        double angle = Rotation * Math.PI / 180;
        return Rotation == 0 ? lines : (float)(widest * Math.Sin(angle) + lines * Math.Cos(angle));
    }

    /// <summary>The value as a place that is linear on the paper; what no logarithm has lies before the axis.</summary>
    public double Place(double value) => !Axis.Logarithmic ? value
        : value > 0 ? Math.Log10(value) : Math.Log10(Math.Min(Axis.From, Axis.To)) - 1;

    /// <summary>px from the start of the axis.</summary>
    public float Along(double value) => (float)((Place(value) - from) / (to - from) * Pixels);

    private IEnumerable<Tick> Candidates(Lettering letters)
    {
        if (Axis.Ticks is { } given) return given;
        return Axis.Logarithmic ? Decades() : Round(letters);
    }

    /// <summary>Powers of ten; on short axes their double and fivefold, too.</summary>
    private IEnumerable<Tick> Decades()
    {
        int[] digits = Math.Abs(to - from) < 3 ? [1, 2, 5] : [1];
        for (int power = (int)Math.Floor(Math.Min(from, to)); power <= Math.Max(from, to); power++)
            foreach (int digit in digits)
                yield return new(digit * Math.Pow(10, power),
                    Number(digit * Math.Pow(10, power), Math.Max(0, -power)));
    }

    /// <summary>Round numbers at the least distance at which their labels stand apart.</summary>
    private IReadOnlyList<Tick> Round(Lettering letters)
    {
        double low = Math.Min(Axis.From, Axis.To), high = Math.Max(Axis.From, Axis.To), span = high - low;
        float apart = vertical ? 30 : 62;
        double least = span / Math.Max(1, Pixels / apart);
        for (int power = (int)Math.Floor(Math.Log10(least)); ; power++)
            foreach (int digit in (int[])[1, 2, 5])
            {
                double step = digit * Math.Pow(10, power);
                if (step < least * 0.999) continue;
                int decimals = Math.Max(0, (Axis.Percent ? -2 : 0) - power);
                Tick[] ticks = [.. Multiples(low, high, step, decimals)];
                if (step >= span || AllApart(ticks, letters)) return ticks;
            }
    }

    private IEnumerable<Tick> Multiples(double low, double high, double step, int decimals)
    {
        long first = (long)Math.Ceiling(low / step - 1e-9), last = (long)Math.Floor(high / step + 1e-9);
        for (long i = first; i <= last; i++)
            yield return new(i * step, Axis.Percent
                ? Number(i * step * 100, decimals) + " %" : Number(i * step, decimals));
    }

    private static string Number(double value, int decimals)
    {
        string text = value.ToString("#,0." + new string('0', decimals), CultureInfo.InvariantCulture)
            .Replace(",", "\u202f");
        return text.StartsWith('-') ? "−" + text[1..] : text;
    }

    /// <summary>Every second, third ... of the ticks, so that all that are left have room.</summary>
    private IReadOnlyList<Tick> Thinned(Tick[] ticks, Lettering letters)
    {
        for (int every = 1; every < ticks.Length; every++)
        {
            Tick[] kept = [.. ticks.Where((_, i) => i % every == 0)];
            if (AllApart(kept, letters)) return kept;
        }
        return [.. ticks.Take(1)];
    }

    private IReadOnlyList<Tick> Words(Tick[] ticks, Lettering letters)
    {
        if (ticks.Length == 0) return ticks;
        float room = Pixels / Math.Abs((float)(to - from));
        if (vertical)
        {
            int lines = Math.Max(1, (int)(room / TextStyle.Tick.LineHeight));
            return [.. ticks.Select(t => t with { Text = Broken(t.Text, MostRowWidth, Math.Min(lines, 3), letters) })];
        }
        Tick[] level = [.. ticks.Select(t => t with { Text = Broken(t.Text, room - BetweenWords, 2, letters) })];
        if (level.All(t => Widest(t.Text, letters) <= room - 2 && !t.Text.Contains('…'))) return level;
        Rotation = Slant;
        return [.. ticks.Select(t => t with { Text = Broken(t.Text, 150, 1, letters) })];
    }

    /// <summary>Most room that words beside rows may take, px of a page.</summary>
    private const float MostRowWidth = 220;

    private static string Broken(string text, float width, int lines, Lettering letters) =>
        string.Join('\n', letters.Wrap(text, TextStyle.Tick, width, lines));

    private static float Widest(string text, Lettering letters) =>
        text.Split('\n').Max(line => letters.Width(line, TextStyle.Tick));

    private bool AllApart(IReadOnlyList<Tick> ticks, Lettering letters)
    {
        Tick[] order = [.. ticks.OrderBy(t => Along(t.At))];
        for (int i = 1; i < order.Length; i++)
        {
            float gap = Along(order[i].At) - Along(order[i - 1].At);
            float taken = vertical ? TextStyle.Tick.LineHeight
                : (letters.Width(order[i].Text, TextStyle.Tick) + letters.Width(order[i - 1].Text, TextStyle.Tick)) / 2
                    + BetweenWords;
            if (gap < taken) return false;
        }
        return true;
    }
}
