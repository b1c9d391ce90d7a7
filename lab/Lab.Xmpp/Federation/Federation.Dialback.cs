using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// Server Dialback in its three roles (XEP-0220): initiating (AskFor, OnResult), receiving (OnClaim, OnVerdict) and
// authoritative (OnQuestion).
public sealed partial class Federation
{
    private void OnDialback(FederationStream stream, Element element, bool result)
    {
        bool addressed = Jid.TryParse(element.Attribute(Names.From), out Jid from)
            & Jid.TryParse(element.Attribute(Names.To), out Jid to);
        if (!addressed || from.Local.Length + from.Resource.Length + to.Local.Length + to.Resource.Length > 0)
            stream.Fail(StreamErrorCondition.ImproperAddressing);
        else if (element.TryAttribute(Names.Type, out ReadOnlySpan<byte> type))
        {
            if (result) OnResult(stream, from.Domain, to.Domain, type);
            else OnVerdict(stream, element, from.Domain, to.Domain, type);
        }
        else if (IgnoresDialback) return;
        else if (stream.Outbound) stream.Fail(StreamErrorCondition.NotAuthorized);      // only who connects may ask
        else if (result) OnClaim(stream, from.Domain, to.Domain, element.Text);
        else OnQuestion(stream, element, from.Domain, to.Domain);
    }

    // initiating

    /// <summary>Says whose stanzas the stream shall carry, once per local domain.</summary>
    private void AskFor(FederationStream stream, int local)
    {
        if (stream.Pair(local, stream.Remote) is not null || !stream.Writes) return;
        var pair = new DomainPair(stream, local, stream.Remote, stream.To!);
        stream.Pairs.Add(pair);
        machine.Deadlines.Arm(pair, Now + stream.Settings.DialbackTimeout);
        stream.Write(Traffic.Handshake).Raw("<db:result"u8).Attribute(Names.From, domains[local])
            .Attribute(Names.To, stream.Remote).Raw(">"u8)
            .Raw(keys.Of(Text(stream.Remote), settings.Domains[local], stream.Id)).Raw("</db:result>"u8);
    }

    /// <summary>A verdict that nobody asked for on this very stream is dropped (DB-03).</summary>
    private void OnResult(
        FederationStream stream, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> type)
    {
        if (!stream.Outbound || stream.Pair(domains.Find(to), from) is not { Valid: false } pair) return;
        if (type.SequenceEqual("valid"u8)) Establish(stream, pair);
        else if (type.SequenceEqual("invalid"u8)) Reject(pair, StanzaError.InternalServerError);        // DB-04
        else Reject(pair, StanzaError.RemoteServerTimeout);                                             // DB-05
    }

    /// <summary>Returns what waits for the pair; the stream goes on while it carries another one.</summary>
    private void Reject(DomainPair pair, StanzaError error)
    {
        FederationStream stream = pair.Stream;
        machine.Deadlines.Disarm(pair);
        stream.Pairs.Remove(pair);
        stream.Failure = error;
        if (stream.Slot >= 0) ReturnAll(stream.Pool!, stream.Slot, w => w.Local == pair.Local, error);
        if (stream.Pairs.Count == 0 && stream.Writes) stream.Close(Claim.None, Mechanism.ProtocolError);
    }

    // receiving

    private void OnClaim(
        FederationStream stream, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> key)
    {
        int local = domains.Find(to);
        if (stream.Pair(local, from) is { } known)
        {
            if (known.Valid) WriteResult(stream, known, "valid"u8);
            return;
        }
        if (local < 0 || !IsForUs(stream)) RefuseClaim(stream, from, to, StanzaError.ItemNotFound);
        else if (!MayAuthenticate(stream)) RefuseClaim(stream, from, to, StanzaError.PolicyViolation);
        else if (stream.Settings.Auth != FederationAuth.Dialback)
            RefuseClaim(stream, from, to, StanzaError.NotAuthorized);
        else if (domains.Find(from) >= 0) RefuseClaim(stream, from, to, StanzaError.NotAcceptable);
        else if (stream.Pairs.Count >= settings.MaxPairs)
            RefuseClaim(stream, from, to, StanzaError.ResourceConstraint);
        else Verify(stream, new DomainPair(stream, local, from.ToArray(), Text(from)), key);
    }

    /// <summary>Whether the remote domain has as many streams to the local one as it may have.</summary>
    private bool IsOneTooMany(FederationStream newcomer, int local, ReadOnlySpan<byte> remote)
    {
        if (SettingsOf(Text(remote)).MaxStreamsFrom is not { } most) return false;
        int others = 0;
        foreach (FederationStream stream in Streams)
            if (stream is { Outbound: false, Ready: true, Ended: false } && stream != newcomer
                && stream.Pair(local, remote) is { Valid: true }) others++;
        return others >= most;
    }

    private void Verify(FederationStream stream, DomainPair claim, ReadOnlySpan<byte> key)
    {
        stream.Pairs.Add(claim);
        var question = new Verification(claim, stream.Id, key.ToArray());
        verifications.Add(question);
        if (hosts.Find(claim.Remote) is >= 0 and var vouched)
        {
            Conclude(question, IsGenuine(key, names[claim.Local], vouched, stream.Id) ? null : StanzaError.Forbidden);
            return;
        }
        RemoteSettings remote = SettingsOf(claim.Domain);
        question.Over = remote.VerifyAlone ? null : OpenStreamTo(claim.Remote);
        machine.Deadlines.Arm(question, Now + remote.VerifyTimeout);
        if (question.Over is { } open) Ask(open, question);
        else
        {
            FederationStream alone = NewOutbound(claim.Local, claim.Domain);
            alone.VerifyOnly = true;
            question.Over = alone;
        }
    }

