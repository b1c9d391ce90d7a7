using Lab.Experiments;

namespace Lab.Reports;

/// <summary>report.html: one file that needs nothing else, for a screen, a phone and paper.</summary>
internal static class ReportPage
{
    private const int MostYaml = 200_000, MostOpenPixels = 1700, MostData = 2_500_000;

    // Nothing may be fetched from anywhere. Vega compiles its expressions, hence unsafe-eval.
    private const string Allowed =
        "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:";

    public static string Of(Study study, IReadOnlyList<Figure> figures, string runYaml, IReadOnlyList<string> pictures,
        IReadOnlyList<string>? kept = null)
    {
        Figure? chosen = TopFigure.Of(study, figures);
        Dictionary<string, string> data = [];
        Figure[] fitting = [.. Fitting(chosen is null ? figures : [chosen, .. figures.Where(f => f != chosen)], data)];
        Figure? first = chosen is null ? null : fitting[0];
        Figure[] others = chosen is null ? fitting : fitting[1..];
        string title = $"{study.Sweep.ScenarioName}: {Words.Of(study.Sweep.Verdict)}";
        return Document.Of(title, Allowed, $"""
            <header>
            {RunSection.Head(study)}
            </header>
            <main>
            {Top(study, first)}
            {VerdictSection.Of(study)}
            {MetricTables.Main(study)}
            <h2>Figures</h2>
            <p class="screen-only">Drag to move along an axis, shift and wheel to zoom, double-click to go back. Click a
            legend entry to
            single it out. The button at the top right of each chart saves it as SVG or PNG.</p>
            {Figures(others, first?.Chart is null ? 0 : 1)}
            {StorySection.Of(study)}
            <h2>Details</h2>
            {Folded("What was run", RunSection.Of(study))}
            {Folded("Detection over all incidents", DetectionTable.Of(study))}
            {Folded("Verdicts against the truth", VerdictMatrix.Of(study))}
            {MetricTables.All(study)}
            {Folded("How true the networks are", FidelitySection.Of(study))}
            {Folded("How the numbers were made", MethodSection.Of(study))}
            {Files(runYaml, pictures, kept ?? [])}
            </main>
            {Scripts(data)}
            """);
    }

    /// <summary>The page stays small whatever was run: what is too much for it stands beside it as a picture.</summary>
    private static IEnumerable<Figure> Fitting(IEnumerable<Figure> figures, Dictionary<string, string> data)
    {
        int left = MostData;
        foreach (Figure figure in figures)
        {
            if (figure.Chart is null)
            {
                yield return figure;
                continue;
            }
            string spec = VegaSpec.Of(figure.Chart, figure.Others).ToJsonString();
            if (spec.Length <= left) data[figure.Name] = spec;
            left -= spec.Length <= left ? spec.Length : 0;
            yield return data.ContainsKey(figure.Name) ? figure : Figure.Absent(figure.Name, figure.Title,
                $"too much for this page; the folder figures has {figure.Name}.png.");
        }
    }

    /// <summary>The answer, and beside it where there is room the figure that shows it.</summary>
    private static Html Top(Study study, Figure? figure)
    {
        Answer answer = Answer.Of(study);
        Html further = answer.Further.Count == 0 ? Html.Empty : Html.Of($"""
            <ul class="further">
            {Html.Join(answer.Further.Select(f => Html.Of($"<li>{Html.Unbroken(f)}</li>")))}
            </ul>
            """);
        Html look = study.Sweep.Scenario.Look is { } sentence
            ? Html.Of($"<p class=\"look\"><b>What to look at:</b> {sentence}</p>") : Html.Empty;
        return $"""
            <section class="top wide" aria-label="Answer">
            <div>
            <p class="answer">{Html.Unbroken(answer.Sentence)}</p>
            {further}
            {look}
            </div>
            {(figure?.Chart is null ? Html.Empty : Drawn(figure, 1))}
            </section>
            """;
    }

    private static Html Folded(string title, Html body) => body.IsEmpty ? Html.Empty : Html.Of($"""
        <details><summary><h3>{title}</h3></summary>
        {body}
        </details>
        """);

    /// <summary>Most look at the first few; the others, and why some are not drawn, are a click away.</summary>
    private static Html Figures(Figure[] figures, long number)
    {
        Figure[] drawn = [.. figures.OrderBy(f => f.Chart is null)];
        int open = 0;
        for (int pixels = 0; open < drawn.Length && drawn[open].Chart is { } chart; open++)
            if ((pixels += Height(chart)) > MostOpenPixels && open > 0) break;
        Html[] all = [.. Numbered(drawn, number)];
        Html more = all.Length == open ? Html.Empty : Html.Of($"""
            <details><summary><h3>{(long)(all.Length - open)} more figures</h3></summary>
            {Html.Join(all.Skip(open))}
            </details>
            """);
        return $"{Html.Join(all.Take(open))}\n{more}";
    }

