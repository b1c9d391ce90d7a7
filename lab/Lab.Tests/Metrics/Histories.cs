using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.HandWritten;

namespace Lab.Tests;

/// <summary>
/// Histories, and what the metrics are of each, computed by hand: from the comments, never from the program.
/// </summary>
internal static class Histories
{
    /// <summary>The numbers of one history; each of its rows names a metric, of whom and when, and its value.</summary>
    public sealed record Told(
        string Name, Duration Duration, Action<HandWritten> Tell,
        params (string Metric, string Scope, double Value)[] Rows);

    public static readonly Told[] All =
        [
            Detections(), Reach(), Messages(), Costs(), Energy(), Connects(), Service(), Forgotten(), Sleeping(),
            Streams(),
        ];

    /// <summary>
    /// An hour in which the phone sleeps from 600 to 1000, 1200 to 2000, 2030 to 3000, 3060 to 3100 and from 3110 on:
    /// 400, 800, 970, 40 and 490 s, 2700 in all. Its server asks for four pushes.
    /// </summary>
    private static Told Sleeping() => new("sleeping", Duration.FromHours(1), h =>
    {
        void Change(double at, SleepState state, WakeCause cause) =>
            h.Journal.SleepChanged(At(at), Phone, state, cause);
        Change(600, SleepState.Suspended, WakeCause.None);
        Change(1000, SleepState.Awake, WakeCause.Opened);
        Change(1200, SleepState.Suspended, WakeCause.Opened);
        Change(2000, SleepState.Awake, WakeCause.Push);
        Change(2030, SleepState.LightIdle, WakeCause.Push);
        Change(2500, SleepState.DeepIdle, WakeCause.Push);
        Change(3000, SleepState.Awake, WakeCause.Window);
        Change(3060, SleepState.DeepIdle, WakeCause.Window);
        Change(3100, SleepState.Awake, WakeCause.Alarm);
        Change(3110, SleepState.DeepIdle, WakeCause.Alarm);
        h.Journal.PushSent(At(100), Phone, PushFate.UnderWay);
        h.Journal.PushSent(At(1500), Phone, PushFate.Lost);
        h.Journal.PushSent(At(1990), Phone, PushFate.UnderWay);
        h.Journal.PushSent(At(2500), Phone, PushFate.Refused);
    },
    ("sleep.awake", "", 0.25), ("sleep.wakings", "", 4), ("sleep.wakings.opened", "", 1), ("sleep.wakings.push", "", 1),
    ("sleep.wakings.window", "", 1), ("sleep.wakings.alarm", "", 1),
    ("push.sent", "", 4), ("push.lost", "", 1), ("push.refused", "", 1),
    // of the 1000 s: asleep from 600 to 1000 and from 1200 on
    ("sleep.awake", "phone 500 1500", 0.3), ("sleep.wakings.opened", "phone 500 1500", 3.6),
    ("sleep.wakings", "a.example 1900", 3 * 3600 / 1700.0), ("sleep.wakings.push", "mobile 2000 3000", 3.6),
    ("sleep.wakings.window", "- 2000 3000", 0), ("sleep.wakings.alarm", "phone 3100 3600", 7.2),
    ("push.sent", "phone 1000 2000", 7.2), ("push.lost", "phone 1000 2000", 3.6),
    ("push.refused", "a.example 2000 3000", 3.6), ("sleep.awake", "desktop", double.NaN));

