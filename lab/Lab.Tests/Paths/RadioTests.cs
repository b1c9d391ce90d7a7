using Lab.Network;

namespace Lab.Tests;

/// <summary>What a radio lets pass, when, and what it draws, against sums done by hand.</summary>
public sealed class RadioTests
{
    private const int Large = 1000, Small = 100, All = int.MaxValue;

    /// <summary>As LTE: rests for a packet, wakes in 260 ms, falls after 10 s.</summary>
    private static readonly RadioSpec Lte = new()
    {
        States =
        [
            new RadioState
            {
                Name = "idle", Microwatts = 20_000, Cycle = Ms(1280), Up = new RadioWake(Ms(260), 1_210_000, 1),
                Down = new RadioWake(Ms(320), 1_210_000, 1),
            },
            new RadioState
            {
                Name = "connected", Microwatts = 1_060_000, Stay = Ms(10_000), Below = 0, CarriesUp = All,
                CarriesDown = All, Cycle = Ms(40), ListensFor = Ms(100),
            },
        ],
    };

    /// <summary>As UMTS: a small packet goes from PCH by FACH, a large one by DCH.</summary>
    private static readonly RadioSpec Umts = new()
    {
        States =
        [
            new RadioState
            {
                Name = "idle", Cycle = Ms(5120), Up = new RadioWake(Ms(2000), 650_000, 3),
                Down = new RadioWake(Ms(2500), 650_000, 3),
            },
            new RadioState
            {
                Name = "pch", Microwatts = 30_000, Cycle = Ms(1280), Stay = Ms(600_000), Below = 0,
                Up = new RadioWake(Ms(200), 400_000, 2), Down = new RadioWake(Ms(200), 400_000, 2),
            },
            new RadioState
            {
                Name = "fach", Microwatts = 400_000, Stay = Ms(8_000), Below = 1, CarriesUp = 543, CarriesDown = 475,
                Up = new RadioWake(Ms(1500), 800_000, 3), Down = new RadioWake(Ms(1500), 800_000, 3),
            },
            new RadioState
            {
                Name = "dch", Microwatts = 1_300_000, Stay = Ms(4_000), Below = 2, CarriesUp = All, CarriesDown = All,
                RefreshedFrom = 320,
            },
        ],
    };

    private static Duration Ms(long ms) => Duration.FromMilliseconds(ms);
    private static Instant At(long ms) => Instant.Zero + Ms(ms);

    private static Segment Packet(int bytes, SegmentUse use = SegmentUse.Data, byte mark = 1) =>
        new() { Length = bytes - Segment.HeaderBytes, Use = use, Mark = mark };

    /// <summary>When a packet that comes at that time passes, if nothing else comes.</summary>
    private static long PassesAt(Radio radio, long ms, Direction way, int bytes = Small)
    {
        radio.Advance(At(ms));
        for (int tries = 0; !radio.Passes(way, Packet(bytes)); tries++)
        {
            Assert.True(tries < 100, "it never passes");
            Instant opens = Instant.Min(radio.OpensAt(way), radio.NextTime);
            Assert.True(opens > At(ms) && opens < Instant.Never);
            radio.Advance(opens);
            ms = (opens - Instant.Zero).Nanoseconds / 1_000_000;
        }
        return ms;
    }

    /// <summary>In microjoules, until then.</summary>
    private static long Drawn(Radio radio, long fromMs, long toMs)
    {
        Int128 femtojoules = 0;
        Instant at = At(fromMs);
        while (at < At(toMs))
        {
            Instant next = Instant.Min(radio.NextTime, At(toMs));
            femtojoules += (Int128)radio.Microwatts * (next - at).Nanoseconds;
            radio.Advance(at = next);
        }
        return (long)(femtojoules / 1_000_000_000);
    }

    private static Radio New(RadioSpec spec, ulong seed = 1) => new(spec, RandomStream.Root(seed));

