namespace Lab.Experiments;

/// <summary>The process stops where it stands; its kernel goes on acknowledging.</summary>
internal sealed class Freeze() : ProcessFault(ProcessCause.Frozen)
{
    public override string Word => "freeze";
    public override string Help => "the process stops; its kernel goes on acknowledging";
    public override string Example => "{at: 30m, freeze: example.org, for: 5m}";
    public override string Colour => "#33BBEE";
    public override TargetKinds Targets => TargetKinds.Client | TargetKinds.Server;
    public override bool IsIncident => true;

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Exact,
        "the process really stops (a server of the lab stops reading, a program gets SIGSTOP) while the kernel goes on "
        + "acknowledging"));
}
