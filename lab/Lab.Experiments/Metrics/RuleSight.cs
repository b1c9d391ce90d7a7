using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Which rules of lab/RULES.md a run has exercised, as far as its journal shows it: a lower bound, for the journal
/// holds what became of streams and not their elements.
/// </summary>
internal sealed class RuleSight
{
    private readonly SortedSet<string> seen = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> asked = [];             // by client: the connection on which it would resume

    public IReadOnlyCollection<string> Seen => seen;

    public void On(in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.StepReached:
                Reached(e.Host, StepEntry.Of(in e));
                break;
            case EntryKind.ClientOnline when OnlineEntry.Of(in e).Resumed:
                See("SM-18", "SM-22", "SM-23");
                break;
            case EntryKind.ServerHibernated:
                See("SM-26");
                break;
            case EntryKind.MessageAcknowledged:
                See("SM-09");
                break;
            case EntryKind.ClientOffline or EntryKind.ServerOffline:
                Over(OfflineEntry.Of(in e).End);
                break;
            case EntryKind.MemberEnded:
                Over(MemberEndEntry.Of(in e).End);
                break;
            case EntryKind.StanzaReturned:
                if (StanzaReturnedEntry.Of(in e).Error is StanzaError.RemoteServerNotFound
                    or StanzaError.RemoteServerTimeout) See("RTE-05");
                break;
        }
    }

    private void Reached(int client, StepEntry entry)
    {
        if (entry.Step == Step.TlsEstablished) See("STR-07", "STR-13");
        else if (entry.Step == Step.EnableSent) See("SM-01");
        else if (entry.Step == Step.ResumeSent)
        {
            See("SM-01", "SM-17");
            asked[client] = entry.Connection;
        }
        else if (entry.Step == Step.BindSent && asked.GetValueOrDefault(client, -1) == entry.Connection) See("SM-20");
    }

    private void Over(StreamEnd end)
    {
        if (end.Mechanism == Mechanism.StreamClose) See("CLO-02");
        else if (end.Mechanism == Mechanism.StreamError) See("CLO-06");
        if (end is { Claim: Claim.Dead, Condition: StreamErrorCondition.None }
            && end.Mechanism is Mechanism.PingTimeout or Mechanism.AckTimeout) See("DEAD-01");
        if (end is { Claim: Claim.Broken, Condition: StreamErrorCondition.ConnectionTimeout }) See("SIL-08");
    }

    private void See(params ReadOnlySpan<string> ids)
    {
        foreach (string id in ids) seen.Add(id);
    }
}
