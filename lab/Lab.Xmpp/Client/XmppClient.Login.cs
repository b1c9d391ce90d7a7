using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// What a new session is loaded with. The contact list is asked for before initial presence (RFC 6121 section 2.2) and
/// is part of getting online; then, all at once, the first page of the archive (XEP-0313, the next when one is
/// complete) and every room (XEP-0045 section 7.2; entered when its subject came). When the last of it came, the client
/// is ready. A session that is resumed goes on where it was, for XEP-0198 brings back what was not acknowledged; a new
/// one forgets what was asked and begins again. Once it is online nothing but the stream's own checks limits the time.
/// </summary>
public sealed partial class XmppClient
{
    private enum LoginStage : byte { None, Roster, Loading, Ready }

    private sealed class LoginProgress
    {
        public LoginStage Stage;
        public long Asked;                       // the number of the last question; only that one's answer is heard
        public bool ArchiveIsHere, Resumed;
        public int RoomsEntered;
    }

    /// <summary>Null when nothing is loaded.</summary>
    private readonly LoginProgress? login;

    /// <summary>Everything is negotiated: stanzas may flow, once the contact list is there.</summary>
    private void GetOnline(bool resumed)
    {
        if (login is null)
        {
            GoOnline(resumed);
            return;
        }
        login.Resumed = resumed;
        if (login.Stage == LoginStage.None && settings.Login!.RosterBytes > 0)
        {
            login.Stage = LoginStage.Roster;
            Trust();
            int start = Ask(out XmppWriter w, set: false);
            w.Raw("<query xmlns='jabber:iq:roster'/></iq>"u8);
            CountSent(start, AckQueue.OfLogin, now);
        }
        if (login.Stage == LoginStage.Roster) AwaitStep(Step.RosterSent);
        else GoOnline(resumed);
    }

    /// <summary>It is online: what is still to be loaded.</summary>
    private void LoadTheRest()
    {
        if (login!.Stage is LoginStage.None or LoginStage.Roster)
        {
            (login.Stage, login.RoomsEntered) = (LoginStage.Loading, 0);
            login.ArchiveIsHere = settings.Login!.ArchiveBytes == 0;
            if (!login.ArchiveIsHere) AskForPage(default);
            for (int room = 0; room < settings.Login.Rooms; room++) Enter(room);
        }
        else if (login.Stage == LoginStage.Ready) outbound.Add(new XmppAction(ActionKind.Loaded));
        LookWhetherReady();
    }

    private void LookWhetherReady()
    {
        bool all = login!.ArchiveIsHere && login.RoomsEntered >= settings.Login!.Rooms;
        if (login.Stage != LoginStage.Loading || !all) return;
        login.Stage = LoginStage.Ready;
        outbound.Add(new XmppAction(ActionKind.Loaded));
    }

    /// <summary>False when it answers something else.</summary>
    private bool TakeLoginAnswer(Element iq)
    {
        if (login is null || !AckElements.TryNumber(iq.Attribute(Names.Id), (byte)'q', out long number)) return false;
        if (number != login.Asked || !Writes) return true;
        if (login.Stage == LoginStage.Roster)
        {
            Presence();
            GoOnline(login.Resumed);
        }
        else if (login.Stage == LoginStage.Loading && !login.ArchiveIsHere) TakePage(iq);
        return true;
    }

    // An archive that is refused, or whose pages do not say where they end, is complete.
    private void TakePage(Element iq)
    {
        Element fin = iq.Child("fin"u8, Namespaces.Archive), last = fin.Child("set"u8, Namespaces.Pages)
            .Child("last"u8, Namespaces.Pages);
        login!.ArchiveIsHere = fin.IsNone || fin.Attribute("complete"u8).SequenceEqual("true"u8) || last.IsNone;
        if (login.ArchiveIsHere) LookWhetherReady();
        else AskForPage(last.Text);
    }

    /// <summary>The subject is the last that a room says of what it was before (XEP-0045 section 7.2.15).</summary>
    private void TakeSubject(Element message)
    {
        if (login is not { Stage: LoginStage.Loading } || !Writes
            || !message.Attribute(Names.Type).SequenceEqual("groupchat"u8)
            || message.Child("subject"u8, Namespaces.Client).IsNone
            || !Jid.TryParse(message.Attribute(Names.From), out Jid from)) return;
        bool known = LoginLoad.TryRoom(from.Local, out int room) && room == login.RoomsEntered;
        if (!known) return;
        login.RoomsEntered++;
        LookWhetherReady();
    }

    private int Ask(out XmppWriter w, bool set)
    {
        w = Write(Traffic.Login);
        int start = w.Length;
        w.Raw(set ? "<iq type='set' id='q"u8 : "<iq type='get' id='q"u8).Number(++login!.Asked).Raw("'>"u8);
        return start;
    }

    private void AskForPage(ReadOnlySpan<byte> after)
    {
        int start = Ask(out XmppWriter w, set: true);
        w.Raw("<query xmlns='urn:xmpp:mam:2' queryid='q"u8).Number(login!.Asked)
            .Raw("'><set xmlns='http://jabber.org/protocol/rsm'><max>"u8).Number(settings.Login!.PageMessages)
            .Raw("</max>"u8);
        if (!after.IsEmpty) w.Raw("<after>"u8).Text(after).Raw("</after>"u8);
        w.Raw("</set></query></iq>"u8);
        CountSent(start, AckQueue.OfLogin, now);
    }

    private void Enter(int room)
    {
        XmppWriter w = Write(Traffic.Login);
        int start = w.Length;
        w.Raw("<presence to='room-"u8).Number(room).Raw("@"u8).Raw(LoginLoad.RoomHost).Text(domain).Raw("/"u8)
            .Text(bareJid.AsSpan(0, bareJid.Length - domain.Length - 1))
            .Raw("'><x xmlns='http://jabber.org/protocol/muc'/></presence>"u8);
        CountSent(start, AckQueue.OfLogin, now);
    }
}
