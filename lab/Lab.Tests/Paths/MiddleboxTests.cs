using Lab.Network;

namespace Lab.Tests;

/// <summary>What a middlebox passes, drops and answers, packet by packet.</summary>
public sealed class MiddleboxTests : IPassageWatcher
{
    private static readonly Duration Limit = Duration.FromSeconds(7440), Short = Duration.FromSeconds(240);
    private static readonly MiddleboxSpec Rfc5382 = new() { Established = Limit, Transitory = Short };
    private readonly List<string> told = [];
    private readonly HashSet<int> dead = [];

    void IPassageWatcher.NextChangeMoved(int path) { }

    void IPassageWatcher.RadioChanged(Instant now, int path, int place, Radio radio)
    {
    }

    void IPassageWatcher.PassageChanged(
        Instant now, int path, int place, int connection, bool upDead, bool downDead, PassageCause cause)
    {
        // that a new one passes is news to nobody
        if (upDead || downDead ? dead.Add(connection) : dead.Remove(connection))
            told.Add($"{(now - Instant.Zero).TotalSeconds} {cause} {(upDead ? "up" : "")}{(downDead ? "down" : "")}");
    }

    private static Instant At(double seconds) => Instant.Zero + Duration.FromMilliseconds((long)(seconds * 1000));

    private Middlebox Box(MiddleboxSpec spec)
    {
        var box = new Middlebox(spec);
        box.Attach(this, 0, 0);
        return box;
    }

    private static Fate Offer(
        Middlebox box, Instant at, Direction way, TcpFlags flags = TcpFlags.Ack, int length = 0, uint sequence = 1,
        uint acknowledgement = 1, int connection = 5) => Offer(box, at, way, new Segment
        {
            Flags = flags, Length = length, Sequence = sequence, Acknowledgement = acknowledgement,
            Connection = connection,
        }).Fate;

    private static (Fate Fate, Segment Answer) Offer(Middlebox box, Instant at, Direction way, Segment segment) =>
        (box.Offer(at, way, in segment, out Segment answer), answer);

    /// <summary>Established at 0 s by a handshake and nothing else.</summary>
    private Middlebox Established(MiddleboxSpec spec)
    {
        Middlebox box = Box(spec);
        Assert.Equal(Fate.Delivered, Offer(box, At(0), Direction.Up, TcpFlags.Syn, sequence: 0));
        Assert.Equal(Fate.Delivered, Offer(box, At(0), Direction.Down, TcpFlags.Syn | TcpFlags.Ack, sequence: 0));
        Assert.Equal(Fate.Delivered, Offer(box, At(0), Direction.Up));
        return box;
    }

    /// <summary>A packet of each direction halfway: those that do not refresh change nothing.</summary>
    [Theory]
    [InlineData(Refreshing.Both, Direction.Up, true)]
    [InlineData(Refreshing.Both, Direction.Down, true)]
    [InlineData(Refreshing.Outbound, Direction.Up, true)]
    [InlineData(Refreshing.Outbound, Direction.Down, false)]
    [InlineData(Refreshing.Inbound, Direction.Up, false)]
    [InlineData(Refreshing.Inbound, Direction.Down, true)]
    public void It_knows_a_connection_until_the_limit_after_the_last_packet_that_refreshes_it(
        Refreshing refreshing, Direction way, bool refreshes)
    {
        foreach (bool farIsInside in new[] { false, true })
        {
            MiddleboxSpec spec = Rfc5382 with { Refreshing = refreshing, FarIsInside = farIsInside };
            Direction seen = farIsInside ? 1 - way : way;
            double last = refreshes ? 3000 : 0;
            foreach ((double at, Fate fate) in new[] { (last + 7439, Fate.Delivered), (last + 7441, Fate.Lost) })
                foreach (Direction then in new[] { Direction.Up, Direction.Down })
                {
                    Middlebox box = Established(spec);
                    Offer(box, At(3000), seen);
                    Assert.Equal(fate, Offer(box, At(at), then));
                }
        }
    }

    [Theory]
    [InlineData(239, Fate.Delivered)]
    [InlineData(241, Fate.Lost)]
    public void One_that_is_opening_or_closing_has_the_transitory_limit(double at, Fate fate)
    {
        Middlebox opening = Box(Rfc5382);
        Offer(opening, At(0), Direction.Up, TcpFlags.Syn, sequence: 0);
        Assert.Equal(fate, Offer(opening, At(at), Direction.Down, TcpFlags.Syn | TcpFlags.Ack));
        foreach (TcpFlags end in new[] { TcpFlags.Fin | TcpFlags.Ack, TcpFlags.Rst })
        {
            Middlebox closing = Established(Rfc5382);
            Offer(closing, At(0), Direction.Up, end);
            Assert.Equal(fate, Offer(closing, At(at), Direction.Down));
        }
    }

