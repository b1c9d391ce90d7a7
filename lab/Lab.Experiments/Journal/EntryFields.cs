using System.Globalization;
using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// A field of an entry: a word, a number, a flag or a duration; null where an entry of its kind has none. Words are
/// those of an enumeration that it may hold, and empty for others.
/// </summary>
public sealed record EntryField(string Name, IReadOnlyList<string> Words, Func<Entry, EntryNames, object?> Of);

/// <summary>
/// The fields of each kind of entry by name, in order, for whoever shows entries; <see cref="EntryGuide"/> says what
/// they mean. A path, a client and a server are the entry's host.
/// </summary>
public static class EntryFields
{
    private static readonly EntryField[] None = [];

    private static readonly EntryField Connection = Number("connection", e => ConnectionEntry.Of(e).Connection);

    private static readonly EntryField[]
        Fault = [.. Cause(e => FaultEntry.Of(e).Fault), Number("occurrence", e => FaultEntry.Of(e).Occurrence)],
        Path =
        [
            Flag("up-dead", e => PathEntry.Of(e).UpDead), Flag("down-dead", e => PathEntry.Of(e).DownDead),
            .. Cause(e => PathEntry.Of(e).Fault),
        ],
        Passage =
        [
            Connection, Flag("up-dead", e => PassageEntry.Of(e).UpDead),
            Flag("down-dead", e => PassageEntry.Of(e).DownDead), Word("cause", e => PassageEntry.Of(e).Cause),
        ],
        Link = [new EntryField("link", [], (e, names) => names.LinkOf(in e)), .. Cause(e => LinkEntry.Of(e).Fault)],
        Process =
        [
            Word("state", e => ProcessEntry.Of(e).State), .. Cause(e => ProcessEntry.Of(e).Fault, weather: false),
        ],
        Radio =
        [
            new EntryField("link", [], (e, names) => names.LinkOf(in e)),
            new EntryField("radio", [], (e, names) => names.RadioOf(in e)),
            Flag("waking", e => RadioEntry.Of(e).IsWaking), Word("use", e => RadioEntry.Of(e).Use),
            Word("mark", e => RadioEntry.Of(e).Mark), Number("microwatts", e => RadioEntry.Of(e).Microwatts),
        ],
        Sleep =
        [
            Word("sleep", e => SleepEntry.Of(e).State), Word("woken-by", e => SleepEntry.Of(e).Cause),
        ],
        Push = [Word("fate", e => PushEntry.Of(e).Fate)],
        Packet =
        [
            Word("direction", e => PacketEntry.Of(e).Direction), Word("use", e => PacketEntry.Of(e).Use),
            Word("mark", e => PacketEntry.Of(e).Mark), Number("bytes", e => PacketEntry.Of(e).Bytes),
        ],
        OnlyConnection = [Connection],
        Done =
        [
            Word("work", e => WorkEntry.Of(e).Work), Word("side", e => WorkEntry.Of(e).Side),
            Span("waited", e => WorkEntry.Of(e).Waited), Span("took", e => WorkEntry.Of(e).Took), Connection,
        ],
        Transport = [Word("end", e => TransportEntry.Of(e).End), Connection],
        Step = [Word("step", e => StepEntry.Of(e).Step), Connection],
        Online = [Flag("resumed", e => OnlineEntry.Of(e).Resumed), Connection],
        Offline = [.. End(e => OfflineEntry.Of(e).End), Connection],
        Retry = [Span("delay", e => RetryEntry.Of(e).Delay), Number("attempt", e => RetryEntry.Of(e).Attempt)],
        Message = [Number("message", e => MessageEntry.Of(e).Number)],
        Sent = [.. Message, new EntryField("to", [], (e, names) => names.RecipientOf(in e))],
        Check = [Word("check", e => CheckEntry.Of(e).Check)],
        Answer = [.. Check, Span("after", e => CheckEntry.Of(e).After)],
        Ready =
        [
            Word("side", e => MemberReadyEntry.Of(e).Side), Flag("sends", e => MemberReadyEntry.Of(e).Sends),
            Connection,
        ],
        MemberEnd =
        [
            Word("side", e => MemberEndEntry.Of(e).Side), .. End(e => MemberEndEntry.Of(e).End), Connection,
        ],
        MemberCheck =
        [
            Word("side", e => MemberCheckEntry.Of(e).Side), Word("check", e => MemberCheckEntry.Of(e).Check),
            Connection,
        ],
        Stanza = [.. Message, Connection],
        Returned = [.. Message, Word("error", e => StanzaReturnedEntry.Of(e).Error)];

