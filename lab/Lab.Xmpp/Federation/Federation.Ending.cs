using Lab.Network;

namespace Lab.Xmpp;

// What the end of a stream means for others: it leaves its pool at the end of that call, and what hung on it is
// concluded.
public sealed partial class Federation
{
    internal void OnEnded(FederationStream stream, Mechanism mechanism, StreamErrorCondition condition)
    {
        if (condition == StreamErrorCondition.Conflict && mechanism == Mechanism.StreamError)
            stream.Failure = StanzaError.Conflict;
        foreach (DomainPair pair in stream.Pairs) machine.Deadlines.Disarm(pair);
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
}
