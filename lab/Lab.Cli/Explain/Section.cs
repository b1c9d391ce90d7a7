using Lab.Files;

namespace Lab.Cli;

/// <summary>A part of an explanation: rows of a name and what is said of it; a row whose
/// name is empty goes on below the one before, one without a name is a sentence.</summary>
internal sealed record Section(string Title, IReadOnlyList<(string? Name, string Text)> Rows)
{
    private const int Widest = 28;

    public Section(string title, params IEnumerable<(string? Name, string Text)> rows) : this(title, [.. rows]) { }

    /// <summary>Names in a column, texts wrapped beside them; below a name that is too long for it.</summary>
    public IEnumerable<string> Lines(int width)
    {
        yield return Wrapped.Text(Title, width);
        int most = Math.Min(Widest, width / 3), indent = 2 + 2 + Rows.Select(r => Wrapped.Columns(r.Name ?? ""))
            .Where(c => c <= most).DefaultIfEmpty(most).Max();
        foreach ((string? name, string text) in Rows)
        {
            if (name is null)
            {
                yield return Indented(Wrapped.Text(text, width - 2));
                continue;
            }
            string head = "  " + Problem.Printable(name);
            bool beside = Wrapped.Columns(head) <= indent - 2;
            if (!beside) yield return head;
            string body = Wrapped.Text(text, width - indent).Replace("\n", "\n" + new string(' ', indent));
            yield return (beside ? head + new string(' ', indent - Wrapped.Columns(head)) : new string(' ', indent))
                + body;
        }
    }

    private static string Indented(string text) => "  " + text.Replace("\n", "\n  ");
}
