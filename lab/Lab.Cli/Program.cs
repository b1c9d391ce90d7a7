using System.Runtime.InteropServices;
using Lab.Cli;
using Lab.Experiments;
using Lab.Live;
using Lab.Reports;

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    // the first Ctrl-C (or SIGTERM) ends the sweep in good order, the second the process
    signal.Cancel = true;
    if (stop.IsCancellationRequested) Environment.Exit(ExitCode.Stopped);
    stop.Cancel();
}
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
// Sockets read this once, when the first is made: what completes goes on where it was noticed, without a change of
// threads. Only for the proxy, whose code never blocks there.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (args is ["proxy", ..] && Environment.GetEnvironmentVariable(InlineCompletions) is null)
    Environment.SetEnvironmentVariable(InlineCompletions, "1");
static RunOptions Options(RunControl control) => new()
{
    IsCancelled = control.ShouldStop, Progress = control.Reached, TellsStories = control.TellsStories,
};
var engine = new Engine
{
    Simulate = (spec, control) => Simulation.Run(spec, Options(control)),
    Trace = (spec, options) => Simulation.Run(spec, options),
    Live = (spec, control, folder) => LiveRun.Run(spec, Options(control), folder),
    Check = Checks.Evaluate,
    Report = Lab.Cli.Reports.Write,
    Index = ResultsIndex.Write,
};
return new CommandLine(engine, Terminal.OfProcess(), stop.Token).Run(args);
