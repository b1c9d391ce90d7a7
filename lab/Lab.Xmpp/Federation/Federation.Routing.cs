using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// Towards remote domains: pools, queues, what is returned (RFC 6120 section 10.4).
public sealed partial class Federation
{
    private const long Unnumbered = -1, OwnPing = -2;

    /// <summary>
    /// Sends a stanza from a served domain to another one; <paramref name="stanza"/> is its text as it shall go out,
    /// with both addresses. Addresses that break that are a bug of the caller and throw.
    /// </summary>
    /// <param name="answers">The stream that brought what this answers, or -1: between the domains themselves an answer
    /// takes the same connection when that carries stanzas both ways.</param>
    public void Send(
        Instant now, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> stanza,
        long number = Unnumbered, int answers = -1)
    {
        Begin(now);
        int local = Jid.TryParse(sender, out Jid from) ? domains.Find(from.Domain) : -1;
        if (local < 0 || !Jid.TryParse(recipient, out Jid to) || domains.Find(to.Domain) >= 0)
            throw new ArgumentException(
                $"not from here to elsewhere: {Encoding.UTF8.GetString(sender)} {Encoding.UTF8.GetString(recipient)}");
        bool between = from.Local.Length + to.Local.Length == 0;
        var back = answers >= 0 && between ? machine[answers] as FederationStream : null;
        if (back is { Bidi: true } && back.Carries(local, to.Domain)) Pass(back, stanza, number, Now);
        else
        {
            int slash = sender.IndexOf((byte)'/');
            Route(RemoteOf(local, to.Domain), local, slash < 0 ? sender : sender[..slash], stanza, number);
        }
        Finish();
    }

    /// <summary>
    /// Puts a stanza on the stream that is picked for it, or into its queue; returns that place, or -1.
    /// </summary>
    private int Route(
        Remote remote, int local, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> stanza, long number)
    {
        if (Now < remote.BarredUntil)
        {
            Return(stanza, number, remote.BarredBy);
            return -1;
        }
        int place = remote.Choose(sender);
        Slot slot = remote.Slots[place];
        if (slot.Waiting.Count == 0 && slot.Stream is { } stream && stream.Carries(local, remote.Name))
        {
            Pass(stream, stanza, number, Now);
            return place;
        }
        if (remote.Queued >= remote.Settings.QueueStanzas)
        {
            Return(stanza, number, StanzaError.ResourceConstraint);
            return -1;
        }
        slot.Waiting.Add(new Waiting(local, stanza.ToArray(), number, Now));
        Fill(remote, place);
        if (number >= 0)
            machine.Add(new XmppAction(ActionKind.Queued, slot.Stream!.Number, A: number, B: remote.Queued));
        if (slot.Stream is { Negotiated: true, Outbound: true } open) AskFor(open, local);
        return place;
    }

    private Remote RemoteOf(int local, ReadOnlySpan<byte> domain)
    {
        foreach (Remote known in remotes)
            if (known.Serves(local, domain)) return known;
        string name = Text(domain);
        RemoteSettings own = SettingsOf(name);
        bool shared = settings.Multiplex && own.Auth == FederationAuth.Dialback;
        PingPolicy? ping = own.PingScope == PingScope.Routed ? own.Policy.Ping : null;
        var remote = new Remote(name, shared ? -1 : local, own, new Liveness(Policy.Nothing with { Ping = ping }));
        remotes.Add(remote);
        return remote;
    }

    /// <summary>Opens the stream of a place that has none; of an empty pool, all of them.</summary>
    private void Fill(Remote remote, int place)
    {
        bool all = remote.IsEmpty;
        int local = remote.Slots[place].Waiting.Count > 0 ? remote.Slots[place].Waiting[0].Local : remote.Local;
        for (int i = 0; i < remote.Slots.Length; i++)
        {
            Slot slot = remote.Slots[i];
            if (slot.Stream is not null || i != place && (!all || slot.Refused)) continue;
            slot.Stream = NewOutbound(Math.Max(0, local), remote.Domain, i);
            slot.Stream.Pool = remote;
            slot.Stream.Slot = i;
        }
    }

