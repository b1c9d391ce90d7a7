using System.Runtime.ExceptionServices;

namespace Lab.Cli;

/// <summary>Work that changes nothing and so may be left where it is when Ctrl-C comes: reading files.</summary>
internal static class Stoppable
{
    /// <summary>False when it was stopped before it was done.</summary>
    public static bool Try<T>(Func<T> work, CancellationToken stop, out T result)
    {
        T made = default!;
        ExceptionDispatchInfo? failure = null;
        var done = new ManualResetEventSlim();                 // not disposed of: work that is left sets it later
        new Thread(() =>
        {
            try
            {
                made = work();
            }
            catch (Exception e)   // thrown on where it was asked for
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            done.Set();
        }) { IsBackground = true, Name = "reading" }.Start();
        try
        {
            done.Wait(stop);
        }
        catch (OperationCanceledException)
        {
            result = default!;
            return false;
        }
        failure?.Throw();
        result = made;
        return true;
    }
}
