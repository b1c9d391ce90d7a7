using Lab.Network;
using Row = Lab.Tests.KernelRowsTests.Row;

namespace Lab.Tests;

/// <summary>The rows of <see cref="KernelRowsTests"/>: what the kernel gave, and the same with the model.</summary>
internal static class KernelRowList
{
    private static readonly Duration Second = Duration.FromSeconds(1);
    private static readonly TcpSettings Plain = new();

    public static IEnumerable<Row> All =>
        [.. Connects(), .. GiveUps(), .. UserTimeouts(), .. Keepalives(), .. ZeroWindows(), .. Losses(), .. Outages()];

    private static TcpSettings Retries(int retries) => Plain with { Retries2 = retries };

    private static TcpSettings User(double seconds) =>
        Plain with { UserTimeout = Duration.FromMilliseconds((long)(seconds * 1000)) };

    private static TcpSettings Keeping(int idle, int interval, int probes) =>
        Plain with { Keepalive = new(Second * idle, Second * interval, probes) };

    private static IEnumerable<Row> Connects()
    {
        yield return new("connect into a blackhole", 134.46, 134.39, 134.52, p => Connect(p, Plain, false));
        yield return new("connect, SYN+ACKs lost", 133.36, 133.30, 133.42, p => Connect(p, Plain, true));
        yield return new("connect, user timeout 0.5", 1.03, 1.03, 1.04, p => Connect(p, User(0.5), false));
        yield return new("connect, user timeout 2", 2.02, 2.02, 2.09, p => Connect(p, User(2), false));
        yield return new("connect, user timeout 5", 5.03, 5.03, 5.03, p => Connect(p, User(5), false));
        yield return new("connect, user timeout 10", 10.09, 10.02, 10.25, p => Connect(p, User(10), false));
        yield return new("connect, user timeout 30", 30.09, 30.03, 30.15, p => Connect(p, User(30), false));
    }

    private static double Connect(int phase, TcpSettings settings, bool answersOnly)
    {
        var row = new KernelRow(phase, 100, settings, exchanges: false);
        row.Pair.Drops = (fromClient, _) => !answersOnly || !fromClient;
        return row.At(-10, r => r.Pair.Connect()).Run(200).End() + KernelRow.T0;
    }

    private static IEnumerable<Row> GiveUps()
    {
        foreach ((int retries, double rtt, double median, double least, double most) in new[]
            {
                (15, 20, 961.13, 959.35, 961.31), (15, 70, 991.59, 991.32, 991.76),
                (15, 100, 1007.44, 1007.17, 1007.62), (15, 200, 935.41, 935.14, 937.11),
                (15, 700, 985.37, 985.11, 985.55), (15, 1200, 982.79, 978.52, 982.97),
                (8, 20, 118.76, 117.92, 119.56), (8, 100, 161.82, 160.97, 162.62),
                (8, 1200, 137.34, 136.49, 138.14), (5, 20, 14.77, 14.71, 14.93), (5, 100, 20.22, 20.15, 20.28),
                (5, 400, 20.25, 20.09, 20.31),
            })
            yield return new(
                FormattableString.Invariant($"retries {retries}, round trip {rtt} ms"), median, least, most,
                p => GiveUp(p, rtt, Retries(retries)))
            {
                Flips = (retries, rtt) == (8, 1200) ? "the timeout, 2.043 s, is one jiffy short of 512" : null,
            };
        yield return new("5 retries, 3,000 bytes", 20.06, 20.00, 20.23, p => GiveUp(p, 100, Retries(5), 3000));
        yield return new("5 retries, 20,000 bytes", 20.10, 20.04, 20.16, p => GiveUp(p, 100, Retries(5), 20_000));
        yield return new("5 retries, a write every second", 20.20, 20.14, 20.26, p => Writing(p, Retries(5), 1));
        yield return new("5 retries, only the ACKs lost", 20.27, 20.10, 20.33, p => new KernelRow(p, 100, Retries(5))
            .At(-0.5, r => r.Pair.Drops = (fromClient, _) => !fromClient).Write(0).Run(100).End());
        yield return new("5 retries at a server whose client is half closed", 21.75, 21.59, 21.81,
            p => new KernelRow(p, 100, server: Retries(5)).At(-1, r => r.Pair.Do(r.Pair.Client.ShutdownWrite))
                .Cut(-0.5).Write(1.5, client: false).Run(100).End(client: false));
        yield return new("5 retries, the message before repaired by its probe", 21.82, 21.77, 21.86,
            p => Probed(p, true));
        yield return new("5 retries, the message before not lost", 22.17, 22.12, 22.22, p => Probed(p, false));
    }

