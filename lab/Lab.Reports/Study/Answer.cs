using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What a sweep came to, in a sentence for someone who has ten seconds.</summary>
internal sealed record Answer(string Sentence)
{
    public static Answer Of(Study study)
    {
        SweepResult sweep = study.Sweep;
        int held = sweep.Checks.Count(c => c.Verdict == Verdict.Pass);
        return new(sweep.Checks.Count == 0 ? "Nothing was expected of these runs."
            : held == sweep.Checks.Count ? $"All {Words.Count(held, "expectation")} hold."
            : $"{held} of {Words.Count(sweep.Checks.Count, "expectation")} hold.");
    }
}
