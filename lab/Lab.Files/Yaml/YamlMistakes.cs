using System.Globalization;
using YamlDotNet.Core;

namespace Lab.Files;

/// <summary>
/// What is wrong with a text that is no YAML, said of the line with the mistake: the parser stumbles where it stops
/// making sense, which often is a line or two further on.
/// </summary>
internal static class YamlMistakes
{
    // what the parser says of a key without its colon, in its three contexts
    private static readonly string[] Colonless =
        ["multiline plain scalar", "could not find expected ':'", "did not find expected key"];

    /// <summary>
    /// The first character that is no part of a text, or null. Ends of lines that only some programs know would give a
    /// line another number here than in an editor.
    /// </summary>
    public static Problem? Character(Source source)
    {
        string text = source.Text;
        int line = 1, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n') (line, start) = (line + 1, i + 1);
            if (c is '\n' or '\t' || c == '\r' && i + 1 < text.Length && text[i + 1] == '\n') continue;
            bool pair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (pair) i++;
            if (pair || !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\u2028' or '\u2029')) continue;
            string code = string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}");
            return new Problem(new Place(source, line, i - start + 1, 1), c switch
            {
                '\r' => "a carriage return (CR) without a line feed ends a line here; end lines with LF or CRLF",
                '\u0085' or '\u2028' or '\u2029' => $"the character {code} ends a line here for some programs and not "
                    + "for others; end lines with LF or CRLF",
                _ => $"{(char.IsSurrogate(c) ? "half of a" : "a control")} character ({code}) stands here; files hold "
                    + "plain text",
            });
        }
        return null;
    }

    /// <summary>What the parser stumbled over.</summary>
    public static Problem Of(Source source, YamlException e)
    {
        int line = (int)e.Start.Line, column = (int)e.Start.Column;
        if (Tabbed(source, line, e.Message.Contains("tab", StringComparison.Ordinal)) is { } tabbed)
            return new Problem(new Place(source, tabbed, 1, Indent(source.Line(tabbed))),
                "a tab indents this line; YAML wants spaces");
        bool lacksColon = Colonless.Any(c => e.Message.Contains(c, StringComparison.Ordinal));
        if (lacksColon && WithoutColon(source, line) is { } bare) return bare;
        bool lacksEnd = e.Message.Contains("expected ',' or", StringComparison.Ordinal);
        if (lacksEnd && Unclosed(source) is { } open) return open;
        return new Problem(new Place(source, line, column, 1), Explain(source.Line(line), column - 1, e));
    }

    /// <summary>The innermost bracket that nothing closes, or null.</summary>
    public static Problem? Unclosed(Source source)
    {
        var open = new Stack<(char Bracket, Place Place)>();
        for (int number = 1; number <= source.Lines; number++)
        {
            string line = source.Line(number);
            char before = ':';                                          // the last one that is no space
            for (int i = 0; i < line.Length; i++)
            {
                char c = line[i];
                if (c == '#' && (i == 0 || line[i - 1] == ' ')) break;
                bool begins = before is ':' or ',' or '-' or '[' or '{';
                if (c is '"' or '\'' && begins && line.IndexOf(c, i + 1) is > 0 and int closed) i = closed;
                else if (c is '{' or '[' && begins) open.Push((c, new Place(source, number, i + 1, 1)));
                else if (c is '}' or ']' && open.Count > 0 && open.Peek().Bracket == c - 2) open.Pop();
                if (c != ' ') before = c;
            }
        }
        return open.TryPeek(out (char Bracket, Place Place) last)
            ? new Problem(last.Place, $"'{last.Bracket}' opens here and is not closed") : null;
    }

    // the parser stumbles over a tab before it, where it names one, or over what stands in the next line
    private static int? Tabbed(Source source, int stumbled, bool named)
    {
        bool Is(int line) => source.Line(line).AsSpan(0, Indent(source.Line(line))).Contains('\t');
        for (int line = stumbled; named && line <= source.Lines; line++)
            if (Is(line)) return line;
        return Is(stumbled) ? stumbled : Above(source, stumbled) is var above && Is(above) ? above : null;
    }

    // the key that lacks its colon: the last line, or the first of those above that the parser took for one text
    private static Problem? WithoutColon(Source source, int stumbled)
    {
        int at = HasColon(source.Line(stumbled)) ? Above(source, stumbled) : stumbled;
        if (at < 1 || HasColon(source.Line(at))) return null;
        for (int above = Above(source, at); above >= 1 && !HasColon(source.Line(above)); above = Above(source, at))
            at = above;
        string line = source.Line(at);
        if (at != stumbled && IsEntry(source.Line(stumbled)) && IsEntry(line)) return null;      // both of one list
        int start = Indent(line);
        while (start + 1 < line.Length && line[start] == '-' && line[start + 1] == ' ')
            start += 2 + Indent(line[(start + 2)..]);
        int end = start;
        while (end < line.Length && (char.IsLetterOrDigit(line[end]) || line[end] is '-' or '_' or '.' or '[' or ']'))
            end++;
        if (end == start) return null;
        string word = line[start..end];
        var place = new Place(source, at, start + 1, end - start);
        return end < line.Length && line[end] == ':'
            ? new Problem(place with { Column = end + 1, Length = 1 },
                $"the colon after '{word}' needs a space behind it, as in {word}: {Rest(line[(end + 1)..])}")
            : new Problem(place, $"a colon is missing after '{word}'");
    }

    private static bool IsEntry(string line) => line.AsSpan().TrimStart() is ['-', ' ', ..];

    private static string Rest(string text) => text.Length is > 0 and <= 40 ? Problem.Printable(text) : "...";

    // a colon that ends a key; what follows a # is a comment
    private static bool HasColon(string line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) return false;
            if (line[i] == ':' && (i + 1 == line.Length || line[i + 1] is ' ' or '\t')) return true;
        }
        return false;
    }

    /// <summary>The line above that holds more than a comment; 0 = none.</summary>
    private static int Above(Source source, int number)
    {
        do number--;
        while (number >= 1 && source.Line(number).AsSpan().Trim() is [] or ['#', ..]);
        return number;
    }

    private static int Indent(string line) => line.Length - line.AsSpan().TrimStart().Length;

    private static string Explain(string line, int at, YamlException e)
    {
        if (at > 0 && at < line.Length && line[at] == '[' && char.IsLetterOrDigit(line[at - 1]))
        {
            int from = line.AsSpan(0, at).LastIndexOfAny(" {,:[") + 1, to = line.IndexOf(']', at);
            return $"between {{ and }} a name with brackets stands in quotes: "
                + $"'{Problem.Printable(line[from..(to < 0 ? line.Length : to + 1)])}'";
        }
        bool Says(string words) => e.Message.Contains(words, StringComparison.Ordinal);
        if (Says("quoted scalar") && !Says("escape") && !Says("Unicode") && !Says("hexadecimal"))
            return "a quote opens here and is not closed";
        if (Says("found invalid mapping"))
            return "a key begins inside a value here; check the indentation, or put the whole text in quotes";
        if (Says("did not find expected key") || Says("<document end>") || Says("'-' indicator"))
            return "this line does not go on with those above; check its indentation";
        if (Says("cannot start any token") && at < line.Length)
            return $"a plain text cannot begin with '{Problem.Printable(line.Substring(at, 1))}'; put it in quotes";
        string reason = e.Message;
        int position = reason.IndexOf("): ", StringComparison.Ordinal);
        if (reason.StartsWith("(Line", StringComparison.Ordinal) && position >= 0) reason = reason[(position + 3)..];
        return "this is not YAML: " + Problem.Printable(reason.TrimEnd('.'));
    }
}
