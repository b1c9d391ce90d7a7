using System.Globalization;

namespace Lab.Experiments;

/// <summary>A field of an entry: a number, a flag, a duration or one of an enumeration's words.</summary>
public sealed record EntryField(string Name, Type Type, Func<Entry, object> Of);

/// <summary>
/// The fields of each kind of entry by name, in order, for whoever shows entries. Fault, connection and occurrence are
/// numbers of the run; a path, a client and a server are the entry's host.
/// </summary>
public static class EntryFields
{
    private static readonly EntryField[] None = [];

    private static readonly EntryField Connection = Field("connection", e => ConnectionEntry.Of(e).Connection);

    private static readonly EntryField[]
        Fault =
        [
            Field("fault", e => FaultEntry.Of(e).Fault), Field("occurrence", e => FaultEntry.Of(e).Occurrence),
        ],
        Path =
        [
            Field("up-dead", e => PathEntry.Of(e).UpDead), Field("down-dead", e => PathEntry.Of(e).DownDead),
            Field("fault", e => PathEntry.Of(e).Fault),
        ],
        Process =
        [
            Field("state", e => ProcessEntry.Of(e).State), Field("fault", e => ProcessEntry.Of(e).Fault),
        ],
        Packet =
        [
            Field("direction", e => PacketEntry.Of(e).Direction), Field("use", e => PacketEntry.Of(e).Use),
            Field("mark", e => PacketEntry.Of(e).Mark), Field("bytes", e => PacketEntry.Of(e).Bytes),
        ],
        OnlyConnection = [Connection],
        Transport = [Field("end", e => TransportEntry.Of(e).End), Connection],
        Step = [Field("step", e => StepEntry.Of(e).Step), Connection],
        Online = [Field("resumed", e => OnlineEntry.Of(e).Resumed), Connection],
        Offline = [.. End(e => OfflineEntry.Of(e).End), Connection],
        Retry = [Field("delay", e => RetryEntry.Of(e).Delay), Field("attempt", e => RetryEntry.Of(e).Attempt)],
        Sent = [Field("message", e => SentEntry.Of(e).Number), Field("to", e => SentEntry.Of(e).To)],
        Message = [Field("message", e => MessageEntry.Of(e).Number)],
        Check = [Field("check", e => CheckEntry.Of(e).Check)],
        Answer = [.. Check, Field("after", e => CheckEntry.Of(e).After)],
        Ready =
        [
            Field("side", e => MemberReadyEntry.Of(e).Side), Field("sends", e => MemberReadyEntry.Of(e).Sends),
            Connection,
        ],
        MemberEnd =
        [
            Field("side", e => MemberEndEntry.Of(e).Side), .. End(e => MemberEndEntry.Of(e).End), Connection,
        ],
        MemberCheck =
        [
            Field("side", e => MemberCheckEntry.Of(e).Side), Field("check", e => MemberCheckEntry.Of(e).Check),
            Connection,
        ],
        Stanza = [Field("message", e => StanzaEntry.Of(e).Number), Connection],
        Returned =
        [
            Field("message", e => StanzaReturnedEntry.Of(e).Number),
            Field("error", e => StanzaReturnedEntry.Of(e).Error),
        ];

    public static IReadOnlyList<EntryField> Of(EntryKind kind) => kind switch
    {
        EntryKind.None or EntryKind.ServerLost => None,
        EntryKind.FaultBegan or EntryKind.FaultEnded => Fault,
        EntryKind.PathChanged => Path,
        EntryKind.ProcessChanged => Process,
        EntryKind.PacketSent or EntryKind.PacketDelivered or EntryKind.PacketLost or EntryKind.PacketOverflowed =>
            Packet,
        EntryKind.ConnectAttempt or EntryKind.FarAccepted or EntryKind.ServerHibernated
            or EntryKind.ServerUnavailable => OnlyConnection,
        EntryKind.NearTransportEnded or EntryKind.FarTransportEnded => Transport,
        EntryKind.StepReached => Step,
        EntryKind.ClientOnline or EntryKind.ServerAvailable => Online,
        EntryKind.ClientOffline or EntryKind.ServerOffline => Offline,
        EntryKind.RetryScheduled => Retry,
        EntryKind.MessageSent => Sent,
        EntryKind.MessageReceived or EntryKind.MessageBounced or EntryKind.MessageAccepted or EntryKind.MessageStored
            or EntryKind.MessageAbandoned or EntryKind.MessageHeld or EntryKind.MessageAcknowledged => Message,
        EntryKind.ClientCheckSent or EntryKind.ServerCheckSent => Check,
        EntryKind.ClientCheckAnswered or EntryKind.ServerCheckAnswered => Answer,
        EntryKind.MemberReady => Ready,
        EntryKind.MemberEnded or EntryKind.MemberBlamed => MemberEnd,
        EntryKind.MemberCheckSent or EntryKind.MemberCheckAnswered => MemberCheck,
        EntryKind.StanzaQueued or EntryKind.StanzaPassed => Stanza,
        EntryKind.StanzaReturned => Returned,
    };

    /// <summary>In words, for messages: "12.5 s phone ClientOnline resumed=False connection=3".</summary>
    public static string Text(in Entry e, IReadOnlyList<string> hosts)
    {
        Entry entry = e;
        string host = e.Host >= 0 && e.Host < hosts.Count ? hosts[e.Host]
            : e.Host.ToString(CultureInfo.InvariantCulture);
        IEnumerable<string> fields = Of(e.Kind).Select(f =>
            string.Create(CultureInfo.InvariantCulture, $" {f.Name}={f.Of(entry)}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{e.At.Nanoseconds / 1e9m} s {host} {e.Kind}{string.Concat(fields)}");
    }

    private static EntryField Field<T>(string name, Func<Entry, T> of) where T : struct =>
        new(name, typeof(T), e => of(e));

    private static IEnumerable<EntryField> End(Func<Entry, StreamEnd> of) =>
    [
        Field("mechanism", e => of(e).Mechanism), Field("claim", e => of(e).Claim),
        Field("condition", e => of(e).Condition),
    ];
}
