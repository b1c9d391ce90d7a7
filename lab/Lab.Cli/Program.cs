using Lab.Cli;
using Lab.Experiments;
using Lab.Live;

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
    Live = (spec, control, folder) => LiveRun.Run(
        spec, new RunOptions { IsCancelled = control.ShouldStop, Progress = control.Reached }, folder),
    Check = Checks.Evaluate,
    Report = Reports.Write,
};
return new CommandLine(engine, Terminal.OfProcess(), stop.Token).Run(args);
