using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Lab.Tests;

/// <summary>
/// What is checked of the form of every tracked file: only what no layout made by hand wants otherwise. The rules are
/// functions of a path and a text, so that they are tried on examples.
/// </summary>
public sealed partial class FormatTests
{
    private const int Columns = 120, Lines = 410;   // about 400

    // in halves, or this file would break the rule
    private static readonly string[] Markers = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X"];

    private static readonly Regex MachinePath =
        new("(?<![A-Za-z0-9_.~-])/(wo" + "rk|ho" + "me|ro" + "ot|Us" + "ers)/[A-Za-z0-9]");

    [Fact]
    public void Every_tracked_file_keeps_the_rules()
    {
        string[] broken = [.. Tracked().SelectMany(f => Broken(f.Path, f.Text))];
        Assert.True(broken.Length == 0, $"{broken.Length} times:\n{string.Join('\n', broken.Take(60))}");
    }

    [Theory]
    [InlineData("a.cs", "class A;\r\n", "a.cs: line ends are LF")]
    [InlineData("a.cs", "class A;", "a.cs: ends with one newline")]
    [InlineData("a.cs", "class A;\n\n", "a.cs: ends with one newline")]
    [InlineData("a.md", "a \n", "a.md:1: white space at its end")]
    [InlineData("a.yaml", "a:\n\tb: 1\n", "a.yaml:2: a tab")]
    [InlineData("Makefile", "a:\n\tb\n", "")]
    [InlineData("a.yaml", "# see /ho" + "me/me/x\n", "a.yaml:1: a path of one machine")]
    [InlineData("a.cs", "// TO" + "DO: later\n", "a.cs:1: TO" + "DO")]
    [InlineData("a.cs", "using System;\nusing Lab.Network;\nusing System.Text;\n",
        "a.cs:3: using Lab.Network stands before using System.Text")]
    [InlineData("a.cs", "using System;\nusing System.Text;\nusing Lab.Network;\nusing static System.Math;\n", "")]
    [InlineData("package-lock.json", "\"res" + "olved\": \"https://npm.example/x.tgz\"\n", "package-lock.json:1: a registry's address")]
    public void Each_rule_finds_what_breaks_it(string path, string text, string broken) =>
        Assert.Equal(broken, string.Join(", ", Broken(path, text)));

    [Fact]
    public void Lines_and_files_have_a_length()
    {
        string wide = new('x', 117);
        Assert.Equal(["a.cs:1: 121 columns"], Broken("a.cs", $"// {wide}x\n"));
        Assert.Empty(Broken("a.cs", $"// {wide}\n"));
        Assert.Empty(Broken("lab/Lab.Tests/a.cs", $"string a = \"{wide}\";\n"));
        Assert.Equal(["lab/Lab.Tests/a.cs:1: 133 columns"],
            Broken("lab/Lab.Tests/a.cs", $"string {wide} = \"abc\";\n"));
        Assert.Equal(["lab/Lab.Network/a.cs:1: 131 columns"],
            Broken("lab/Lab.Network/a.cs", $"string a = \"{wide}\";\n"));
        Assert.Empty(Broken("a.cs", string.Concat(Enumerable.Repeat("//\n", Lines))));
        Assert.Equal(["a.cs: 411 lines"], Broken("a.cs", string.Concat(Enumerable.Repeat("//\n", Lines + 1))));
    }

    private static IEnumerable<string> Broken(string path, string text)
    {
        bool golden = path.Contains("/Golden/"), code = path.EndsWith(".cs");
        if (text.Contains('\r')) yield return $"{path}: line ends are LF";
        if (!golden && (!text.EndsWith('\n') || text.EndsWith("\n\n"))) yield return $"{path}: ends with one newline";
        string[] lines = text.Split('\n');
        if (code && lines.Length - 1 > Lines) yield return $"{path}: {lines.Length - 1} lines";
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r'), place = $"{path}:{i + 1}: ";
            if (!golden && line.Length > 0 && char.IsWhiteSpace(line[^1]))
                yield return place + "white space at its end";
            if (line.Contains('\t') && !TabsAreRight(path)) yield return place + "a tab";
            if (code && line.Length > Columns && !IsExpectedText(path, lines, i))
                yield return $"{place}{line.Length} columns";
            if (Markers.FirstOrDefault(m => Regex.IsMatch(line, $@"\b{m}\b")) is { } marker)
                yield return place + marker;
            if (MachinePath.IsMatch(line)) yield return place + "a path of one machine";
            if (RegistryAddress().IsMatch(line)) yield return place + "a registry's address";
        }
        if (code && Disorder(text) is { } disorder) yield return $"{path}:{disorder}";
    }

    private static bool TabsAreRight(string path) =>
        path.EndsWith("Makefile") || path.EndsWith(".sln") || path.EndsWith(".lua") || path.EndsWith(".tsv");

    // what a test expects, word for word, may be as long as it is
    private static bool IsExpectedText(string path, string[] lines, int at)
    {
        if (!path.StartsWith("lab/Lab.Tests/")) return false;
        SyntaxTree tree = CSharpSyntaxTree.ParseText(string.Join('\n', lines));
        return tree.GetRoot().DescendantTokens().Any(t =>
            t.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.InterpolatedStringTextToken
            && t.Span.Length > 40
            && t.GetLocation().GetLineSpan() is var span && span.StartLinePosition.Line <= at
            && span.EndLinePosition.Line >= at);
    }

    // System first, then by name; static ones and aliases behind them
    private static string? Disorder(string text)
    {
        static (int, string) Place(UsingDirectiveSyntax u) => (u.Alias is not null ? 3
            : u.StaticKeyword != default ? 2 : u.NamespaceOrType.ToString().Split('.')[0] == "System" ? 0 : 1,
            u.NamespaceOrType.ToString());
        UsingDirectiveSyntax[] all = [.. CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot().Usings];
        foreach ((UsingDirectiveSyntax a, UsingDirectiveSyntax b) in all.Zip(all.Skip(1)))
        {
            ((int Kind, string Name) one, (int Kind, string Name) next) = (Place(a), Place(b));
            if (one.Kind > next.Kind || one.Kind == next.Kind && string.CompareOrdinal(one.Name, next.Name) > 0)
                return $"{b.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: using {one.Name} stands before "
                    + $"using {next.Name}";
        }
        return null;
    }

    private static IEnumerable<(string Path, string Text)> Tracked()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = RepositoryRoot.Path, RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start)!;
        string[] paths = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.True(paths.Length > 100, "git names no files");
        return paths.Select(p => (Path: p, File: Path.Combine(RepositoryRoot.Path, p))).Where(p => File.Exists(p.File))
            .Select(p => (p.Path, File.ReadAllText(p.File))).Where(p => !p.Item2.Contains('\0'));
    }

    [GeneratedRegex("\"res[o]lved\":|reg[i]stry=|<[a]dd key=\"[^\"]*\" value=\"https?:")]
    private static partial Regex RegistryAddress();
}
