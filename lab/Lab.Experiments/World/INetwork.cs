using Lab.Network;

namespace Lab.Experiments;

/// <summary>A client's move to one of its links.</summary>
/// <param name="Number">Nobody else's while it lasts.</param>
/// <param name="HasGap">Nothing passes until it is finished.</param>
/// <param name="Lingers">What was opened over the old link passes until it is finished.</param>
/// <param name="ResetsOld">The client's end of what passes no more gets a RST at that moment.</param>
internal readonly record struct Handoff(long Number, int Link, bool HasGap, bool Lingers, bool ResetsOld);

/// <summary>
/// What lies between hosts: one path per client, to its server's host, and one per place in a pool of streams between
/// servers; faults can hit each. A path's number is its host number in the journal: a client's own, or its route's.
/// </summary>
internal interface INetwork
{
    /// <summary>The hosts at the ends of a path that was laid; farTcp is what the far one sets on what it
    /// accepts.</summary>
    void Join(int path, HostProcess near, HostProcess far, TcpSettings farTcp);

    /// <summary>The near end of a path opens a connection to its far end.</summary>
    Pipe Connect(Instant now, int path, Host owner, TcpSettings settings);

    /// <summary>The live pipes that <paramref name="owner"/> holds, oldest first.</summary>
    IReadOnlyList<Pipe> PipesOf(Host owner);

    /// <summary>The process of that host runs again: what waited in its kernel is read.</summary>
    void Thaw(Instant now, Host owner);

    /// <summary>Every end of a connection on that host is forgotten at once, for its power is gone.</summary>
    void Lose(Host host);

    /// <summary>Whether nothing passes in one direction at least.</summary>
    bool IsDead(int path);

    /// <summary>Nothing passes in that direction. Cuts nest.</summary>
    void Cut(Instant now, Stretch stretch, Direction way, int fault);

    void Heal(Instant now, Stretch stretch, Direction way, int fault);

    /// <summary>Other link numbers, until they are restored by the same number; the last of several are in
    /// force.</summary>
    void Degrade(Instant now, Stretch stretch, long number, LinkSpec up, LinkSpec down);

    void Restore(Instant now, Stretch stretch, long number);

    /// <summary>Both ends of every connection that goes by there get a RST.</summary>
    void ResetConnections(Instant now, Stretch stretch);

    /// <summary>The middleboxes there forget every connection that they know.</summary>
    void Forget(Instant now, Stretch stretch);

    /// <summary>The client at the near end of a path that has several links goes to another.</summary>
    void Move(Instant now, int path, Handoff move, int fault);

    /// <summary>The gap of that move, or the lingering of what it left, is over.</summary>
    void FinishMove(Instant now, int path, Handoff move, int fault);

    /// <summary>Another program on the near end's device uses the radio of the link that it is on, if it has
    /// one.</summary>
    void Use(Instant now, int path, int bytes) { }

    /// <summary>The near end's system lets nothing pass between its program and its network, or lets it pass
    /// again.</summary>
    void Shut(int path, bool isShut);

    /// <summary>The near end's system takes its program's sockets: what they hold is gone, and the far end is not
    /// told. Real ones stay.</summary>
    void Reclaim(Instant now, int path) { }

    /// <summary>Why the far end took no connection of that path, where the near one could not see it; null = it took
    /// one.</summary>
    string? WhyRefused(int path) => null;

    /// <summary>Prefetches what a write to a client's pipe will touch, up to the server, from step 1 on.</summary>
    void Foresee(Pipe pipe, int step) { }
}

/// <summary>What a world is set up on: its network, and who takes the places of its clients and servers.</summary>
internal interface IStage
{
    /// <summary>Null = repeatable ones, from the run's chance.</summary>
    Secrets? Secrets { get; }

    /// <summary>With every path laid, and nobody at its ends yet.</summary>
    INetwork Network(World world);

    IServerProgram Server(World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts);
    IClientProgram Client(World world, Member member);
}