    /// <summary>
    /// Twenty outages of the phone, one each 1000 s: at 1000i + 100. The phone notices the ith after 10i s, but the
    /// last one never; the server after 5i s. The path is back at 1000i + 900.
    /// </summary>
    private static Told Detections() => new("detections", Duration.FromHours(6), h =>
    {
        for (int i = 1; i <= 20; i++)
        {
            h.Login(1000 * i, 1, Phone, i);
            h.Cut(1000 * i + 100, Phone);
            h.ServerEnds(1000 * i + 100 + 5 * i, Phone, i, Mechanism.PingTimeout, Claim.Dead);
            if (i < 20) h.ClientEnds(1000 * i + 100 + 10 * i, Phone, i, Mechanism.AckTimeout, Claim.Dead);
            h.Cut(1000 * i + 900, Phone, ends: true);
        }
    },
    // client: 10, 20 ... 190 and never; ranks 10, 19 and 20 of 20
    ("detection.client.p50", "", 100), ("detection.client.p95", "", 190),
    ("detection.client.max", "", double.PositiveInfinity), ("detection.client.share", "", 0.95),
    // server: 5, 10 ... 100
    ("detection.server.p50", "", 50), ("detection.server.p95", "", 95), ("detection.server.max", "", 100),
    ("detection.server.share", "", 1),
    // outages 3 to 6 begin from 3100 s to before 7100 s: 30, 40, 50, 60 and 15, 20, 25, 30
    ("detection.client.p50", "phone 3100 7100", 40), ("detection.client.max", "phone 3100 7100", 60),
    ("detection.server.p95", "mobile 3100 7100", 30), ("detection.client.share", "a.example 19000 21000", 0.5),
    ("detection.client.p95", "- - 7100", 60), ("detection.server.p50", "- 3100 7100", 20),
    ("detection.server.max", "- 3100 7100", 30), ("detection.server.share", "phone 20000", 1),
    ("detection.client.p50", "desktop", double.NaN));

    /// <summary>
    /// An hour. Bob and the desktop are online from 0 on but for what is told here; the phone's path is cut from 1800
    /// to 3000, the phone notices at 1900, the server at 2400, and calls it broken; it is back from 3000 on.
    /// </summary>
    private static Told Reach() => new("reach", Duration.FromHours(1), h =>
    {
        h.Login(0, 0, Phone, 0);
        h.Login(0, 0, Desktop, 1);
        h.Login(0, 0, Bob, 2);
        h.Cut(1800, Phone);
        h.ClientEnds(1900, Phone, 0, Mechanism.PingTimeout, Claim.Dead);                // right
        h.ServerEnds(2400, Phone, 0, Mechanism.AckTimeout, Claim.Broken);               // wrong claim
        h.Cut(3000, Phone, ends: true);
        h.Login(3000, 0, Phone, 3);
        h.ServerEnds(3100, Desktop, 1, Mechanism.IdleRule, Claim.Idle);                 // idle closing
        h.ClientEnds(3100, Desktop, 1, Mechanism.StreamClose);
        h.Login(3100, 0, Desktop, 4);
        h.ClientEnds(3200, Desktop, 4, Mechanism.TcpUserTimeout);                       // false alarm, wrong claim
        h.ServerEnds(3200, Desktop, 4, Mechanism.Reset);
        h.Login(3200, 0, Desktop, 5);
        h.ClientEnds(3300, Bob, 2, Mechanism.IdleRule, Claim.Idle);                     // idle closing
        h.ServerEnds(3300, Bob, 2, Mechanism.StreamClose);
        h.Login(3300, 0, Bob, 6);
        h.ServerEnds(3400, Bob, 6, Mechanism.PingTimeout, Claim.Broken);                // false alarm, wrong claim
        h.ClientEnds(3400, Bob, 6, Mechanism.StreamError);
        h.Login(3400, 0, Bob, 7);
        h.ClientEnds(3500, Bob, 7, Mechanism.IdleRule, Claim.Idle);                     // idle closing
        h.ServerEnds(3500, Bob, 7, Mechanism.StreamClose);
        h.Login(3500, 0, Bob, 8);
    },
    ("misdiagnosis.false-alarms", "", 2), ("misdiagnosis.wrong-claims", "", 3), ("misdiagnosis.idle-closings", "", 3),
    ("misdiagnosis.false-alarms", "desktop", 1), ("misdiagnosis.wrong-claims", "phone", 1),
    ("misdiagnosis.idle-closings", "b.example 3300 3500", 1),                           // that of 3500 is not in it
    // the phone is a ghost from 1800 to 2400, and unreachable to 3000
    ("ghost.time", "", 200), ("ghost.time", "phone", 600), ("ghost.time", "desktop", 0),
    ("ghost.time", "a.example", 300),
    ("ghost.time", "phone 1500 2100", 300), ("ghost.time", "mobile 2300 2500", 100), ("ghost.time", "- 2500", 0),
    ("availability", "", (2400 + 3600 + 3600) / (3 * 3600.0)), ("availability", "phone", 2400 / 3600.0),
    ("availability", "phone 1700 2000", 100 / 300.0), ("availability", "phone - 1800", 1));

