using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Reports;

/// <summary>What was drawn, and one sentence when something was not.</summary>
internal sealed record SvgOutcome(IReadOnlyList<(string Name, string Svg)> Svgs, string? Problem);

/// <summary>Draws figures as SVG with Node, in one process for all of them; the chart library goes in with the
/// figures.</summary>
internal static class SvgDrawing
{
    private const int WidthPixels = 760;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static SvgOutcome Draw(IReadOnlyList<Figure> figures, string node)
    {
        Figure[] drawable = [.. figures.Where(f => f.Chart is not null)];
        if (drawable.Length == 0) return new([], null);
        try
        {
            return Answer(Run(node, Question(drawable)));
        }
        catch (Win32Exception)
        {
            return new([],
                $"figures/*.svg are not drawn: Node.js was not found ({node}); the charts of report.html need no " +
                "Node.js");
        }
        catch (Exception e) when (e is IOException or TimeoutException or JsonException or InvalidOperationException)
        {
            return new([],
                $"figures/*.svg are not drawn: Node.js failed ({FirstLine(e.Message)}); the charts of report.html " +
                "need no Node.js");
        }
    }

    private static string Question(Figure[] figures) => new JsonObject
    {
        ["scripts"] = new JsonArray(Resources.Text("vega.min.js"), Resources.Text("vega-lite.min.js"),
            Resources.Text("charts.js")),
        ["width"] = WidthPixels,
        ["figures"] = new JsonArray([.. figures.Select(f => new JsonObject { ["name"] = f.Name,
            ["spec"] = VegaSpec.Of(f.Chart!) })]),
    }.ToJsonString();

    private static string Run(string node, string question)
    {
        ProcessStartInfo start = new(node)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
                UseShellExecute = false,
            StandardInputEncoding = Utf8, StandardOutputEncoding = Utf8, StandardErrorEncoding = Utf8,
        };
        start.ArgumentList.Add("-e");
        start.ArgumentList.Add(Resources.Text("render.js"));
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("it did not start");
        // All three pipes at once: a full one must not stop the others.
        Task<string> answer = process.StandardOutput.ReadToEndAsync(),
            complaint = process.StandardError.ReadToEndAsync();
        Task ask = Task.Run(() =>
        {
            using StreamWriter input = process.StandardInput;
            input.Write(question);
        });
        if (!process.WaitForExit(Patience) || !Task.WaitAll([answer, complaint], Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"no answer after {Patience.TotalSeconds:0} s");
        }
        if (process.ExitCode != 0) throw new InvalidOperationException(ErrorOf(complaint.Result, process.ExitCode));
        ask.Wait();
        return answer.Result;
    }

    private static SvgOutcome Answer(string json)
    {
        List<(string, string)> svgs = [];
        string? problem = null;
        foreach (JsonNode? result in JsonNode.Parse(json)!.AsArray())
        {
            string name = result!["name"]!.GetValue<string>();
            if (result["svg"] is { } svg) svgs.Add((name, svg.GetValue<string>() + "\n"));
            else problem ??= $"figures/{name}.svg is not drawn: " +
                $"{FirstLine(result["error"]?.GetValue<string>() ?? "no reason given")}";
        }
        return new(svgs, problem);
    }

    /// <summary>Node prints where it happened first and what happened after it.</summary>
    private static string ErrorOf(string complaint, int code) =>
        complaint.Split('\n').FirstOrDefault(l => l.Contains("Error", StringComparison.Ordinal))?.Trim()
        ?? $"exit code {code}";

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