    private FederationStream NewOutbound(int local, string domain, int place = -1)
    {
        FederationStream stream = NewStream(outbound: true, SettingsOf(domain));
        stream.Local = local;
        stream.To = domain;
        stream.Remote = Encoding.UTF8.GetBytes(domain);
        machine.Add(new XmppAction(ActionKind.Connect, stream.Number, A: place));
        return stream;
    }

    /// <summary>Everything is said but whose stanzas it shall carry.</summary>
    private void OnNegotiated(FederationStream stream)
    {
        stream.Negotiated = true;
        foreach (Verification question in verifications)
            if (question.Over == stream) Ask(stream, question);
        if (stream.VerifyOnly) return;
        if (stream.Authenticated)
        {
            Establish(stream, new DomainPair(stream, stream.Local, stream.Remote, stream.To!));
            return;
        }
        AskFor(stream, stream.Local);
        if (stream.Slot < 0) return;
        foreach (Waiting stanza in stream.Pool!.Slots[stream.Slot].Waiting) AskFor(stream, stanza.Local);
    }

    /// <summary>A pair of domains is validated on the stream: its stanzas may flow.</summary>
    private void Establish(FederationStream stream, DomainPair pair)
    {
        pair.Valid = true;
        machine.Deadlines.Disarm(pair);
        if (!stream.Pairs.Contains(pair)) stream.Pairs.Add(pair);
        if (!stream.Outbound && stream.Bidi) Join(stream, pair);
        if (!stream.Ready) MakeReady(stream);
        if (stream.Slot >= 0) Flush(stream.Pool!.Slots[stream.Slot]);
    }

    private void MakeReady(FederationStream stream)
    {
        stream.MakeReady();
        machine.Add(new XmppAction(ActionKind.Ready, stream.Number, A: stream.Slot));
        if (stream.Outbound && stream.OffersAcks && stream.Settings.Policy.Acks is not null) Enable(stream);
        if (stream.Pool is not { } pool) return;
        if (pool.Pings.NextTime == Instant.Never) pool.Pings.Establish(Now);
        machine.Deadlines.Arm(pool, pool.Pings.NextTime);
    }

    /// <summary>A stream that the peer opened both ways takes a place that nothing fills.</summary>
    private void Join(FederationStream stream, DomainPair pair)
    {
        if (stream.Slot >= 0) return;
        Remote remote = RemoteOf(pair.Local, pair.Remote);
        int place = remote.Local < 0 ? -1 : Array.FindIndex(remote.Slots, slot => slot.Stream is null);
        if (place < 0) return;
        remote.Slots[place].Stream = stream;
        stream.Pool = remote;
        stream.Slot = place;
    }

    private void Flush(Slot slot)
    {
        if (slot.Stream is not { } stream || slot.Waiting.Count == 0) return;
        foreach (Waiting w in slot.Waiting)
            if (stream.Carries(w.Local, stream.Pool!.Name)) Pass(stream, w.Bytes, w.Number, w.First);
        slot.Waiting.RemoveAll(w => stream.Carries(w.Local, stream.Pool!.Name));
    }

    private void Pass(FederationStream stream, ReadOnlySpan<byte> stanza, long number, Instant first)
    {
        stream.Write(number == OwnPing ? Traffic.Ping : Traffic.Payload).Raw(stanza);
        stream.Busy = Now;
        if (stream.Acks is { } acks)
        {
            acks.Push(first, number, stanza);
            stream.Liveness.SentStanza(Now);
        }
        if (number >= 0)
            machine.Add(new XmppAction(ActionKind.Passed, stream.Number, A: number, B: stream.Slot));
    }

