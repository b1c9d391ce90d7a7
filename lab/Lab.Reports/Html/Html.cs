using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Lab.Reports;

/// <summary>
/// A piece of HTML. Made from an interpolated string whose own text is markup and whose holes are escaped, unless they
/// hold HTML already: so nothing that a user wrote can become markup.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct Html
{
    private readonly StringBuilder text;

    public Html(int literalLength, int formattedCount) => text = new(literalLength + formattedCount * 16);

    public static readonly Html Empty = new(0, 0);

    public bool IsEmpty => text is null || text.Length == 0;

    public static Html Of(Html html) => html;

    public static Html Join(IEnumerable<Html> pieces, string between = "\n")
    {
        Html all = new(0, 0);
        bool first = true;
        foreach (Html piece in pieces)
        {
            if (!first) all.AppendLiteral(between);
            first = false;
            all.AppendFormatted(piece);
        }
        return all;
    }

    /// <summary>A text whose numbers stay on one line with their units.</summary>
    public static string Unbroken(string text) => Regex.Replace(text, @"(?<=\d) (?=[%/\p{L}])", "\u00a0");

    /// <summary>Text that is known to be markup, script or style: files of this project and of the chart
    /// library.</summary>
    public static Html Trusted(string markup)
    {
        Html html = new(markup.Length, 0);
        html.AppendLiteral(markup);
        return html;
    }

    public void AppendLiteral(string markup) => text.Append(markup);

    public void AppendFormatted(Html html) => text.Append(html.text);

    public void AppendFormatted(string? plain) => text.Append(WebUtility.HtmlEncode(plain));

    public void AppendFormatted(long number) => text.Append(Words.Number(number));

    public override string ToString() => text.ToString();
}