    /// <summary>
    /// Thirty-five messages of the phone to the desktop, sent at 100n: 20 are delivered, after n s; 4 bounce; 4 lie in
    /// a store, 2 in a queue; 5 are lost, for the phone is gone at the end. One echo answer to bob besides: pending.
    /// </summary>
    private static Told Messages() => new("messages", Duration.FromHours(2), h =>
    {
        h.Login(0, 0, Phone, 0);
        h.Login(0, 0, Bob, 1);
        for (int n = 1; n <= 35; n++)
        {
            int at = 100 * n;
            double[] arrivals = n switch
            {
                3 => [at + 3, at + 4, at + 90], 4 => [at + 4, at + 5],                  // 3 copies too many
                <= 20 => [at + n], _ => [],
            };
            h.Message(at, Phone, Desktop, n, arrivals);
            if (n is > 20 and <= 24) h.Journal.MessageBounced(At(at + 1), Phone, n);
            if (n is > 24 and <= 28) h.Journal.MessageStored(At(at + 1), Desktop, n);
            if (n is > 24 and <= 30) h.Journal.MessageHeld(At(7200), ServerA, n);
        }
        h.ClientEnds(3600, Phone, 0, Mechanism.PingTimeout, Claim.Dead);
        h.Message(4000, -1, Bob, 99);
    },
    ("messages.sent", "", 36), ("messages.delivered", "", 20), ("messages.doubled", "", 3), ("messages.bounced", "", 4),
    ("messages.stored", "", 7), ("messages.lost", "", 5),
    ("messages.delay.p50", "", 10), ("messages.delay.p95", "", 19), ("messages.delay.max", "", 20),
    // who wrote it or was to have it, by when it was sent: 5 to 14
    ("messages.sent", "desktop 500 1500", 10), ("messages.delay.p50", "phone 500 1500", 9),
    ("messages.sent", "b.example", 1), ("messages.stored", "bob", 1), ("messages.lost", "phone 3200 3300", 1),
    ("messages.delay.p95", "- 500 1500", 14), ("messages.delay.max", "- - 500", 4), ("messages.bounced", "- 2300", 2),
    ("messages.delivered", "phone - 400", 3), ("messages.doubled", "desktop 400", 1));

    /// <summary>An hour, three clients, packets at one second but for the silences of the phone.</summary>
    private static Told Costs() => new("costs", Duration.FromHours(1), h =>
    {
        h.Sent(0, Phone, SegmentUse.Handshake, Traffic.Payload, 60);
        h.Sent(1, Phone, SegmentUse.Data, Traffic.Payload, 500, Direction.Down);
        h.Sent(2, Phone, SegmentUse.Data, Traffic.Ping, 120);
        h.Sent(3, Phone, SegmentUse.Data, Traffic.Whitespace, 53);
        h.Sent(4, Phone, SegmentUse.Data, Traffic.Acks, 101);
        h.Sent(4, Phone, SegmentUse.Data, Traffic.Presence, 203);
        h.Journal.PacketLost(At(5), Phone, Direction.Up, SegmentUse.Data, Traffic.Presence, 203);   // no second time
        h.Journal.PacketDelivered(At(14), Phone, Direction.Up, SegmentUse.Data, Traffic.Acks, 101); // after 10 s: wakes
        h.Sent(23.9, Phone, SegmentUse.Acknowledgement, Traffic.Ping, 52);                          // after 9.9 s
        h.Sent(40, Phone, SegmentUse.KeepaliveProbe, Traffic.Ping, 54);                             // wakes
        h.Sent(1800, Phone, SegmentUse.Retransmission, Traffic.Payload, 501);                       // wakes
        h.Sent(1801, Phone, SegmentUse.Teardown, Traffic.Payload, 55);
        h.Sent(0, Desktop, SegmentUse.Data, Traffic.Payload, 1000);
        h.Sent(10, AToB, SegmentUse.Data, Traffic.Payload, 4000);
        h.Sent(11, AToB, SegmentUse.Data, Traffic.Ping, 150, Direction.Down);
        h.Sent(12, BToASecond, SegmentUse.Acknowledgement, Traffic.Ping, 52);
        h.Sent(2000, BToASecond, SegmentUse.Data, Traffic.Acks, 80);
        h.Sent(2001, BToASecond, SegmentUse.Handshake, Traffic.Acks, 60);
    },
    // phone 60 + 500 + 120 + 53 + 101 + 203 + 52 + 54 + 501 + 55 = 1699 in 10 packets; desktop 1000 in one
    ("cost.bytes", "", (1699 + 1000) / 3.0), ("cost.packets", "", 11 / 3.0),
    ("cost.upkeep", "", (120 + 53 + 101 + 52 + 54 + 501) / 3.0),
    ("cost.wakeups", "", (4 + 1) / 3.0),                     // the first packet of a client wakes it too
    ("cost.bytes", "phone", 1699), ("cost.packets", "desktop", 1), ("cost.bytes", "b.example", 0),
    ("cost.upkeep", "phone 1800", 501 * 2),
    ("cost.bytes", "phone 3 1800", (53 + 101 + 203 + 52 + 54) / (1797 / 3600.0)),
    ("cost.wakeups", "phone 14 1800", 2 / (1786 / 3600.0)), ("cost.packets", "a.example", 11 / 2.0),
    ("federation.bytes", "", 4000 + 150 + 52 + 80 + 60), ("federation.packets", "", 5),
    ("federation.upkeep", "", 150 + 52 + 80), ("federation.bytes", "a.example->b.example", 4150),
    ("federation.packets", "b.example->a.example#1", 3), ("federation.packets", "b.example->a.example#0", 0),
    ("federation.upkeep", "b.example", 150 + 52 + 80), ("federation.packets", "- 1800", 4));

