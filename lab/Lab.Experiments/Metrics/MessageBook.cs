using System.Runtime.InteropServices;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What became of each message. One that was neither delivered, bounced nor stored is pending at the end of the run
/// when somebody still holds it and will send it, or when the connection it was written to still stands at both ends
/// (its bytes may be in a kernel's buffer); otherwise it is lost. Between servers that connection is a stream's.
/// A message is for an account: of several clients that share it any one may get it, and the first one counts; a copy
/// is one that the same client gets again.
/// </summary>
internal sealed class MessageBook(GroundTruth truth, IReadOnlyList<ClientRecord> clients, Cast cast)
{
    private readonly Dictionary<(long Number, int Client), int> elsewhere = [];   // copies of others than the first
    private readonly Dictionary<long, int> indexes = [];
    private readonly List<Line> lines = [];

    /// <summary>Why messages are lost.</summary>
    public LossBook Losses { get; } = new(truth);

    private struct Line
    {
        public long Number;
        public int From, To, Carrier, Connection, Copies, Receiver, HandedTo, Route, Member;
        public Instant SentAt, DeliveredAt;
        public bool Bounced, Stored, Held, Abandoned;
        public Loss Written;
    }

    public void On(in Entry e)
    {
        if (e.Kind == EntryKind.MessageSent)
        {
            Send(in e);
            return;
        }
        if (!indexes.TryGetValue(MessageEntry.Of(in e).Number, out int index)) return;
        Line line = lines[index];
        switch (e.Kind)
        {
            case EntryKind.MessageReceived:
                Receive(ref line, in e);
                break;
            case EntryKind.MessageBounced:
                line.Bounced = true;
                break;
            case EntryKind.MessageStored:
                line.Stored = true;
                break;
            case EntryKind.MessageHeld:
                line.Held = true;
                break;
            case EntryKind.MessageAbandoned:
                line.Abandoned = true;
                break;
            case EntryKind.MessageAccepted when line.To == SentEntry.ForeignEcho && e.Host >= 0:
                line.Connection = -1;                              // at the sender's server, on its way to the other
                line.Written = new Loss(LossCause.Unknown, null);
                break;
            case EntryKind.MessageAccepted when line.To < 0:
                if (line.Copies++ == 0) line.DeliveredAt = e.At;
                break;
            case EntryKind.StanzaPassed:
                (line.Route, line.Member) = (e.Host, StanzaEntry.Of(in e).Connection);
                line.Written = Losses.Written(line.Route, line.Member, Sender(in line));
                break;
            case EntryKind.MessageAccepted:
                line.Member = -1;
                line.Carrier = LikelyOf(line.To);
                line.Connection = clients[line.Carrier].Session.Connection;
                line.Written = Losses.Written(line.Carrier, line.Connection, PathEnd.Far);
                break;
            case EntryKind.MessageHanded:
                (line.Carrier, line.Connection, line.Member) = (e.Host, StanzaEntry.Of(in e).Connection, -1);
                line.HandedTo = e.Host;
                line.Written = Losses.Written(line.Carrier, line.Connection, PathEnd.Far);
                break;
        }
        lines[index] = line;
    }

    private void Receive(ref Line line, in Entry e)
    {
        if (line.Copies == 0) (line.DeliveredAt, line.Receiver, line.Copies) = (e.At, e.Host, 1);
        else if (e.Host == line.Receiver) line.Copies++;
        else
        {
            ref int copies = ref CollectionsMarshal.GetValueRefOrAddDefault(elsewhere, (line.Number, e.Host), out _);
            line.Copies = Math.Max(line.Copies, ++copies);
        }
    }

    // Which of an account's clients a server hands a message to, where it does not say so: the one that was meant, or
    // another while that one is away.
    private int LikelyOf(int client)
    {
        if (!cast.SharesAccounts || clients[client].Sessions.Count > 0) return client;
        return cast.DevicesOf(cast.Members[client]).Select(m => m.Index)
            .FirstOrDefault(c => clients[c].Sessions.Count > 0, client);
    }

    // An echo account that gets a question twice answers twice, under one number: another copy, no other message.
    private void Send(in Entry e)
    {
        SentEntry sent = SentEntry.Of(in e);
        // the answer of an echo account goes to whoever asked; when that was another server's client, only the
        // question tells who
        bool abroad = e.Host < 0 && sent.To < 0;
        int to = abroad ? lines[indexes[sent.Number - XmppServer.EchoOffset]].From : sent.To;
        bool again = indexes.TryGetValue(sent.Number, out int index);
        if (!again) indexes[sent.Number] = index = lines.Count;
        Line line = again ? lines[index] : new Line
        {
            Number = sent.Number, From = e.Host, To = to, HandedTo = to, SentAt = e.At,
        };
        line.Member = -1;
        line.Carrier = e.Host >= 0 ? e.Host : abroad ? to : LikelyOf(to);
        line.Connection = e.Host >= 0 ? clients[line.Carrier].OpenConnection
            : abroad ? -1 : clients[line.Carrier].Session.Connection;
        line.Written = Losses.Written(line.Carrier, line.Connection, e.Host >= 0 ? PathEnd.Near : PathEnd.Far);
        if (again) lines[index] = line;
        else lines.Add(line);
    }

    public IReadOnlyList<MessageRecord> Close() =>
    [
        .. lines.Select(l =>
        {
            MessageFate fate = FateOf(in l);
            (LossCause cause, FaultKind? fault) = fate == MessageFate.Lost ? LossOf(in l) : default;
            int had = l.Copies > 0 ? l.Receiver : l.HandedTo;
            return new MessageRecord(l.Number, l.From, l.To, l.SentAt, l.DeliveredAt, l.Copies, fate, cause, fault)
            {
                Elsewhere = l.To >= 0 && had != l.To ? had : null,
            };
        }),
    ];

    private Loss LossOf(in Line l)
    {
        Loss loss = l.Member >= 0 ? Losses.Of(l.Written, l.Route, l.Member)
            : Losses.Of(l.Written, l.Carrier, l.Connection);
        return loss.Cause == LossCause.Unknown && l.Abandoned ? new Loss(LossCause.GivenUp, null) : loss;
    }

    /// <summary>With bidi a server also sends on streams that it did not open.</summary>
    private PathEnd Sender(in Line l) =>
        l.From < 0 || clients[l.From].Path.ProcessAt(PathEnd.Far) == truth.Path(l.Route).ProcessAt(PathEnd.Near)
            ? PathEnd.Near : PathEnd.Far;

    private MessageFate FateOf(in Line l)
    {
        if (l.Copies > 0) return MessageFate.Delivered;
        if (l.Bounced) return MessageFate.Bounced;
        if (l.Held) return l.Stored ? MessageFate.Stored : MessageFate.Pending;
        bool stands = l.Member >= 0 ? truth.Path(l.Route).Stands(l.Member) : truth.Path(l.Carrier).Stands(l.Connection);
        return stands ? MessageFate.Pending : MessageFate.Lost;
    }
}
