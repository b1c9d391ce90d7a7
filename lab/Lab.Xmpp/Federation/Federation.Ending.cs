using Lab.Network;

namespace Lab.Xmpp;

// How streams end. A stream ends once for this side (Ended) and leaves its pool at the end of that call; its transport
// may live on until the peer's closing tag came.
public sealed partial class Federation
{
    private void End(FederationStream stream, Claim claim, Mechanism mechanism, StreamErrorCondition condition)
    {
        if (stream.Ended) return;
        stream.Ended = true;
        stream.Liveness.Close();
        if (condition == StreamErrorCondition.Conflict && mechanism == Mechanism.StreamError)
            stream.Failure = StanzaError.Conflict;
        Add(new XmppAction(
            ActionKind.Ended, stream.Number, Traffic: Traffic.Closing, Claim: claim, Mechanism: mechanism,
            A: (long)condition));
        foreach (DomainPair pair in stream.Pairs) deadlines.Disarm(pair);
        if (stream.Slot >= 0) lost.Enqueue(stream);
        bool unknown = stream.Failure == StanzaError.RemoteServerNotFound
            || condition is StreamErrorCondition.HostUnknown or StreamErrorCondition.HostGone;
        StanzaError problem = unknown ? StanzaError.RemoteServerNotFound
            : stream.Negotiated ? StanzaError.RemoteServerTimeout : StanzaError.RemoteConnectionFailed;
        if (stream.Outbound)
            foreach (Verification question in verifications.Where(v => v.Over == stream).ToList())
                Conclude(question, problem);
        else
            foreach (Verification question in verifications.Where(v => v.Claim.Stream == stream).ToList())
            {
                stream.Pairs.Remove(question.Claim);
                Conclude(question, StanzaError.NotAcceptable);
            }
    }

    /// <summary>Drops the transport without a word.</summary>
    private void Drop(FederationStream stream, Claim claim, Mechanism mechanism)
    {
        End(stream, claim, mechanism, StreamErrorCondition.None);
        Add(new XmppAction(ActionKind.Abort, stream.Number));
        Forget(stream);
    }

    /// <summary>Header if none is out, error and closing tag in one Write (ERR-02, ERR-04).</summary>
    private void Fail(
        FederationStream stream, StreamErrorCondition condition, Mechanism mechanism = Mechanism.ProtocolError,
        Claim claim = Claim.None, ReadOnlySpan<byte> detail = default)
    {
        if (stream.Phase == FederationPhase.Opening && !stream.Outbound) WriteResponseHeader(stream, null);
        bool says = stream.Writes;
        if (says)
            Write(stream, Traffic.Closing).Raw("<stream:error><"u8).Raw(StreamErrors.Name(condition))
                .Attribute("xmlns"u8, Namespaces.StreamErrors).Raw("/>"u8).Raw(detail).Raw("</stream:error>"u8)
                .Raw(StreamHeaders.Close);
        End(stream, claim, mechanism, says ? condition : StreamErrorCondition.None);
        AwaitClose(stream);
        stream.Failed = true;
    }

    /// <summary>A last count and the closing tag; what arrives until the peer's is still handled (CLO-01).</summary>
    private void CloseStream(FederationStream stream, Claim claim, Mechanism mechanism)
    {
        if (stream.Acks is { } acks) WriteCount(stream, acks);
        if (stream.Writes) Write(stream, Traffic.Closing).Raw(StreamHeaders.Close);
        End(stream, claim, mechanism, StreamErrorCondition.None);
        AwaitClose(stream);
    }

    private void AwaitClose(FederationStream stream)
    {
        if (stream.Phase is FederationPhase.Closing or FederationPhase.Over) return;
        stream.Phase = FederationPhase.Closing;
        stream.PhaseEnd = now + stream.Settings.Policy.Connect.Close;
        Touch(stream);
    }

    // A silent transport, or a handshake that hangs, is dropped; a peer that began to talk is told why.
    private void EndPhase(FederationStream stream)
    {
        switch (stream.Phase)
        {
            case FederationPhase.Connecting:
                Drop(stream, Claim.Dead, Mechanism.ConnectTimeout);
                break;
            case FederationPhase.Opening or FederationPhase.Securing:
                Drop(stream, Claim.Dead, Mechanism.TotalTimeout);
                break;
            case FederationPhase.Negotiating:
                Fail(stream, StreamErrorCondition.ConnectionTimeout, Mechanism.TotalTimeout, Claim.Broken);
                break;
            case FederationPhase.Closing:
                CloseTransport(stream);                        // CLO-03
                break;
        }
    }

    /// <summary>The peer's closing tag: answered when it is the first one, then TCP goes.</summary>
    private void OnStreamClosed(FederationStream stream)
    {
        if (stream.Phase == FederationPhase.Opening && !stream.Outbound) WriteResponseHeader(stream, null);
        if (stream.Acks is { } acks) WriteCount(stream, acks);
        if (stream.Writes) Write(stream, Traffic.Closing).Raw(StreamHeaders.Close);
        End(stream, Claim.None, Mechanism.StreamClose, StreamErrorCondition.None);
        CloseTransport(stream);
    }

    private void OnPeerError(FederationStream stream, Element element)
    {
        StreamError.TryRead(element, out StreamError error);
        if (stream.Writes) Write(stream, Traffic.Closing).Raw(StreamHeaders.Close);
        End(stream, Claim.None, Mechanism.StreamError, error.Condition);
        CloseTransport(stream);
    }

    private void CloseTransport(FederationStream stream)
    {
        Add(new XmppAction(ActionKind.Close, stream.Number));
        Forget(stream);
    }

    private void Forget(FederationStream stream)
    {
        stream.Phase = FederationPhase.Over;
        stream.Reader.Release();
        deadlines.Disarm(stream);
        streams[stream.Number] = null;
        if (stream.Slot < 0) stream.Acks?.Release();
    }
}
