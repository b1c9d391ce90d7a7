using System.Reflection;
using System.Text.RegularExpressions;

namespace Lab.Tests;

/// <summary>lab/RULES.md, the ids in the code and the tests that say they prove them are in step.</summary>
public partial class RuleRegisterTests
{
    private static string Lab => Path.Combine(RepositoryRoot.Path, "lab");

    [Fact]
    public void The_register_names_for_each_rule_the_tests_that_prove_it()
    {
        var proofs = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (MethodInfo test in typeof(RuleRegisterTests).Assembly.GetTypes().SelectMany(t => t.GetMethods()))
            foreach (RuleAttribute rule in test.GetCustomAttributes<RuleAttribute>())
            {
                bool runs = test.IsDefined(typeof(FactAttribute));
                Assert.True(runs, $"{test.Name} proves {rule.Id} and is no test");
                if (!proofs.TryGetValue(rule.Id, out SortedSet<string>? tests))
                    proofs[rule.Id] = tests = new SortedSet<string>(StringComparer.Ordinal);
                tests.Add(test.Name);
            }
        Assert.Equal(proofs.Select(p => $"{p.Key}: {string.Join(", ", p.Value)}"),
            Register.OrderBy(r => r.Id, StringComparer.Ordinal).Select(r => $"{r.Id}: {r.Tests}"));
    }

    [Fact]
    public void Every_id_in_the_code_is_registered()
    {
        string[] known = [.. Register.Select(r => r.Id)];
        string prefixes = string.Join('|', known.Select(id => id.Split('-')[0].TrimEnd("0123456789".ToCharArray()))
            .Distinct().Where(p => p != "O"));
        var id = new Regex($@"\b(?:(?:{prefixes})-?\d\d|O\d\d?)\b");
        var unknown = new List<string>();
        int seen = 0;
        foreach (string file in Directory.EnumerateFiles(Lab, "*.cs", SearchOption.AllDirectories).Where(IsSource))
            foreach (string comment in File.ReadLines(file).Select(CommentOf))
                foreach (Match match in id.Matches(comment))
                {
                    seen++;
                    if (!known.Contains(match.Value)) unknown.Add($"{match.Value} in {file}: {comment}");
                }
        Assert.Empty(unknown);
        Assert.True(seen > 40, $"{seen} ids found");
    }

    [Fact]
    public void Every_rule_stands_once_with_its_source()
    {
        Assert.Equal(Register.Select(r => r.Id).Distinct(), Register.Select(r => r.Id));
        Assert.All(Register, r => Assert.Matches("RFC|XEP|lab", r.Source));
        Assert.All(Register, r => Assert.EndsWith(".", r.Rule));
    }

    private static List<(string Id, string Rule, string Source, string Tests)> Register =>
    [
        .. File.ReadLines(Path.Combine(Lab, "RULES.md")).Select(l => Row().Match(l)).Where(m => m.Success)
            .Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value, m.Groups[4].Value)),
    ];

    private static bool IsSource(string path) =>
        !path.Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin");

    private static string CommentOf(string line) =>
        line.IndexOf("//", StringComparison.Ordinal) is >= 0 and var at ? line[at..] : "";

    [GeneratedRegex(@"^\| ([A-Z]+-?\d+) \| (.*) \| (.*) \| (.*) \|$")]
    private static partial Regex Row();
}
