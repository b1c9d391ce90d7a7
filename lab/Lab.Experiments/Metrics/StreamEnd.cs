using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Why a side says that its stream is over: what A of an offline, ended or blamed entry holds.</summary>
/// <param name="Condition">The stream error sent or received, or none.</param>
public readonly record struct StreamEnd(
    Mechanism Mechanism, Claim Claim = Claim.None, StreamErrorCondition Condition = StreamErrorCondition.None)
{
    public long Packed => (long)Mechanism | ((long)Claim << 8) | ((long)Condition << 16);

    /// <summary>Bits above these are the entry's own.</summary>
    public static StreamEnd Of(in Entry e) =>
        new((Mechanism)(e.A & 0xFF), (Claim)((e.A >> 8) & 0xFF), (StreamErrorCondition)((e.A >> 16) & 0xFF));
}
