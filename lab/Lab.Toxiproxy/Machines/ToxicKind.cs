using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>A type of toxic: its word, its attributes in the order they are written, and what it does.</summary>
internal sealed record ToxicKind(string Name, string[] Attributes, Func<RandomStream, Behaviour> Create)
{
    /// <summary>How many chunks may wait in front of it; the others hold only the one they work on.</summary>
    public int Waiting { get; init; }

    /// <summary>What is wrong with these attributes, or null. Toxiproxy takes any; these would crash it.</summary>
    public Func<long[], string?> Refuse { get; init; } = _ => null;

    /// <summary>Not of Toxiproxy: kept out of its lists, for clients refuse types they do not know.</summary>
    public bool LabOnly { get; init; }

    /// <summary>Its attributes are numbers with a fraction; see <see cref="Fraction"/>.</summary>
    public bool IsFractional { get; init; }

    /// <summary>Bytes that pass it may be missing for good; strict mode has it not.</summary>
    public bool Deletes { get; init; }

    /// <summary>An attribute that is not known is a mistake; Toxiproxy passes over it.</summary>
    public bool IsExact => LabOnly || Deletes;

    /// <summary>The lab's own loss: what is lost comes late.</summary>
    public const string Recovered = "recovered_loss";

    private const int LongQueue = 1024;

    public static IReadOnlyList<ToxicKind> All { get; } =
    [
        new("latency", ["latency", "jitter"], r => new Latency(r)) { Waiting = LongQueue },
        new("bandwidth", ["rate"], _ => new Bandwidth())
        {
            Refuse = v => v[0] < 0 ? $"rate must be 0 or more KB/s, found {v[0]}" : null,
        },
        new("slow_close", ["delay"], _ => new SlowClose()),
        new("timeout", ["timeout"], _ => new Silence()),
        new("reset_peer", ["timeout"], _ => new ResetPeer()),
        new("slicer", ["average_size", "size_variation", "delay"], r => new Slicer(r))
        {
            Refuse = v => v[1] < 0 ? $"size_variation must be 0 or more bytes, found {v[1]}"
                : v[0] < 1 ? $"average_size must be 1 byte or more, found {v[0]}" : null,
        },
        new("limit_data", ["bytes"], _ => new LimitData()),
        new("noop", [], _ => new PassOn()),
        new("packet_loss", ["loss_rate", "correlation"], r => new ChunkLoss(r))
        {
            IsFractional = true,
            Deletes = true,
        },
        new(Recovered, ["loss_permille", "recovery"], r => new RecoveredLoss(r))
        {
            Waiting = LongQueue,
            LabOnly = true,
            Refuse = v => v[0] is < 0 or > 1000 ? $"loss_permille must be 0 to 1000, found {v[0]}"
                : v[1] < 0 ? $"recovery must be 0 or more milliseconds, found {v[1]}" : null,
        },
    ];

    /// <summary>By its word, as Toxiproxy compares: exactly.</summary>
    public static ToxicKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);

    /// <summary>The value of an attribute of a fractional kind, which is kept by its bits.</summary>
    public static double Fraction(long value) => BitConverter.Int64BitsToDouble(value);
}

/// <summary>A toxic as it is set: what every connection of its proxy gets. An update makes another.</summary>
internal sealed record Toxic(string Name, ToxicKind Kind, string Stream, float Toxicity, long[] Values)
{
    /// <summary>From the client to the upstream; <see cref="Stream"/> keeps the spelling of the request.</summary>
    public bool IsUpstream { get; } = Stream.Equals("upstream", StringComparison.OrdinalIgnoreCase);
}
