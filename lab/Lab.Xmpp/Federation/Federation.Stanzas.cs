using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// Stanzas from remote domains, stream management, and the checks of streams and of pools.
public sealed partial class Federation
{
    // RFC 6120 sections 8.1.1.2, 8.1.2.2: each of these errors ends the stream.
    private void OnStanza(FederationStream stream, Element stanza)
    {
        bool addressed = Jid.TryParse(stanza.Attribute(Names.From), out Jid from)
            & Jid.TryParse(stanza.Attribute(Names.To), out Jid to);
        int local = addressed ? domains.Find(to.Domain) : -1;
        if (!stream.Ready || stream.Outbound && !stream.Bidi) Fail(stream, StreamErrorCondition.NotAuthorized);
        else if (!addressed) Fail(stream, StreamErrorCondition.ImproperAddressing);
        else if (local < 0)
            Fail(stream, domains.Missing(to.Domain));
        else if (stream.Pair(local, from.Domain) is not { Valid: true })
            Fail(stream, StreamErrorCondition.InvalidFrom);
        else
        {
            stream.Busy = now;
            stream.Acks?.CountHandled();
            bool own = stanza.Name.SequenceEqual(Names.Iq) && to.Local.IsEmpty && OnPong(stanza, from, local);
            if (own) return;
            scratch.Clear();
            Unscope(scratch, stanza);
            AddBody(new XmppAction(ActionKind.Deliver, stream.Number), scratch.Written);
        }
    }

    /// <summary>Between servers a stanza may say that it is of jabber:server; what is delivered says nothing of it
    /// (XML-02).</summary>
    private static void Unscope(XmppWriter writer, Element stanza)
    {
        ReadOnlySpan<byte> raw = stanza.Raw;
        int tag = raw.IndexOf((byte)'>'), at = raw[..tag].IndexOf(" xmlns='jabber:server'"u8);
        if (at < 0) at = raw[..tag].IndexOf(" xmlns=\"jabber:server\""u8);
        if (at < 0) writer.Raw(raw);
        else writer.Raw(raw[..at]).Raw(raw[(at + " xmlns='jabber:server'".Length)..]);
    }

    /// <summary>Takes the answers to pings of this machine out of what is delivered.</summary>
    private bool OnPong(Element iq, in Jid from, int local)
    {
        ReadOnlySpan<byte> type = iq.Attribute(Names.Type), id = iq.Attribute(Names.Id);
        bool answers = type.SequenceEqual("result"u8) || type.SequenceEqual("error"u8);
        if (!answers || id.Length < 2 || id[0] != 'f' || !Utf8Parser.TryParse(id[1..], out long number, out int used)
            || used != id.Length - 1 || number <= 0 || number > pings) return false;
        foreach (Remote remote in remotes)
        {
            if (!remote.Serves(local, from.Domain) || remote.Ping != number) continue;
            remote.Ping = 0;
            if (remote.Pings.PingAnswered(now, out Duration trip)) TellAnswer(remote.Pinged!, Traffic.Ping, trip);
            deadlines.Arm(remote, remote.Pings.NextTime);
            return true;
        }
        foreach (FederationStream? stream in streams)
        {
            if (stream is null || stream.Ping != number || stream.Pair(local, from.Domain) is null) continue;
            stream.Ping = 0;
            if (stream.Liveness.PingAnswered(now, out Duration trip)) TellAnswer(stream, Traffic.Ping, trip);
            stream.Verifying = Instant.Never;
            Touch(stream);
        }
        return true;
    }

    private void TellAnswer(FederationStream stream, Traffic traffic, Duration roundTrip) =>
        Add(new XmppAction(ActionKind.CheckAnswered, stream.Number, Traffic: traffic,
            A: roundTrip.Nanoseconds));

    private void TellCheck(FederationStream stream, Traffic traffic) =>
        Add(new XmppAction(ActionKind.CheckSent, stream.Number, Traffic: traffic));

    // stream management

    private void Enable(FederationStream stream)
    {
        Write(stream, Traffic.Handshake).Raw("<enable xmlns='urn:xmpp:sm:3'/>"u8);
        stream.Acks = new AckQueue(buffers, stream.Settings.Policy.Acks!.QueueStanzas);
        stream.Acks.Start(FirstStanzaCount);
    }

