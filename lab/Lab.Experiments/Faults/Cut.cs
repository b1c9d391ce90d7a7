using Lab.Network;

namespace Lab.Experiments;

/// <summary>Blackhole: nothing passes, no FIN, no RST.</summary>
internal sealed class Cut : Fault
{
    public override string Word => "cut";

    public override string Help => "nothing passes, and nobody is told: no FIN, no RST";

    public override string Example => "{at: 30m, cut: phone, for: 20m}";
    public override string Colour => "#CC3311";

    public override TargetKinds Targets =>
        TargetKinds.Client | TargetKinds.Link | TargetKinds.Server | TargetKinds.Streams;

    public override IReadOnlyList<string> OwnKeys => ["direction", "on"];
    public override bool IsIncident => true;
    public override bool IsHiddenByProxies => true;

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Approximate,
        "nothing passes and nobody is told, but the proxy's kernel goes on acknowledging what each side sends, so only "
        + "checks above TCP can see it"));

    public override void Begin(Instant now, Strike strike)
    {
        foreach (Stretch stretch in strike.Stretches)
            foreach (Direction way in Ways(strike.Spec.Direction))
                strike.World.Network.Cut(now, stretch, way, strike.Fault);
    }

    public override void End(Instant now, Strike strike)
    {
        foreach (Stretch stretch in strike.Stretches)
            foreach (Direction way in Ways(strike.Spec.Direction))
                strike.World.Network.Heal(now, stretch, way, strike.Fault);
    }

    private static Direction[] Ways(CutDirection direction) => direction switch
    {
        CutDirection.Up => [Direction.Up],
        CutDirection.Down => [Direction.Down],
        _ => [Direction.Up, Direction.Down],
    };
}