    /// <summary>Linux: 432,000 s, and 300 s while data is not acknowledged.</summary>
    [Theory]
    [InlineData(false, 1299, Fate.Delivered)]
    [InlineData(false, 1301, Fate.Lost)]
    [InlineData(true, 1301, Fate.Delivered)]
    [InlineData(true, 432_999, Fate.Delivered)]
    [InlineData(true, 433_001, Fate.Lost)]
    public void Data_that_is_not_acknowledged_has_a_limit_of_its_own(bool acknowledged, double at, Fate fate)
    {
        foreach (Direction way in new[] { Direction.Up, Direction.Down })
        {
            Middlebox box = Established(new()
            {
                Established = Duration.FromSeconds(432_000), Unacknowledged = Duration.FromSeconds(300),
                Transitory = Short,
            });
            Offer(box, At(1000), way, length: 100);
            if (acknowledged) Offer(box, At(1000), 1 - way, acknowledgement: 101);
            Assert.Equal(fate, Offer(box, At(at), 1 - way));
        }
    }

    [Fact]
    public void What_it_forgets_is_told_at_that_moment_though_nothing_comes_by()
    {
        Middlebox box = Established(Rfc5382);
        Offer(box, At(100), Direction.Up);
        Assert.True(box.NextChange <= At(7540));
        while (box.NextChange is var next && next < Instant.Never) Assert.False(box.TrySay(next, out _, out _));
        Assert.Equal(["7540 Expired updown"], told);
    }

    [Fact]
    public void A_silent_one_drops_a_sender_s_packets_and_another_resets_them()
    {
        Assert.Equal(Fate.Lost, Offer(Established(Rfc5382), At(8000), Direction.Up));
        Middlebox box = Established(Rfc5382 with { Notice = Notice.ResetSender });
        (Fate fate, Segment reset) = Offer(box, At(8000), Direction.Down,
            new Segment { Flags = TcpFlags.Ack, Sequence = 1, Acknowledgement = 77, Connection = 5 });
        Assert.Equal((Fate.Answered, TcpFlags.Rst, 77u), (fate, reset.Flags, reset.Sequence));
        Assert.False(box.TrySay(At(8000), out _, out _));
    }

    [Fact]
    public void One_that_resets_both_ends_sends_each_the_number_that_it_expects()
    {
        Middlebox box = Established(Rfc5382 with { Notice = Notice.ResetBoth });
        Offer(box, At(10), Direction.Up, length: 100, sequence: 1, acknowledgement: 900);
        Offer(box, At(10), Direction.Down, sequence: 900, acknowledgement: 101);
        List<(double, Direction, uint, TcpFlags)> said = [];
        while (box.NextChange is var next && next < Instant.Never)
            while (box.TrySay(next, out Direction way, out Segment s))
                said.Add(((next - Instant.Zero).TotalSeconds, way, s.Sequence, s.Flags));
        Assert.Equal([(7450, Direction.Down, 900u, TcpFlags.Rst), (7450, Direction.Up, 101u, TcpFlags.Rst)], said);
    }

    [Theory]
    [InlineData(PickUp.Never, Fate.Lost, Fate.Lost, "Expired updown")]
    [InlineData(PickUp.Outbound, Fate.Delivered, Fate.Lost, "Expired down")]
    [InlineData(PickUp.Always, Fate.Delivered, Fate.Delivered, "")]
    public void A_packet_in_the_middle_makes_a_connection_known_where_that_is_the_rule(
        PickUp rule, Fate outbound, Fate inbound, string what)
    {
        foreach (bool farIsInside in new[] { false, true })
        {
            told.Clear();
            dead.Clear();
            MiddleboxSpec spec = Rfc5382 with { PickUp = rule, FarIsInside = farIsInside };
            Direction outward = farIsInside ? Direction.Down : Direction.Up;
            Assert.Equal(inbound, Offer(Established(spec), At(8000), 1 - outward));
            if (what.Length > 0 && farIsInside == false) Assert.Contains(what, told[0]);
            Middlebox box = Established(spec);
            Assert.Equal(outbound, Offer(box, At(8000), outward));
            if (outbound == Fate.Delivered) Assert.Equal(Fate.Delivered, Offer(box, At(8001), 1 - outward));
        }
    }