    private static double GiveUp(int phase, double rtt, TcpSettings settings, int bytes = 100) =>
        new KernelRow(phase, rtt, settings).Cut(-0.5).Write(0, bytes).Run(1100).End();

    private static double Writing(int phase, TcpSettings settings, double every)
    {
        KernelRow row = new KernelRow(phase, 100, settings).Cut(-0.5);
        for (double at = 0; at < 60; at += every) row.Write(at);
        return row.Run(60).End();
    }

    private static double Probed(int phase, bool lost)
    {
        int sent = 0;
        return new KernelRow(phase, 100, Retries(5))
            .At(0, r => r.Pair.Drops = (fromClient, s) => lost && fromClient && s.Length > 0 && sent++ == 0)
            .Write(0).Cut(1.5).Write(2).Run(100).End();
    }

    private static IEnumerable<Row> UserTimeouts()
    {
        foreach ((double user, double median, double least, double most) in new[]
            {
                (0.5, 1.15, 1.14, 1.17), (1, 1.66, 1.66, 1.68), (5, 5.66, 5.66, 5.67), (10, 10.66, 10.65, 10.66),
                (20, 20.66, 20.66, 20.68), (120, 122.23, 120.71, 122.67),
            })
            yield return new(FormattableString.Invariant($"user timeout {user}"), median, least, most,
                p => GiveUp(p, 100, User(user)));
        yield return new("user timeout 5, a write every 0.7 s", 5.67, 5.65, 5.67, p => Writing(p, User(5), 0.7));
    }

    private static IEnumerable<Row> Keepalives()
    {
        TcpSettings shortly = Keeping(5, 2, 3), usually = Keeping(60, 10, 6), five = shortly with { Retries2 = 5 };
        yield return new("keepalive 5/2/3", 10.06, 10.00, 10.12, p => Idle(p, shortly));
        yield return new("keepalive 60/10/6", 120.49, 120.40, 120.59, p => Idle(p, usually));
        yield return new("keepalive 60/10/6, user timeout 120", 120.50, 120.35, 120.60,
            p => Idle(p, usually with { UserTimeout = Second * 120 }));
        yield return new("keepalive 300/60/5", 606.17, 605.64, 606.61, p => Idle(p, Keeping(300, 60, 5)));
        yield return new("keepalive 5/2/3, user timeout 3", 6.07, 6.01, 6.13,
            p => Idle(p, shortly with { UserTimeout = Second * 3 }));
        yield return new("keepalive 5/2/3, user timeout 6", 6.11, 5.95, 6.17,
            p => Idle(p, shortly with { UserTimeout = Second * 6 }));
        yield return new("keepalive 5/2/3, user timeout 20", 20.22, 20.16, 20.29,
            p => Idle(p, shortly with { UserTimeout = Second * 20 }));
        yield return new("keepalive 5/2/3 at both ends, cut at 20 s", 30.61, 30.55, 30.67,
            p => new KernelRow(p, 100, shortly, shortly).Cut(20).Run(100).End());
        yield return new("keepalive 5/2/3, write at 3 s, 5 retries", 23.17, 23.11, 23.33,
            p => new KernelRow(p, 100, five).Cut(0).Write(3).Run(100).End());
        yield return new("keepalive 5/2/3, write at 7 s, 5 retries", 27.27, 27.11, 27.33,
            p => new KernelRow(p, 100, five).Cut(0).Write(7).Run(100).End());
        KernelRow Healing(int p) => new KernelRow(p, 100, shortly).Cut(0, 15).Cut(25).Write(3).Run(100);
        yield return new("keepalive 5/2/3, write at 3 s, healed at 15 s: delivered", 20.21, 20.17, 20.24,
            p => Healing(p).Arrived(100) - 3);
        yield return new("keepalive 5/2/3, the same, cut again at 25 s: ends", 34.32, 34.29, 34.35,
            p => Healing(p).End());
    }

