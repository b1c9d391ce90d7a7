using System.Globalization;
using System.Text;
using Lab.Files;

namespace Lab.Cli;

/// <summary>
/// Sentences within the width of a window. Commands and paths stay on their line, however long, so that they can be
/// copied.
/// </summary>
internal static class Wrapped
{
    /// <summary>Columns of what no window shows: files and pipes.</summary>
    public const int Usual = 100;

    private const int Narrowest = 20;

    /// <summary>
    /// The text, broken between words; lines after the first begin with so many blanks. Characters that would steer a
    /// terminal become dots. A word that is wider than the window has a line of its own.
    /// </summary>
    public static string Text(string text, int width, int indent = 0)
    {
        int most = Math.Max(width, indent + Narrowest);
        var lines = new StringBuilder();
        int column = 0;
        foreach (string word in Problem.Printable(text).Split(' '))
        {
            int length = Columns(word);
            if (column > indent && column + 1 + length > most)
            {
                lines.Append('\n').Append(' ', indent);
                column = indent;
            }
            else if (lines.Length > 0)
            {
                lines.Append(' ');
                column++;
            }
            lines.Append(word);
            column += length;
        }
        return lines.ToString();
    }

    /// <summary>How many columns a text takes, of ordinary letters.</summary>
    public static int Columns(string text) => new StringInfo(text).LengthInTextElements;
}
