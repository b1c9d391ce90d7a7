using Lab.Experiments;

namespace Lab.Tests;

/// <summary>What lab show metrics says stands in lab/MODELS.md, word by word; make accept writes it there.</summary>
public sealed class GoldenCatalogueTests
{
    [Fact]
    public void The_page_of_models_says_of_each_metric_what_its_help_says() => Golden.AssertSection(
        "lab/MODELS.md", "## The catalogue",
        "| metric | unit | what | over | censored cases |\n|---|---|---|---|---|\n" + string.Concat(
            Catalogue.All.Select(m => $"| {m.Name} | {(Units.Symbol(m.Unit) is { Length: > 0 } s ? s : "count")} "
                + $"| {m.Meaning} | {m.Population} | {m.Censoring} |\n")));
}
