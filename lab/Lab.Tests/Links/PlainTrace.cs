using Lab.Network;

namespace Lab.Tests;

/// <summary>The rules of Mahimahi's traces as one would write them down: millisecond by millisecond, byte by
/// byte.</summary>
internal static class PlainTrace
{
    /// <summary>For each unit the millisecond at which its last byte leaves, or -1.</summary>
    public static long[] Departures(int[] trace, bool loops, (Instant At, int Bytes)[] units)
    {
        var left = new long[units.Length];
        Array.Fill(left, -1);
        var queue = new Queue<(int Unit, bool IsLast)>();
        int next = 0, line = 0;
        long start = 0;
        for (long millisecond = 0; ; millisecond++)
        {
            while (next < units.Length && units[next].At.Nanoseconds < millisecond * 1_000_000)
            {
                for (int b = 1; b <= units[next].Bytes; b++) queue.Enqueue((next, b == units[next].Bytes));
                next++;
            }
            if (next == units.Length && queue.Count == 0) return left;
            while (start + trace[line] == millisecond)
            {
                for (int b = 0; b < 1504 && queue.Count > 0; b++)
                    if (queue.Dequeue() is { IsLast: true } sent) left[sent.Unit] = millisecond;
                if (++line < trace.Length) continue;
                if (!loops) return left;
                start += trace[^1];
                line = 0;
            }
        }
    }
}
