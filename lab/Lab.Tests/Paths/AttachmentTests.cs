using Lab.Network;

namespace Lab.Tests;

/// <summary>A path whose near end has two links, in dialogues, and against a plain model of what may pass.</summary>
[Trait(Fuzz.Category, Fuzz.Random)]
public sealed class AttachmentTests
{
    private const int Wifi = 0, Lte = 1;
    private static readonly Duration Hop = Duration.FromMilliseconds(10), Tail = Duration.FromMilliseconds(5);
    private readonly Transit<Segment> transit = new();
    private readonly NetworkPath path;
    private readonly List<(double, int, Fate)>[] left = [[], []];           // by direction, until it is asked for
    private Instant now;

    public AttachmentTests() => path = new NetworkPath([[Link(Hop)], [Link(Hop * 3)]], [Link(Tail)]);

    private LinkElement Link(Duration delay) =>
        new(new LinkSpec { Delay = delay }, new LinkSpec { Delay = delay }, RandomStream.Root(1), transit);

    private Fate Send(int connection, Direction way = Direction.Up) =>
        path.Offer(now, way, new Segment { Use = SegmentUse.Data, Connection = connection });

    /// <summary>What leaves in that direction from now on: when, on which connection, and how.</summary>
    private List<(double Millisecond, int Connection, Fate Fate)> Leaving(Direction way)
    {
        Instant Next() => Instant.Min(path.NextTime(Direction.Up), path.NextTime(Direction.Down));
        for (Instant at; (at = Next()) != Instant.Never;)
            foreach (Direction each in new[] { Direction.Up, Direction.Down })
                for (now = at; path.TryTake(at, each, out Passage<Segment> passage);)
                    left[(int)each].Add((Millisecond(at), passage.Unit.Connection, passage.Fate));
        var asked = left[(int)way];
        left[(int)way] = [];
        return asked;
    }

    private static double Millisecond(Instant at) => Math.Round((at - Instant.Zero).TotalSeconds * 1000, 6);

    private void Move(int row, bool gap = false, bool lingers = false, long number = 1) =>
        path.Attachment!.Move(number, row, gap, lingers);

    [Fact]
    public void A_connection_keeps_to_the_link_that_it_was_opened_over()
    {
        Send(1);
        Assert.Equal([(15, 1, Fate.Delivered)], Leaving(Direction.Up));
        Move(Lte, lingers: true);
        Send(1);
        Send(2);
        Assert.Equal([(30, 1, Fate.Delivered), (50, 2, Fate.Delivered)], Leaving(Direction.Up));
        Send(1, Direction.Down);
        Send(2, Direction.Down);
        Assert.Equal([(65, 1, Fate.Delivered), (85, 2, Fate.Delivered)], Leaving(Direction.Down));
    }

    [Fact]
    public void What_is_sent_after_its_link_was_left_is_lost_at_the_client_and_what_comes_is_lost_before_it()
    {
        Send(1);
        Leaving(Direction.Up);
        Send(1);
        Send(1, Direction.Down);
        Move(Lte);
        Assert.Equal([(30, 1, Fate.Delivered)], Leaving(Direction.Up));     // it was out already
        Assert.Equal([(20, 1, Fate.Lost)], Leaving(Direction.Down));        // where the ways part
        Assert.Equal(Fate.Lost, Send(1));
        Assert.True(path.Attachment!.HasLeft(1));
    }

    [Fact]
    public void In_a_gap_nothing_passes_and_a_connection_opened_then_takes_the_link_that_comes()
    {
        Send(1);
        Leaving(Direction.Up);
        Move(Lte, gap: true);
        Assert.True(path.IsDown(now, Direction.Up));
        Assert.Equal(Fate.Lost, Send(2));
        path.Attachment!.Finish(1);
        Assert.False(path.IsDown(now, Direction.Up));
        Assert.Equal((Fate.Inside, Fate.Lost), (Send(2), Send(1)));
    }

    [Fact]
    public void A_link_that_is_come_back_to_gives_another_address()
    {
        Send(1);
        Move(Lte);
        Move(Wifi);
        Assert.Equal((Fate.Lost, Fate.Inside), (Send(1), Send(2)));
    }

    [Fact]
    public void Of_several_moves_the_last_one_says_where_it_ends()
    {
        Move(Lte, gap: true, number: 1);
        Move(Wifi, gap: true, number: 2);
        path.Attachment!.Finish(1);
        Assert.Equal(-1, path.Attachment.Row);
        path.Attachment.Finish(2);
        Assert.Equal(Wifi, path.Attachment.Row);
        path.Attachment.Finish(2);
        Assert.Equal(Wifi, path.Attachment.Row);
    }