    /// <summary>
    /// An hour of logins: two faults end, at 1000 and at 2000. The first logins all come in second 10.
    /// </summary>
    private static Told Connects() => new("connects", Duration.FromHours(1), h =>
    {
        h.Login(10, 2, Phone, 0);
        h.Login(10.5, 1, Desktop, 1);
        h.Login(10.9, 4, Bob, 2);
        h.Journal.ClientReady(At(15), Phone, 0);                                        // 5 s after it began
        h.Journal.ClientReady(At(18.5), Desktop, 1);                                    // 8 s
        h.FaultEnds(1000);
        h.ClientEnds(1500, Phone, 0, Mechanism.Reset);
        h.ClientEnds(1600, Desktop, 1, Mechanism.Reset);
        h.FaultEnds(2000);
        h.Connect(2100.2, Phone, 3);                                                    // comes to nothing
        h.Connect(2100.9, Desktop, 4);
        h.Login(2101, 3, Phone, 5, resumed: true);
        h.Journal.ClientOnline(At(2105.9), Desktop, resumed: true, 4);
        h.Journal.ClientReady(At(2105.9), Desktop, 4);                                  // 5 s, at once
        h.ClientEnds(2200, Phone, 5, Mechanism.Reset);                                  // before it was ready
        h.Login(2300, 7, Phone, 6);
        h.Journal.ClientReady(At(2320), Phone, 6);                                      // 20 s
    },
    ("connects.attempts", "", 7 / 3.0), ("connects.online", "", 6), ("connects.resumed", "", 2 / 3.0),
    ("connects.time.p50", "", 3),                                                       // of 1, 2, 3, 4, 5, 7
    ("connects.ready.p50", "", 5), ("connects.ready.p95", "", 20), ("logins.cut", "", 1),     // of 5, 5, 8, 20
    ("connects.ready.p50", "desktop - 1000", 8), ("connects.ready.p95", "- - 2110", 8), ("logins.cut", "desktop", 0),
    ("logins.cut", "phone 2000 2300", 1), ("storm.peak", "", 2), ("recovery.time", "", 307),
    ("connects.attempts", "phone", 4), ("connects.attempts", "phone 10 2101", 2 / (2091 / 3600.0)),
    ("connects.online", "phone 12 2104", 1), ("connects.resumed", "phone", 0.5),
    ("connects.resumed", "bob", double.NaN),
    ("connects.resumed", "- 2000 2200", 1), ("connects.time.p50", "desktop", 1), ("connects.time.p50", "- 2000", 5),
    ("storm.peak", "phone", 1), ("storm.peak", "- 0 60", 0), ("storm.peak", "bob", 0),
    ("storm.peak", "- 2000 2100.5", 1),
    ("recovery.time", "desktop", 105.9), ("recovery.time", "phone - 2150", 104),
    ("recovery.time", "phone - 2250", double.PositiveInfinity), ("recovery.time", "bob 2500", double.NaN),
    ("recovery.time", "bob", 0), ("recovery.time", "- - 1400", 0));

