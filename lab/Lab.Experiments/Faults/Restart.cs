namespace Lab.Experiments;

/// <summary>The process says goodbye, ends, and is back afterwards; its kernel closes what is left.</summary>
internal sealed class Restart() : ProcessFault(ProcessCause.Stopped)
{
    public override string Word => "restart";
    public override string Help => "the server's process ends (system-shutdown, FIN) and is back afterwards";
    public override string Example => "{at: 30m, restart: example.org, for: 10s}";
    public override string Colour => "#009988";
    public override TargetKinds Targets => TargetKinds.Server;
    public override bool IsIncident => false;

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Exact,
        "the server really ends and comes back (a program gets SIGTERM and is started again)"));
}
