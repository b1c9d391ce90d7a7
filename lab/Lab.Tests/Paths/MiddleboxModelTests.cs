using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// A middlebox against a plain model of its rules: one that keeps everything it saw, and reads that anew for each
/// packet.
/// </summary>
[Trait(Fuzz.Category, Fuzz.Random)]
public sealed class MiddleboxModelTests : IPassageWatcher
{
    private const int Connections = 4;
    private readonly List<string> told = [];

    void IPassageWatcher.NextChangeMoved(int path) { }

    void IPassageWatcher.RadioChanged(Instant now, int path, int place, Radio radio)
    {
    }

    void IPassageWatcher.PassageChanged(
        Instant now, int path, int place, int connection, bool upDead, bool downDead, PassageCause cause) =>
        told.Add($"{(now - Instant.Zero).Nanoseconds} {connection} {upDead} {downDead} {cause}");

    private sealed record Seen(Instant At, Direction Way, TcpFlags Flags, int Length, uint Sequence, uint Acknowledged);

    /// <summary>What it knows: of each connection the packets since it became known, oldest first.</summary>
    private sealed class Plain(MiddleboxSpec spec)
    {
        public readonly OrderedDictionary<int, List<Seen>> Known = [];
        public readonly List<string> Told = [];
        private readonly Dictionary<int, int> turns = [];           // the number of the packet that refreshed it last
        private int packets;