    /// <summary>
    /// An hour of the phone's radio: 2 W while it wakes, 1 W, and 0.1 W at rest; it is awake for 1 + 10 s and 1 + 14 s.
    /// </summary>
    private static Told Energy() => new("energy", Duration.FromHours(1), h =>
    {
        h.RadioIs(100, 0, waking: true, Traffic.Ping);
        h.RadioIs(101, 1, waking: false, Traffic.Ping);
        h.RadioIs(111, 0, waking: false, Traffic.Ping);
        h.RadioIs(1800, 0, waking: true, Traffic.Payload);
        h.RadioIs(1801, 1, waking: false, Traffic.Payload);
        h.Sent(1801, Phone, SegmentUse.Data, Traffic.Payload, 1000);                   // 4,000 nJ a byte: 4 mJ
        h.RadioIs(1805, 1, waking: false, Traffic.Ping);
        h.RadioIs(1815, 0, waking: false, Traffic.Ping);
    },
    // ping 2 + 10 + 10 J, payload 2 + 4 + 0.004 J, rest (3600 - 26) * 0.1 J
    // of the one device that has a radio
    ("energy.radio", "", 385.404), ("energy.upkeep", "", 22), ("energy.rest", "", 357.4),
    ("energy.wakings", "", 2), ("energy.awake", "", 26 / 3600.0),
    ("energy.battery", "", 385.404 * 24 / 36_000), ("energy.battery", "phone - 1800", 190.9 * 48 / 36_000),
    ("energy.radio", "phone - 1800", 190.9 * 2), ("energy.upkeep", "phone 1800", 20),
    ("energy.rest", "desktop", double.NaN), ("energy.rest", "phone 1815", 360),
    ("energy.wakings", "phone 1800", 2), ("energy.awake", "phone 105 1805", 11 / 1700.0));

    /// <summary>
    /// An hour of two workers of a.example and one of b.example. The desktop gives up a login, for which the server
    /// works on, and one that nothing had been done for.
    /// </summary>
    private static Told Service() => new("service", Duration.FromHours(1), h =>
    {
        h.Login(10, 8, Phone, 0);
        h.Worked(12, Phone, 0, Work.Tls, waited: 1, took: 1);
        h.Worked(15, Phone, 0, Work.Sasl, waited: 2, took: 1);
        h.Worked(17, Phone, 0, Work.Login, waited: 1, took: 1);
        h.Worked(20, Phone, 0, Work.Stanza, waited: 0.5, took: 0.5);
        h.Connect(100, Desktop, 1);
        h.Worked(110, Desktop, 1, Work.Sasl, waited: 4, took: 6);
        h.ClientEnds(111, Desktop, 1, Mechanism.StepTimeout);
        h.Worked(120, Desktop, 1, Work.Login, waited: 3, took: 2);
        h.Connect(130, Desktop, 2);
        h.ClientEnds(160, Desktop, 2, Mechanism.StepTimeout);
        h.Login(1000, 5, Bob, 3);
        h.Worked(1004, Bob, 3, Work.Sasl, waited: 8, took: 2);
        h.Worked(2000, AToB, 10, Work.Stanza, waited: 6, took: 10);
        h.Worked(2010, AToB, 10, Work.Stanza, waited: 1.5, took: 4, PathEnd.Near);
        foreach ((double at, int path) in new[] { (50.0, Phone), (51, Phone), (1000, Bob), (2500, AToB) })
            h.Journal.AcceptQueueFull(At(at), path, 20);
    },
    // the phone 3.5 s, the desktop 8, bob 2, between the servers 10 of b.example and 4 of a.example; three workers
    ("service.busy", "", 27.5 / 10_800), ("service.busy", "a.example", 15.5 / 7200),
    ("service.busy", "b.example", 12 / 3600.0), ("service.busy", "phone", 3.5 / 7200),
    ("service.busy", "a.example - 105", 4.5 / 210),                                     // 1 s of the desktop's 6
    ("service.wait.login.p50", "", 2), ("service.wait.login.p95", "", 8),               // of 1, 1, 2, 3, 4, 8
    ("service.wait.login.p50", "desktop", 3), ("service.wait.login.p95", "a.example", 4),
    ("service.wait.stanza.p50", "", 1.5), ("service.wait.stanza.p95", "", 6),           // of 0.5, 1.5, 6
    ("service.wait.stanza.p50", "phone", 0.5), ("service.wait.stanza.p95", "- 2001", 1.5),
    ("service.abandoned", "", 1), ("service.abandoned", "desktop 112", 0), ("service.abandoned", "a.example 111", 1),
    ("service.wasted", "", 8 / 27.5), ("service.wasted", "desktop", 1), ("service.wasted", "bob", 0),
    ("service.unanswered", "", 4), ("service.unanswered", "phone 51", 1), ("service.unanswered", "b.example", 2));

