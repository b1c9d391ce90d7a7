using Lab.Network;

namespace Lab.Xmpp;

// How streams and sessions end. A stream ends once for this side (Ended); its transport may live on until the peer's
// closing tag came. What becomes of the session depends on how: silence leaves it to be resumed, a closing tag or an
// error
// ends it.
public sealed partial class XmppServer
{
    private enum Fate : byte
    {
        /// <summary>Waits to be resumed when it can be, else retires.</summary>
        Hibernate,

        /// <summary>Leaves the routing table at once; acknowledgements are still heard until the stream is
        /// over.</summary>
        Withdraw,

        /// <summary>Is over.</summary>
        Retire,

        /// <summary>Is over by the wish of the client, who will not ask for it again.</summary>
        Clean,
    }

    private void End(ServerStream stream, Claim claim, Mechanism mechanism, StreamErrorCondition condition, Fate fate)
    {
        if (stream.Ended) return;
        stream.Ended = true;
        stream.Liveness.Close();
        Add(new XmppAction(
            ActionKind.Ended, stream.Number, stream.Account, Traffic.Closing, Claim: claim, Mechanism: mechanism,
            A: (long)condition));
        if (stream.Session is not { } session) return;
        if (fate == Fate.Withdraw)
        {
            Withdraw(session);
            return;
        }
        stream.Session = null;
        session.Stream = null;
        if (fate == Fate.Hibernate && session.Resumable && !session.Withdrawn) Hibernate(session);
        else
        {
            if (fate == Fate.Clean) session.AckId = 0;
            Retire(session);
        }
    }

    /// <summary>Drops the transport without a word; the session may be resumed.</summary>
    private void Drop(ServerStream stream, Claim claim, Mechanism mechanism)
    {
        End(stream, claim, mechanism, StreamErrorCondition.None, Fate.Hibernate);
        Add(new XmppAction(ActionKind.Abort, stream.Number, stream.Account));
        Forget(stream);
    }

    /// <summary>Header if none is out, error and closing tag in one Write (ERR-02); the session is over.</summary>
    private void Fail(
        ServerStream stream, StreamErrorCondition condition, Mechanism mechanism = Mechanism.ProtocolError,
        Claim claim = Claim.None, ReadOnlySpan<byte> detail = default)
    {
        if (stream.Phase == StreamPhase.Opening) WriteHeader(stream, null);
        if (stream.Writes) WriteError(Write(stream, Traffic.Closing), condition, detail);
        StreamErrorCondition said = stream.Writes ? condition : StreamErrorCondition.None;
        End(stream, claim, mechanism, said, Fate.Retire);
        AwaitClose(stream);
        stream.Failed = true;
    }

    /// <summary>Closing tag; what arrives until the peer's is still handled (CLO-01).</summary>
    private void CloseStream(ServerStream stream, Claim claim, Mechanism mechanism)
    {
        Write(stream, Traffic.Closing).Raw(StreamHeaders.Close);
        End(stream, claim, mechanism, StreamErrorCondition.None, Fate.Withdraw);
        AwaitClose(stream);
    }

    private void AwaitClose(ServerStream stream)
    {
        if (stream.Phase is StreamPhase.Closing or StreamPhase.Over) return;
        stream.Phase = StreamPhase.Closing;
        stream.PhaseEnd = now + settings.Policy.Connect.Close;
        Touch(stream);
    }

    private void GiveUp(ServerStream stream, in Due due)
    {
        switch (due.Reaction)
        {
            case Reaction.Drop:
                Drop(stream, due.Claim, due.Mechanism);
                break;
            case Reaction.Close:
                CloseStream(stream, due.Claim, due.Mechanism);
                break;
            default:
                bool idle = due.Claim == Claim.Idle;
                Fail(stream, idle ? StreamErrorCondition.PolicyViolation : StreamErrorCondition.ConnectionTimeout,
                    due.Mechanism, due.Claim);
                break;
        }
    }

    // A silent transport, or a handshake that hangs, is dropped; a peer that began to talk is told why.
    private void EndPhase(ServerStream stream)
    {
        switch (stream.Phase)
        {
            case StreamPhase.Opening or StreamPhase.Securing:
                Drop(stream, Claim.Dead, Mechanism.TotalTimeout);
                break;
            case StreamPhase.Negotiating:
                Fail(stream, StreamErrorCondition.PolicyViolation, Mechanism.TotalTimeout, Claim.Broken);
                break;
            case StreamPhase.Closing:
                CloseTransport(stream);                        // CLO-03
                break;
        }
    }

    /// <summary>The peer's closing tag: answered when it is the first one, then TCP goes.</summary>
    private void OnStreamClosed(ServerStream stream)
    {
        if (stream.Phase == StreamPhase.Opening) WriteHeader(stream, null);
        if (stream.Writes) Write(stream, Traffic.Closing).Raw(StreamHeaders.Close);
        End(stream, Claim.None, Mechanism.StreamClose, StreamErrorCondition.None, Fate.Clean);
        CloseTransport(stream);
    }

    private void OnPeerError(ServerStream stream, Element element)
    {
        StreamError.TryRead(element, out StreamError error);
        if (stream.Writes) Write(stream, Traffic.Closing).Raw(StreamHeaders.Close);
        End(stream, Claim.None, Mechanism.StreamError, error.Condition, Fate.Retire);
        CloseTransport(stream);
    }

    private void CloseTransport(ServerStream stream)
    {
        Add(new XmppAction(ActionKind.Close, stream.Number, stream.Account));
        Forget(stream);
    }

    private void Forget(ServerStream stream)
    {
        stream.Phase = StreamPhase.Over;
        stream.Reader.Release();
        deadlines.Disarm(stream);
        streams[stream.Number] = null;
        if (stream.Session is not { } session) return;
        stream.Session = null;
        session.Stream = null;
        Retire(session);
    }

    private void Hibernate(Session session)
    {
        store[session.Account].Remember(session.AckId, session.Acks!.Handled);
        deadlines.Arm(session, now + session.Window);
        if (session.Available) ObserveSession(ActionKind.Hibernated, session);
    }

    /// <summary>Takes a session out of the routing table: unavailable for everybody else (RFC 6121 section
    /// 4.5.2).</summary>
    private void Withdraw(Session session)
    {
        if (session.Withdrawn) return;
        session.Withdrawn = true;
        Unlink(session);
        if (!session.Available) return;
        session.Available = false;
        session.Farewell = true;
        ObserveSession(ActionKind.Unavailable, session);
        dying.Enqueue(session);
    }

    /// <summary>Ends a session for good; its unacknowledged stanzas are dealt with at the end of the call.</summary>
    private void Retire(Session session)
    {
        Withdraw(session);
        deadlines.Disarm(session);
        if (session.Retired || session.Acks is not { } queue) return;
        session.Retired = true;
        if (session.AckId != 0) store[session.Account].Remember(session.AckId, queue.Handled);
        if (queue.Count > 0) dying.Enqueue(session);
    }

    private void ObserveSession(ActionKind kind, Session session, long a = 0) =>
        Add(new XmppAction(kind, session.StreamNumber, session.Account, Traffic.Presence, A: a));
}
