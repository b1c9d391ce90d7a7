using System.Globalization;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Nothing is said of a message that was not sent, nobody but the clients of its addressee's account gets it, and at
/// the end each has one fate, which is the one that the journal tells: sent = delivered + bounced + stored + pending +
/// lost + unknown.
/// </summary>
internal sealed class MessageRules(Cast cast)
{
    private readonly Dictionary<long, Line> lines = [];
    private long lastNumber = -1;

    private struct Line
    {
        public int From, To;
        public bool Delivered, Bounced, Held;
    }

    /// <summary>What is wrong with it, in words.</summary>
    public string? On(in Entry e)
    {
        if (e.Kind == EntryKind.MessageSent) return Sent(e.Host, SentEntry.Of(in e));
        if (e.Kind is (< EntryKind.MessageSent or > EntryKind.MessageAcknowledged) and not EntryKind.MessageHanded)
            return null;
        long number = MessageEntry.Of(in e).Number;
        if (number < 0) return null;                               // no message of the workload
        if (!lines.TryGetValue(number, out Line line)) return Text($"message {number} was never sent");
        switch (e.Kind)
        {
            case EntryKind.MessageReceived:
                if (!Shares(e.Host, line.To)) return Text($"message {number} is for {line.To}, and {e.Host} has it");
                line.Delivered = true;
                break;
            case EntryKind.MessageHanded:
                if (!Shares(e.Host, line.To)) return Text($"message {number} is for {line.To}, and {e.Host} gets it");
                break;
            case EntryKind.MessageAccepted:
                line.Delivered |= line.To == SentEntry.OwnEcho || line.To == SentEntry.ForeignEcho && e.Host < 0;
                break;
            case EntryKind.MessageBounced:
                line.Bounced = true;
                break;
            case EntryKind.MessageHeld:
                line.Held = true;
                break;
        }
        lines[number] = line;
        return null;
    }

    /// <summary>What is wrong with the fates, in words.</summary>
    public string? Finish(IReadOnlyList<MessageRecord> records)
    {
        if (records.Count != lines.Count)
            return Text($"{lines.Count} messages were sent and {records.Count} have a fate");
        foreach (MessageRecord m in records)
        {
            if (!lines.Remove(m.Number, out Line line)) return Text($"message {m.Number} has a fate and was not sent");
            bool right = m.Fate switch
            {
                MessageFate.Delivered => line.Delivered,
                MessageFate.Bounced => line is { Delivered: false, Bounced: true },
                MessageFate.Stored => line is { Delivered: false, Bounced: false, Held: true },
                MessageFate.Pending => line is { Delivered: false, Bounced: false },
                MessageFate.Lost or MessageFate.Unknown => line is { Delivered: false, Bounced: false, Held: false },
            };
            if (!right) return Text($"message {m.Number} is {m.Fate}, which the journal does not say");
        }
        return null;
    }

    // An echo account that gets a question twice answers twice, under one number.
    private string? Sent(int from, SentEntry sent)
    {
        bool isAnswer = sent.Number >= XmppServer.EchoOffset;
        if (!isAnswer && sent.Number <= lastNumber) return Text($"message {sent.Number} comes after {lastNumber}");
        if (!isAnswer) lastNumber = sent.Number;
        int to = sent.To;
        if (from < 0 && to < 0)
        {
            // only the question of another server's client tells who asked
            if (!lines.TryGetValue(sent.Number - XmppServer.EchoOffset, out Line question))
                return Text($"message {sent.Number} answers one that was never sent");
            to = question.From;
        }
        lines.TryAdd(sent.Number, new Line { From = from, To = to });
        return null;
    }

    private bool Shares(int client, int addressee) => client == addressee
        || client >= 0 && addressee >= 0 && cast.Members[client].Account == cast.Members[addressee].Account;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
