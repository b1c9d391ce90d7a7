namespace Lab.Experiments;

/// <summary>Of a kind of entry: who its host is, and what happened, as parts of sentences.</summary>
public sealed record EntryMeaning(string Host, string What);

/// <summary>
/// What entries and their fields mean, for people who read a journal: results/README.md holds it as tables.
/// </summary>
public static class EntryGuide
{
    private const string Path = "client or stream", Client = "client", Stream = "stream", Sender = "client or `echo`";

    public static EntryMeaning Of(EntryKind kind) => kind switch
    {
        EntryKind.None => new("", ""),
        EntryKind.FaultBegan => new("first that it hits", "a fault of the scenario takes hold"),
        EntryKind.FaultEnded => new("first that it hits", "it is over"),
        EntryKind.PathChanged => new(Path, "its path is cut, in one direction or both, or open again"),
        EntryKind.ProcessChanged => new("client or server", "its process is gone, frozen, dozing (nothing passes to "
            + "it either), or runs again"),
        EntryKind.PacketSent => new(Path, "a packet goes out on its path"),
        EntryKind.PacketDelivered => new(Path, "a packet arrives at the other end's host"),
        EntryKind.PacketLost => new(Path, "a packet is lost on its path: by chance, a bad channel, an outage, a cut"),
        EntryKind.PacketOverflowed => new(Path, "a packet is lost because the link's queue was full"),
        EntryKind.ConnectAttempt => new(Path, "the near end (the client; the server that opens) asks for a connection"),
        EntryKind.FarAccepted => new(Path, "the process at the far end took the connection"),
        EntryKind.NearTransportEnded => new(Path, "the near end's TCP connection is over"),
        EntryKind.FarTransportEnded => new(Path, "the far end's TCP connection is over"),
        EntryKind.StepReached => new(Client, "its negotiation has come to this step"),
        EntryKind.ClientOnline => new(Client, "it is online: stanzas may flow"),
        EntryKind.ClientOffline => new(Client, "its stream is over, by its own account"),
        EntryKind.RetryScheduled => new(Client, "it will try again after a delay"),
        EntryKind.ServerAvailable => new(Client, "its server calls it available"),
        EntryKind.ServerHibernated => new(Client, "its session at the server waits to be resumed (XEP-0198)"),
        EntryKind.ServerUnavailable => new(Client, "its session on that connection is over at the server"),
        EntryKind.ServerLost => new(Client, "its server's process is gone, with every session"),
        EntryKind.ServerOffline => new(Client, "the server's stream with it is over, by the server's account"),
        EntryKind.MessageSent => new(Sender, "an application wants a message sent"),
        EntryKind.MessageReceived => new(Client, "a copy reached the recipient's application"),
        EntryKind.MessageBounced => new(Client, "the sender was told that it could not be delivered"),
        EntryKind.MessageAccepted => new(Sender, "a server took responsibility for it; `echo`: of another's client"),
        EntryKind.MessageStored => new(Client, "it lies in the recipient's offline store"),
        EntryKind.MessageAbandoned => new(Client, "the sender's own client gave it up"),
        EntryKind.MessageHeld => new("client or server", "at the end of the run the host has it and would send it"),
        EntryKind.MessageAcknowledged => new(Client, "the sender's client got an acknowledgement for it (XEP-0198)"),
        EntryKind.ClientCheckSent => new(Client, "it asks its server for a sign of life"),
        EntryKind.ClientCheckAnswered => new(Client, "the server's answer came"),
        EntryKind.ServerCheckSent => new(Client, "its server asks it for a sign of life"),
        EntryKind.ServerCheckAnswered => new(Client, "its answer came to the server"),
        EntryKind.MemberReady => new(Stream, "a side may use the stream"),
        EntryKind.MemberEnded => new(Stream, "a side's stream is over"),
        EntryKind.MemberBlamed => new(Stream, "a check found the stream at fault"),
        EntryKind.MemberCheckSent => new(Stream, "a side asks the other for a sign of life"),
        EntryKind.MemberCheckAnswered => new(Stream, "the answer came"),
        EntryKind.StanzaQueued => new(Stream, "a message waits for the stream to be ready"),
        EntryKind.StanzaPassed => new(Stream, "a message was written to the stream"),
        EntryKind.StanzaReturned => new("server", "a message could not go to the other server and came back"),
        EntryKind.PassageChanged => new(Path, "its path lets one connection pass no more, or again, while it is open "
            + "to others"),
        EntryKind.LinkChanged => new(Client, "it is on another of its links, or on none in a gap"),
        EntryKind.NetworkNoticed => new(Client, "its program hears from its system that the network has changed"),
        EntryKind.MessageHanded => new(Client, "of the recipient account's clients its session gets the message"),
        EntryKind.AppOpened => new(Client, "the person opens its app"),
        EntryKind.AppClosed => new(Client, "the person leaves its app"),
        EntryKind.ClientReady => new(Client, "all that its `login` asks for has come, now or before it resumed"),
        EntryKind.SleepChanged => new(Client, "its system lets its app sleep, or run"),
        EntryKind.PushSent => new(Client, "its server asks the push service to wake it"),
        EntryKind.PushCame => new(Client, "a push comes to its device"),
        EntryKind.WorkDone => new(Path, "a worker of the server has done a piece of work for it"),
        EntryKind.AcceptQueueFull => new(Path, "the far end's kernel does not answer a SYN, or the end of a handshake: "
            + "its accept queue is full"),
        EntryKind.RadioChanged => new(Client, "a radio of its is in another state, or in the same for something else"),
    };

