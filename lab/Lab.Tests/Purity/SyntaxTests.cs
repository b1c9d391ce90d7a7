using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Lab.Tests;

/// <summary>
/// What no list of symbols can forbid: words that only make sense with several threads, and statics that would carry
/// something from run to run.
/// </summary>
public sealed class SyntaxTests
{
    [Fact]
    public void The_pure_projects_neither_lock_nor_wait_nor_remember_across_runs()
    {
        string[] found = [.. Sources.PureProjects.SelectMany(p => Sources.Of(p).SelectMany(s =>
            Impure(s.Text).Select(line => $"{p}/{s.Path}:{line}")))];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("void M() { lock (this) { } }", "1: lock")]
    [InlineData("async System.Threading.Tasks.Task M() { }", "1: async")]
    [InlineData("void M() { Action a = async () => { }; }", "1: async")]
    [InlineData("async Task M() { await x; }", "1: async, 1: await")]
    [InlineData("async Task M() { await foreach (int i in x) { } }", "1: async, 1: await")]
    [InlineData("volatile int x;", "1: volatile")]
    [InlineData("static int x;", "1: a static that changes")]
    [InlineData("static readonly int X; const int Y = 1; int z;", "")]
    [InlineData("int await, async; // lock\n string s = \"lock (x)\";", "")]
    public void Each_of_them_is_found_and_nothing_that_only_looks_like_it(string code, string found) =>
        Assert.Equal(found, string.Join(", ", Impure($"class A {{ {code} }}").Distinct()));

    private static IEnumerable<string> Impure(string text)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(text);
        foreach (FieldDeclarationSyntax field in tree.GetRoot().DescendantNodes().OfType<FieldDeclarationSyntax>())
            if (field.Modifiers.Any(SyntaxKind.StaticKeyword) && !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword))
                yield return $"{field.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: a static that changes";
        foreach (SyntaxToken token in tree.GetRoot().DescendantTokens())
            if (token.Kind() is SyntaxKind.LockKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.AwaitKeyword
                or SyntaxKind.VolatileKeyword)
                yield return $"{token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {token.Text}";
    }
}