        public Fate Offer(int connection, Seen seen)
        {
            Expire(seen.At);
            bool inward = IsInward(seen.Way), syn = (seen.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;
            if (!Known.ContainsKey(connection))
            {
                bool reset = (seen.Flags & TcpFlags.Rst) != 0;
                bool picked = (seen.Flags & TcpFlags.Syn) == 0
                    && (spec.PickUp == PickUp.Always || spec.PickUp == PickUp.Outbound && !inward);
                if (reset) return Fate.Lost;
                if (!syn && !picked) return spec.Notice == Notice.Silent ? Fate.Lost : Fate.Answered;
                if (spec.Places > 0 && Known.Count == spec.Places)
                {
                    int oldest = Known.Keys.MinBy(c => turns[c]);
                    Forget(oldest, seen.At, PassageCause.Evicted);
                }
                Known[connection] = [];
                Told.Add($"{(seen.At - Instant.Zero).Nanoseconds} {connection} False False None");
            }
            packets++;
            if (Known[connection].Count == 0 || Refreshes(seen)) turns[connection] = packets;
            Known[connection].Add(seen);
            return Fate.Delivered;
        }

        /// <summary>In the order of their moments; the newest of one moment first.</summary>
        public void Expire(Instant now)
        {
            while (Known.Keys.Where(c => End(Known[c]) <= now).ToArray() is { Length: > 0 } over)
            {
                Instant first = over.Min(c => End(Known[c]));
                foreach (int c in over.Where(c => End(Known[c]) == first).OrderByDescending(Known.IndexOf))
                    Forget(c, first, PassageCause.Expired);
            }
        }

        public void Restart(Instant now)
        {
            foreach (int c in Known.Keys.ToArray()) Forget(c, now, PassageCause.Restarted);
        }

        private void Forget(int connection, Instant now, PassageCause cause)
        {
            Known.Remove(connection);
            bool outward = spec.PickUp == PickUp.Never, inward = spec.PickUp != PickUp.Always;
            if (!inward) return;
            (bool up, bool down) = spec.FarIsInside ? (inward, outward) : (outward, inward);
            Told.Add($"{(now - Instant.Zero).Nanoseconds} {connection} {up} {down} {cause}");
        }

        private bool IsInward(Direction way) => way == Direction.Up == spec.FarIsInside;

        /// <summary>The first made it known, whichever way it went.</summary>
        private Instant Refreshed(List<Seen> seen) => seen.Where((s, i) => i == 0 || Refreshes(s)).Max(s => s.At);

        private bool Refreshes(Seen seen) => spec.Refreshing == Refreshing.Both
            || spec.Refreshing == Refreshing.Inbound == IsInward(seen.Way);

        private Instant End(List<Seen> seen)
        {
            bool closing = seen.Any(s => (s.Flags & (TcpFlags.Fin | TcpFlags.Rst)) != 0);
            bool opening = (seen[0].Flags & TcpFlags.Syn) != 0 && seen.All(s => (s.Flags & TcpFlags.Syn) != 0);
            Duration limit = closing || opening ? spec.Transitory : spec.Established;
            return Refreshed(seen) + (IsPending(seen, Direction.Up) || IsPending(seen, Direction.Down)
                ? Duration.Min(limit, spec.Unacknowledged) : limit);
        }

        /// <summary>Whether data beyond all sent before has had no acknowledgement of everything since.</summary>
        private static bool IsPending(List<Seen> seen, Direction way)
        {
            (uint next, bool any, bool pending) = (0, false, false);
            foreach (Seen s in seen)
                if (s.Way == way)
                {
                    uint end = s.Sequence + (uint)s.Length
                        + ((s.Flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0 ? 1u : 0);
                    if (any && (int)(end - next) <= 0) continue;
                    (next, any, pending) = (end, true, pending || s.Length > 0);
                }
                else if ((s.Flags & TcpFlags.Ack) != 0 && s.Acknowledged == next) pending = false;
            return pending;
        }
    }

    [Fact]
    public void It_passes_forgets_and_tells_what_the_rules_say_whatever_comes() => Fuzz.Try(400, seed =>
    {
        told.Clear();
        RandomStream random = RandomStream.Root(seed);
        MiddleboxSpec spec = new()
        {
            FarIsInside = random.Below(2) == 0, Established = Duration.FromSeconds(20 + (long)random.Below(100)),
            Unacknowledged = Duration.FromSeconds(5 + (long)random.Below(60)),
            Transitory = Duration.FromSeconds(5 + (long)random.Below(30)),
            Refreshing = (Refreshing)random.Below(3), PickUp = (PickUp)random.Below(3),
            Notice = random.Below(2) == 0 ? Notice.Silent : Notice.ResetSender, Places = (int)random.Below(4),
        };
        var box = new Middlebox(spec);
        box.Attach(this, 0, 0);
        var plain = new Plain(spec);
        Instant now = Instant.Zero;
        uint[] sent = new uint[Connections * 2];
        for (int step = 0; step < 120; step++)
        {
            // by its own clock, as the network drives it
            Instant next = now + Duration.FromSeconds((long)random.Below(25));
            while (box.NextChange <= next) Assert.False(box.TrySay(box.NextChange, out _, out _));
            now = next;
            if (random.Below(40) == 0)
            {
                plain.Expire(now);
                plain.Restart(now);
                box.Forget(now);
                continue;
            }
            int connection = (int)random.Below(Connections);
            var way = (Direction)random.Below(2);
            TcpFlags flags = random.Below(8) switch
            {
                0 => TcpFlags.Syn, 1 => TcpFlags.Syn | TcpFlags.Ack, 2 => TcpFlags.Fin | TcpFlags.Ack,
                3 when random.Below(3) == 0 => TcpFlags.Rst, _ => TcpFlags.Ack,
            };
            ref uint own = ref sent[connection * 2 + (int)way];
            uint other = sent[connection * 2 + (1 - (int)way)];
            int length = flags == TcpFlags.Ack ? (int)random.Below(2) * 100 : 0;
            var seen = new Seen(now, way, flags, length, own, random.Below(3) == 0 ? other - 50 : other);
            own += (uint)length + ((flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0 ? 1u : 0);
            var segment = new Segment
            {
                Flags = flags, Length = length, Sequence = seen.Sequence, Acknowledgement = seen.Acknowledged,
                Connection = connection,
            };
            Assert.Equal(plain.Offer(connection, seen), box.Offer(now, way, in segment, out _));
            Assert.Equal(plain.Known.Count, box.Known);
        }
        Assert.Equal(plain.Told, told);
    });

    /// <summary>Several paths share the places of one middlebox: as if all were one path's.</summary>
    [Fact]
    public void Paths_that_share_its_places_take_them_from_each_other() => Fuzz.Try(300, seed =>
    {
        const int paths = 3;
        told.Clear();
        RandomStream random = RandomStream.Root(seed);
        MiddleboxSpec spec = new()
        {
            FarIsInside = random.Below(2) == 0, Established = Duration.FromSeconds(60 + (long)random.Below(200)),
            Transitory = Duration.FromSeconds(5 + (long)random.Below(60)), Refreshing = (Refreshing)random.Below(3),
            PickUp = (PickUp)random.Below(3), Places = 1 + (int)random.Below(5),
        };
        var table = new MiddleboxTable(spec.Places);
        Middlebox[] boxes = [.. Enumerable.Range(0, paths).Select(_ => new Middlebox(spec, table))];
        for (int i = 0; i < paths; i++) boxes[i].Attach(this, i, 0);
        var plain = new Plain(spec);
        Instant now = Instant.Zero;
        for (int step = 0; step < 150; step++)
        {
            // never two packets at one moment: of those the order would decide
            Instant next = now + Duration.FromSeconds(1 + (long)random.Below(12));
            while (boxes.MinBy(b => b.NextChange) is { } first && first.NextChange <= next)
                Assert.False(first.TrySay(first.NextChange, out _, out _));
            now = next;
            if (random.Below(50) == 0)
            {
                plain.Expire(now);
                plain.Restart(now);
                foreach (Middlebox box in boxes) box.Forget(now);
            }
            int path = (int)random.Below(paths), connection = path * Connections + (int)random.Below(Connections);
            var way = (Direction)random.Below(2);
            TcpFlags flags = random.Below(6) switch
            {
                0 or 1 => TcpFlags.Syn, 2 => TcpFlags.Fin | TcpFlags.Ack, _ => TcpFlags.Ack,
            };
            var seen = new Seen(now, way, flags, 0, 0, 0);
            var segment = new Segment { Flags = flags, Connection = connection };
            Assert.Equal(plain.Offer(connection, seen), boxes[path].Offer(now, way, in segment, out _));
            Assert.Equal((plain.Known.Count, plain.Known.Count), (boxes.Sum(b => b.Known), table.Taken));
        }
        Assert.Equal(plain.Told.Order(), told.Order());
    });
}
