using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Lab.Tests;

/// <summary>One use of a part of a project by another: where it stands, and what is used there.</summary>
internal sealed record Use(string From, string To, string Where, string What);

/// <summary>
/// Which parts of a project use which, read from its sources by the compiler. A part is a folder, or a file outside all
/// folders. Using is to name a type or a member of one, or to have the compiler infer one (var, new()).
/// </summary>
internal static class SourceGraph
{
    private const string Everywhere = "global using System; global using System.Collections.Generic; "
        + "global using System.Linq; ", AtTheEdges = "global using System.IO; global using System.Net.Http; "
        + "global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpCompilationOptions Library =
        new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true,
            nullableContextOptions: NullableContextOptions.Enable);

    private static readonly Lazy<(string Name, MetadataReference Reference)[]> Assemblies = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p =>
            (Path.GetFileNameWithoutExtension(p), (MetadataReference)MetadataReference.CreateFromFile(p)))]);

    /// <summary>The uses in sources given as path inside the project and text.</summary>
    public static List<Use> Of(string project, IEnumerable<(string Path, string Text)> sources)
    {
        string global = Sources.PureProjects.Contains(project) ? Everywhere : Everywhere + AtTheEdges;
        SyntaxTree[] trees = [.. sources.Append(("", global))
            .Select(s => CSharpSyntaxTree.ParseText(s.Item2, path: s.Item1))];
        string assembly = project == "Lab.Cli" ? "lab" : project;
        var compilation = CSharpCompilation.Create(assembly, trees,
            Assemblies.Value.Where(a => a.Name != assembly).Select(a => a.Reference), Library);
        return [.. trees.SelectMany(t => Of(compilation, t)).Distinct()];
    }

    private static IEnumerable<Use> Of(CSharpCompilation compilation, SyntaxTree tree)
    {
        SemanticModel model = compilation.GetSemanticModel(tree);
        string from = Part(tree);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            if (node is not (SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax)) continue;
            ISymbol? symbol = model.GetSymbolInfo(node).Symbol;
            if ((symbol as INamedTypeSymbol ?? symbol?.ContainingType)?.OriginalDefinition is not { } type) continue;
            if (type.DeclaringSyntaxReferences is not [var declared, ..]) continue;
            string to = Part(declared.SyntaxTree);
            if (to == from) continue;
            string where = $"{tree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
            yield return new Use(from, to, where, type.Name);
        }
    }

    private static string Part(SyntaxTree tree) => Part(tree.FilePath);

    /// <summary>The folder of a file, or the name of a file outside all folders.</summary>
    public static string Part(string path) =>
        path.Split('/') is [var folder, _, ..] ? folder : Path.GetFileNameWithoutExtension(path);
}
