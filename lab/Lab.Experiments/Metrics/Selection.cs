using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// Whom and which time of a run a <see cref="Scope"/> stands for. Rule: a client counts when it is named, is on the
/// link, or has its account at the server; streams between servers when they are named, on the link, or, of a server,
/// by who acts on them. What happens counts by its moment, what lasts by the part in the span: lab/MODELS.md, "Of whom,
/// and of which time".
/// </summary>
internal sealed class Selection
{
    private readonly Cast cast;
    private readonly bool[]? clients, routes, servers;          // null = all; routes by path, without servers' numbers
    private readonly Instant end;

    public Selection(Cast cast, Duration run, Scope scope)
    {
        this.cast = cast;
        From = Instant.Zero + (scope.Start);
        To = Instant.Zero + Duration.Min(scope.To ?? run, run);
        end = To == Instant.Zero + run ? Instant.Never : To;     // what comes with the end of the run is in it
        Clients = [.. Enumerable.Range(0, cast.Members.Count)];
        if (scope.Of is not { } target) return;
        Meaning meaning = cast.Resolve(target);
        Clients = [.. cast.MembersOf(meaning).Select(m => m.Index)];
        (clients, routes) = (new bool[cast.Members.Count], new bool[cast.Routes.Count]);
        foreach (int client in Clients) clients[client] = true;
        foreach (Route r in cast.RoutesOf(meaning, RandomStream.Root(0))) routes[r.Index - cast.FirstRoute] = true;
        if (meaning.Kind != TargetKinds.Server) return;
        servers = new bool[cast.Domains.Count];
        foreach (int server in meaning.Servers) servers[server] = true;
    }

    public Instant From { get; }
    public Instant To { get; }

    /// <summary>By index, in their order.</summary>
    public IReadOnlyList<int> Clients { get; }

    /// <summary>Those that are there at any time of it.</summary>
    public int Present => Clients.Count(c => Presence(c) > Duration.Zero);

    /// <summary>How long they are there, all together.</summary>
    public double ClientSeconds => Clients.All(c => Presence(c) == To - From)
        ? Clients.Count * (To - From).TotalSeconds : Clients.Sum(c => Presence(c).TotalSeconds);

    /// <summary>Whether a client has joined and not left.</summary>
    public bool IsThere(int client, Instant at) => cast.Members[client].Spec.IsThere(at - Instant.Zero);

    public Duration Presence(int client) =>
        cast.Members[client].Spec.Presence(From - Instant.Zero, To - Instant.Zero);

    public bool Holds(Instant at) => at >= From && at < end;

    public bool HasClient(int client) => client >= 0 && (clients is null || clients[client]);

    /// <summary>Whether the streams on that path count, whoever acts on them.</summary>
    public bool HasRoute(int path) => path >= cast.FirstRoute && (routes is null || routes[path - cast.FirstRoute]);

    /// <summary>Whether what that side of a stream between servers does counts.</summary>
    public bool HasEnd(int path, Side side) => HasRoute(path) && (servers is null
        || servers[side == Side.Client ? cast.RouteAt(path).From : cast.RouteAt(path).To]);

    /// <summary>Of a client's stream or of one between servers; by when it began.</summary>
    public bool Has(Incident i) =>
        Holds(i.Began) && (i.Client < cast.FirstRoute ? HasClient(i.Client) : HasEnd(i.Client, i.Side));

    /// <summary>By when it was wanted; of who wrote it and of who was to have it.</summary>
    public bool Has(MessageRecord m) =>
        Holds(m.SentAt) && (clients is null || HasClient(m.From) || HasClient(m.To));
}