    private FederationStream? OpenStreamTo(ReadOnlySpan<byte> remote)
    {
        foreach (FederationStream stream in Streams)
            if (stream is { Outbound: true, Negotiated: true, Writes: true, VerifyOnly: false }
                && Jid.SameText(stream.Remote, remote)) return stream;
        return null;
    }

    private void Ask(FederationStream over, Verification question) =>
        over.Write(Traffic.Handshake).Raw("<db:verify"u8).Attribute(Names.From, domains[question.Claim.Local])
            .Attribute(Names.To, question.Claim.Remote).Attribute(Names.Id, Encoding.UTF8.GetBytes(question.Id))
            .Raw(">"u8).Text(question.Key).Raw("</db:verify>"u8);

    /// <summary>Correlated with a question on the same stream, else dropped (DB-03).</summary>
    private void OnVerdict(
        FederationStream stream, Element element, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to,
        ReadOnlySpan<byte> type)
    {
        int local = domains.Find(to);
        string id = Encoding.UTF8.GetString(element.Attribute(Names.Id));
        Verification? asked = null;
        foreach (Verification v in verifications)
            if (v.Over == stream && v.Id == id && v.Claim.Is(local, from)) asked = v;
        if (asked is null) return;
        if (type.SequenceEqual("valid"u8)) Conclude(asked, null);
        else if (type.SequenceEqual("invalid"u8)) Conclude(asked, StanzaError.Forbidden);
        else Conclude(asked, StanzaError.RemoteServerNotFound);
    }

    /// <summary>Ends a verification; null = the key is the domain's own.</summary>
    private void Conclude(Verification question, StanzaError? problem)
    {
        machine.Deadlines.Disarm(question);
        verifications.Remove(question);
        DomainPair claim = question.Claim;
        FederationStream stream = claim.Stream;
        if (question.Over is { VerifyOnly: true, Ended: false } alone)
        {
            alone.Close(Claim.None, Mechanism.Stopped);                                   // DB-11
        }
        if (!stream.Writes || !stream.Pairs.Contains(claim)) return;
        if (problem is null && IsOneTooMany(stream, claim.Local, claim.Remote))
        {
            stream.Fail(StreamErrorCondition.Conflict);
            return;
        }
        if (problem is null)
        {
            WriteResult(stream, claim, "valid"u8);
            Establish(stream, claim);
            return;
        }
        stream.Pairs.Remove(claim);
        bool others = stream.Pairs.Exists(pair => pair.Valid);
        if (problem != StanzaError.Forbidden || others)
        {
            RefuseClaim(stream, claim.Remote, domains[claim.Local], problem.Value);
            return;
        }
        WriteResult(stream, claim, "invalid"u8);
        if (stream.Pairs.Count == 0) stream.Close(Claim.None, Mechanism.ProtocolError);
    }

    private void WriteResult(FederationStream stream, DomainPair claim, ReadOnlySpan<byte> verdict) =>
        stream.Write(Traffic.Handshake).Raw("<db:result"u8).Attribute(Names.From, domains[claim.Local])
            .Attribute(Names.To, claim.Remote).Attribute(Names.Type, verdict).Raw("/>"u8);

    // A peer that knows no dialback errors gets a stream error, and only then do other pairs of the stream suffer.
    private void RefuseClaim(
        FederationStream stream, ReadOnlySpan<byte> remote, ReadOnlySpan<byte> local, StanzaError error)
    {
        if (settings.DialbackErrors)
            stream.Write(Traffic.Handshake).Raw("<db:result"u8).Attribute(Names.From, local)
                .Attribute(Names.To, remote).Raw(" type='error'>"u8).Error(error).Raw("</db:result>"u8);
        else stream.Fail(error switch
        {
            StanzaError.ItemNotFound => StreamErrorCondition.HostUnknown,
            StanzaError.PolicyViolation => StreamErrorCondition.PolicyViolation,
            StanzaError.ResourceConstraint => StreamErrorCondition.ResourceConstraint,
            StanzaError.RemoteServerNotFound or StanzaError.RemoteServerTimeout or StanzaError.RemoteConnectionFailed
                => StreamErrorCondition.RemoteConnectionFailed,
            _ => StreamErrorCondition.NotAuthorized,
        });
    }

    // authoritative

    /// <summary>Is this key ours? Answered to anybody, from the secret alone.</summary>
    private void OnQuestion(FederationStream stream, Element question, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        int local = hosts.Find(to);
        ReadOnlySpan<byte> id = question.Attribute(Names.Id);
        if (local < 0 && !settings.DialbackErrors)
        {
            stream.Fail(StreamErrorCondition.HostUnknown);
            return;
        }
        XmppWriter answer = stream.Write(Traffic.Handshake).Raw("<db:verify"u8).Attribute(Names.From, to)
            .Attribute(Names.To, from).Attribute(Names.Id, id);
        if (local < 0) answer.Raw(" type='error'>"u8).Error(StanzaError.ItemNotFound).Raw("</db:verify>"u8);
        else
            answer.Attribute(Names.Type, IsGenuine(question.Text, Text(from), local, Encoding.UTF8.GetString(id))
                ? "valid"u8 : "invalid"u8).Raw("/>"u8);
    }

    private bool IsGenuine(ReadOnlySpan<byte> key, string receiving, int originating, string id) =>
        keys.Fits(key, receiving, names[originating], id);
}
