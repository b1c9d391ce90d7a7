using Lab.Network;

namespace Lab.Experiments;

/// <summary>Both ends of every connection get a RST, as from a middlebox.</summary>
internal sealed class Reset : Fault
{
    public override string Word => "reset";
    public override string Help => "both ends of every connection get a RST, as from a middlebox; momentary";
    public override string Example => "{every: 2h, reset: phone}";
    public override string Colour => "#AA3377";

    public override TargetKinds Targets =>
        TargetKinds.Client | TargetKinds.Link | TargetKinds.Server | TargetKinds.Streams;

    public override IReadOnlyList<string> OwnKeys => ["on"];
    public override bool IsMomentary => true;
    public override bool IsIncident => false;

    public override Judgement On(NetworkKind network) =>
        Between(network, new(Fidelity.Exact, "both legs of the proxy send a real RST"));

    public override void Begin(Instant now, Strike strike)
    {
        foreach (Stretch stretch in strike.Stretches) strike.World.Network.ResetConnections(now, stretch);
    }
}