    private static double Idle(int phase, TcpSettings settings) =>
        new KernelRow(phase, 100, settings).Cut(0).Run(800).End();

    private static IEnumerable<Row> ZeroWindows()
    {
        yield return new("zero window, user timeout 5", 6.18, 6.18, 6.18, p => Stalled(p, User(5)).Run(100).End());
        yield return new("zero window, user timeout 10", 11.29, 11.23, 11.35, p => Stalled(p, User(10)).Run(100).End());
        yield return new("zero window, cut at 20 s, 5 retries", 72.83, 72.77, 72.90,
            p => Stalled(p, Retries(5)).Cut(20).Run(200).End());
        yield return new("zero window, cut at 20 s, 5 retries, keepalive 5/2/3", 72.80, 72.74, 72.97,
            p => Stalled(p, Keeping(5, 2, 3) with { Retries2 = 5 }).Cut(20).Run(200).End());
    }

    /// <summary>The peer stops reading, and a megabyte is written.</summary>
    private static KernelRow Stalled(int phase, TcpSettings client)
    {
        KernelRow row = new KernelRow(phase, 100, client, Plain with { ReceiveBufferBytes = 65_536 })
            .At(-0.5, r => r.Pair.ServerReads = false);
        int left = 1_000_000;
        row.Pair.OnEvent = (_, isClient, e) =>
        {
            if (isClient && e.Kind == TcpEventKind.Writable) WriteMore();
        };
        return row.At(0, _ => WriteMore());

        void WriteMore()
        {
            for (int taken = 1; taken > 0 && left > 0; left -= taken)
                taken = row.Pair.Client.Write(row.Pair.Now, new byte[Math.Min(65_536, left)], 0);
            row.Pair.Do(_ => { });
        }
    }

    private static IEnumerable<Row> Losses()
    {
        foreach ((string name, double rtt, int bytes, int[] lost, double median, double least, double most) in new[]
            {
                ("lone segment lost", 20.0, 100, new[] { 0 }, 0.236, 0.235, 0.242),
                ("lone segment lost", 100, 100, [0], 0.374, 0.357, 0.386),
                ("lone segment lost", 400, 100, [0], 0.816, 0.810, 0.840),
                ("its probe lost too", 20, 100, [0, 1], 0.467, 0.463, 0.474),
                ("its probe lost too", 100, 100, [0, 1], 0.698, 0.679, 0.709),
                ("its probe lost too", 400, 100, [0, 1], 1.475, 1.458, 1.479),
                ("its probe lost too", 1200, 100, [0, 1], 5.144, 5.062, 5.209),
                ("last of five lost", 20, 7240, [4], 0.258, 0.255, 0.260),
                ("last of five lost", 100, 7240, [4], 0.471, 0.455, 0.486),
                ("last of five lost", 1200, 7240, [4], 3.711, 3.696, 3.715),
                ("first of two lost", 20, 2896, [0], 0.041, 0.039, 0.045),
                ("first of two lost", 100, 2896, [0], 0.182, 0.179, 0.185),
                ("first of two lost", 400, 2896, [0], 0.707, 0.705, 0.712),
                ("first of two lost", 1200, 2896, [0], 2.122, 2.105, 2.136),
                ("first of five lost", 20, 7240, [0], 0.031, 0.031, 0.031),
                ("first of five lost", 100, 7240, [0], 0.150, 0.150, 0.150),
                ("first of five lost", 400, 7240, [0], 0.600, 0.600, 0.600),
                ("first of five lost", 1200, 7240, [0], 1.800, 1.800, 1.800),
                ("first of eight and its fast copy lost", 20, 8 * 1448, [0, 8], 0.259, 0.257, 0.263),
                ("first of eight and its fast copy lost", 100, 8 * 1448, [0, 8], 0.475, 0.458, 0.483),
                ("first of eight and its fast copy lost", 400, 8 * 1448, [0, 8], 1.232, 1.217, 1.241),
                ("first of eight and its fast copy lost", 1200, 8 * 1448, [0, 8], 3.984, 3.865, 4.097),
            })
            yield return new(FormattableString.Invariant($"{name}, {rtt} ms"), median, least, most,
                p => Losing(p, rtt, bytes, lost))
            {
                Flips = (name[0], rtt) == ('i', 1200) ? "as for 8 retries" : null,
            };
    }

