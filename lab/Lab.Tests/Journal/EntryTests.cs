using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>What is written into an entry is what its view reads, and the numbers in it are part of the hash.</summary>
public sealed class EntryTests
{
    private static readonly Instant Now = new(5);
    private static readonly StreamEnd Acks =
        new(Mechanism.AckTimeout, Claim.Broken, StreamErrorCondition.ConnectionTimeout);

    private readonly Journal journal = new();
    private readonly Last reader = new();

    public EntryTests() => journal.Attach(reader);

    private Entry Written => reader.Entry;

    [Fact]
    public void Views_read_what_was_written()
    {
        Check(j => j.FaultBegan(Now, 3, 1, 2), EntryKind.FaultBegan, e => FaultEntry.Of(e), new FaultEntry(1, 2));
        Check(j => j.FaultEnded(Now, 3, 1, 2), EntryKind.FaultEnded, e => FaultEntry.Of(e), new FaultEntry(1, 2));
        foreach ((bool up, bool down) in new[] { (false, false), (true, false), (false, true), (true, true) })
            Check(
                j => j.PathChanged(Now, 3, up, down, PathEntry.Weather), EntryKind.PathChanged, e => PathEntry.Of(e),
                new PathEntry(up, down, -1));
        Check(
            j => j.ProcessChanged(Now, 3, ProcessState.Gone, 4), EntryKind.ProcessChanged, e => ProcessEntry.Of(e),
            new ProcessEntry(ProcessState.Gone, 4));
        Check(
            j => j.SleepChanged(Now, 3, SleepState.DeepIdle, WakeCause.Alarm), EntryKind.SleepChanged,
            e => SleepEntry.Of(e), new SleepEntry(SleepState.DeepIdle, WakeCause.Alarm));
        Check(
            j => j.TransportEnded(Now, 3, PathEnd.Near, TcpEnd.Reset, 7), EntryKind.NearTransportEnded,
            e => TransportEntry.Of(e), new TransportEntry(TcpEnd.Reset, 7));
        Check(
            j => j.TransportEnded(Now, 3, PathEnd.Far, TcpEnd.Closed, 7), EntryKind.FarTransportEnded,
            e => TransportEntry.Of(e), new TransportEntry(TcpEnd.Closed, 7));
        Check(
            j => j.StepReached(Now, 3, Step.BindSent, 7), EntryKind.StepReached, e => StepEntry.Of(e),
            new StepEntry(Step.BindSent, 7));
        Check(
            j => j.ClientOnline(Now, 3, true, 7), EntryKind.ClientOnline, e => OnlineEntry.Of(e),
            new OnlineEntry(true, 7));
        Check(
            j => j.ServerOffline(Now, 3, Acks, 7), EntryKind.ServerOffline, e => OfflineEntry.Of(e),
            new OfflineEntry(Acks, 7));
        Check(
            j => j.RetryScheduled(Now, 3, Duration.FromHours(9), 7), EntryKind.RetryScheduled, e => RetryEntry.Of(e),
            new RetryEntry(Duration.FromHours(9), 7));
        Check(
            j => j.ServerCheckAnswered(Now, 3, Traffic.Acks, new Duration(9)), EntryKind.ServerCheckAnswered,
            e => CheckEntry.Of(e), new CheckEntry(Traffic.Acks, new Duration(9)));
        Check(
            j => j.MessageSent(Now, -1, 1L << 40, SentEntry.ForeignEcho), EntryKind.MessageSent,
            e => SentEntry.Of(e), new SentEntry(1L << 40, -2));
        Check(
            j => j.StanzaReturned(Now, 3, 9, StanzaError.RemoteServerTimeout), EntryKind.StanzaReturned,
            e => StanzaReturnedEntry.Of(e), new StanzaReturnedEntry(9, StanzaError.RemoteServerTimeout));
        foreach (PathEnd side in Enum.GetValues<PathEnd>())
        {
            Check(
                j => j.MemberReady(Now, 3, side, true, 7), EntryKind.MemberReady, e => MemberReadyEntry.Of(e),
                new MemberReadyEntry(side, true, 7));
            Check(
                j => j.MemberEnded(Now, 3, side, Acks, 7), EntryKind.MemberEnded, e => MemberEndEntry.Of(e),
                new MemberEndEntry(side, Acks, 7));
            Check(
                j => j.MemberCheckSent(Now, 3, side, Traffic.Ping, 7), EntryKind.MemberCheckSent,
                e => MemberCheckEntry.Of(e), new MemberCheckEntry(side, Traffic.Ping, 7));
            Duration waited = Duration.FromHours(9), took = Duration.FromMicroseconds(3_599_999_999);
            Check(
                j => j.WorkDone(Now, 3, side, Work.Stanza, waited, took, int.MaxValue), EntryKind.WorkDone,
                e => WorkEntry.Of(e), new WorkEntry(Work.Stanza, side, waited, took));
            Assert.Equal(int.MaxValue, ConnectionEntry.Of(Written).Connection);
        }
        Duration years = Duration.FromHours(10 * 365 * 24), most = Duration.FromMicroseconds(long.MaxValue >> 16);
        Check(
            j => j.WorkDone(Now, 3, PathEnd.Far, Work.Sasl, years, Now - Instant.Zero, 1), EntryKind.WorkDone,
            e => WorkEntry.Of(e).Waited, most);
    }

    [Fact]
    public void A_packet_is_read_as_it_was_written_whatever_its_direction_use_and_mark()
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
            foreach (SegmentUse use in Enum.GetValues<SegmentUse>())
                foreach (Traffic mark in Enum.GetValues<Traffic>())
                    Check(
                        j => j.PacketSent(Now, 3, direction, use, mark, 1500), EntryKind.PacketSent,
                        e => PacketEntry.Of(e), new PacketEntry(direction, use, mark, 1500));
    }

    /// <summary>Another packing is another hash of every run: it must be meant.</summary>
    [Fact]
    public void The_numbers_of_entries_are_fixed()
    {
        journal.PacketLost(Now, 3, Direction.Down, SegmentUse.Acknowledgement, Traffic.Ping, 60);
        Assert.Equal(new Entry(Now, 3, EntryKind.PacketLost, 0x2_02_01, 60), Written);
        journal.MemberBlamed(Now, 3, PathEnd.Far, Acks, 7);
        long end = (long)Mechanism.AckTimeout | (long)Claim.Broken << 8
            | (long)StreamErrorCondition.ConnectionTimeout << 16;
        Assert.Equal(new Entry(Now, 3, EntryKind.MemberBlamed, end | 1L << 32, 7), Written);
        journal.MemberReady(Now, 3, PathEnd.Far, sends: true, 7);
        Assert.Equal(new Entry(Now, 3, EntryKind.MemberReady, 3, 7), Written);
        Assert.Equal(
            (7, 12, 21, 32, 41),
            ((int)EntryKind.PacketLost, (int)EntryKind.FarTransportEnded, (int)EntryKind.ServerOffline,
                (int)EntryKind.ServerCheckSent, (int)EntryKind.StanzaReturned));
    }

    private void Check<T>(Action<Journal> write, EntryKind kind, Func<Entry, T> read, T expected) where T : struct
    {
        write(journal);
        Assert.Equal((Now, kind), (Written.At, Written.Kind));
        Assert.Equal(expected, read(Written));
    }

    private sealed class Last : IJournalReader
    {
        public Entry Entry { get; private set; }

        public void On(in Entry entry) => Entry = entry;
    }
}
