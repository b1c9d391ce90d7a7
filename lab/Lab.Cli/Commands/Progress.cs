using System.Globalization;
using Lab.Live;
using Lab.Network;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>
/// Runs done, simulated time, events per second, time remaining (runs in real time: the time they take and the time
/// left): as one living line, or as plain lines now and then.
/// </summary>
internal sealed class Progress
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(10);

    private readonly Terminal terminal;
    private readonly bool quiet;
    private readonly string name;
    private readonly Duration? wall;
    private readonly long began;
    private long lastPlain;
    private LiveDisplayContext? live;

    private Progress(Terminal terminal, string name, bool quiet, Duration? wall)
    {
        (this.terminal, this.name, this.quiet, this.wall) = (terminal, name, quiet, wall);
        began = lastPlain = terminal.Clock.GetTimestamp();
    }

    /// <summary>
    /// Does the work and shows how it goes on; wall is how long it takes in real time, null where time is virtual.
    /// </summary>
    public static T Show<T>(
        Terminal terminal, string name, bool quiet, Duration? wall, Func<Action<SweepProgress>, T> work)
    {
        var progress = new Progress(terminal, name, quiet, wall);
        if (quiet || terminal.Live is null) return work(progress.Plain);
        T result = default!;
        terminal.Live.Live(new Text(name)).AutoClear(true).Start(context =>
        {
            progress.live = context;
            result = work(progress.Living);
        });
        return result;
    }

    /// <summary>The line for a moment of the sweep.</summary>
    public static string Line(string name, SweepProgress progress, TimeSpan elapsed, Duration? wall = null)
    {
        string failed = progress.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({progress.Failed} broke)")
            : "";
        string runs = string.Create(CultureInfo.InvariantCulture,
            $"{name}: {progress.Done} of {progress.Planned} runs{failed}");
        if (wall is { } whole)
            return $"{runs}, {Span(Math.Max(0, whole.TotalSeconds - elapsed.TotalSeconds))} of "
                + $"{Span(whole.TotalSeconds)} real time left";
        double share = progress.SimulatedPlanned.Nanoseconds == 0 ? 0
            : progress.Simulated.TotalSeconds / progress.SimulatedPlanned.TotalSeconds;
        double rate = elapsed.TotalSeconds > 0 ? progress.Events / elapsed.TotalSeconds : 0;
        string remaining = share is > 0.001 and < 1 ? ", " + Span(elapsed.TotalSeconds / share * (1 - share)) + " left"
            : "";
        return $"{runs}, {Simulated(progress.Simulated)} simulated, {Rate(rate)} events/s{remaining}";
    }

    private void Living(SweepProgress progress)
    {
        live!.UpdateTarget(new Text(Line(name, progress, terminal.Clock.GetElapsedTime(began), wall)));
        live.Refresh();
    }

    private void Plain(SweepProgress progress)
    {
        if (quiet || terminal.Clock.GetElapsedTime(lastPlain) < PlainEvery) return;
        lastPlain = terminal.Clock.GetTimestamp();
        terminal.Error.WriteLine(Line(name, progress, terminal.Clock.GetElapsedTime(began), wall));
    }

    private static string Simulated(Duration d) => d.TotalSeconds switch
    {
        < 600 => Number(d.TotalSeconds) + " s",
        < 7200 => Number(d.TotalSeconds / 60) + " min",
        < 172800 => Number(d.TotalSeconds / 3600) + " h",
        _ => Number(d.TotalSeconds / 86400) + " days",
    };

    private static string Rate(double rate) =>
        rate switch { >= 1e6 => Number(rate / 1e6) + " M", >= 1e3 => Number(rate / 1e3) + " k", _ => Number(rate) };

    /// <summary>Rounded up: "40 s", "12 min", "3.5 h".</summary>
    public static string Span(double seconds) =>
        seconds < 90 ? Number(Math.Ceiling(seconds)) + " s" : seconds < 5400
        ? Number(Math.Ceiling(seconds / 60)) + " min" : Number(seconds / 3600) + " h";

    private static string Number(double value) =>
        value.ToString(value is >= 100 or 0 ? "0" : "0.#", CultureInfo.InvariantCulture);
}
