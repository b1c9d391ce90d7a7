namespace Lab.Experiments;

/// <summary>Every kind of fault there is; each is a file beside this one.</summary>
public static class FaultKinds
{
    public static readonly FaultKind Cut = new Cut(), Degrade = new Degrade(), Reset = new Reset(),
        Freeze = new Freeze(), Crash = new Crash(), Restart = new Restart(), Unresolved = new Unresolved(),
        Expire = new Expire(), IgnoreDialback = new IgnoreDialback(), Forget = new Forget(),
        Handover = new Handover();

    /// <summary>In the order of tables and legends.</summary>
    public static readonly IReadOnlyList<FaultKind> All =
        [Cut, Handover, Forget, Degrade, Reset, Freeze, Crash, Restart, Unresolved, Expire, IgnoreDialback];

    public static readonly IReadOnlyList<string> Words = [.. All.Select(k => k.Word)];

    /// <summary>Its place in that order.</summary>
    public static int Place(FaultKind kind) => All.TakeWhile(k => k != kind).Count();

    /// <summary>Null when no kind has that word.</summary>
    public static FaultKind? Find(string word) => All.FirstOrDefault(k => k.Word == word);
}
