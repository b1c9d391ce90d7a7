using System.Text.Json;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>
/// The history of one run as JSON lines, one entry a line, for people and for jq. The numbers of an entry are spelt out
/// where they have a meaning of their own; a and b are always there too.
/// </summary>
public sealed class JournalFile : IJournalReader, IDisposable
{
    private readonly Stream file;
    private readonly Utf8JsonWriter json;
    private readonly IReadOnlyList<string> hosts;

    /// <summary>Creates or replaces the file; hosts are named as the scenario names them.</summary>
    public JournalFile(string path, RunSpec spec)
    {
        file = new BufferedStream(File.Create(path), 1 << 16);
        json = new Utf8JsonWriter(file);
        hosts = spec.Topology.HostNames();
    }

    public void On(in Entry e)
    {
        json.WriteStartObject();
        json.WriteNumber("t", e.At.Nanoseconds / 1e9m);
        if (e.Host >= 0 && e.Host < hosts.Count) json.WriteString("host", hosts[e.Host]);
        json.WriteString("kind", Words.Of(e.Kind));
        Explain(in e);
        json.WriteNumber("a", e.A);
        json.WriteNumber("b", e.B);
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        file.WriteByte((byte)'\n');
    }

    public void Dispose()
    {
        json.Dispose();
        file.Dispose();
    }

    private void Explain(in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.PacketSent or EntryKind.PacketDelivered
                or EntryKind.PacketLost or EntryKind.PacketOverflowed:
                json.WriteString("direction", (e.A & 1) == 0 ? "up" : "down");
                json.WriteString("use", Words.Of((SegmentUse)((e.A >> 8) & 0xFF)));
                json.WriteNumber("bytes", e.B);
                break;
            case EntryKind.StepReached:
                json.WriteString("step", Words.Of((Step)e.A));
                break;
            case EntryKind.ClientOffline or EntryKind.ServerOffline
                or EntryKind.MemberEnded or EntryKind.MemberBlamed:
                StreamEnd end = StreamEnd.Of(e);
                json.WriteString("mechanism", Words.Of(end.Mechanism));
                json.WriteString("claim", Words.Of(end.Claim));
                json.WriteString("condition", Words.Of(end.Condition));
                break;
            case EntryKind.ClientTransportEnded or EntryKind.ServerTransportEnded:
                json.WriteString("end", Words.Of((TcpEnd)e.A));
                break;
            case EntryKind.ClientCheckSent or EntryKind.ClientCheckAnswered
                or EntryKind.ServerCheckSent or EntryKind.ServerCheckAnswered
                or EntryKind.MemberCheckSent or EntryKind.MemberCheckAnswered:
                json.WriteString("check", Words.Of((Traffic)(e.A & 0xFF)));
                break;
        }
    }
}
