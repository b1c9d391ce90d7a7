using Lab.Network;

namespace Lab.Experiments;

/// <summary>A server's certificate runs out, and is renewed afterwards; other servers see it.</summary>
internal sealed class Expire : FaultBetweenServers
{
    public override string Word => "expire";

    public override string Help =>
        "the server's certificate has run out: other servers close streams that it was shown "
        + "on, and take no proof from it until it is renewed";

    public override string Example => "{at: 30m, expire: b.example, for: 10m}";
    public override string Colour => "#EE7733";

    public override Judgement On(NetworkKind network) => Between(network, new(Fidelity.Modelled,
        "the certificate itself holds on; the lab's servers are told that it does not"));

    protected override void Change(Instant now, World world, int server, bool begins)
    {
        foreach (IServerProgram other in world.Servers) other.OnCertificateChanged(now, server, expired: begins);
    }
}
