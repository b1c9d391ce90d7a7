using System.Xml.Linq;

namespace Lab.Tests;

/// <summary>Which project and which folder may use which, and that no folders form a circle.</summary>
public sealed class ArchitectureTests
{
    private static readonly ProjectMap Sample = new("Lab.Sample", [], ["Low", "Middle", "High"]);

    public static IEnumerable<object[]> Projects => ProjectMap.All.Select(m => new object[] { m.Project });

    [Theory, MemberData(nameof(Projects))]
    public void Each_folder_uses_only_those_to_its_left(string project)
    {
        ProjectMap map = ProjectMap.All.Single(m => m.Project == project);
        string differences = string.Join('\n', map.Differences([.. Sources.Of(project)]).GroupBy(d => d.What)
            .Select(g => $"{g.Key}  {string.Join(", ", g.Take(3).Select(d => d.Where))}"));
        Assert.True(differences == "", $"otherwise than {nameof(ProjectMap)} says:\n{differences}");
    }

    [Fact]
    public void Each_project_points_to_those_of_the_map_and_every_project_has_its_place()
    {
        foreach (ProjectMap map in ProjectMap.All)
            Assert.Equal(map.Uses, XDocument.Load(Sources.ProjectFile(map.Project)).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)).Order());
        Assert.Equal(Sources.Projects.Except(["Lab.Tests", "Lab.Bench"]),
            ProjectMap.All.Select(m => m.Project).Order());
    }

    [Fact]
    public void The_map_in_the_README_is_this_one() => Assert.True(
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "lab", "README.md")).Contains(ProjectMap.Text()),
        "lab/README.md must hold:\n" + ProjectMap.Text());

    [Theory]
    [InlineData("High.B? b;", "Lab.Sample: Low uses High (Low/A.cs:3 B)")]
    [InlineData("object b = High.B.Made();", "Lab.Sample: Low uses High (Low/A.cs:3 B)")]
    [InlineData("object b = nameof(High.B);", "Lab.Sample: Low uses High (Low/A.cs:3 B)")]
    [InlineData("List<B> b = [];", "Lab.Sample: Low uses High (Low/A.cs:3 B)")]
    [InlineData("void M() { var b = Middle.C.Given(); }", "Lab.Sample: Low uses High (Low/A.cs:3 B), "
        + "Lab.Sample: Low uses Middle (Low/A.cs:3 C)")]
    [InlineData("// B\n string b = \"B\"; int B;", "")]
    public void A_circle_between_folders_is_found_wherever_it_closes(string code, string found)
    {
        (string, string)[] sources =
        [
            ("Low/A.cs", $"namespace Lab.Sample;\nclass A {{\n{code.Replace("High.", "").Replace("Middle.", "")} }}"),
            ("Middle/C.cs", "namespace Lab.Sample; class C { public static B Given() => B.Made(); A? a; }"),
            ("High/B.cs", "namespace Lab.Sample; class B { public static B Made() => new(); A? a; C? c; }"),
        ];
        string[] actual = [.. Sample.Differences(sources).Where(d => !d.What.StartsWith("Lab.Sample: Middle"))
            .Select(d => $"{d.What} ({d.Where})").Distinct().Order()];
        Assert.Equal(found, string.Join(", ", actual));
        Assert.Contains(Sample.Differences(sources), d => d.What == "Lab.Sample: Middle uses High");
    }

    [Fact]
    public void A_folder_without_a_place_and_a_place_without_a_folder_are_found() =>
        Assert.Equal("Lab.Sample has no Middle, Lab.Sample has no High, Lab.Sample: Odd has no place in the map",
            string.Join(", ",
                Sample.Differences([("Low/A.cs", "class A;"), ("Odd/B.cs", "class B;")]).Select(d => d.What)));
}