    [Fact]
    public void One_that_is_picked_up_again_is_told_to_pass()
    {
        Middlebox box = Established(Rfc5382 with { PickUp = PickUp.Outbound });
        Offer(box, At(8000), Direction.Up);
        Assert.Equal(["8000 Expired down", "8000 None "], told);
    }

    /// <summary>The far end does not know it under the new port, and its RST finds back.</summary>
    [Fact]
    public void Picked_up_under_another_port_it_goes_on_as_a_connection_that_the_far_end_does_not_know()
    {
        Middlebox box = Established(Rfc5382 with { PickUp = PickUp.Outbound, KeepsPort = false });
        (Fate fate, Segment renamed) = Offer(box, At(8000), Direction.Up,
            new Segment { Flags = TcpFlags.Ack, Connection = 5 });
        Assert.Equal((Fate.Changed, 5, true), (fate, renamed.Connection, renamed.Port != 0));
        Segment reset = TcpConnection.ResetFor(in renamed)!.Value;
        (fate, Segment back) = Offer(box, At(8000), Direction.Down, reset);
        Assert.Equal((Fate.Changed, 5, 0, TcpFlags.Rst), (fate, back.Connection, back.Port, back.Flags));
        Assert.Equal(Fate.Lost, Offer(box, At(8001), Direction.Down));
        Assert.Equal(["8000 Rebound updown"], told);
    }

    /// <summary>Each gives it another port, and both find back.</summary>
    [Fact]
    public void Two_that_give_other_ports_do_not_undo_each_other()
    {
        MiddleboxSpec spec = Rfc5382 with { PickUp = PickUp.Outbound, KeepsPort = false };
        Middlebox first = Established(spec), second = Established(spec);
        second.Attach(this, 0, 1);
        (_, Segment once) = Offer(first, At(8000), Direction.Up, new Segment { Flags = TcpFlags.Ack, Connection = 5 });
        (_, Segment twice) = Offer(second, At(8000), Direction.Up, once);
        Assert.Equal(3, new[] { 0, once.Port, twice.Port }.Distinct().Count());
        (_, Segment back) = Offer(second, At(8000), Direction.Down, TcpConnection.ResetFor(in twice)!.Value);
        (Fate fate, back) = Offer(first, At(8000), Direction.Down, back);
        Assert.Equal((Fate.Changed, 0), (fate, back.Port));
    }

    /// <summary>A SYN sent again, after the first one's entry was lost.</summary>
    [Fact]
    public void A_connection_that_a_SYN_makes_known_again_passes()
    {
        Middlebox box = Box(Rfc5382);
        Offer(box, At(0), Direction.Up, TcpFlags.Syn, sequence: 0);
        box.Forget(At(1));
        Assert.Equal(Fate.Delivered, Offer(box, At(2), Direction.Up, TcpFlags.Syn, sequence: 0));
        Assert.Equal("2 None ", told[^1]);
    }

    [Fact]
    public void A_full_one_makes_place_by_forgetting_the_connection_that_was_silent_longest()
    {
        Middlebox box = Box(Rfc5382 with { Places = 2 });
        foreach (int connection in new[] { 1, 2 })
            Offer(box, At(connection), Direction.Up, TcpFlags.Syn, connection: connection);
        Offer(box, At(3), Direction.Up, connection: 1);
        Offer(box, At(4), Direction.Up, TcpFlags.Syn, connection: 3);
        Assert.Equal(["4 Evicted updown"], told);
        Assert.Equal([Fate.Delivered, Fate.Lost, Fate.Delivered],
            new[] { 1, 2, 3 }.Select(c => Offer(box, At(5), Direction.Up, connection: c)));
        Assert.Equal(2, box.Known);
    }

    [Fact]
    public void One_that_restarts_forgets_every_connection_and_takes_new_ones()
    {
        Middlebox box = Established(Rfc5382);
        box.Forget(At(10));
        Assert.Equal(["10 Restarted updown"], told);
        Assert.Equal(Fate.Lost, Offer(box, At(11), Direction.Up));
        Assert.Equal(Fate.Delivered, Offer(box, At(12), Direction.Up, TcpFlags.Syn, connection: 6));
    }
}
