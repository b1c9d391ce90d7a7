using Lab.Experiments;

namespace Lab.Reports;

/// <summary>Labels of fidelity in the cells of a table, with their reasons in a numbered list below it.</summary>
internal sealed class Footnotes
{
    private readonly List<string> notes = [];

    /// <summary>"approximate 1"; nothing for what is exact or modelled.</summary>
    public Html Label(NetworkKind network, Judgement judgement)
    {
        if (judgement.Fidelity < Fidelity.Approximate) return Html.Empty;
        return $"<small class=\"label\">{Words.Of(judgement.Fidelity)}{Mark(network, judgement)}</small>";
    }

    /// <summary>The number of the reason, raised.</summary>
    public Html Mark(NetworkKind network, Judgement judgement)
    {
        string note = $"On the {network.Word()} network {Words.Of(judgement.Fidelity)}: {judgement.Reason}.";
        if (!notes.Contains(note)) notes.Add(note);
        return $"<sup title=\"{note}\">{notes.IndexOf(note) + 1}</sup>";
    }

    /// <summary>Stands below the table; nothing when nothing was labelled.</summary>
    public Html List() => notes.Count == 0 ? Html.Empty
        : Html.Of($"<ol class=\"notes\">{Html.Join(notes.Select(n => Html.Of($"<li>{n}</li>")), "")}</ol>");
}
