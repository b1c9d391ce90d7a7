namespace Lab.Experiments;

/// <summary>The power is gone: nothing is said to anyone, memory is lost, a server's disk is kept.</summary>
internal sealed class Crash() : ProcessFault(ProcessCause.NoPower)
{
    public override string Word => "crash";

    public override string Help =>
        "the power is gone: nothing is sent; afterwards the host is back without memory of its connections";

    public override string Example => "{at: 30m, crash: 'phone[3]', for: 1m}";
    public override string Colour => "#777777";
    public override TargetKinds Targets => TargetKinds.Client | TargetKinds.Server;
    public override bool IsIncident => true;
    public override bool TakesPower => true;
    public override bool IsHiddenByProxies => true;

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Approximate,
        "the kernel of a killed process would send FIN or RST, which the proxy swallows, and a connect to the dead "
        + "machine is still accepted by the proxy"));
}