    /// <summary>What a field means, in every kind that has it.</summary>
    public static string OfField(string name) => name switch
    {
        "fault" => "the kind of fault that did it, or `outage`: the link's own weather; none of a process: a client "
            + "that comes, goes or sleeps by itself",
        "fault-number" => "its place in the scenario's `faults`, from 0; none for an outage",
        "occurrence" => "how often this fault had come before",
        "up-dead" => "whether nothing passes from the near end to the far end",
        "down-dead" => "whether nothing passes from the far end to the near end",
        "cause" => "why; none: it passes again; lingering: by the link that it was opened over, which the client "
            + "keeps beside its present one",
        "link" => "the client's own name for it; none while it is on none",
        "state" => "what the process does from now on",
        "direction" => "up: from the near end",
        "use" => "what TCP sends it for",
        "mark" => "why the first of its bytes was written: XMPP's part",
        "bytes" => "on the wire, headers included",
        "connection" => "its number, which no other connection of the run has; -1 before the first",
        "end" => "how TCP ended",
        "step" => "of RFC 6120, in the order of negotiation; roster-sent comes last before it is online",
        "resumed" => "whether an earlier session goes on (XEP-0198)",
        "mechanism" => "by what the side learned or decided that the stream is over",
        "claim" => "what it says of its peer by that (RFC 6120 section 4.6)",
        "condition" => "the stream error that was sent or received",
        "delay" => "seconds until it tries again",
        "attempt" => "how many attempts failed before",
        "message" => "its number; an echo account's answer has that of the question and 2^40",
        "to" => "the recipient: a client, `echo` (the account echo of the sender's server), `foreign-echo` (that of "
            + "another server), `foreign-client` (of another server: whoever had asked)",
        "check" => "how it asks; only `ping` and `acks` ask for an answer",
        "after" => "seconds from asking to the answer",
        "side" => "near: the end that opened the connection; of work, where the server is",
        "work" => "the kind of work",
        "waited" => "seconds until a worker began it",
        "took" => "seconds of the worker's time",
        "sends" => "whether that side sends stanzas on it",
        "radio" => "the state of the radio, by the name that its profile has for it; while it wakes the one it leaves",
        "waking" => "whether it is on its way to a higher state",
        "microwatts" => "what it draws from now on",
        "sleep" => "what the system does with the app from now on",
        "woken-by" => "what lets the app run, or let it run last",
        "fate" => "what becomes of it: refused where the service has taken as many as it takes",
        "error" => "the stanza error (RFC 6120 section 8.3.3)",
        _ => "",
    };
}
