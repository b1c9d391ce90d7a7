using Lab.Cli;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // the first Ctrl-C ends the sweep in good order, the second ends the process
    e.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
var engine = new Engine
{
    Simulate = (spec, control) => throw new NotSupportedException("this build has no simulator"),
    Check = (scenario, runs) => [],
    Report = request => [],
};
return new CommandLine(engine, Terminal.OfProcess(), stop.Token).Run(args);
