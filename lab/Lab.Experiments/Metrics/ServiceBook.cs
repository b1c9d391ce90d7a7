using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What workers of servers have done, for whom, and what came of it. A login is abandoned when the server worked for it
/// and its client's stream was over before it was online.
/// </summary>
internal sealed class ServiceBook(Cast cast)
{
    private readonly record struct Done(Instant At, int Path, int Connection, WorkEntry Work);

    private readonly List<Done> done = [];
    private readonly List<(Instant At, int Path)> unanswered = [];
    private readonly Dictionary<int, Login> logins = [];               // by connection

    private sealed class Login
    {
        public int Path;
        public bool IsWorked, IsOver;
        public Instant Abandoned = Instant.Never;                      // its client was gone, and had never been online
    }

    public bool HasService { get; } = cast.Specs.Any(s => s.Service is not null);

    public void Worked(int path, Instant at, WorkEntry work, int connection)
    {
        done.Add(new Done(at, path, connection, work));
        LoginOn(connection).IsWorked = true;
    }

    public void Unanswered(int path, Instant at) => unanswered.Add((at, path));

    public void CameOnline(int connection)
    {
        if (HasService) LoginOn(connection).IsOver = true;
    }

    public void WentOffline(int path, int connection, Instant at)
    {
        if (!HasService || LoginOn(connection) is not { IsOver: false } login) return;
        (login.IsOver, login.Abandoned, login.Path) = (true, at, path);
    }

    /// <summary>Seconds in which workers were busy for those chosen, and of all workers of their servers.</summary>
    public (double Busy, double All) Busy(Selection of) =>
        (done.Where(d => Has(of, d)).Sum(d => Within(of, d)),
            ServersOf(of).Sum(s => cast.Specs[s].Service!.Workers) * (of.To - of.From).TotalSeconds);

    /// <summary>The part of the busy seconds that went into logins which were abandoned.</summary>
    public double Wasted(Selection of) => done
        .Where(d => Has(of, d) && LoginOn(d.Connection).Abandoned != Instant.Never).Sum(d => Within(of, d));

    public IEnumerable<double> Waits(Selection of, Func<Work, bool> kinds) => done
        .Where(d => of.Holds(d.At) && kinds(d.Work.Work) && Has(of, d)).Select(d => d.Work.Waited.TotalSeconds);

    public int Abandoned(Selection of) => logins.Values.Count(l =>
        l.IsWorked && l.Abandoned != Instant.Never && of.Holds(l.Abandoned) && of.HasClient(l.Path));

    public int Unanswered(Selection of) => unanswered.Count(u =>
        of.Holds(u.At) && (u.Path < cast.FirstRoute ? of.HasClient(u.Path) : of.HasEnd(u.Path, Side.Server)));

    private Login LoginOn(int connection)
    {
        if (!logins.TryGetValue(connection, out Login? login)) logins[connection] = login = new Login();
        return login;
    }

    private bool Has(Selection of, in Done d) => d.Path < cast.FirstRoute ? of.HasClient(d.Path)
        : of.HasEnd(d.Path, d.Work.Side == PathEnd.Near ? Side.Client : Side.Server);

    private static double Within(Selection of, in Done d)
    {
        Instant began = d.At - d.Work.Took;
        return Math.Max(0, (Instant.Min(d.At, of.To) - Instant.Max(began, of.From)).TotalSeconds);
    }

    private IEnumerable<int> ServersOf(Selection of) => of.Clients.Select(c => cast.Members[c].Server)
        .Concat(cast.Routes.Where(r => of.HasEnd(r.Index, Side.Client)).Select(r => r.From))
        .Concat(cast.Routes.Where(r => of.HasEnd(r.Index, Side.Server)).Select(r => r.To))
        .Distinct().Where(s => cast.Specs[s].Service is not null);
}