    [Fact]
    public void A_phone_that_sends_wakes_its_radio_at_once_and_waits_for_that_only()
    {
        Assert.Equal(1000 + 260, PassesAt(New(Lte), 1000, Direction.Up));
    }

    /// <summary>0.26 s at 1.21 W, 10 s at 1.06 W, and 20 mW before and after: 10.9146 J of the one packet's.</summary>
    [Fact]
    public void A_lonely_packet_costs_its_waking_and_its_tail()
    {
        Radio radio = New(Lte);
        long before = Drawn(radio, 0, 5_000);
        radio.Passes(Direction.Up, Packet(Small));
        long after = Drawn(radio, 5_000, 60_000);
        Assert.Equal(5 * 20_000, before);
        Assert.Equal(314_600 + 10_600_000 + (long)(20_000 * (55 - 10.26)), after);
        Assert.Equal(0, radio.State);
    }

    /// <summary>2 s at 650 mW, 4 s of DCH, 8 s of FACH, 600 s of PCH: each state's silence begins with it.</summary>
    [Fact]
    public void A_radio_falls_state_by_state()
    {
        Radio radio = New(Umts);
        radio.Passes(Direction.Up, Packet(Small));
        Assert.Equal(1_300_000 + 5_200_000 + 3_200_000 + 30_000 * 86, Drawn(radio, 0, 100_000));
        Assert.Equal(1, radio.State);
        Assert.Equal(At(2_000 + 4_000 + 8_000 + 600_000), radio.NextTime);
    }

    [Fact]
    public void A_packet_within_the_tail_costs_only_what_it_prolongs()
    {
        Radio radio = New(Lte);
        radio.Passes(Direction.Up, Packet(Small));
        long first = Drawn(radio, 0, 4_260);
        Assert.True(radio.Passes(Direction.Up, Packet(Small)));
        long second = Drawn(radio, 4_260, 60_000);
        Assert.Equal(314_600 + 4_000_000 / 1000 * 1060L, first);
        Assert.Equal(10_600_000 + (long)(20_000 * (60 - 14.26)), second);
    }

    /// <summary>The grid of a phone is fixed: a sender with a regular interval sees the saw-tooth.</summary>
    [Fact]
    public void A_packet_for_a_phone_at_rest_waits_for_its_turn_on_a_fixed_grid_and_for_the_set_up()
    {
        long first = PassesAt(New(Lte), 100_000, Direction.Down);
        Assert.InRange(first, 100_000 + 320, 100_000 + 320 + 1280);
        for (long later = 0; later < 1280; later += 100)
        {
            long passes = PassesAt(New(Lte), 100_000 + later, Direction.Down);
            Assert.Equal(100_000 + later + 320 <= first ? first : first + 1280, passes);
        }
    }

    [Fact]
    public void Phones_listen_at_times_of_their_own()
    {
        var times = Enumerable.Range(1, 1000)
            .Select(seed => PassesAt(New(Lte, (ulong)seed), 100_000, Direction.Down) - 100_320).ToList();
        Assert.InRange(times.Min(), 0, 10);
        Assert.InRange(times.Max(), 1270, 1280);
        Assert.InRange(times.Average(), 600, 680);
    }

    [Fact]
    public void A_packet_for_a_phone_that_listens_in_turns_waits_for_one_and_not_just_after_another()
    {
        Radio radio = New(Lte);
        long awake = PassesAt(radio, 0, Direction.Up);
        Assert.Equal(awake + 99, PassesAt(radio, awake + 99, Direction.Down));
        long turn = PassesAt(radio, awake + 99 + 200, Direction.Down);
        Assert.InRange(turn, awake + 299, awake + 339);
    }

    /// <summary>It falls after 30 ms, and would listen every 40 ms: what waked it passes nevertheless.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_phone_listens_when_it_has_come_up_however_soon_it_falls(ulong seed)
    {
        RadioState hasty = Lte.States[1] with { Stay = Ms(30), ListensFor = Duration.Zero };
        Radio radio = New(Lte with { States = [Lte.States[0], hasty] }, seed);
        Assert.InRange(PassesAt(radio, 100_000, Direction.Down), 100_320, 100_320 + 1280);
    }

