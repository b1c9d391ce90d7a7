using Lab.Network;

namespace Lab.Tests;

public sealed class NetworkPathTests
{
    private static readonly Duration Hop = Duration.FromMilliseconds(10);
    private readonly Transit<Segment> transit = new();

    /// <summary>Answers, loses or lets pass what comes up, by the first letter of what it is told.</summary>
    private sealed class Gate(Fate fate) : PathElement
    {
        public int Seen;

        public override Fate Offer(Instant now, Direction way, in Segment segment, out Segment answer)
        {
            answer = default;
            Seen++;
            if (way == Direction.Down) return Fate.Delivered;
            if (fate == Fate.Answered) answer = new Segment { Use = SegmentUse.Reset, Flags = TcpFlags.Rst };
            return fate;
        }

        public override bool IsDown(Instant now, Direction way) => fate == Fate.Lost && way == Direction.Up;
    }

    private LinkElement Link() => new(
        new LinkSpec { Delay = Hop }, new LinkSpec { Delay = Hop }, RandomStream.Root(1), transit);

    private static Segment Data(int connection = 7) => new() { Use = SegmentUse.Data, Connection = connection };

    /// <summary>What leaves in that direction, with the time at which it does.</summary>
    private static List<(Duration At, Fate Fate, SegmentUse Use)> Leaving(NetworkPath path, Direction way)
    {
        var left = new List<(Duration, Fate, SegmentUse)>();
        for (Instant at; (at = path.NextTime(way)) != Instant.Never;)
            while (path.TryTake(at, way, out Passage<Segment> passage))
                left.Add((at - Instant.Zero, passage.Fate, passage.Unit.Use));
        return left;
    }

    [Fact]
    public void A_path_needs_a_link() =>
        Assert.Throws<ArgumentException>(() => new NetworkPath(new Gate(Fate.Delivered)));

    [Theory]
    [InlineData(Direction.Up)]
    [InlineData(Direction.Down)]
    public void Delays_of_links_in_a_row_add_up(Direction way)
    {
        var path = new NetworkPath(Link(), new Gate(Fate.Delivered), Link());
        Assert.Equal(Fate.Inside, path.Offer(Instant.Zero, way, Data()));
        Assert.Equal([(Hop * 2, Fate.Delivered, SegmentUse.Data)], Leaving(path, way));
    }

    [Fact]
    public void What_is_lost_in_the_middle_is_lost_when_it_comes_there()
    {
        var path = new NetworkPath(Link(), new Gate(Fate.Lost), Link());
        Assert.Equal(Fate.Inside, path.Offer(Instant.Zero, Direction.Up, Data()));
        Assert.Equal([(Hop, Fate.Lost, SegmentUse.Data)], Leaving(path, Direction.Up));
        Assert.Equal(0, transit.Count);
        Assert.True(path.IsDown(Instant.Zero + Hop, Direction.Up));
        Assert.False(path.IsDown(Instant.Zero + Hop, Direction.Down));
    }

    [Fact]
    public void What_is_lost_before_the_link_is_the_sender_s_at_once()
    {
        var path = new NetworkPath(new Gate(Fate.Lost), Link());
        Assert.Equal(Fate.Lost, path.Offer(Instant.Zero, Direction.Up, Data()));
        Assert.Equal(Instant.Never, path.NextTime(Direction.Up));
    }

    [Fact]
    public void An_answer_comes_by_what_lies_before_the_one_that_answers_and_belongs_to_the_same_connection()
    {
        var before = new Gate(Fate.Delivered);
        var path = new NetworkPath(before, Link(), new Gate(Fate.Answered), Link());
        Assert.Equal(Fate.Inside, path.Offer(Instant.Zero, Direction.Up, Data(connection: 42)));
        Instant there = path.NextTime(Direction.Up);
        Assert.True(path.TryTake(there, Direction.Up, out Passage<Segment> passage));
        Assert.Equal((Fate.Answered, SegmentUse.Data), (passage.Fate, passage.Unit.Use));
        Assert.Equal(Fate.Inside, path.OfferAnswer(there, out Direction way, out Segment answer));
        Assert.Equal((Direction.Down, 42), (way, answer.Connection));
        Assert.Equal([(Hop * 2, Fate.Delivered, SegmentUse.Reset)], Leaving(path, Direction.Down));
        Assert.Equal(2, before.Seen);
        Assert.Throws<InvalidOperationException>(() => path.OfferAnswer(there, out _, out _));
    }

    [Fact]
    public void An_answer_from_before_the_link_leaves_at_the_same_instant_but_not_within_the_call()
    {
        var path = new NetworkPath(new Gate(Fate.Answered), Link());
        Assert.Equal(Fate.Answered, path.Offer(Instant.Zero, Direction.Up, Data()));
        Assert.Equal(Fate.Inside, path.OfferAnswer(Instant.Zero, out _, out _));
        Assert.Equal([(Duration.Zero, Fate.Delivered, SegmentUse.Reset)], Leaving(path, Direction.Down));
    }

    [Fact]
    public void Of_several_degradations_the_last_to_begin_is_in_force_and_none_leaves_the_link_s_own_numbers()
    {
        var path = new NetworkPath(Link());
        LinkSpec At(int ms) => new() { Delay = Duration.FromMilliseconds(ms) };
        Instant now = Instant.Zero;
        Duration Takes()
        {
            Instant sent = now;
            path.Offer(sent, Direction.Up, Data());
            now = Instant.Zero + Leaving(path, Direction.Up)[0].At;
            return now - sent;
        }

        path.Link.Degrade(now, 1, At(100), At(100));
        path.Link.Degrade(now, 2, At(200), At(200));
        Assert.Equal(Duration.FromMilliseconds(200), Takes());
        path.Link.Restore(now, 1);
        Assert.Equal(Duration.FromMilliseconds(200), Takes());
        path.Link.Restore(now, 2);
        Assert.Equal(Hop, Takes());
        Assert.Throws<InvalidOperationException>(() => path.Link.Restore(now, 2));
    }
}
