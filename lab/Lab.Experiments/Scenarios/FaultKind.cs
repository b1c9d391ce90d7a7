namespace Lab.Experiments;

/// <summary>
/// A kind of fault as scenarios name it: its word, what it may hit, what it may say, what it makes true, how truly a
/// network shows it. What it does is said by the same class, see Fault.
/// </summary>
public abstract class FaultKind
{
    /// <summary>The key in files, whose value is the target.</summary>
    public abstract string Word { get; }

    /// <summary>What it does, in a sentence without its full stop.</summary>
    public abstract string Help { get; }

    /// <summary>A line of YAML.</summary>
    public abstract string Example { get; }

    /// <summary>In figures, as #RRGGBB; safe for colour-blind readers beside the others.</summary>
    public abstract string Colour { get; }

    public abstract TargetKinds Targets { get; }

    /// <summary>Keys that it has besides when and how long; one that has "to" needs it.</summary>
    public virtual IReadOnlyList<string> OwnKeys => [];

    public bool Has(string key) => OwnKeys.Contains(key);

    /// <summary>It is over at once: "for" has no meaning.</summary>
    public virtual bool IsMomentary => false;

    /// <summary>It is about what servers say to each other, with every path and process well.</summary>
    public virtual bool IsBetweenServers => false;

    /// <summary>
    /// What becomes true: somebody falls silent without a word to the other end, which has to find out. That is an
    /// incident; a fault that announces itself is none.
    /// </summary>
    public abstract bool IsIncident { get; }

    /// <summary>The silence is of the machine that it hits, which then has nothing to notice.</summary>
    public virtual bool TakesPower => false;

    /// <summary>Behind proxies no kernel notices it: only checks above TCP can.</summary>
    public virtual bool IsHiddenByProxies => false;

    /// <summary>How truly that network shows it.</summary>
    public abstract Judgement On(NetworkKind network);

    public sealed override string ToString() => Word;

    /// <summary>The usual judgement: modelled on the simulated network, and that one between real sockets.</summary>
    protected static Judgement Between(NetworkKind network, Judgement proxied) => network switch
    {
        NetworkKind.Simulated => Judgement.Model,
        NetworkKind.Proxied => proxied,
    };
}
