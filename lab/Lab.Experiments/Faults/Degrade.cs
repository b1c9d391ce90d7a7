using Lab.Network;

namespace Lab.Experiments;

/// <summary>Other link numbers for a while; of several at once those that came last are in force.</summary>
internal sealed class Degrade : Fault
{
    public override string Word => "degrade";
    public override string Help => "the link has other numbers for a while";
    public override string Example => "{at: 30m, degrade: mobile, for: 10m, to: {delay: 3s, loss: 10%}}";
    public override string Colour => "#DDAA33";
    public override TargetKinds Targets => TargetKinds.Client | TargetKinds.Link | TargetKinds.Streams;
    public override IReadOnlyList<string> OwnKeys => ["to", "on"];
    public override bool IsIncident => false;

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Modelled,
        "the bytes pass the same model between the two legs of the proxy"));

    public override void Begin(Instant now, Strike strike)
    {
        LinkProfile to = strike.Spec.To!.Inline!;
        foreach (Stretch stretch in strike.Stretches)
            strike.World.Network.Degrade(now, stretch, strike.Number, to.Upward(), to.Downward());
    }

    public override void End(Instant now, Strike strike)
    {
        foreach (Stretch stretch in strike.Stretches) strike.World.Network.Restore(now, stretch, strike.Number);
    }
}
