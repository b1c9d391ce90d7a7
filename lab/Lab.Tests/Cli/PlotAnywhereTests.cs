using System.Diagnostics;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>Skipped where this process may not see another /usr/share/fonts than the system's.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OwnFontsFactAttribute : FactAttribute
{
    public const string SystemFonts = "/usr/share/fonts";

    public OwnFontsFactAttribute() =>
        Skip = !Directory.Exists(SystemFonts) ? $"there is no {SystemFonts} to change"
            : Works() ? null : "no mounts of one's own here";

    private static bool Works()
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("unshare",
                ["-rm", "mount", "--bind", Path.GetTempPath(), SystemFonts]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>Pictures have the same bytes in other processes, whatever the machine is set to.</summary>
public sealed class PlotAnywhereTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lab-plot-").FullName;

    public PlotAnywhereTests()
    {
        Problems problems = new();
        Sweep sweep = ScenarioFiles.Read(Path.Combine(RepositoryRoot.Path, "scenarios", "dead-link.yaml"),
            new Overrides([], [1, 2]), problems)!;
        RunResult[] runs = [.. sweep.Plan.Select(s => Simulation.Run(s, RunOptions.Default)!)];
        ReportWriter.Write(new SweepResult
        {
            ScenarioName = sweep.Name, Scenario = sweep.Plan[0].Scenario, Topology = sweep.Plan[0].Topology,
            Networks = sweep.Networks, Runs = runs, Checks = [], Verdict = Verdict.Pass, Varied = sweep.Varied,
            Command = "lab run dead-link", Planned = runs.Length,
            Made = new Provenance("0.2.0", "abc1234", "2026-11-22T17:05:33Z"),
        }, sweep.RunYaml, Path.Combine(root, "stored"));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Language_time_zone_home_and_the_settings_of_fonts_change_nothing()
    {
        File.WriteAllText(Path.Combine(root, "fonts.conf"), "<fontconfig/>");
        AssertSame(Drawn([], new()
        {
            ["LANG"] = "tr_TR.UTF-8", ["LC_ALL"] = "tr_TR.UTF-8", ["TZ"] = "Pacific/Chatham", ["HOME"] = root,
            ["FONTCONFIG_FILE"] = Path.Combine(root, "fonts.conf"),
            ["FREETYPE_PROPERTIES"] = "truetype:interpreter-version=35", ["TERM"] = "dumb",
        }));
    }

    [OwnFontsFact]
    public void Fonts_of_the_system_change_nothing_neither_their_absence_nor_another_one_of_the_same_name()
    {
        string none = Directory.CreateDirectory(Path.Combine(root, "none")).FullName,
            black = Directory.CreateDirectory(Path.Combine(root, "black")).FullName;
        File.Copy(Path.Combine(RepositoryRoot.Path, "lab", "Lab.Reports", "node_modules", "inter-font", "ttf",
            "Inter-Black.ttf"), Path.Combine(black, "Inter-Black.ttf"));
        foreach (string fonts in (string[])[none, black])
            AssertSame(Drawn(["unshare", "-rm", "sh", "-c",
                $"mount --bind {fonts} {OwnFontsFactAttribute.SystemFonts} && exec \"$@\"", "sh"], []));
    }

    private void AssertSame(string folder)
    {
        string[] pictures = Directory.GetFiles(Path.Combine(root, "stored", "figures"));
        Assert.NotEmpty(pictures);
        Assert.All(pictures, path =>
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(path)))));
    }

    /// <summary>Where another process drew the stored results.</summary>
    private string Drawn(string[] around, Dictionary<string, string> environment)
    {
        string folder = Path.Combine(root, "drawn");
        string[] words = [.. around, "dotnet", typeof(PlotCommand).Assembly.Location, "plot",
            Path.Combine(root, "stored"), "--out", folder];
        ProcessStartInfo start = new(words[0], words[1..])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == ExitCode.Pass, error.Result);
        return folder;
    }
}
