using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Which end of the client's connection. Of streams between servers the client is the one that opened them.
/// </summary>
public enum Side { Client, Server }

/// <summary>
/// A fault as one side of one connection met it. Detected: when it gave up and by what. Otherwise the time is censored
/// where the fault ended (outlived) or the run did.
/// </summary>
public sealed record Incident(
    int Client, string ClientName, Side Side, FaultKind Fault, Instant Began, Instant Until,
    bool Detected, Instant DetectedAt, Mechanism Mechanism, Claim Claim, bool Outlived)
{
    /// <summary>Time to detection, or the censored time.</summary>
    public Duration Elapsed => (Detected ? DetectedAt : Until) - Began;

    /// <summary>As a case of who notices, and when; a verdict that was under way when the path died counts as at
    /// once.</summary>
    public Observation Observed => new(Math.Max(0, Elapsed.TotalSeconds),
        Detected ? Outcome.Noticed : Outlived ? Outcome.Outlived : Outcome.Censored);
}

/// <summary>An incident that has not ended yet.</summary>
internal readonly record struct OpenIncident(FaultKind Fault, Instant Began);

/// <summary>A stream that was in use is over: what its side claimed of the peer, and what was true.</summary>
internal readonly record struct StreamVerdict(
    PathTruth Path, Side Side, Mechanism Mechanism, Claim Claim, Silence Truth, Instant At)
{
    /// <summary>It was torn down as dead or broken while path and peer were well.</summary>
    public bool IsFalseAlarm => Claim is Claim.Dead or Claim.Broken && Truth == Silence.Idle;

    /// <summary>A forgotten connection is dead, whoever did it.</summary>
    public bool IsRight => Claim switch
    {
        Claim.Dead => Truth is Silence.Dead or Silence.Forgotten,
        Claim.Broken => Truth == Silence.Broken,
        _ => Truth == Silence.Idle,
    };

    /// <summary>How often each was given, by what was true: "dead/broken" (truth/claim).</summary>
    public static SortedDictionary<string, int> Table(IEnumerable<StreamVerdict> verdicts)
    {
        var table = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (StreamVerdict v in verdicts)
        {
            string key = $"{Words.Kebab(v.Truth.ToString())}/{Word(v.Claim)}";
            table[key] = table.GetValueOrDefault(key) + 1;
        }
        return table;
    }

    private static string Word(Claim claim) =>
        claim switch { Claim.Dead => "dead", Claim.Broken => "broken", _ => "idle" };
}