    /// <summary>
    /// An hour behind a middlebox, which forgets the phone's first connection once, its second one twice, and one of
    /// the desktop's, beside one of bob's that nobody uses yet; and one that moved is not forgotten.
    /// </summary>
    private static Told Forgotten() => new("forgotten", Duration.FromHours(1), h =>
    {
        h.Login(0, 0, Phone, 0);
        h.Login(0, 0, Desktop, 1);
        h.Forgets(600, Phone, 0, PassageCause.Expired);
        h.ClientEnds(900, Phone, 0, Mechanism.PingTimeout, Claim.Dead);
        h.ServerEnds(1000, Phone, 0, Mechanism.Replaced);
        h.Login(1000, 0, Phone, 2);
        h.Forgets(1200, Phone, 2, PassageCause.Evicted);
        h.Forgets(1300, Phone, 2, PassageCause.None);
        h.Forgets(1400, Phone, 2, PassageCause.Restarted);
        h.Forgets(1500, Desktop, 1, PassageCause.Rebound);
        h.Connect(2000, Bob, 3);
        h.Forgets(2010, Bob, 3, PassageCause.Expired);
        h.Login(3000, 0, Bob, 4);
        h.Forgets(3100, Bob, 4, PassageCause.Moved);
    },
    ("connections.forgotten", "", 4), ("connections.forgotten", "phone", 3), ("connections.forgotten", "bob", 0),
    ("connections.forgotten", "- - 1400", 2), ("connections.forgotten", "desktop 1500", 1));

