using Lab.Cli;
using Lab.Experiments;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // the first Ctrl-C ends the sweep in good order, the second ends the process
    e.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
var engine = new Engine
{
    Simulate = (spec, control) =>
        Simulation.Run(spec, new RunOptions { IsCancelled = control.ShouldStop, Progress = control.Reached }),
    Live = (_, _, _) => throw new NotSupportedException("this build of the lab has no engine for the proxied network"),
    Check = Checks.Evaluate,
    Report = Reports.Write,
};
return new CommandLine(engine, Terminal.OfProcess(), stop.Token).Run(args);
