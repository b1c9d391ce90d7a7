using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Lab.Tests;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Lab.Tests." + nameof(TimedFramework), "Lab.Tests")]

namespace Lab.Tests;

/// <summary>
/// xunit, with a limit of time for each test: one that hangs, waiting or busy, ends the run and is named. It is no
/// measure of speed: the slowest tests need a twentieth of it. Where more random input is asked for, it is longer.
/// </summary>
public sealed class TimedFramework(IMessageSink diagnostics) : XunitTestFramework(diagnostics)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3) + Fuzz.Longest;

    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, sources, diagnostics)
    {
        protected override void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions) =>
            base.RunTestCases(testCases, new Watch(executionMessageSink), executionOptions);
    }

    /// <summary>Passes messages on, and knows which tests have begun and not ended.</summary>
    private sealed class Watch : LongLivedMarshalByRefObject, IMessageSink
    {
        private readonly IMessageSink sink;
        private readonly ConcurrentDictionary<ITest, long> running = new();
        private readonly ManualResetEventSlim over = new();

        public Watch(IMessageSink sink)
        {
            this.sink = sink;
            new Thread(Look) { IsBackground = true, Name = "limit of tests" }.Start();
        }

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestStarting starting) running[starting.Test] = Stopwatch.GetTimestamp();
            else if (message is ITestFinished finished) running.TryRemove(finished.Test, out _);
            else if (message is ITestAssemblyFinished) over.Set();
            return sink.OnMessage(message);
        }

        // a thread of its own: tests that hang may hold every thread of the pool
        private void Look()
        {
            while (!over.Wait(TimeSpan.FromSeconds(1)))
            {
                string[] late = [.. running.Where(r => Stopwatch.GetElapsedTime(r.Value) > Limit)
                    .Select(r => r.Key.DisplayName)];
                if (late.Length > 0)
                    Environment.FailFast(string.Create(CultureInfo.InvariantCulture,
                        $"not over after {Limit.TotalMinutes:0.##} minutes: {string.Join(", ", late)}"));
            }
        }
    }
}
