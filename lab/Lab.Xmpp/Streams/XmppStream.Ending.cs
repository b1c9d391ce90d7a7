using System.Globalization;
using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// The ends of a stream: by an error, in order, or without a word (RFC 6120 sections 4.4, 4.6, 4.9).
public abstract partial class XmppStream
{
    /// <summary>
    /// Header if none is out, error and closing tag, in one Write (ERR-02); then the transport is closed, for nothing
    /// that still comes would count (ERR-01).
    /// </summary>
    internal void Fail(
        StreamErrorCondition condition, Mechanism mechanism = Mechanism.ProtocolError, Claim claim = Claim.None,
        ReadOnlySpan<byte> detail = default)
    {
        if (Phase == StreamPhase.Over) return;
        if (Phase == StreamPhase.Closing)
        {
            CloseTransport();                                  // the closing tag is out: it cannot be said any more
            return;
        }
        if (Phase == StreamPhase.Opening) Answer(null);
        if (!Writes)
        {
            Drop(claim, mechanism);
            return;
        }
        StreamErrors.WriteClosing(Write(Traffic.Closing), condition, detail);
        End(claim, mechanism, Parting.Failed, condition);
        CloseTransport();
    }

    /// <summary>The peer acknowledged more than was sent (SM-16).</summary>
    private protected void FailCount(uint h, uint sent) =>
        Fail(StreamErrorCondition.UndefinedCondition, detail: Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"<handled-count-too-high xmlns='urn:xmpp:sm:3' h='{h}' send-count='{sent}'/>")));

    /// <summary>Says the closing tag and waits for the peer's (CLO-01, CLO-02).</summary>
    internal void Close(Claim claim, Mechanism mechanism)
    {
        if (Phase is StreamPhase.Closing or StreamPhase.Over) return;
        if (!Writes)
        {
            Drop(claim, mechanism);
            return;
        }
        SayLast();
        Write(Traffic.Closing).Raw(StreamHeaders.Close);
        End(claim, mechanism, Parting.Closed);
        AwaitClose();
    }

    /// <summary>The process ends: system-shutdown where it can be said.</summary>
    internal void ShutDown()
    {
        if (Phase is StreamPhase.Connecting or StreamPhase.Securing) Drop(Claim.None, Mechanism.Stopped);
        else if (Phase != StreamPhase.Closing) Fail(StreamErrorCondition.SystemShutdown, Mechanism.Stopped);
    }

    /// <summary>Leaves with the closing tag, not waiting for the peer's.</summary>
    private protected void Leave(Mechanism mechanism)
    {
        if (Writes) Write(Traffic.Closing).Raw(StreamHeaders.Close);
        End(Claim.None, mechanism, Parting.Failed);
        CloseTransport();
    }

    /// <summary>Ends without a word (RFC 6120 section 4.6.1).</summary>
    internal void Drop(Claim claim, Mechanism mechanism)
    {
        End(claim, mechanism, Parting.Lost);
        Add(new XmppAction(ActionKind.Abort));
        Forget();
    }

    /// <summary>The peer's stream error: answered with the closing tag (CLO-06).</summary>
    private protected void OnPeerError(Element element)
    {
        Failed = true;
        if (Writes) Write(Traffic.Closing).Raw(StreamHeaders.Close);
        End(Claim.None, Mechanism.StreamError, Parting.PeerFailed, StreamErrors.Read(element));
        AwaitClose();
    }

    private protected void CloseTransport()
    {
        Add(new XmppAction(ActionKind.Close));
        Forget();
    }

    private void OnUnreadable()
    {
        if (Phase == StreamPhase.Opening)
        {
            Answer(reader.HasHeader ? reader.Header : null);
            Phase = StreamPhase.Negotiating;
        }
        bool tooBig = reader.Error == StreamErrorCondition.PolicyViolation;
        Fail(reader.Error, detail: tooBig ? "<stanza-too-big xmlns='urn:xmpp:errors'/>"u8 : default);
    }

    /// <summary>The peer's closing tag: answered when it is the first one, then TCP goes.</summary>
    private void OnStreamClosed()
    {
        if (Phase == StreamPhase.Opening) Answer(null);
        if (Writes)
        {
            SayLast();
            Write(Traffic.Closing).Raw(StreamHeaders.Close);
        }
        End(Claim.None, Mechanism.StreamClose, Parting.PeerClosed);
        CloseTransport();
    }

    private void AwaitClose()
    {
        if (Phase is StreamPhase.Closing or StreamPhase.Over) return;
        Phase = StreamPhase.Closing;
        PhaseEnd = Now + ClosePatience;
        Touch();
    }

    private void End(
        Claim claim, Mechanism mechanism, Parting how, StreamErrorCondition condition = StreamErrorCondition.None)
    {
        if (Ended) return;
        Ended = true;
        Liveness.Close();
        Add(new XmppAction(
            ActionKind.Ended, Traffic: Traffic.Closing, Claim: claim, Mechanism: mechanism, A: (long)condition));
        OnEnded(how, mechanism, condition);
    }

    private void Forget()
    {
        Phase = StreamPhase.Over;
        PhaseEnd = Instant.Never;
        reader.Release();
        OnOver();
    }
}
