using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Bench;

/// <summary>What middleboxes remember: rows V5, V10 and V11.</summary>
internal static class MiddleboxRows
{
    private const int Draws = 10_000;

    public static IEnumerable<Comparison> All()
    {
        yield return Limit("RFC 5382 REQ-5, established", "rfc5382-minimum", 7440, Phase.Established);
        yield return Limit("RFC 5382 REQ-5, transitory", "rfc5382-minimum", 240, Phase.Opening);
        yield return Limit("Linux conntrack, established", "linux-conntrack", 432_000, Phase.Established);
        yield return Limit("Linux conntrack, data not acknowledged", "linux-conntrack", 300, Phase.Unacknowledged);
        yield return Carriers();
        yield return HomeGateways();
    }

    private enum Phase { Opening, Established, Unacknowledged }

    /// <summary>The longest silence after which a packet still passes, found to the millisecond, for every rule of what
    /// refreshes.</summary>
    private static Comparison Limit(string source, string preset, double published, Phase phase)
    {
        double[] found =
        [
            .. Enum.GetValues<Refreshing>().SelectMany(r => new[] { false, true }
                .Select(far => Longest(Presets.Middlebox(preset) with { RefreshedBy = r }, far, phase))),
        ];
        double worst = found.MaxBy(f => Math.Abs(f - published));
        return new("V5", source, Text($"{published:#,0} s"),
            Text($"{found.Min():#,0.###} to {found.Max():#,0.###} s ({found.Length} cases)"),
            Text($"{worst - published:0.###} s"),
            Math.Abs(worst - published) <= 1 ? Outcome.Reproduced : Outcome.NotReproduced);
    }

    private static double Longest(MiddleboxProfile profile, bool farIsInside, Phase phase)
    {
        long lives = 0, dies = 500_000_000;                           // milliseconds
        while (dies - lives > 1)
        {
            long middle = (lives + dies) / 2;
            if (Passes(profile, farIsInside, phase, Duration.FromMilliseconds(middle))) lives = middle;
            else dies = middle;
        }
        return lives / 1000.0;
    }

    /// <summary>Whether a packet from outside passes after that silence; one from inside might be picked up.</summary>
    private static bool Passes(MiddleboxProfile profile, bool farIsInside, Phase phase, Duration silence)
    {
        var box = new Middlebox(profile.ToSpec(farIsInside, () => RandomStream.Root(1)));
        Direction inward = farIsInside ? Direction.Up : Direction.Down;
        Pass(box, Instant.Zero, Direction.Up, TcpFlags.Syn, 0);
        if (phase != Phase.Opening)
        {
            Pass(box, Instant.Zero, Direction.Down, TcpFlags.Syn | TcpFlags.Ack, 0);
            Pass(box, Instant.Zero, Direction.Up, TcpFlags.Ack, 0);
        }
        // both ends say something, so that every rule is refreshed by one of them
        Pass(box, Instant.Zero, 1 - inward, phase == Phase.Opening ? TcpFlags.Syn : TcpFlags.Ack, 0);
        Pass(box, Instant.Zero, inward, phase == Phase.Opening ? TcpFlags.Syn : TcpFlags.Ack,
            phase == Phase.Unacknowledged ? 100 : 0);
        return Pass(box, Instant.Zero + silence, inward, phase == Phase.Opening ? TcpFlags.Syn | TcpFlags.Ack
            : TcpFlags.Ack, 0) == Fate.Delivered;
    }

    private static Fate Pass(Middlebox box, Instant at, Direction way, TcpFlags flags, int length)
    {
        var segment = new Segment
        {
            Flags = flags, Length = length, Sequence = 1, Acknowledgement = 1, Connection = 1,
        };
        return box.Offer(at, way, in segment, out _);
    }

    /// <summary>Of 73 carriers 4 forget in at most 5 min, 7 more in under 10 min.</summary>
    private static Comparison Carriers()
    {
        double[] published = [4 / 73.0, 7 / 73.0, 62 / 73.0];
        double[] drawn = Seconds("mobile-carrier");
        double[] counts =
        [
            drawn.Count(s => s <= 300), drawn.Count(s => s is > 300 and < 600), drawn.Count(s => s >= 600),
        ];
        double chi = counts.Zip(published, (c, p) => (c - p * Draws) * (c - p * Draws) / (p * Draws)).Sum();
        double p = Math.Exp(-chi / 2);                                // two degrees of freedom
        double under = (counts[0] + counts[1]) / Draws;
        return new("V10", "Wang et al., SIGCOMM 2011, second-hand", "5.5 % within 5 min, 15.1 % under 10 min",
            Text($"{counts[0] / Draws:0.0 %}, {under:0.0 %} of {Draws:#,0} draws"), Text($"chi-square p = {p:0.00}"),
            p > 0.01 ? Outcome.Reproduced : Outcome.NotReproduced,
            "the bands were made from these counts; that most others exceed 30 min is recalled");
    }

    /// <summary>Quartiles are not published where this could be read; the median is recalled.</summary>
    private static Comparison HomeGateways()
    {
        double[] drawn = [.. Seconds("home-gateway").Order()];
        double shortest = drawn[0] / 60, median = drawn[Draws / 2] / 60;
        double below = drawn.Count(s => s < 7440) / (double)Draws;
        double off = Math.Max(Math.Abs(shortest / 4 - 1), Math.Abs(median / 60 - 1));
        return new("V11", "Hatonen et al., IMC 2010, in part recalled",
            "shortest about 4 min, median about 60 min, more than half below 124 min",
            Text($"{shortest:0.0} min, {median:0.0} min, {below:0 %} below"), Text($"{off:0 %} at most"),
            off <= 0.2 && below > 0.5 ? Outcome.Reproduced : Outcome.NotReproduced,
            "the bands were made from these figures; the study's own data was not read");
    }

    private static double[] Seconds(string preset)
    {
        MiddleboxProfile profile = Presets.Middlebox(preset);
        RandomStream random = RandomStream.Root(1).Fork(preset);
        return [.. Enumerable.Range(0, Draws).Select(_ => profile.Draw(random).TotalSeconds)];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