    [Fact]
    public void Several_addresses_may_linger_and_each_ends_with_its_own_move()
    {
        Send(1);
        Move(Lte, lingers: true, number: 1);
        Send(2);
        Move(Wifi, lingers: true, number: 2);
        Send(3);
        Assert.Equal((Wifi, Lte, Wifi), (RowOf(1), RowOf(2), RowOf(3)));
        Assert.Equal((true, true, false), (Lingers(1), Lingers(2), Lingers(3)));
        path.Attachment!.Finish(1);
        Assert.Equal((-1, Lte, Wifi), (RowOf(1), RowOf(2), RowOf(3)));
        Move(Lte, gap: true, number: 3);
        Assert.Equal((-1, -1, -1), (RowOf(1), RowOf(2), RowOf(3)));
    }

    private int RowOf(int connection) => path.Attachment!.RowOf(connection);

    private bool Lingers(int connection) => path.Attachment!.Lingers(connection);

    [Fact]
    public void A_cut_of_one_link_is_nothing_to_the_other()
    {
        path.Links[Lte].Up.Cut(now);
        Assert.False(path.IsDown(now, Direction.Up));
        Move(Lte);
        Assert.True(path.IsDown(now, Direction.Up));
        Assert.False(path.IsDown(now, Direction.Down));
        Assert.False(path.IsDownOver(Wifi, now, Direction.Up));
    }

    [Fact]
    public void What_passes_is_what_a_plain_model_says_and_nothing_goes_astray() => Fuzz.Try(few: 300, seed =>
    {
        var test = new AttachmentTests();
        test.Play(RandomStream.Root(seed));
        Assert.Equal(0, test.transit.Count);
    });

    // the model: by connection the time at which its address was left, with the links' cuts beside it
    private void Play(RandomStream random)
    {
        var rowOf = new Dictionary<int, int>();                 // of connections that were sent
        var gone = new HashSet<int>();
        var lingering = new Dictionary<long, List<int>>();
        var cut = new int[2];
        (long Number, int Row)? awaited = null;
        int current = Wifi, opened = 0;
        long moves = 0;
        for (int step = 0; step < 60; step++)
        {
            int connection = (int)random.Below((ulong)opened + 1), row = (int)random.Below(2);
            switch (random.Below(10))
            {
                case < 4:
                    if (connection == opened && current < 0) break;             // a dialogue above has that
                    if (connection == opened) opened++;
                    if (current >= 0 && !gone.Contains(connection)) rowOf.TryAdd(connection, current);
                    bool passes = rowOf.TryGetValue(connection, out int by) && !gone.Contains(connection)
                        && cut[by] == 0;
                    Assert.Equal(passes ? Fate.Inside : Fate.Lost, Send(connection));
                    break;
                case 4:
                    foreach ((int c, int over) in rowOf) Assert.Equal(gone.Contains(c) ? -1 : over, RowOf(c));
                    Assert.Equal([.. gone.Where(rowOf.ContainsKey).Order()],
                        rowOf.Keys.Where(path.Attachment!.HasLeft).Order());
                    Assert.Equal(current < 0 || cut[current] > 0, path.IsDown(now, Direction.Up));
                    break;
                case 5:
                    int how = (int)random.Below(3);
                    (bool gap, bool lingers) = (how == 0, how == 1);
                    moves++;
                    awaited = gap ? (moves, row) : null;
                    if (lingers)
                        lingering[moves] = [.. rowOf.Keys.Where(c => !lingering.Values.Any(l => l.Contains(c)))];
                    else
                    {
                        gone.UnionWith(rowOf.Keys);
                        lingering.Clear();
                    }
                    current = gap ? -1 : row;
                    Move(row, gap, lingers, moves);
                    break;
                case 6 when moves > 0:
                    long ended = 1 + (long)random.Below((ulong)moves);
                    if (lingering.Remove(ended, out List<int>? left)) gone.UnionWith(left);
                    if (awaited?.Number == ended) (current, awaited) = (awaited.Value.Row, null);
                    path.Attachment!.Finish(ended);
                    break;
                case 7:
                    path.Links[row].Up.Cut(now);
                    cut[row]++;
                    break;
                case 8 when cut[row] > 0:
                    path.Links[row].Up.Heal(now);
                    cut[row]--;
                    break;
                default:
                    Leaving(Direction.Down);
                    foreach (int c in rowOf.Keys) Send(c, Direction.Down);
                    (int Kept, int All) kept = (rowOf.Keys.Count(c => !gone.Contains(c)), rowOf.Count);
                    List<(double, int Connection, Fate Fate)> came = Leaving(Direction.Down);
                    Assert.Equal(kept.Kept, came.Count(c => c.Fate == Fate.Delivered));
                    Assert.All(came, c => Assert.Equal(gone.Contains(c.Connection), c.Fate == Fate.Lost));
                    Assert.All(Leaving(Direction.Up), c => Assert.True(c.Connection < opened));
                    break;
            }
        }
        Leaving(Direction.Up);
        Leaving(Direction.Down);
    }
}
