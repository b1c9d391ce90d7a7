using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Lab.Experiments;
using Lab.Reports;
using Microsoft.Playwright;

namespace Lab.Tests;

/// <summary>Skipped where there is no chromium: the tests use the system's own and download none.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    internal const string Program = "/usr/bin/chromium";

    public ChromiumFactAttribute() => Skip = File.Exists(Program) ? null : $"there is no {Program}";
}

/// <summary>A report as a reader meets it: opened in a browser, looked at, picked from, zoomed.</summary>
public sealed class BrowserTests
{
    private const int Wide = 1400, Phone = 390;

    [ChromiumFact]
    public async Task The_rules_of_accessibility_hold_in_light_and_dark()
    {
        await using Reader reader = await Reader.Of(Sweeps.DeadLink(6), Wide);
        await reader.SeeAll();
        foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await reader.Page.EmulateMediaAsync(new() { ColorScheme = scheme });

            AxeResult axe = await reader.Page.RunAxe();

            Assert.Empty(axe.Violations.Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
            Assert.NotEmpty(axe.Passes);
        }
    }

    [ChromiumFact]
    public async Task The_answer_is_found_beside_its_figure_a_policy_picked_and_an_axis_zoomed()
    {
        SweepResult sweep = Sweeps.DeadLink(6);
        await using Reader reader = await Reader.Of(sweep, Wide);

        Assert.Equal(Answer.Of(new Study(sweep)).Sentence,
            (await reader.Page.Locator(".answer").InnerTextAsync()).Replace('\u00a0', ' '));
        (double right, double left) = (await reader.Edge(".answer", "right"), await reader.Edge(".top figure", "left"));
        Assert.True(right < left, $"the answer ends at {right} and its figure begins at {left}");
        ILocator chart = reader.Page.Locator("#detection .chart svg.marks");
        await reader.Page.Locator("#detection").ScrollIntoViewIfNeededAsync();
        await chart.WaitForAsync();
        await reader.Changes("#detection svg.marks", () =>
            chart.GetByText("ping", new() { Exact = true }).First.ClickAsync());
        await chart.HoverAsync(new() { Position = new() { X = 250, Y = 180 } });
        await reader.Page.Keyboard.DownAsync("Shift");
        await reader.Changes("#detection .role-axis-label", () => reader.Page.Mouse.WheelAsync(0, -400));
    }

    [ChromiumFact]
    public async Task Another_seed_is_chosen_in_the_lanes_and_a_mark_leads_to_its_story()
    {
        SweepResult sweep = Sweeps.DeadLink(2, ["ping"]);
        RunResult first = sweep.Runs[0];
        Experiments.Story story = new()
        {
            Path = 0, Name = "phone", Title = "cut", Began = default, Until = first.Marks[^1].At, Lines = [],
        };
        await using Reader reader = await Reader.Of(
            sweep with { Runs = [first with { Stories = [story] }, .. sweep.Runs.Skip(1)] }, Wide);
        await reader.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        await reader.Page.Locator("#lanes").ScrollIntoViewIfNeededAsync();
        await reader.Page.Locator("#lanes svg.marks").WaitForAsync();
        ILocator told = reader.Page.Locator("details:has(> .story)");
        await told.EvaluateAsync("d => d.open = false");

        // which marks lead on only the drawing knows
        IJSHandle mark = await reader.Page.EvaluateHandleAsync("[...document.querySelectorAll('#lanes path')]"
            + ".find(p => p.__data__?.datum?.to)");
        await mark.AsElement()!.ClickAsync();

        Assert.True(await told.EvaluateAsync<bool>("d => d.open"));
        await reader.Changes("#lanes svg.marks", () => reader.Page.Locator("#lanes select").SelectOptionAsync("2"));
        Assert.Contains("seed 2", await reader.Page.Locator("#lanes svg.marks").TextContentAsync());
    }

    [ChromiumFact]
    public async Task On_a_phone_each_variant_is_a_card_and_nothing_is_wider_than_the_window()
    {
        await using Reader reader = await Reader.Of(Sweeps.DeadLink(6), Phone);

        Assert.InRange(await reader.Edge(".results", "right"), 0, Phone);
        Assert.Equal("block", await reader.Page.Locator(".results tbody tr").First.EvaluateAsync<string>(
            "row => getComputedStyle(row).display"));
        Assert.InRange(await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 0, Phone);
    }

    [ChromiumFact]
    public async Task On_paper_every_figure_is_whole_and_nothing_waits_for_a_click()
    {
        const double pageHeight = (297 - 2 * 16) / 25.4 * 96;
        await using Reader reader = await Reader.Of(Sweeps.DeadLink(6), Wide);
        await reader.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await reader.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");

        double[] heights = await reader.Page.EvaluateAsync<double[]>(
            "[...document.querySelectorAll('figure')].map(f => f.getBoundingClientRect().height)");
        Assert.Equal(await reader.Page.Locator(".chart").CountAsync(),
            await reader.Page.Locator(".chart .paper svg:visible").CountAsync());
        Assert.All(heights, h => Assert.InRange(h, 100, pageHeight));
        Assert.Equal(0, await reader.Page.Locator("select:visible, input:visible, .screen:visible").CountAsync());
    }

    /// <summary>A page of a sweep in a window of this width.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("lab-page").FullName;
        private IPlaywright? playwright;
        private IBrowser? browser;

        public IPage Page { get; private set; } = null!;

        public static async Task<Reader> Of(SweepResult sweep, int width)
        {
            Reader reader = new();
            Study study = new(sweep);
            string file = Path.Combine(reader.folder, "report.html");
            await File.WriteAllTextAsync(file, ReportPage.Of(study, AllFigures.Of(study), "topology: one-phone", []));
            reader.playwright = await Playwright.CreateAsync();
            reader.browser = await reader.playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = ChromiumFactAttribute.Program, Args = ["--no-sandbox"],
            });
            reader.Page = await reader.browser.NewPageAsync(new()
            {
                ViewportSize = new() { Width = width, Height = 900 },
            });
            await reader.Page.GotoAsync(new Uri(file).AbsoluteUri);
            return reader;
        }

        /// <summary>Opens what is folded and scrolls to each chart, so that all are drawn.</summary>
        public async Task SeeAll()
        {
            await Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
            foreach (ILocator chart in await Page.Locator(".chart").AllAsync())
            {
                await chart.ScrollIntoViewIfNeededAsync();
                await chart.Locator("svg.marks").WaitForAsync();
            }
            await Page.EvaluateAsync("document.querySelectorAll('.chart details').forEach(d => d.open = false)");
        }

        /// <summary>Where an element begins or ends, px from the window's left edge.</summary>
        public Task<double> Edge(string element, string side) =>
            Page.Locator(element).First.EvaluateAsync<double>($"e => e.getBoundingClientRect().{side}");

        /// <summary>Does something and waits until that part of the page is not any more what it was.</summary>
        public async Task Changes(string element, Func<Task> act)
        {
            string before = await Page.Locator(element).First.InnerHTMLAsync();
            await act();
            await Page.WaitForFunctionAsync("([e, before]) => document.querySelector(e).innerHTML !== before",
                new[] { element, before });
        }

        public async ValueTask DisposeAsync()
        {
            if (browser is not null) await browser.DisposeAsync();
            playwright?.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
