using Lab.Network;

namespace Lab.Experiments;

/// <summary>The middleboxes on a path lose what they know of its connections, as one that restarts does.</summary>
internal sealed class Forget : Fault
{
    public override string Word => "forget";

    public override string Help =>
        "every middlebox on the path forgets the connections that it knew; momentary; by themselves they forget those "
        + "that are silent for too long";

    public override string Example => "{at: 30m, forget: phone}";
    public override string Colour => "#8C6D31";

    public override TargetKinds Targets =>
        TargetKinds.Client | TargetKinds.Link | TargetKinds.Server | TargetKinds.Streams;

    public override IReadOnlyList<string> OwnKeys => ["on"];
    public override bool IsMomentary => true;
    public override bool IsIncident => true;

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Approximate,
        "the middlebox stands between the legs of the proxy: what it drops is dropped, but the proxy's kernel has "
        + "acknowledged it, and what it resets is reset for real"));

    public override void Begin(Instant now, Strike strike)
    {
        foreach (Stretch stretch in strike.Stretches) strike.World.Network.Forget(now, stretch);
    }
}
