using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>Stanzas both ways, and what counts them: RFC 6120 section 8, XEP-0199, XEP-0198 section 4.</summary>
public sealed partial class XmppClient
{
    private long pings;
    private bool bound;

    private void TakeStanza(Element stanza, First kind)
    {
        if (!bound) return;                                            // it closes before it was
        if (acking) unacked.CountHandled();
        if (kind == First.Message) OnMessage(stanza);
        else if (kind == First.Iq && IsAnswer(stanza))
        {
            if (!TakeLoginAnswer(stanza)) OnAnswer(stanza);
        }
        else if (kind == First.Iq) AnswerRequest(stanza);
    }

    private static bool IsAnswer(Element iq)
    {
        ReadOnlySpan<byte> type = iq.Attribute(Names.Type);
        return type.SequenceEqual("result"u8) || type.SequenceEqual("error"u8);
    }

    private void OnMessage(Element message)
    {
        if (!AckElements.TryNumber(message.Attribute(Names.Id), (byte)'m', out long number))
        {
            TakeSubject(message);
            return;
        }
        bool bounced = message.Attribute(Names.Type).SequenceEqual("error"u8);
        if (bounced) Tell(ActionKind.MessageBounced, number);
        else
            outbound.Add(new XmppAction(
                ActionKind.MessageReceived, A: number,
                B: message.Child("body"u8, Namespaces.Client).RawContent.Length));
    }

    // An error proves life as well (XEP-0199 section 4.2), unless another server speaks for the one that was asked.
    private void OnAnswer(Element iq)
    {
        if (!AckElements.TryNumber(iq.Attribute(Names.Id), (byte)'p', out long number) || number != pings) return;
        Element error = iq.Child(Names.Error, Namespaces.Client);
        bool fromElsewhere = !error.Child("remote-server-not-found"u8, Namespaces.StanzaErrors).IsNone
            || !error.Child("remote-server-timeout"u8, Namespaces.StanzaErrors).IsNone;
        if (!fromElsewhere && Liveness.PingAnswered(now, out Duration roundTrip)) TellAnswer(Traffic.Ping, roundTrip);
    }

    private void AnswerRequest(Element request)
    {
        if (!Writes) return;
        bool ping = request.Attribute(Names.Type).SequenceEqual("get"u8)
            && !request.Child(Names.Ping, Namespaces.Ping).IsNone;
        XmppWriter w = Write(ping ? Traffic.Ping : Traffic.Payload);
        int start = w.Length;
        w.Raw("<iq"u8).Attribute(Names.Type, ping ? "result"u8 : "error"u8);
        if (request.TryAttribute(Names.Id, out ReadOnlySpan<byte> id)) w.Attribute(Names.Id, id);
        if (request.TryAttribute(Names.From, out ReadOnlySpan<byte> from)) w.Attribute(Names.To, from);
        if (ping) w.Raw("/>"u8);
        else
            w.Raw("><error type='cancel'>"u8)
                .Raw("<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"u8);
        CountSent(start, -1, now);
    }

    internal override void SendPing()
    {
        XmppWriter w = Write(Traffic.Ping);
        int start = w.Length;
        w.Raw("<iq type='get' id='p"u8).Number(++pings).Raw("' to='"u8).Text(domain)
            .Raw("'><ping xmlns='urn:xmpp:ping'/></iq>"u8);
        CountSent(start, -1, now);
        TellCheck(Traffic.Ping);
    }

    private void Presence()
    {
        XmppWriter w = Write(Traffic.Presence);
        int start = w.Length;
        if (settings.Priority == 0) w.Raw("<presence/>"u8);
        else w.Raw("<presence><priority>"u8).Number(settings.Priority).Raw("</priority></presence>"u8);
        CountSent(start, -1, now);
    }

    private void WritePresence(string to, int statusBytes)
    {
        XmppWriter w = Write(Traffic.Presence);
        int start = w.Length;
        w.Raw("<presence to='"u8).Text(Encoding.UTF8.GetBytes(to)).Raw("'><status>"u8).Filler(statusBytes)
            .Raw("</status></presence>"u8);
        CountSent(start, -1, now);
    }

    private void SendOutbox()
    {
        foreach (UnackedStanza stanza in outbox)
        {
            XmppWriter w = Write(Traffic.Payload);
            int start = w.Length;
            w.Raw(stanza.Bytes);
            CountSent(start, stanza.Number, stanza.FirstSent);
        }
        outbox.Release();
    }

    private void WriteMessage(XmppWriter w, string to, long number, int bodyBytes)
    {
        int start = w.Length;
        ComposeMessage(w, to, number, bodyBytes);
        CountSent(start, number, now);
    }

    private void KeepForLater(string to, long number, int bodyBytes)
    {
        var scratch = new XmppWriter(buffers);
        ComposeMessage(scratch, to, number, bodyBytes);
        outbox.Push(now, number, scratch.Written);
        scratch.Release();
    }

    private static void ComposeMessage(XmppWriter w, string to, long number, int bodyBytes)
    {
        Span<byte> address = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Math.Min(to.Length, 3071))];
        address = address[..Encoding.UTF8.GetBytes(to, address)];
        w.Raw("<message type='chat' id='m"u8).Number(number).Raw("' to='"u8).Text(address).Raw("'><body>"u8);
        w.Filler(bodyBytes).Raw("</body></message>"u8);
    }

    /// <summary>
    /// A stanza was appended from that place on: stream management counts it from enable on (SM-09, SM-10).
    /// </summary>
    private void CountSent(int start, long number, Instant firstSent)
    {
        if (counting)
        {
            unacked.Push(firstSent, number, outbound.Since(start));
            Liveness.SentStanza(now);
        }
    }
}