    public static IReadOnlyList<EntryField> Of(EntryKind kind) => kind switch
    {
        EntryKind.None or EntryKind.ServerLost or EntryKind.NetworkNoticed or EntryKind.AppOpened
            or EntryKind.AppClosed or EntryKind.PushCame => None,
        EntryKind.FaultBegan or EntryKind.FaultEnded => Fault,
        EntryKind.PathChanged => Path,
        EntryKind.ProcessChanged => Process,
        EntryKind.PassageChanged => Passage,
        EntryKind.LinkChanged => Link,
        EntryKind.RadioChanged => Radio,
        EntryKind.SleepChanged => Sleep,
        EntryKind.PushSent => Push,
        EntryKind.PacketSent or EntryKind.PacketDelivered or EntryKind.PacketLost or EntryKind.PacketOverflowed =>
            Packet,
        EntryKind.ConnectAttempt or EntryKind.FarAccepted or EntryKind.ServerHibernated
            or EntryKind.ServerUnavailable or EntryKind.ClientReady or EntryKind.AcceptQueueFull => OnlyConnection,
        EntryKind.WorkDone => Done,
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
        EntryKind.StanzaQueued or EntryKind.StanzaPassed or EntryKind.MessageHanded => Stanza,
        EntryKind.StanzaReturned => Returned,
    };

    /// <summary>PacketSent as packet-sent.</summary>
    public static string Word(EntryKind kind) => WordsOf<EntryKind>.All[kind];

    /// <summary>In words, for messages: "12.5 s phone client-online resumed=False connection=3".</summary>
    public static string Text(in Entry e, EntryNames names)
    {
        Entry entry = e;
        IEnumerable<string> fields = Of(e.Kind).Select(f => (f.Name, Value: f.Of(entry, names)))
            .Where(f => f.Value is not null)
            .Select(f => string.Create(CultureInfo.InvariantCulture, $" {f.Name}={f.Value}"));
        string host = names.HostOf(in e) is { } name ? " " + name : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{e.At.Nanoseconds / 1e9m} s{host} {Word(e.Kind)}{string.Concat(fields)}");
    }

    /// <summary>What each value of an enumeration is called in files.</summary>
    private static class WordsOf<T> where T : struct, Enum
    {
        public static readonly IReadOnlyDictionary<T, string> All =
            Enum.GetValues<T>().ToDictionary(v => v, v => Words.Kebab(v.ToString()));
    }

    private static EntryField Word<T>(string name, Func<Entry, T> of) where T : struct, Enum =>
        new(name, [.. Enum.GetValues<T>().Select(v => WordsOf<T>.All[v])], (e, _) => WordsOf<T>.All[of(e)]);

    private static EntryField Number(string name, Func<Entry, long> of) => new(name, [], (e, _) => of(e));

    private static EntryField Flag(string name, Func<Entry, bool> of) => new(name, [], (e, _) => of(e));

    private static EntryField Span(string name, Func<Entry, Duration> of) => new(name, [], (e, _) => of(e));

    // without a fault it was the weather, or nobody
    private static IEnumerable<EntryField> Cause(Func<Entry, int> fault, bool weather = true) =>
    [
        new("fault", [], (e, names) => weather || fault(e) >= 0 ? names.Fault(fault(e)) : null),
        new("fault-number", [], (e, _) => fault(e) is >= 0 and int number ? (long)number : null),
    ];

    private static IEnumerable<EntryField> End(Func<Entry, StreamEnd> of) =>
    [
        Word("mechanism", e => of(e).Mechanism), Word("claim", e => of(e).Claim),
        Word("condition", e => of(e).Condition),
    ];
}
