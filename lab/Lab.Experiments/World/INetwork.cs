using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What lies between hosts: one path per client, to its server's host, and one per place in a pool of streams between
/// servers; faults can hit each. A path's number is its host number in the journal: a client's own, or its route's.
/// </summary>
internal interface INetwork
{
    /// <summary>The near end of a path opens a connection to its far end.</summary>
    Pipe Connect(Instant now, int path, Host owner, TcpSettings settings);

    /// <summary>The live pipes that <paramref name="owner"/> holds, oldest first.</summary>
    IEnumerable<Pipe> PipesOf(Host owner);

    /// <summary>The process of that host runs again: what waited in its kernel is read.</summary>
    void Thaw(Instant now, Host owner);

    /// <summary>Nothing passes in that direction: 0 up, 1 down.</summary>
    void Cut(Instant now, int path, int direction, int fault);

    void Heal(Instant now, int path, int direction, int fault);

    /// <summary>Other link numbers; null = the path's own.</summary>
    void Change(Instant now, int path, LinkSpec? up, LinkSpec? down);

    /// <summary>Both ends of every connection of the path get a RST.</summary>
    void ResetConnections(Instant now, int path);

    /// <summary>The client's host has power or not.</summary>
    void SetClientPower(int client, bool powered);

    /// <summary>
    /// Every end of a connection on the client's host, or on the server's when one is given, is forgotten at once.
    /// </summary>
    void LoseHost(Instant now, int client, ServingHost? server);

    /// <summary>Prefetches what a write to a client's pipe will touch, up to the server, from step 1 on.</summary>
    void Foresee(Pipe pipe, int step) { }
}

/// <summary>What a world is set up on: its network, and who takes the places of its clients and servers.</summary>
internal interface IStage
{
    /// <summary>Null = repeatable ones, from the run's chance.</summary>
    Secrets? Secrets { get; }

    INetwork Network(World world);
    ServerHost Server(World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts);
    ClientHost Client(World world, Member member);
}
