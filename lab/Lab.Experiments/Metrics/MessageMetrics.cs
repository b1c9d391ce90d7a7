namespace Lab.Experiments;

/// <summary>What becomes of messages, and how long they take.</summary>
internal static class MessageMetrics
{
    private static readonly Sight Delays = Sight.ByFaults(new(Fidelity.Modelled,
        "the delays are the modelled link's; real sockets and processes add a little"));

    public static readonly IReadOnlyList<Metric> All =
    [
        new("messages.sent", Unit.Count,
            "messages that an application wanted sent, echoes included",
            "messages", "none",
            Better.Neither, Joining.Count, f => f.Messages.Count,
            Sight.WhateverTheFaults(
                new(Fidelity.Exact, "the same draws ask for the same messages at the same times"))),
        new("messages.delivered", Unit.Count,
            "messages that reached the recipient's application at least once",
            "messages", "none",
            Better.Higher, Joining.Count, f => f.Fated(MessageFate.Delivered), Sight.AsFaults),
        new("messages.doubled", Unit.Count,
            "extra copies that reached an application",
            "messages", "none",
            Better.Lower, Joining.Count, f => f.Messages.Sum(m => Math.Max(0, m.Copies - 1)), Sight.AsFaults),
        new("messages.bounced", Unit.Count,
            "messages returned as errors and not delivered",
            "messages", "none",
            Better.Lower, Joining.Count, f => f.Fated(MessageFate.Bounced), Sight.AsFaults),
        new("messages.stored", Unit.Count,
            "messages in the offline store or in a queue that still retries at the end",
            "messages", "none",
            Better.Neither, Joining.Count,
            f => f.Fated(MessageFate.Stored) + f.Fated(MessageFate.Pending), Sight.AsFaults)
        {
            IsUnknownWithMissing = true,
        },
        new("messages.lost", Unit.Count,
            "messages neither delivered, bounced nor still on their way in a live queue at the end",
            "messages", "none",
            Better.Lower, Joining.Count, f => f.Fated(MessageFate.Lost), Sight.AsFaults)
        {
            IsUnknownWithMissing = true,
        },
        new("messages.delay.p50", Unit.Seconds,
            "median delay from application to application",
            "delivered messages, first copy", "undelivered messages are not in it; see messages.lost",
            Better.Lower, Joining.Quantile(0.5), f => Sample.Of(f.Delays), Delays),
        new("messages.delay.p95", Unit.Seconds,
            "95th percentile of the delay from application to application", "as p50", "as p50",
            Better.Lower, Joining.Quantile(0.95), f => Sample.Of(f.Delays), Delays),
        new("messages.delay.max", Unit.Seconds,
            "longest delay from application to application", "as p50", "as p50",
            Better.Lower, Joining.Largest, f => Longest(f.Delays), Delays),
    ];

    private static double Longest(IReadOnlyList<Observation> delays) =>
        delays.Select(d => d.Seconds).DefaultIfEmpty(double.NaN).Max();
}
