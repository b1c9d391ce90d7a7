using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// Ends of streams, attempts, and what became of messages.
internal sealed partial class Phrases
{
    public string Sender(MessageRecord m) => m.From >= 0 ? cast.Members[m.From].Name : "echo";

    public string Message(MessageRecord m)
    {
        string what = m.From < 0 && m.Number >= XmppServer.EchoOffset
            ? $"answers message {m.Number - XmppServer.EchoOffset} of {Recipient(m.To)}"
            : $"sends message {m.Number} to {Recipient(m.To)}";
        return $"{what}{Instead(m)}; {Fate(m)}";
    }

    /// <summary>Several with one fate.</summary>
    public string Messages(MessageRecord[] alike)
    {
        bool same = alike.All(m => m.From == alike[0].From && m.To == alike[0].To);
        string what = same
            ? $"sends {(long)alike.Length} more messages to {Recipient(alike[0].To)}{Instead(alike[0])}"
            : $"{(long)alike.Length} more messages are sent";
        return $"{what}, the last {Span(alike[^1].SentAt - alike[0].SentAt)} later; "
            + (alike[0].Fate == MessageFate.Delivered
                ? $"they arrive up to {Span(alike.Select(m => m.Delay).Aggregate(Duration.Max))} after they were sent"
                : $"of each: {Fate(alike[0])}");
    }

    public string Smooth(MessageRecord[] messages) => messages.Length == 1
        ? $"one message arrives as it should, after {Span(messages[0].Delay)}"
        : $"{(long)messages.Length} messages arrive as they should, "
            + (messages[^1].SentAt == messages[0].SentAt ? "all sent at once"
                : $"the last of them sent {Span(messages[^1].SentAt - messages[0].SentAt)} later") + ", within "
            + Span(messages.Select(m => m.Delay).Aggregate(Duration.Max));

    private string Instead(MessageRecord m) =>
        m.Elsewhere is { } other ? $", whose account hands it to {cast.Members[other].Name}" : "";

    private string Recipient(int to) => to >= 0 ? cast.Members[to].Name : "the echo account";

    private static string Fate(MessageRecord m) => m.Fate switch
    {
        MessageFate.Delivered when m.Copies > 1 =>
            $"it arrives {(long)m.Copies} times, first {Span(m.Delay)} after it was sent",
        MessageFate.Delivered => $"it arrives {Span(m.Delay)} after it was sent",
        MessageFate.Bounced => "it comes back: it could not be delivered",
        MessageFate.Stored => "at the end of the run it lies in the offline store",
        MessageFate.Pending => "at the end of the run it is still on its way",
        MessageFate.Unknown => "it is not known what became of it",
        _ => $"it is lost: {Reason(m.Cause)}"
            + (m is { Cause: not (LossCause.DeadPath or LossCause.PathDied), Fault: { } fault }
                ? $" ({fault.Word})" : ""),
    };

    private static string Reason(LossCause cause) => cause switch
    {
        LossCause.DeadPath => "it was last written to a connection whose path was dead",
        LossCause.Forgotten => "it was last written to a connection that a middlebox on the way forgot",
        LossCause.Moved => "it was last written to a connection of an address that the client had left",
        LossCause.FrozenPeer => "it was last written to a connection whose other process stood still",
        LossCause.PathDied => "it was last written to a connection that ended with its path dead",
        LossCause.ProcessEnded => "the process that had it, or should have got it, ended",
        LossCause.StreamEnded => "the stream that it was written to ended, with path and processes well",
        LossCause.SessionExpired => "it waited for a session that was never resumed",
        LossCause.GivenUp => "its sender's client gave it up",
        _ => "the journal does not show how",
    };

    private static string Ended(Pair pair, Note n)
    {
        string told = n.End.Condition == StreamErrorCondition.None ? ""
            : $" <{Words.Kebab(n.End.Condition.ToString())}/>";
        string how = n.End.Mechanism switch
        {
            Mechanism.PingTimeout => "gives the stream up: its ping was not answered in time",
            Mechanism.AckTimeout => "gives the stream up: its ack request was not answered in time",
            Mechanism.IdleRule => "closes the stream: for too long nothing was said on it (idle rule)",
            Mechanism.TcpRetransmissionLimit =>
                "gives up: its TCP retransmitted to the limit and got no acknowledgement",
            Mechanism.TcpUserTimeout => "gives up: TCP's user timeout ran out",
            Mechanism.TcpKeepalive => "gives up: TCP's keepalive probes were not answered",
            Mechanism.TcpWindowProbe => "gives up: TCP's window probes were not answered",
            Mechanism.Reset => "learns that the connection is over: a reset (RST) has come",
            Mechanism.NetworkChange => "gives the stream up, for its network has changed",
            Mechanism.Fin => $"learns that the connection is over: {pair.Other(n.By)} closed it (FIN)",
            Mechanism.StreamError => $"learns that the stream is over: a stream error{told} has come",
            Mechanism.StreamClose => $"learns that the stream is over: {pair.Other(n.By)} closed it",
            Mechanism.Stopped => "is told to stop and closes its stream",
            Mechanism.Replaced => $"ends the old stream, for {pair.Other(n.By)} has a new one",
            Mechanism.Unseen => "ends the stream; its program does not show why",
            _ => $"ends the stream: {n.End.Words}",
        };
        string says = told.Length > 0 && n.End.Mechanism != Mechanism.StreamError ? $"; it says{told}" : "";
        string wait = n.Wait > Duration.Zero ? $"; it will try again in {Span(n.Wait)}" : "";
        string unready = n.IsUnready ? ", before it had all that its login asks for" : "";
        return how + says + unready + Judged(n) + wait;
    }

    private static string Judged(Note n)
    {
        if (n.End.Claim is Claim.None) return "";
        string takes = ". It takes the " + n.End.Claim switch
        {
            Claim.Dead => "connection for dead", Claim.Broken => "stream for broken", _ => "peer for idle",
        };
        if (n.IsRight)
            return takes + ", and so it is" + (n.Truth == Silence.Forgotten ? ": a middlebox on the way forgot it"
                : n.PeerLeft && n.Truth == Silence.Dead ? ": the other side has ended it" : "");
        return takes + n.Truth switch
        {
            Silence.Dead when n.PeerLeft => ", but the other side has just ended it",
            Silence.Idle => ", but the path and the other process are well: a false alarm",
            Silence.Forgotten => ", but a middlebox on the way forgot the connection",
            Silence.Broken => ", but the connection stands: the other process does not answer",
            _ => ", but the connection is dead",
        };
    }

    private static string Attempts(Note n)
    {
        string far = n.Step > Step.TcpConnected ? $", as far as {Words.Kebab(n.Step.ToString())}" : "";
        string wait = n.Wait <= Duration.Zero ? "" : n.Count == 1 ? $"; it will try again in {Span(n.Wait)}"
            : $"; it waits up to {Span(n.Wait)} before the next";
        (string took, string how) = (Span(n.Last - n.At), How(n.End.Mechanism));
        if (n.Entry.Kind == EntryKind.MemberEnded && n.End.Mechanism == Mechanism.Stopped)
            return n.Count == 1
                ? $"opens a stream and closes it itself after {took}, before stanzas may flow "
                    + "(dialback checks a key so)"
                : $"opens {(long)n.Count} streams over {took} and closes each itself, before stanzas may flow "
                    + "(dialback checks a key so)";
        return n.Count == 1 ? $"tries to connect{far}, and fails after {took}: {how}{wait}"
            : $"tries {(long)n.Count} times to connect{far}, over {took}: {how} each time{wait}";
    }
}
