using Lab.Network;

namespace Lab.Experiments;

/// <summary>A run in which no time passes any more, because something happens again and again at once.</summary>
public sealed class StandstillException(Instant at, long events, string repeats) : Exception(
    $"no time passes after {at - Instant.Zero}: more than {events:N0} events at one instant; what repeats: {repeats}. "
    + "Something comes back without a delay: give the link a delay, or reconnect a first wait");

/// <summary>Counts what is said, by whom.</summary>
internal sealed class Repeats(IReadOnlyList<string> hosts) : IJournalReader
{
    private const int Most = 6;
    private readonly SortedDictionary<(string Host, EntryKind Kind), int> said = [];

    /// <summary>The kinds of entries that came most often: "phone ConnectAttempt (120 times), ...".</summary>
    public string Told => said.Count == 0 ? "nothing that the journal tells" : string.Join(
        ", ", said.OrderByDescending(s => s.Value).Take(Most)
            .Select(s => $"{s.Key.Host} {s.Key.Kind} ({s.Value} times)"));

    public void On(in Entry entry)
    {
        (string, EntryKind) key =
            (entry.Host >= 0 && entry.Host < hosts.Count ? hosts[entry.Host] : "echo", entry.Kind);
        said[key] = said.GetValueOrDefault(key) + 1;
    }
}