    private static double Losing(int phase, double rtt, int bytes, int[] lost)
    {
        int sent = 0;
        var row = new KernelRow(phase, rtt).At(0, r =>
            r.Pair.Drops = (fromClient, s) => fromClient && s.Length > 0 && lost.Contains(sent++));
        return row.Write(0, bytes).Run(60).Arrived(bytes);
    }

    private static IEnumerable<Row> Outages()
    {
        foreach ((double length, double median, double least, double most) in new[]
            {
                (1.0, 1.342, 1.326, 1.351), (2, 2.586, 2.568, 2.589), (3, 5.097, 5.031, 5.273),
                (5, 5.174, 5.108, 5.221), (8, 10.366, 10.160, 10.432), (13, 20.268, 20.202, 20.318),
                (30, 40.741, 40.675, 40.790), (60, 81.438, 81.371, 81.487),
            })
            yield return new(
                FormattableString.Invariant($"outage of {length} s"), median, least, most, p => Outage(p, length));
        yield return new("20 kB into an outage of 3 s", 5.36, 5.32, 5.56,
            p => new KernelRow(p, 100).Cut(0, 3).Write(0.1, 20_000).Run(60).Arrived(20_000) - 0.1);
        yield return new("30 kB into an outage of 2 s", 3.10, 3.07, 3.11,
            p => new KernelRow(p, 100).Cut(0, 2).Write(0.1, 30_000).Run(60).Arrived(30_000) - 0.1);
        yield return new("the peer ends inside a cut of 12 s: RST", 20.90, 20.69, 20.93, p => new KernelRow(p, 100)
            .Cut(0, 12).At(0.2, r => r.Pair.Do(r.Pair.Server!.Close)).Write(0.5).Run(100).End());
        yield return new("1,400 bytes every 100 ms into an outage of 6 s: first timeout", 1.12, 1.11, 1.14,
            p => Flood(p).Times(true, SegmentUse.Retransmission)[1] - 0.1);
        yield return new("1,400 bytes every 100 ms into an outage of 6 s: first delivery", 10.75, 10.66, 10.84,
            p => Flood(p).Arrived(1400) - 0.1);
    }

    private static double Outage(int phase, double length)
    {
        KernelRow row = new KernelRow(phase, 100).Cut(0, length);
        for (int i = 0; i < length + 30; i++) row.Write(0.1 + i);
        return row.Run(200).Arrived(100) - 0.1;
    }

    private static KernelRow Flood(int phase)
    {
        KernelRow row = new KernelRow(phase, 100).Cut(0, 6);
        for (int i = 0; i < 60; i++) row.Write(0.1 + i * 0.1, 1400);
        return row.Run(60);
    }
}