    /// <summary>
    /// An hour between servers. Four streams, all cut at 600: five ends send on them and are dead for 40 s (a ping),
    /// 900 s (TCP gave up), 60 s (an ack), 200 s (a reset) and 400 s (it lived again). Then two well ones are blamed.
    /// </summary>
    private static Told Streams() => new("streams", Duration.FromHours(1), h =>
    {
        h.Join(10, AToB, 100);
        h.Join(11, AToBSecond, 101);
        h.Join(12, BToA, 102, bidi: true);
        h.Join(13, BToASecond, 103);
        Stanza(h, AToB, 100, 1, 14, 17);                                                // waited 3 s
        Stanza(h, AToB, 100, 2, 21, 23);                                                // not the first
        Stanza(h, AToBSecond, 101, 3, 15, 20);                                          // 5 s, in two queues
        h.Journal.StanzaQueued(At(18), AToBSecond, 3, 101);
        Stanza(h, BToA, 102, 6, 15, 16);                                                // 1 s
        h.Journal.StanzaPassed(At(20), BToASecond, 7, 103);                             // did not wait
        foreach (int route in new[] { AToB, AToBSecond, BToA, BToASecond }) h.Cut(600, route);
        h.MemberEnds(640, AToB, PathEnd.Near, 100, Mechanism.PingTimeout, Claim.Dead);
        h.MemberEnds(660, BToA, PathEnd.Near, 102, Mechanism.AckTimeout, Claim.Dead);
        h.MemberEnds(800, BToA, PathEnd.Far, 102, Mechanism.Reset);
        h.Cut(1000, BToASecond, ends: true);
        h.FaultEnds(1000);
        h.MemberEnds(1500, AToBSecond, PathEnd.Near, 101, Mechanism.TcpRetransmissionLimit);
        h.Cut(1600, AToB, ends: true);
        h.Cut(1600, BToA, ends: true);
        h.Join(1700, AToB, 104);
        h.Join(1700, BToA, 105);
        h.MemberEnds(2000, AToB, PathEnd.Near, 104, Mechanism.PingTimeout, Claim.Dead);  // a blames
        h.MemberEnds(2000, AToB, PathEnd.Far, 104, Mechanism.StreamClose);
        h.MemberEnds(2001, BToA, PathEnd.Far, 105, Mechanism.AckTimeout, Claim.Dead);    // a blames
        h.MemberEnds(2001, BToA, PathEnd.Near, 105, Mechanism.StreamClose);
        h.MemberEnds(2002, BToASecond, PathEnd.Near, 103, Mechanism.IdleRule, Claim.Idle);   // no blame
        foreach ((double at, int connection) in new[] { (3000.1, 106), (3000.5, 107), (3000.9, 108), (3001.0, 109) })
            h.Connect(at, AToBSecond, connection);
        Letters(h);
    },
    ("federation.detected", "", 0.4), ("federation.missed", "", 0.6), ("federation.unnoticed.p50", "", 200),
    ("federation.unnoticed.max", "", 900), ("federation.blamed-wrongly", "", 2),
    // of a.example: what it sends on, 40, 900 and 200; of its streams to the other: 40 and 900
    ("federation.detected", "a.example", 1 / 3.0), ("federation.unnoticed.p50", "b.example", 60),
    ("federation.detected", "a.example->b.example", 0.5), ("federation.missed", "b.example->a.example#1", 1),
    ("federation.unnoticed.max", "- 601", double.NaN), ("federation.unnoticed.max", "b.example", 400),
    ("federation.unnoticed.p50", "- 600 601", 200),
    ("federation.blamed-wrongly", "a.example", 2), ("federation.blamed-wrongly", "b.example", 0),
    ("federation.blamed-wrongly", "b.example->a.example", 1), ("federation.blamed-wrongly", "- 0 2001", 1),
    ("federation.handshakes", "", 10), ("federation.peak", "", 3), ("federation.first-delay.p50", "", 3),
    ("federation.handshakes", "b.example", 3), ("federation.peak", "a.example->b.example#0", 1),
    ("federation.handshakes", "- 1800", 8), ("federation.peak", "a.example 3000 3000.9", 2),
    ("federation.first-delay.p50", "b.example", 1), ("federation.first-delay.p50", "- 17 20", 3),
    // phone, desktop and bob write to the other domain
    ("federation.reordered", "", 4), ("federation.senders.losing", "", 1 / 3.0),
    ("federation.senders.bounced", "", 2 / 3.0), ("federation.senders.reordered", "", 1),
    ("federation.bounced.after", "", 2100), ("federation.reordered", "phone", 2),
    ("federation.senders.losing", "a.example", 0.5), ("federation.senders.bounced", "b.example", 1),
    ("federation.senders.reordered", "phone 100 110", 1), ("federation.bounced.after", "a.example", 1500),
    ("federation.bounced.after", "- - 2500", 0), ("federation.senders.bounced", "bob - 3000", 0));

    private static void Stanza(HandWritten h, int route, int connection, long number, double queued, double passed)
    {
        h.Journal.StanzaQueued(At(queued), route, number, connection);
        h.Journal.StanzaPassed(At(passed), route, number, connection);
    }

    private static void Letters(HandWritten h)
    {
        h.Message(100, Phone, Bob, 1, 131);                                             // overtaken by 2
        h.Message(110, Phone, Bob, 2, 130);
        h.Message(120, Phone, Bob, 3, 132);
        h.Message(140, Phone, Bob, 4, 160);                                             // overtaken by 5
        h.Message(141, Phone, Bob, 5, 159);
        h.Message(200, Desktop, Bob, 6, 231);                                           // overtaken by 7
        h.Message(210, Desktop, Bob, 7, 230);
        h.Message(220, Desktop, Bob, 8);                                                // lost
        h.Message(300, Bob, Phone, 9, 331);                                             // overtaken by 10
        h.Message(310, Bob, Phone, 10, 330);
        h.Message(400, Phone, Desktop, 11, 431);                                        // overtaken, in one domain
        h.Message(410, Phone, Desktop, 12, 430);
        Bounced(h, 500, Desktop, Bob, 13);                                              // before the fault ends
        Bounced(h, 2500, Desktop, Bob, 14);
        Bounced(h, 3100, Bob, Phone, 15);
        Bounced(h, 3300, Phone, Desktop, 16);                                           // in one domain
    }

    private static void Bounced(HandWritten h, double at, int from, int to, long number)
    {
        h.Message(at, from, to, number);
        h.Journal.MessageBounced(At(at + 1), from, number);
    }
}
