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
        if (!stream.Ready || stream.Outbound && !stream.Bidi) stream.Fail(StreamErrorCondition.NotAuthorized);
        else if (!addressed) stream.Fail(StreamErrorCondition.ImproperAddressing);
        else if (local < 0)
            stream.Fail(domains.Missing(to.Domain));
        else if (stream.Pair(local, from.Domain) is not { Valid: true })
            stream.Fail(StreamErrorCondition.InvalidFrom);
        else
        {
            stream.Busy = Now;
            stream.Acks?.CountHandled();
            bool own = stanza.Name.SequenceEqual(Names.Iq) && to.Local.IsEmpty && OnPong(stanza, from, local);
            if (own) return;
            scratch.Clear();
            Unscope(scratch, stanza);
            machine.Add(new XmppAction(ActionKind.Deliver, stream.Number), scratch.Written);
        }
    }

    /// <summary>
    /// Between servers a stanza may say that it is of jabber:server; what is delivered says nothing of it (XML-02).
    /// </summary>
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
        if (!answers || !AckElements.TryNumber(id, (byte)'f', out long number) || number <= 0 || number > pings)
            return false;
        foreach (Remote remote in remotes)
        {
            if (!remote.Serves(local, from.Domain) || remote.Ping != number) continue;
            remote.Ping = 0;
            if (remote.Pings.PingAnswered(Now, out Duration trip)) remote.Pinged!.TellPingAnswer(trip);
            machine.Deadlines.Arm(remote, remote.Pings.NextTime);
            return true;
        }
        foreach (FederationStream stream in Streams)
        {
            if (stream.Ping != number || stream.Pair(local, from.Domain) is null) continue;
            stream.Ping = 0;
            if (stream.Liveness.PingAnswered(Now, out Duration trip)) stream.TellPingAnswer(trip);
            stream.Verifying = Instant.Never;
            stream.Touch();
        }
        return true;
    }

    // stream management

    private void Enable(FederationStream stream)
    {
        stream.Write(Traffic.Handshake).Raw("<enable xmlns='urn:xmpp:sm:3'/>"u8);
        stream.Acks = new AckQueue(buffers, stream.Settings.Policy.Acks!.QueueStanzas);
        stream.Acks.Start(FirstStanzaCount);
    }

    /// <summary>What a peer gets that enables stream management on a stream of its own.</summary>
    private AckPolicy? AcksFor(RemoteSettings remote) => remote.Policy.Acks ?? settings.AcksWhenAsked;

    private void OnEnable(FederationStream stream)
    {
        if (AcksFor(stream.Settings) is not { } policy)
        {
            stream.Write(Traffic.Handshake).AckRefusal(StanzaError.FeatureNotImplemented);
            return;
        }
        stream.Write(Traffic.Handshake).Raw("<enabled xmlns='urn:xmpp:sm:3'/>"u8);
        stream.Acks = new AckQueue(buffers, policy.QueueStanzas);
        stream.Acks.Start(FirstStanzaCount);
        stream.Liveness.EnableAcks(Now);
    }

    /// <summary>Where the counters of stream management begin; other than 0 only to test their wrap.</summary>
    internal uint FirstStanzaCount { get; init; }

    // checks

    internal void CheckQuiet(FederationStream stream)
    {
        if (stream.SilenceEnd <= Now) Blame(stream, Mechanism.IdleRule);
        else if (stream.IdleEnd > Now) return;
        else if (stream.Verifying != Instant.Never) Blame(stream, Mechanism.IdleRule);
        else if (stream.Settings.Policy.Idle!.Then == IdleAction.VerifyFirst)
        {
            stream.Busy = stream.Verifying = Now;
            if (stream.Liveness.AcksEnabled) stream.VerifyByAck();
            else if (stream.Slot >= 0) SendPing(stream);
            else stream.Verifying = Instant.Never;             // nothing can be asked over a stream that only brings
        }
        else if (stream.Settings.Policy.Idle.Then == IdleAction.Error)
            stream.Fail(StreamErrorCondition.PolicyViolation, Mechanism.IdleRule, Claim.Idle);
        else stream.Close(Claim.Idle, Mechanism.IdleRule);
    }

    /// <summary>The ping from domain to domain, over the member that routing picks for it.</summary>
    private void CheckRemote(Remote remote)
    {
        while (remote.Pings.Take(Now) is { Kind: not DueKind.Nothing } due)
        {
            if (due.Kind == DueKind.GiveUp)
            {
                remote.Ping = 0;
                remote.Pings.Establish(Now);
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
                remote.Pings.PingAnswered(Now, out _);                 // nothing to ping over: no verdict either
                continue;
            }
            remote.Pinged = member;
            SendPing(member, remote.Ping = ++pings);
        }
        machine.Deadlines.Arm(remote, remote.Pings.NextTime);
    }

    internal void SendPing(FederationStream stream) => SendPing(stream, stream.Ping = ++pings);

    private void SendPing(FederationStream stream, long number)
    {
        scratch.Clear();
        scratch.Raw("<iq type='get'"u8).Attribute(Names.From, domains[stream.Local])
            .Attribute(Names.To, stream.Remote).Raw(" id='f"u8).Number(number)
            .Raw("'><ping xmlns='urn:xmpp:ping'/></iq>"u8);
        Instant busy = stream.Busy;
        Pass(stream, scratch.Written, OwnPing, Now);
        if (stream.Verifying == Instant.Never) stream.Busy = busy;     // a check is no use of the stream
        stream.TellPing();
    }

    internal void Blame(FederationStream stream, Mechanism mechanism)
    {
        bool closes = stream.Settings.OnFailedCheck == FailedCheck.CloseMember;
        Claim claim = closes ? Claim.Broken : Claim.Dead;
        stream.Add(new XmppAction(ActionKind.Blamed, Claim: claim, Mechanism: mechanism));
        switch (stream.Settings.OnFailedCheck)
        {
            case FailedCheck.CloseMember:
                stream.Fail(StreamErrorCondition.ConnectionTimeout, mechanism, claim);
                break;
            case FailedCheck.DropMember:
                stream.Drop(claim, mechanism);
                break;
            default:
                foreach (FederationStream other in Streams)
                    if (other.Ready && Jid.SameText(other.Remote, stream.Remote)) other.Drop(claim, mechanism);
                break;
        }
    }
}
