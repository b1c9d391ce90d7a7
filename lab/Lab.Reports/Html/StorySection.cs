using System.Globalization;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Reports;

/// <summary>
/// What happened around each fault and each end of a stream, as tables of time, who and what: of the runs whose lanes
/// are drawn, the first of each variant before the second of any, as far as the page has room.
/// </summary>
internal static class StorySection
{
    private const int MostCharacters = 90_000, MostPerVariant = 6, MostOpen = 6;

    public static Html Of(Study study)
    {
        var told = study.Variants.Select((v, i) => (Variant: v, Index: i, Run: v.Run(study.ShownSeed)))
            .Where(v => v.Run is { Stories.Count: > 0 }).ToList();
        if (told.Count == 0) return Html.Empty;
        int all = told.Sum(v => v.Run!.Stories.Count + v.Run.StoriesUntold), room = MostCharacters;
        SortedDictionary<(int, Instant, int), Html> shown = [];
        for (int turn = 0; turn < MostPerVariant; turn++)
            foreach ((Variant variant, int index, RunResult? run) in told)
            {
                Story? story = run!.Stories.OrderByDescending(s => s.Weight).Skip(turn).FirstOrDefault();
                if (story is null) continue;
                string label = study.Variants.Count == 1 ? "" : variant.Title + " · ";
                Html html = Told(story, study.IdOf(run, story), label);
                if ((room -= html.ToString().Length) >= 0) shown[(index, story.Began, story.Path)] = html;
            }
        string fewer = shown.Count < all ? $" {shown.Count} of {all} are told here, the most telling ones." : "";
        return $"""
            <h2>What happened</h2>
            <p>Around each fault that hit a connection, and each end of a stream that nobody asked for, in the runs with
            seed {study.ShownSeed.ToString(CultureInfo.InvariantCulture)}.{fewer} Times count from the fault, or from
            the end of the stream.</p>
            <div class="stories">
            {Html.Join(shown.Values.Take(MostOpen))}
            {Others([.. shown.Values.Skip(MostOpen)])}
            </div>
            """;
    }

    private static Html Others(Html[] stories) => stories.Length == 0 ? Html.Empty : Html.Of($"""
        <details class="others"><summary>{Words.Number(stories.Length)} more</summary>
        {Html.Join(stories)}
        </details>
        """);

    private static Html Told(Story story, string id, string label) => $"""
        <details id="{id}"><summary>{label}{story.Name} at {Time(story.Began)}: {story.Title}</summary>
        <table class="story"><thead><tr><th scope="col">time</th><th scope="col">who</th><th scope="col">what</th></tr>
        </thead><tbody>
        {Html.Join(story.Lines.Select(l => Html.Of(
            $"<tr><td title=\"{Time(l.At)}\">{After(l.At - story.Began)}</td><td>{l.Who}</td><td>{l.Text}</td></tr>")))}
        </tbody></table></details>
        """;

    /// <summary>Of the run: "0:30:52.9".</summary>
    private static string Time(Instant at)
    {
        long tenths = at.Nanoseconds / 100_000_000;
        return string.Create(CultureInfo.InvariantCulture,
            $"{tenths / 36000}:{tenths / 600 % 60:00}:{tenths / 10 % 60:00}.{tenths % 10}");
    }

    private static string After(Duration span) => span == Duration.Zero ? "0 s"
        : (span > Duration.Zero ? "+" : "−") + Units.Format(Math.Abs(span.TotalSeconds), Unit.Seconds);
}
