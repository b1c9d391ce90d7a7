using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>Workers and their line against the closed forms of queueing theory, and by hand.</summary>
public sealed class WorkersTests
{
    private const int Arrivals = 1_000_000;
    private static readonly Duration Mean = Ms(10);

    private static Duration Ms(long ms) => Duration.FromMilliseconds(ms);
    private static Instant At(long ms) => Instant.Zero + Ms(ms);

    private static Workers New(int workers, ServiceSpread spread = ServiceSpread.Fixed) => new(
        new ServiceSpec { Workers = workers, Sasl = Mean, Tls = Ms(4), Spread = spread },
        RandomStream.Root(7).Fork("service"));

    /// <summary>
    /// Waits, in means of the service time, of Poisson arrivals that keep workers busy for that share.
    /// </summary>
    private static double[] Waits(int workers, ServiceSpread spread, double load)
    {
        Workers machine = New(workers, spread);
        RandomStream chance = RandomStream.Root(7).Fork("arrivals");
        var apart = new Duration((long)(Mean.Nanoseconds / (workers * load)));
        Instant next = Instant.Zero;
        var waits = new double[Arrivals];
        int done = 0;
        for (int i = 0; i < Arrivals; i++)
        {
            next += chance.Exponential(apart);
            while (machine.NextTime <= next) Take(machine.NextTime);
            machine.Offer(next, new Customer(), new Piece(Work.Sasl));
        }
        while (machine.NextTime < Instant.Never) Take(machine.NextTime);
        Assert.Equal(Arrivals, done);
        return waits;

        void Take(Instant now)
        {
            Assert.True(machine.TryTake(now, out Served served));
            waits[done++] = (double)served.Waited.Nanoseconds / Mean.Nanoseconds;
        }
    }

    /// <summary>Erlang's C: the probability that all c workers are busy; the mean wait is C / (c (1 - load)), and who
    /// waits does so for an exponential time. With one worker C is the load.</summary>
    [Theory]
    [InlineData(1, 0.3, 0.02)]
    [InlineData(1, 0.5, 0.02)]
    [InlineData(1, 0.8, 0.02)]
    [InlineData(2, 0.7, 0.02)]
    [InlineData(4, 0.8, 0.02)]
    [InlineData(16, 0.8, 0.04)]                                        // few wait, so as many arrivals say less
    public void With_exponential_times_they_are_M_M_c(int workers, double load, double tolerance)
    {
        double[] waits = Waits(workers, ServiceSpread.Exponential, load);
        double offered = workers * load, term = 1, sum = 0;
        for (int n = 0; n < workers; n++)
        {
            sum += term;
            term *= offered / (n + 1);
        }
        double busy = term / (1 - load) / (sum + term / (1 - load)), mean = busy / (workers * (1 - load));
        Within(tolerance, mean, waits.Average());
        Within(tolerance / 2, busy, Share(waits, 0));
        // and the tail, at the mean wait of those who wait
        Within(tolerance, busy / Math.E, Share(waits, 1 / (workers * (1 - load))));
    }

    /// <summary>Pollaczek and Khinchine: with times that are all alike the mean wait is half of that.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void With_one_worker_and_fixed_times_they_are_M_D_1(double load)
    {
        double[] waits = Waits(1, ServiceSpread.Fixed, load);
        Within(0.02, load / (2 * (1 - load)), waits.Average());
        Within(0.01, load, Share(waits, 0));
    }

    [Fact]
    public void Two_take_what_comes_in_turn_and_each_customers_pieces_one_after_the_other()
    {
        Workers machine = New(workers: 2);
        Customer a = new(), b = new();
        machine.Offer(At(0), a, new Piece(Work.Sasl));
        machine.Offer(At(0), a, new Piece(Work.Tls));
        machine.Offer(At(0), a, new Piece(Work.None));
        Assert.Equal(At(10), machine.NextTime);                        // the second worker may not begin a's next
        machine.Offer(At(1), b, new Piece(Work.Tls));
        Assert.Equal([(b, Work.Tls, 0, 5), (a, Work.Sasl, 0, 10), (a, Work.Tls, 10, 14), (a, Work.None, 14, 14)],
            Played(machine));
    }

    [Fact]
    public void Who_leaves_wastes_what_is_begun_and_nothing_else()
    {
        Workers machine = New(workers: 1);
        Customer gone = new(), other = new();
        machine.Offer(At(0), gone, new Piece(Work.Sasl));
        machine.Offer(At(0), gone, new Piece(Work.Sasl));
        machine.Offer(At(1), other, new Piece(Work.Tls));
        machine.Leave(gone);
        Assert.Equal([(gone, Work.Sasl, 0, 10), (other, Work.Tls, 9, 14)], Played(machine));
        Assert.True(gone.HasLeft);
    }

    [Fact]
    public void While_they_stand_still_nothing_is_done_and_the_rest_is_done_afterwards()
    {
        Workers machine = New(workers: 1);
        machine.Offer(At(0), new Customer(), new Piece(Work.Sasl));
        machine.Offer(At(0), new Customer(), new Piece(Work.Tls));
        machine.Pause(At(3));
        Assert.Equal(Instant.Never, machine.NextTime);
        Assert.False(machine.TryTake(At(500), out _));
        machine.Resume(At(1003));
        Assert.Equal(
            [(Work.Sasl, 0, 1010), (Work.Tls, 1010, 1014)], Played(machine).Select(p => (p.Of, p.Waited, p.At)));
    }

    private static List<(Customer Whose, Work Of, long Waited, long At)> Played(Workers machine)
    {
        List<(Customer, Work, long, long)> played = [];
        for (Instant now; (now = machine.NextTime) < Instant.Never;)
            while (machine.TryTake(now, out Served s))
                played.Add((s.Customer, s.Piece.Kind, s.Waited.Nanoseconds / 1_000_000, now.Nanoseconds / 1_000_000));
        return played;
    }

    private static double Share(double[] waits, double longer) => (double)waits.Count(w => w > longer) / waits.Length;

    private static void Within(double share, double expected, double found) =>
        Assert.InRange(found / expected, 1 - share, 1 + share);
}