    [Fact]
    public void A_phone_that_sends_while_it_is_to_be_paged_gets_what_waits_when_it_is_awake()
    {
        Radio radio = New(Lte);
        radio.Advance(At(0));
        Assert.False(radio.Passes(Direction.Down, Packet(Small)));
        Instant page = radio.OpensAt(Direction.Down);
        Assert.False(radio.Passes(Direction.Up, Packet(Small)));
        Assert.Equal(At(260), radio.OpensAt(Direction.Down));
        Assert.True(page > Instant.Zero);
    }

    [Theory]
    [InlineData(543, 0)]
    [InlineData(544, 1500)]
    public void What_a_state_carries_is_told_by_the_size_of_packets(int bytes, long wait)
    {
        Radio radio = New(Umts);
        long fach = PassesAt(radio, 0, Direction.Up) + 4_000 + 1;        // DCH has fallen
        radio.Advance(At(fach));
        Assert.Equal("fach", Umts.States[radio.State].Name);
        Assert.Equal(fach + wait, PassesAt(radio, fach, Direction.Up, bytes));
    }

    [Fact]
    public void A_small_packet_goes_from_a_low_state_by_a_middle_one()
    {
        Radio radio = New(Umts);
        PassesAt(radio, 0, Direction.Up);
        radio.Advance(At(100_000));
        Assert.Equal("pch", Umts.States[radio.State].Name);
        Assert.Equal(100_200, PassesAt(radio, 100_000, Direction.Up));
        Assert.Equal("fach", Umts.States[radio.State].Name);
    }

    /// <summary>PCH to FACH, 200 ms, and FACH to DCH, 1,500 ms.</summary>
    [Fact]
    public void A_large_one_climbs_from_there()
    {
        Radio radio = New(Umts);
        PassesAt(radio, 0, Direction.Up);
        Assert.Equal(101_700, PassesAt(radio, 100_000, Direction.Up, Large));
        Assert.Equal("dch", Umts.States[radio.State].Name);
    }

    [Theory]
    [InlineData(319, 2_000 + 4_000)]
    [InlineData(320, 5_000 + 4_000)]
    public void A_packet_that_is_too_small_does_not_prolong_a_state(int bytes, long falls)
    {
        Radio radio = New(Umts);
        PassesAt(radio, 0, Direction.Up);
        radio.Advance(At(5_000));
        Assert.True(radio.Passes(Direction.Up, Packet(bytes)));
        Assert.Equal(At(falls), radio.NextTime);
    }

    [Fact]
    public void A_state_may_climb_by_itself()
    {
        RadioSpec nsa = Lte with
        {
            States =
            [
                Lte.States[0], Lte.States[1] with { ClimbsAfter = Ms(1700), Above = 2 },
                Lte.States[1] with { Name = "5g", Microwatts = 249_000 },
            ],
        };
        Radio radio = New(nsa);
        Assert.Equal(260, PassesAt(radio, 0, Direction.Up));
        Assert.Equal(At(1960), radio.NextTime);
        radio.Advance(At(1960));
        Assert.Equal((2, 249_000), (radio.State, radio.Microwatts));
        Assert.Equal(At(10_260), radio.NextTime);
    }

    [Fact]
    public void What_only_answers_prolongs_on_the_account_of_what_it_answers()
    {
        Radio radio = New(Lte);
        radio.Passes(Direction.Up, Packet(Small, SegmentUse.Data, 4));
        radio.Advance(At(300));
        radio.Passes(Direction.Up, Packet(Small, SegmentUse.Acknowledgement, 0));
        Assert.Equal((SegmentUse.Data, (byte)4), radio.Account);
        radio.Advance(At(60_000));
        radio.Passes(Direction.Up, Packet(Small, SegmentUse.Teardown, 0));
        Assert.Equal((SegmentUse.Teardown, (byte)0), radio.Account);
    }
}