    /// <summary>A stream of a pool is gone: another takes its place, or the place is given up.</summary>
    private void WindUp(FederationStream dead)
    {
        Remote remote = dead.Pool!;
        int place = dead.Slot;
        Slot slot = remote.Slots[place];
        slot.Stream = null;
        TakeBack(remote, slot, dead);
        if (dead.Ready)
        {
            bool barred = Now < remote.BarredUntil;
            if (slot.Waiting.Count > 0 && !barred) Fill(remote, place);
            else if (barred) ReturnAll(remote, place, _ => true, remote.BarredBy);
            if (remote.IsEmpty) remote.ResetWays();
        }
        else GiveUp(remote, place, dead);
        if (remote.IsEmpty)
        {
            remote.Pings.Close();
            remote.Ping = 0;
            machine.Deadlines.Disarm(remote);
        }
    }

    /// <summary>What a dead stream left unacknowledged comes before all that waits, or goes back.</summary>
    private void TakeBack(Remote remote, Slot slot, FederationStream dead)
    {
        if (dead.Acks is not { Count: > 0 } acks) return;
        var again = new List<Waiting>();
        foreach (UnackedStanza stanza in acks)
        {
            if (stanza.Number == OwnPing) continue;
            if (remote.Settings.Unacked == UnackedFate.Return)
                Return(stanza.Bytes, stanza.Number, StanzaError.RemoteServerTimeout);
            else again.Add(new Waiting(LocalOf(remote, stanza.Bytes), stanza.Bytes.ToArray(), stanza.Number,
                stanza.FirstSent));
        }
        slot.Waiting.InsertRange(0, again);
        acks.Release();
    }

    private int LocalOf(Remote remote, ReadOnlySpan<byte> stanza)
    {
        if (remote.Local >= 0) return remote.Local;
        if (rereader.Read(ref stanza) != WireEvent.Element)
            throw new InvalidOperationException($"{stanza.Length} queued bytes are not one stanza");
        Jid.TryParse(rereader.Element.Attribute(Names.From), out Jid from);
        int local = domains.Find(from.Domain);
        rereader.Release();
        return local;
    }

    /// <summary>No stream for this place: its stanzas go over another one, or back to their senders (RTE-05).</summary>
    private void GiveUp(Remote remote, int place, FederationStream failed)
    {
        Slot slot = remote.Slots[place];
        int other = remote.Find(place, stream => stream.Ready);
        if (other < 0) other = remote.Find(place, _ => true);
        if (other >= 0)
        {
            slot.Refused = failed.Failure == StanzaError.Conflict;
            Slot next = remote.Slots[other];
            next.Waiting.AddRange(slot.Waiting);
            slot.Waiting.Clear();
            remote.Move(place, other);
            Flush(next);
            if (next.Stream is { Negotiated: true, Outbound: true } open)
                foreach (Waiting stanza in next.Waiting) AskFor(open, stanza.Local);
            return;
        }
        StanzaError error = failed.Failure == StanzaError.Conflict ? StanzaError.RemoteServerTimeout : failed.Failure;
        for (int i = 0; i < remote.Slots.Length; i++) ReturnAll(remote, i, _ => true, error);
        remote.ResetWays();
        if (remote.Settings.Retry != RetryRule.NegativeCache || Now < remote.BarredUntil) return;
        remote.BarredUntil = Now + retries.Between(Duration.FromSeconds(1), remote.Settings.RetryMax);
        remote.BarredBy = error;
    }

    private void ReturnAll(Remote remote, int place, Predicate<Waiting> such, StanzaError error)
    {
        List<Waiting> waiting = remote.Slots[place].Waiting;
        foreach (Waiting stanza in waiting)
            if (such(stanza)) Return(stanza.Bytes, stanza.Number, error);
        waiting.RemoveAll(such);
    }

    private void Return(ReadOnlySpan<byte> stanza, long number, StanzaError error)
    {
        if (number == OwnPing) return;
        machine.Add(new XmppAction(ActionKind.Returned, Error: error, A: number), stanza);
    }
}