    private void OnAckElement(FederationStream stream, Element element)
    {
        ReadOnlySpan<byte> name = element.Name;
        if (name.SequenceEqual(Names.AckRequest) && stream.Acks is { } counts) WriteCount(stream, counts);
        else if (name.SequenceEqual(Names.AckAnswer) && stream.Acks is { } queue) OnAck(stream, queue, element);
        else if (name.SequenceEqual(Names.Enabled) && stream is { Outbound: true, Acks: not null })
            stream.Liveness.EnableAcks(now);
        else if (name.SequenceEqual(Names.Failed) && stream.Outbound)
        {
            stream.Acks?.Release();
            stream.Acks = null;
        }
        else if (name.SequenceEqual(Names.Enable) && !stream.Outbound) OnEnable(stream);
        else if (name.SequenceEqual(Names.Resume) && stream.Writes)
            Write(stream, Traffic.Handshake).Raw("<failed xmlns='urn:xmpp:sm:3'>"u8)
                .Condition(StanzaError.FeatureNotImplemented).Raw("</failed>"u8);
        else Fail(stream, StreamErrorCondition.UnsupportedStanzaType);
    }

    /// <summary>What a peer gets that enables stream management on a stream of its own.</summary>
    private AckPolicy? AcksFor(RemoteSettings remote) => remote.Policy.Acks ?? settings.AcksWhenAsked;

    private void OnEnable(FederationStream stream)
    {
        if (stream.Acks is not null) Fail(stream, StreamErrorCondition.PolicyViolation);                 // SM-03
        else if (!stream.Writes) return;
        else if (!stream.Ready || AcksFor(stream.Settings) is not { } policy)
            Write(stream, Traffic.Handshake).Raw("<failed xmlns='urn:xmpp:sm:3'>"u8)
                .Condition(stream.Ready ? StanzaError.FeatureNotImplemented : StanzaError.UnexpectedRequest)
                .Raw("</failed>"u8);
        else
        {
            Write(stream, Traffic.Handshake).Raw("<enabled xmlns='urn:xmpp:sm:3'/>"u8);
            stream.Acks = new AckQueue(buffers, policy.QueueStanzas);
            stream.Acks.Start(FirstStanzaCount);
            stream.Liveness.EnableAcks(now);
        }
    }

