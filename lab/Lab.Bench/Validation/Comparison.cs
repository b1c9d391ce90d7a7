namespace Lab.Bench;

/// <summary>How a published number and the lab's own stand to each other.</summary>
internal enum Outcome { Reproduced, OrderingOnly, NotReproduced, Waits }

/// <summary>
/// One published number beside the lab's: a line of lab/VALIDATION.md. Why: of what is not reproduced the reason, of
/// what waits what for; else what the number leaves open.
/// </summary>
internal sealed record Comparison(
    string Row, string Source, string Published, string Lab, string Difference, Outcome Outcome, string Why = "")
{
    /// <summary>"| V5 | RFC 5382 REQ-5 | ... | reproduced |".</summary>
    public override string ToString()
    {
        string verdict = Outcome switch
        {
            Outcome.Reproduced => "reproduced", Outcome.OrderingOnly => "ordering only",
            Outcome.NotReproduced => "not reproduced", _ => "waits",
        };
        return $"| {Row} | {Source} | {Published} | {Lab} | {Difference} | "
            + $"{verdict}{(Why.Length > 0 ? ": " + Why : "")} |";
    }
}
