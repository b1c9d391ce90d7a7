using Lab.Network;

namespace Lab.Tests;

/// <summary>What must hold for every pattern of loss, delay and chunking.</summary>
public class TcpPropertyTests
{
    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Bytes_arrive_once_and_in_order_whatever_is_lost_and_every_buffer_comes_back()
    {
        Fuzz.Try(300, Exchange);
    }

    private static void Exchange(ulong seed)
    {
        RandomStream random = RandomStream.Root(seed).Fork("tcp");
        var settings = new TcpSettings
        {
            Sack = random.Below(3) > 0,
            TailLossProbe = random.Below(4) > 0,
            NoDelay = random.Below(3) > 0,
            MaximumSegmentBytes = 100 + (int)random.Below(1400),
            ReceiveBufferBytes = 3000 + (int)random.Below(60_000),
            SendBufferBytes = 2000 + (int)random.Below(100_000),
        };
        var pair = new TcpPair(settings, settings with { Sack = random.Below(3) > 0 })
        {
            Delay = Duration.FromMicroseconds(100 + (long)random.Below(200_000)),
        };
        var loss = new Probability((int)random.Below(200_000_000));
        ulong spread = random.Below(2) * random.Below(80_000);
        pair.Drops = (_, _) => random.Chance(loss);
        pair.Extra = _ => Duration.FromMicroseconds((long)random.Below(spread));

        byte[] up = Bytes(random), down = Bytes(random);
        var marks = new Dictionary<bool, List<byte>> { [true] = [], [false] = [] };
        int upAt = 0, downAt = 0;
        bool clientFirst = random.Below(2) == 0;
        pair.OnEvent = (p, client, e) =>
        {
            if (e.Kind is TcpEventKind.PeerClosed && client != clientFirst) p.Peer(client).Close(p.Now);
        };
        pair.Connect((uint)random.Next());
        for (int step = 0; step < 4000 && pair.EndOf(true) == TcpEnd.None | pair.EndOf(false) == TcpEnd.None; step++)
        {
            if (pair.Server is { State: not TcpState.SynReceived })
            {
                upAt = Pump(pair, true, up, upAt, marks[true], random);
                downAt = Pump(pair, false, down, downAt, marks[false], random);
                bool done = upAt == up.Length && downAt == down.Length
                    && (clientFirst ? pair.ClientRead.Count == down.Length : pair.ServerRead.Count == up.Length);
                if (done)
                {
                    pair.Drops = (_, _) => false;
                    pair.Do(now => Finish(pair.Peer(clientFirst), now));
                }
            }
            pair.RunFor(Duration.FromMicroseconds((long)random.Below(5_000_000)));
        }
        // with a fifth of all packets lost, one handshake in a thousand runs out of attempts: then nothing was promised
        if (pair.EndOf(true) == TcpEnd.ConnectTimeout || pair.EndOf(false) == TcpEnd.ConnectTimeout) return;
        string which = $"seed {seed}";
        AssertSame(up, pair.ServerRead, $"{which}, up");
        AssertSame(down, pair.ClientRead, $"{which}, down");
        Assert.Equal((which, TcpEnd.Closed, TcpEnd.Closed), (which, pair.EndOf(true), pair.EndOf(false)));
        AssertSegments(pair, marks, up, down, which);
        pair.RunFor(Duration.FromMinutes(10));
        Assert.Equal((which, TcpState.Closed, TcpState.Closed), (which, pair.Client.State, pair.Server!.State));
        Assert.Equal((which, 0), (which, pair.Buffers.Outstanding));
    }

    /// <summary>
    /// Each segment carries the bytes and the mark of its place, stays inside the window it was given, and names its
    /// use.
    /// </summary>
    private static void AssertSegments(
        TcpPair pair, Dictionary<bool, List<byte>> marks, byte[] up, byte[] down, string which)
    {
        var windowEnd = new Dictionary<bool, uint> { [true] = 0, [false] = 0 };
        var sentTo = new Dictionary<bool, uint>
        {
            [true] = pair.ClientSequence + 1, [false] = TcpPair.ServerSequence + 1,
        };
        foreach ((_, bool fromClient, Segment segment) in pair.Sent)
        {
            uint first = fromClient ? pair.ClientSequence + 1 : TcpPair.ServerSequence + 1;
            byte[] all = fromClient ? up : down;
            uint end = segment.Sequence + (uint)segment.Length;
            if ((segment.Flags & TcpFlags.Ack) != 0) windowEnd[fromClient] = segment.Acknowledgement + segment.Window;
            if (segment.Length == 0) continue;
            int at = (int)(segment.Sequence - first);
            Assert.True(marks[fromClient][at] == segment.Mark, $"{which}: mark of byte {at}");
            Assert.True(at + segment.Length <= all.Length, $"{which}: bytes beyond the end");
            Assert.True((int)(windowEnd[!fromClient] - end) >= 0, $"{which}: beyond the window");
            bool again = (int)(sentTo[fromClient] - end) >= 0;
            Assert.Equal((which, again ? SegmentUse.Retransmission : SegmentUse.Data), (which, segment.Use));
            if (!again) sentTo[fromClient] = end;
        }
    }

    private static void AssertSame(byte[] sent, List<byte> read, string which) =>
        Assert.True(sent.AsSpan().SequenceEqual(read.ToArray()), $"{which}: {read.Count} of {sent.Length}");

    /// <summary>The first to close is done reading; it only shuts its writing side, or closes outright.</summary>
    private static void Finish(TcpConnection connection, Instant now)
    {
        if (connection.State is TcpState.Established) connection.ShutdownWrite(now);
    }

    private static int Pump(TcpPair pair, bool client, byte[] all, int at, List<byte> marks, RandomStream random)
    {
        while (at < all.Length && random.Below(5) > 0)
        {
            int chunk = (int)Math.Min((ulong)(all.Length - at), 1 + random.Below(random.Below(2) == 0 ? 50u : 5000u));
            byte mark = (byte)random.Below(4);
            int taken = pair.Peer(client).Write(pair.Now, all.AsSpan(at, chunk), mark);
            for (int i = 0; i < taken; i++) marks.Add(mark);
            at += taken;
            pair.Do(_ => { });
            if (taken == 0) break;
        }
        return at;
    }

    private static byte[] Bytes(RandomStream random)
    {
        byte[] bytes = new byte[random.Below(random.Below(2) == 0 ? 2_000u : 120_000u)];
        random.Fill(bytes);
        return bytes;
    }
}
