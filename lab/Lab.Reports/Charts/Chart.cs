namespace Lab.Reports;

/// <summary>
/// A figure as data, for every library that draws: panels that share keys of colours and symbols. All places are
/// numbers in the units of the axes; words stand at places of their own (Axis.Rows). Nothing here knows a size in
/// pixels but the height of a panel.
/// </summary>
internal sealed record Chart
{
    public required string Title { get; init; }

    /// <summary>Scenario, network, seeds, fidelity: what a picture cut out of its page must still say.</summary>
    public required string Subtitle { get; init; }

    /// <summary>What there is to see, for those who cannot see it: kind, axes, and what stands out, in
    /// sentences.</summary>
    public required string Description { get; init; }

    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>The keys shown above the panels, in order; layers refer to these very objects.</summary>
    public IReadOnlyList<Key> Keys { get; init; } = [];

    /// <summary>The first so many panels are shown at first where a reader can choose others.</summary>
    public int ShownPanels { get; init; } = int.MaxValue;

    /// <summary>Panels beside each other where there is room.</summary>
    public int Columns { get; init; } = 1;

    /// <summary>Height of a panel without its axes, px of a page.</summary>
    public int PanelHeight { get; init; } = 230;

    /// <summary>Least useful width of a panel without its axes, px of a page.</summary>
    public int PanelWidth { get; init; } = 260;

    /// <summary>For where nobody can choose: the panels that are shown at first, and what to do for the
    /// others.</summary>
    public Chart Shortened() => Panels.Count <= ShownPanels ? this : this with
    {
        Panels = [.. Panels.Take(ShownPanels)],
        Subtitle = $"{Subtitle} · the first {ShownPanels} of {Panels.Count} panels (others: report.html, lab plot "
            + "--where)",
    };
}

/// <summary>A pair of axes and what is drawn in it, from the back to the front.</summary>
/// <param name="Title">Empty where there is one panel.</param>
internal sealed record Panel(string Title, Axis X, Axis Y, IReadOnlyList<Layer> Layers)
{
    /// <summary>Without its axes, px of a page; null = the chart's.</summary>
    public int? Height { get; init; }
}

/// <summary>
/// What words look like: "which words colour what". An entry without a colour has a symbol only, one without a symbol
/// is a patch.
/// </summary>
/// <param name="CanPick">Whether a reader may single out one word: it then counts for all layers with this key.</param>
internal sealed record Key(string Title, IReadOnlyList<KeyEntry> Entries, bool CanPick = false)
{
    public KeyEntry this[string word] => Entries.First(e => e.Word == word);
}

/// <param name="Colour">#rrggbb, told apart on light and on dark; null = the colour of text.</param>
/// <param name="Opacity">0 to 1, of areas.</param>
internal sealed record KeyEntry(string Word, string? Colour = null, Symbol? Symbol = null, Dash Dash = Dash.Solid,
    double Opacity = 1);

internal enum Symbol { Circle, Square, Diamond, TriangleUp, TriangleDown, TriangleRight, Cross }

internal enum Dash { Solid, Long, Short, Mixed }
