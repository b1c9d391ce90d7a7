using System.Diagnostics;
using System.Runtime.InteropServices;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// A real program that a run has started: a session of its own, so Ctrl-C at the terminal and signals to the lab do not
/// reach it, and the kernel kills it when the lab dies. What it says goes line by line to the log and to whoever asked.
/// Rule: it must be started by a thread that outlives it (the run's own), for to the kernel that thread is its parent.
/// </summary>
internal sealed class Child : IArrival, IDisposable
{
    private const int Kill = 9, Terminate = 15, Continue = 18, Stop = 19;
    private static readonly TimeSpan LongestDeath = TimeSpan.FromSeconds(5);
    private readonly RealTimeLoop loop;
    private readonly Process process;
    private readonly StreamWriter log;
    private bool mayEnd;

    public Child(RealTimeLoop loop, string program, IReadOnlyList<string> arguments, string logFile)
    {
        this.loop = loop;
        (Program, LogFile) = (program, logFile);
        log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        var start = new ProcessStartInfo(Tools.SetSid)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(logFile)!,
        };
        foreach (string word in (string[])[Tools.SetPriv, "--pdeathsig", "KILL", program, .. arguments])
            start.ArgumentList.Add(word);
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Heard(line.Data, toLog: Said is null);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.Exited += (_, _) => loop.Post(this, 0);
        process.Start();
        process.StandardInput.AutoFlush = true;
    }

    public string Program { get; }
    public string LogFile { get; }

    /// <summary>Told of each line of standard output, on the thread pool; without it they go to the log.</summary>
    public Action<Child, string>? Said { get; init; }

    /// <summary>Told on the loop that it ended although nobody ended it.</summary>
    public Action<Instant>? Ended { get; init; }

    public bool IsDisposed { get; private set; }
    public bool HasEnded => IsDisposed || process.HasExited;

    /// <summary>Begins to hear what it says.</summary>
    public void Listen()
    {
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Writes a line to its standard input; one that has gone reads nothing.</summary>
    public void Tell(string line)
    {
        try
        {
            process.StandardInput.WriteLine(line);
        }
        catch (IOException) { }   // its end is told elsewhere
    }

    public void Freeze() => Signal(Stop);
    public void Thaw() => Signal(Continue);

    /// <summary>Asks it to end.</summary>
    public void AskToEnd()
    {
        mayEnd = true;
        Signal(Terminate);
    }

    public void Arrive(Instant now, int what)
    {
        if (!mayEnd) Ended?.Invoke(now);
    }

    /// <summary>The last lines of its log, to explain a failure.</summary>
    public string LastWords()
    {
        if (!IsDisposed) process.WaitForExit(LongestDeath);   // so that all it said has been read
        return string.Join(" | ", File.ReadLines(LogFile).TakeLast(3));
    }

    /// <summary>SIGKILL for it and all it has started; waits until it is gone.</summary>
    public void Dispose()
    {
        if (IsDisposed) return;
        mayEnd = true;
        if (!process.HasExited)
        {
            Signal(Kill);
            process.Kill();
            process.WaitForExit(LongestDeath);
        }
        process.Dispose();
        IsDisposed = true;
        lock (log) log.Dispose();
    }

    private void Heard(string? line, bool toLog)
    {
        if (toLog) Write(line);
        else if (line is not null) Said!(this, line);
    }

    private void Write(string? line)
    {
        if (line is null) return;
        lock (log)
            if (log.BaseStream is { CanWrite: true }) log.WriteLine(line);
    }

    // a negative number is the whole group, which bears the number of its first process
    private void Signal(int signal)
    {
        if (!HasEnded) _ = kill(-process.Id, signal);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
}

/// <summary>A program did not start or ended by itself: the run cannot be had.</summary>
public sealed class ProgramFailure(string message) : Exception(message);