    private void OnAck(FederationStream stream, AckQueue queue, Element ack)
    {
        ReadOnlySpan<byte> text = ack.Attribute("h"u8);
        if (!Utf8Parser.TryParse(text, out uint h, out int used) || used != text.Length)
            Fail(stream, StreamErrorCondition.InvalidXml);
        else if (!queue.TryAcknowledge(h))
            Fail(stream, StreamErrorCondition.UndefinedCondition, detail: Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"<handled-count-too-high xmlns='urn:xmpp:sm:3' h='{h}' send-count='{queue.Sent}'/>")));
        else
        {
            stream.Verifying = Instant.Never;
            if (stream.Liveness.AckAnswered(now, out Duration trip)) TellAnswer(stream, Traffic.Acks, trip);
        }
    }

    private void WriteCount(FederationStream stream, AckQueue counts)
    {
        if (stream.Writes)
            Write(stream, Traffic.Acks).Raw("<a xmlns='urn:xmpp:sm:3' h='"u8).Number(counts.Handled).Raw("'/>"u8);
    }

    /// <summary>Where the counters of stream management begin; other than 0 only to test their wrap.</summary>
    internal uint FirstStanzaCount { get; init; }

    // checks

    private void Check(FederationStream stream)
    {
        stream.Touched = false;
        if (stream.Phase == FederationPhase.Over) return;
        while (stream.Liveness.Take(now) is { Kind: not DueKind.Nothing } due) Do(stream, due);
        if (stream.Phase == FederationPhase.Over) return;
        if (stream.Phase == FederationPhase.Established) CheckQuiet(stream);
        if (stream.Phase == FederationPhase.Over) return;
        Instant next = Instant.Min(stream.PhaseEnd, stream.Liveness.NextTime);
        deadlines.Arm(stream, stream.Phase == FederationPhase.Established
            ? Instant.Min(next, Instant.Min(SilenceEnd(stream), IdleEnd(stream))) : next);
    }

    private void Do(FederationStream stream, in Due due)
    {
        switch (due.Kind)
        {
            case DueKind.SendWhitespace:
                if (!stream.Writes) return;
                Write(stream, Traffic.Whitespace).Raw(" "u8);
                TellCheck(stream, Traffic.Whitespace);
                break;
            case DueKind.SendPing:
                if (stream.Slot >= 0) SendPing(stream, stream.Ping = ++pings);
                else stream.Liveness.PingAnswered(now, out _);
                break;
            case DueKind.RequestAck:
                Write(stream, Traffic.Acks).Raw("<r xmlns='urn:xmpp:sm:3'/>"u8);
                TellCheck(stream, Traffic.Acks);
                break;
            case DueKind.GiveUp:
                Blame(stream, due.Mechanism);
                break;
        }
    }

    private static Instant SilenceEnd(FederationStream stream) =>
        stream.Settings.SilenceLimit is { } limit ? stream.Heard + limit : Instant.Never;

    // A stream with something on its way is not idle.
    private static Instant IdleEnd(FederationStream stream) =>
        stream.Settings.Policy.Idle is not { } idle || stream.Acks is { Count: > 0 } ? Instant.Never
        : stream.Verifying != Instant.Never ? stream.Verifying + idle.Timeout
        : stream.Busy + idle.After;

    private void CheckQuiet(FederationStream stream)
    {
        if (SilenceEnd(stream) <= now) Blame(stream, Mechanism.IdleRule);
        else if (IdleEnd(stream) > now) return;
        else if (stream.Verifying != Instant.Never) Blame(stream, Mechanism.IdleRule);
        else if (stream.Settings.Policy.Idle!.Then == IdleAction.VerifyFirst)
        {
            stream.Busy = stream.Verifying = now;
            if (stream.Liveness.AcksEnabled)
            {
                Write(stream, Traffic.Acks).Raw("<r xmlns='urn:xmpp:sm:3'/>"u8);
                TellCheck(stream, Traffic.Acks);
            }
            else if (stream.Slot >= 0) SendPing(stream, stream.Ping = ++pings);
            else stream.Verifying = Instant.Never;             // nothing can be asked over a stream that only brings
        }
        else if (stream.Settings.Policy.Idle.Then == IdleAction.Error)
            Fail(stream, StreamErrorCondition.PolicyViolation, Mechanism.IdleRule, Claim.Idle);
        else CloseStream(stream, Claim.Idle, Mechanism.IdleRule);
    }

    /// <summary>The ping from domain to domain, over the member that routing picks for it.</summary>
    private void CheckRemote(Remote remote)
    {
        while (remote.Pings.Take(now) is { Kind: not DueKind.Nothing } due)
        {
            if (due.Kind == DueKind.GiveUp)
            {
                remote.Ping = 0;
                remote.Pings.Establish(now);
                if (remote.Pinged is { Ended: false } blamed) Blame(blamed, Mechanism.PingTimeout);
                continue;
            }
            int local = Math.Max(0, remote.Local);
            FederationStream? member = remote.Slots[remote.Choose(domains[local])].Stream;
            if (member is null || !member.Carries(local, remote.Name))
                member = remote.Slots.Select(slot => slot.Stream)
                    .FirstOrDefault(stream => stream is { Ready: true, Ended: false });
            if (member is null || !member.Carries(local, remote.Name))
            {
                remote.Pings.PingAnswered(now, out _);                 // nothing to ping over: no verdict either
                continue;
            }
            remote.Pinged = member;
            SendPing(member, remote.Ping = ++pings);
        }
        deadlines.Arm(remote, remote.Pings.NextTime);
    }

    private void SendPing(FederationStream stream, long number)
    {
        scratch.Clear();
        scratch.Raw("<iq type='get'"u8).Attribute(Names.From, domains[stream.Local])
            .Attribute(Names.To, stream.Remote).Raw(" id='f"u8).Number(number)
            .Raw("'><ping xmlns='urn:xmpp:ping'/></iq>"u8);
        Instant busy = stream.Busy;
        Pass(stream, scratch.Written, OwnPing, now);
        if (stream.Verifying == Instant.Never) stream.Busy = busy;     // a check is no use of the stream
        TellCheck(stream, Traffic.Ping);
    }

    private void Blame(FederationStream stream, Mechanism mechanism)
    {
        bool closes = stream.Settings.OnFailedCheck == FailedCheck.CloseMember;
        Claim claim = closes ? Claim.Broken : Claim.Dead;
        Add(new XmppAction(ActionKind.Blamed, stream.Number, Claim: claim, Mechanism: mechanism));
        switch (stream.Settings.OnFailedCheck)
        {
            case FailedCheck.CloseMember:
                Fail(stream, StreamErrorCondition.ConnectionTimeout, mechanism, claim);
                break;
            case FailedCheck.DropMember:
                Drop(stream, claim, mechanism);
                break;
            default:
                foreach (FederationStream other in streams.OfType<FederationStream>().ToList())
                    if (other.Ready && Jid.SameText(other.Remote, stream.Remote)) Drop(other, claim, mechanism);
                break;
        }
    }
}
