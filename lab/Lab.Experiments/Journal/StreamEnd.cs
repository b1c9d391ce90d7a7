using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Why a side says that its stream is over: what an offline, ended or blamed entry says.</summary>
/// <param name="Condition">The stream error sent or received, or none.</param>
public readonly record struct StreamEnd(
    Mechanism Mechanism, Claim Claim = Claim.None, StreamErrorCondition Condition = StreamErrorCondition.None)
{
    public static StreamEnd Of(in XmppAction a) => new(a.Mechanism, a.Claim, (StreamErrorCondition)a.A);

    /// <summary>"connection refused", "ping timeout"; a stream error by its condition.</summary>
    public string Words => Condition != StreamErrorCondition.None
        ? Experiments.Words.Kebab(Condition.ToString()) : Mechanism switch
        {
            Mechanism.Refused => "connection refused", Mechanism.Reset => "connection reset",
            Mechanism.Fin or Mechanism.StreamClose => "connection closed by the server",
            _ => Experiments.Words.Kebab(Mechanism.ToString()).Replace('-', ' '),
        };

    internal long Packed => (long)Mechanism | ((long)Claim << 8) | ((long)Condition << 16);

    /// <summary>Bits above these are the entry's own.</summary>
    internal static StreamEnd Unpack(long packed) =>
        new((Mechanism)(packed & 0xFF), (Claim)((packed >> 8) & 0xFF), (StreamErrorCondition)((packed >> 16) & 0xFF));
}
