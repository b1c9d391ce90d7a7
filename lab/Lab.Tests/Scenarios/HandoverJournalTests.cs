using System.Text;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// The history of one small run, entry by entry without its packets: a phone goes from Wi-Fi to LTE with a gap, hears
/// of it late, and pings; then back to Wi-Fi while the old link lingers, and reconnects when that is cut.
/// </summary>
public sealed class HandoverJournalTests
{
    private sealed class Text(EntryNames names) : IJournalReader
    {
        public readonly StringBuilder Lines = new();
        private int packets;

        public void On(in Entry e)
        {
            if (e.Kind is EntryKind.PacketSent or EntryKind.PacketLost or EntryKind.PacketDelivered)
            {
                packets += e.Kind == EntryKind.PacketLost ? 1 : 0;
                return;
            }
            if (packets > 0) Lines.Append($"    packets lost: {packets}\n");
            packets = 0;
            if (e.Kind != EntryKind.StepReached) Lines.Append(EntryFields.Text(in e, names)).Append('\n');
        }
    }

    [Fact]
    public void A_handover_is_told_as_it_was_accepted()
    {
        Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));
        var policy = new Policy
        {
            OnNetworkChange = new NetworkChangePolicy { Timeout = Seconds(5) },
            Acks = new AckPolicy { Resume = Seconds(300) },
            Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Seconds(1) },
        };
        var spec = new RunSpec
        {
            ScenarioName = "handover", Seed = 1, Topology = MovingTests.Net(policy),
            Scenario = new Scenario
            {
                Topology = "t", Duration = Seconds(120),
                Workload = [new WorkloadSpec { From = "phone", To = "echo@example.org", Every = Seconds(25) }],
                Faults =
                [
                    MovingTests.To("lte", 30) with { Gap = Seconds(3), Notices = [Seconds(1), Seconds(1.2)] },
                    MovingTests.To("wifi", 60) with { Linger = Seconds(20), Notices = [], Old = OldConnections.Reset },
                    new FaultSpec
                    {
                        Kind = FaultKinds.Cut, Target = "phone", On = "lte", At = Seconds(70), For = Seconds(30),
                    },
                ],
            },
        };
        var text = new Text(new EntryNames(spec));
        Assert.Empty(Simulation.Run(spec, new RunOptions { Reader = text })!.Doubts);
        Golden.AssertSame("journals/handover.txt", text.Lines.ToString());
    }
}
