using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>The metrics of streams between servers; none without such streams.</summary>
internal static class FederationMeasures
{
    public static IEnumerable<Measure> Of(
        FederationRecord r, IReadOnlyList<MessageRecord> messages, Cast cast, Instant lastFaultEnd,
        Duration run)
    {
        if (r.IsEmpty) yield break;
        double deaths = r.Deaths.Count;
        int detected = r.Deaths.Count(d => d.Detected && IsCheck(d.Mechanism));
        double[] unnoticed = [.. r.Deaths.Select(d => d.Elapsed.TotalSeconds).Order()];
        yield return new("federation.detected", deaths == 0 ? double.NaN : detected / deaths);
        yield return new("federation.missed", deaths == 0 ? double.NaN : 1 - detected / deaths);
        yield return new("federation.unnoticed.p50", Measures.Quantile(unnoticed, 0.5));
        yield return new("federation.unnoticed.max", Measures.Quantile(unnoticed, 1));
        yield return new("federation.blamed-wrongly", r.BlamedWrongly);
        MessageRecord[] between = [.. messages.Where(m => m is { From: >= 0, To: >= 0 }
            && cast.Members[m.From].Domain != cast.Members[m.To].Domain)];
        MessageRecord[] reordered = [.. Reordered(between)];
        MessageRecord[] bounced = [.. between.Where(m => m.Fate == MessageFate.Bounced)];
        yield return new("federation.reordered", reordered.Length);
        yield return new("federation.senders.losing", Senders(between.Where(m => m.Fate == MessageFate.Lost), between));
        yield return new("federation.senders.bounced", Senders(bounced, between));
        yield return new("federation.senders.reordered", Senders(reordered, between));
        yield return new("federation.bounced.after", lastFaultEnd == Instant.Never ? double.NaN
            : bounced.Where(m => m.SentAt > lastFaultEnd).Select(m => (m.SentAt - lastFaultEnd).TotalSeconds)
                .DefaultIfEmpty(0).Max());
        yield return new("federation.handshakes", r.Handshakes * 3600.0 / run.TotalSeconds);
        yield return new("federation.peak", r.Storm.Peak);
        yield return new("federation.first-delay.p50", Measures.Quantile([.. r.FirstDelays.Order()], 0.5));
    }

    /// <summary>Whether somebody asked, or set a limit; TCP that gives up by itself is no check.</summary>
    private static bool IsCheck(Mechanism mechanism) => mechanism is Mechanism.PingTimeout or Mechanism.AckTimeout
        or Mechanism.IdleRule or Mechanism.TcpKeepalive or Mechanism.TcpUserTimeout;

    private static double Senders(IEnumerable<MessageRecord> such, MessageRecord[] all)
    {
        int senders = all.Select(m => m.From).Distinct().Count();
        return senders == 0 ? double.NaN : such.Select(m => m.From).Distinct().Count() / (double)senders;
    }

    private static IEnumerable<MessageRecord> Reordered(MessageRecord[] between)
    {
        var last = new Dictionary<(int, int), long>();
        foreach (MessageRecord m in between.Where(m => m.Copies > 0)
            .OrderBy(m => m.DeliveredAt.Nanoseconds).ThenBy(m => m.Number))
        {
            if (m.Number < last.GetValueOrDefault((m.From, m.To), -1)) yield return m;
            else last[(m.From, m.To)] = m.Number;
        }
    }
}
