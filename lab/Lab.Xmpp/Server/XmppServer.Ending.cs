using Lab.Network;

namespace Lab.Xmpp;

// What becomes of a session when its stream ends: silence leaves it to be resumed, a closing tag or an error ends it.
public sealed partial class XmppServer
{
    internal void OnEnded(ServerStream stream, Parting how)
    {
        if (stream.Session is not { } session) return;
        if (how == Parting.Closed)
        {
            Withdraw(session);                                 // acknowledgements are heard until the stream is over
            return;
        }
        stream.LetGo();
        if (how == Parting.Lost && session is { Resumable: true, Withdrawn: false })
        {
            Hibernate(session);
            return;
        }
        if (how == Parting.PeerClosed) session.AckId = 0;      // who closes will not ask for it again
        Retire(session);
    }

    internal void OnOver(ServerStream stream)
    {
        if (stream.Session is not { } session) return;
        stream.LetGo();
        Retire(session);
    }

    private void Hibernate(Session session)
    {
        store[session.Account].Remember(session.AckId, session.Acks!.Handled);
        machine.Deadlines.Arm(session, Now + session.Window);
        if (session.Available) ObserveSession(ActionKind.Hibernated, session);
    }

    /// <summary>
    /// Takes a session out of the routing table: unavailable for everybody else (RFC 6121 section 4.5.2).
    /// </summary>
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
        machine.Deadlines.Disarm(session);
        if (session.Retired || session.Acks is not { } queue) return;
        session.Retired = true;
        if (session.AckId != 0) store[session.Account].Remember(session.AckId, queue.Handled);
        if (queue.Count > 0) dying.Enqueue(session);
    }

    private void ObserveSession(ActionKind kind, Session session, long a = 0) =>
        machine.Add(new XmppAction(kind, session.StreamNumber, session.Account, Traffic.Presence, A: a));
}
