using Lab.Network;

namespace Lab.Experiments;

/// <summary>A client goes to another of its links, and has another address.</summary>
internal sealed class Handover : Fault
{
    public override string Word => "handover";

    public override string Help =>
        "the client goes to another of its links and has another address: connections opened over the old one die, at "
        + "once, after a gap in which nothing passes at all (gap), or when the old link has lingered (linger)";

    public override string Example => "{at: 30m, handover: phone, to: lte, gap: 3s}";
    public override string Colour => "#882255";
    public override TargetKinds Targets => TargetKinds.Client | TargetKinds.Link | TargetKinds.Server;
    public override IReadOnlyList<string> OwnKeys => ["to", "gap", "linger", "old", "notices"];
    public override bool IsMomentary => true;
    public override bool IsIncident => true;

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Approximate,
        "between the legs of the proxy old connections end and new ones take the other link; but the client's sockets "
        + "keep their address, the proxy's kernel goes on acknowledging what each side sends, and a real program is "
        + "not told that its network has changed"));

    public override Duration? Length(FaultSpec spec) => spec.Gap ?? spec.Linger ?? Duration.Zero;

    public override void Begin(Instant now, Strike strike)
    {
        Instant there = now + (strike.Spec.Gap ?? Duration.Zero);
        foreach (Member m in strike.Members)
        {
            strike.World.Notices.Plan(m.Index, there, strike.Spec.Notices);
            strike.World.Network.Move(now, m.Index, MoveOf(strike, m), strike.Fault);
        }
    }

    public override void End(Instant now, Strike strike)
    {
        foreach (Member m in strike.Members)
            strike.World.Network.FinishMove(now, m.Index, MoveOf(strike, m), strike.Fault);
    }

    private static Handoff MoveOf(Strike strike, Member m) => new(
        strike.Number, m.LinkOf(strike.Spec.To!.Name!), strike.Spec.Gap is not null, strike.Spec.Linger is not null,
        strike.Spec.Old == OldConnections.Reset);
}