    /// <summary>About how high a chart is, px of a page.</summary>
    private static int Height(Chart chart) =>
        150 + chart.Panels.Take(chart.ShownPanels).Sum(p => (p.Height ?? chart.PanelHeight) + 70)
            / Math.Max(1, chart.Columns);

    /// <summary>Figures are counted as drawn: one that is not has no number.</summary>
    private static IEnumerable<Html> Numbered(IReadOnlyList<Figure> figures, long number)
    {
        foreach (Figure figure in figures)
            yield return figure.Chart is null ? Html.Of($"<p><b>{figure.Title}:</b> {figure.Caption}</p>")
                : Drawn(figure, ++number);
    }

    private static Html Drawn(Figure figure, long number)
    {
        return $"""
            <figure id="{figure.Name}">
            <div class="choose screen-only"></div>
            <p class="unseen" id="about-{figure.Name}">{figure.Chart!.Description}</p>
            <div class="chart" data-name="{figure.Name}" role="group" aria-label="{figure.Title}"
            aria-describedby="about-{figure.Name}"><div class="screen">
            </div><div class="paper"></div></div>
            <noscript><p>Charts need JavaScript; they are in the folder figures, too.</p></noscript>
            <figcaption><b>Figure {number}.</b> {figure.Caption}</figcaption>
            </figure>
            """;
    }

    private static Html Files(string runYaml, IReadOnlyList<string> pictures, IReadOnlyList<string> kept)
    {
        (string Name, string What)[] files =
        [
            ("run.yaml", "what was run, with every default and preset filled in; running it again gives the same"),
            ("metrics.csv", "one row per run and metric, for a spreadsheet, R or pandas"),
            ("results.db", "SQLite: everything that was kept; results/README.md has its tables and queries"),
        ];
        Html links = Html.Join(pictures.Select(f => Html.Of($"<a href=\"{f}\"><code>{f}</code></a>")), ", ");
        Html drawings = pictures.Count == 0 ? Html.Empty : Html.Of($"<li>{links}: the figures of this page</li>");
        Html list = Html.Join(files
            .Select(f => Html.Of($"<li><a href=\"{f.Name}\"><code>{f.Name}</code></a>: {f.What}</li>")));
        Html written = Html.Join(kept.Select(f => Html.Of(
            $"<li><a href=\"{f}/\"><code>{f}/</code></a>: what the runs wrote themselves, a folder for each</li>")));
        return $"""
            <h2>Data</h2>
            <ul class="files">
            {list}
            {drawings}
            {written}
            </ul>
            <details><summary>run.yaml, everything resolved</summary>
            <pre tabindex="0" role="region" aria-label="run.yaml">{Bounded(runYaml)}</pre></details>
            """;
    }

    private static string Bounded(string yaml) => yaml.Length <= MostYaml ? yaml
        : yaml[..MostYaml] + "\n... the rest is in run.yaml";

    private static Html Scripts(IReadOnlyDictionary<string, string> specs)
    {
        if (specs.Count == 0) return Html.Empty;
        // System.Text.Json writes <, > and & as escapes, so data cannot end its script element.
        Html data = Html.Join(specs.Select(s => Html.Of(
            $"<script type=\"application/json\" id=\"spec-{s.Key}\">{Html.Trusted(s.Value)}</script>")));
        string[] libraries = ["vega", "vega-lite", "vega-embed"];
        Html code = Html.Join(libraries.Select(l => Html.Of($"""
            <script>
            /* {l}
            {Html.Trusted(Resources.Text(l + ".license").Replace("*/", "* /"))}
            */
            {Html.Trusted(WithoutMap(Resources.Text(l + ".min.js")))}
            </script>
            """)));
        return $"""
            {data}
            {code}
            <script>
            {Html.Trusted(Resources.Text("charts.js"))}
            {Html.Trusted(Resources.Text("report.js"))}
            </script>
            """;
    }

    /// <summary>Without the comment that names a file which is not there.</summary>
    private static string WithoutMap(string script)
    {
        int map = script.LastIndexOf("//# sourceMappingURL", StringComparison.Ordinal);
        return map < 0 ? script : script[..map];
    }
}
