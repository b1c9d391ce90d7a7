namespace Lab.Experiments;

/// <summary>How far a network can be trusted to show something.</summary>
public enum Fidelity { Exact, Modelled, Approximate, Unsupported }

/// <summary>How far something can be trusted on a network, and why, in one sentence.</summary>
public readonly record struct Judgement(Fidelity Fidelity, string Reason)
{
    /// <summary>What the simulated network says of all that happens on it.</summary>
    public static readonly Judgement Model =
        new(Fidelity.Modelled, "packets, TCP, streams and processes follow the rules of MODELS.md");

    /// <summary>The less faithful of the two; this one when they are alike.</summary>
    public Judgement Worse(Judgement other) => other.Fidelity > Fidelity ? other : this;
}
