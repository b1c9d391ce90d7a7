namespace Lab.Experiments;

/// <summary>What must hold of systems that let apps sleep, and of pushes.</summary>
public sealed partial class Rules
{
    private static IEnumerable<(string, string, string[])> Sleep(SleepProfile sleep)
    {
        if (sleep.Profile is not null)
            yield return (nameof(sleep.Profile),
                "a profile stands for its numbers; the reader of a file puts them there", []);
        bool dozes = sleep.Light is not null || sleep.Deep is not null;
        if (sleep.SuspendsAfter is null && !dozes)
            yield return (nameof(sleep.SuspendsAfter),
                "nothing says when it sleeps; give suspends-after, light or deep",
                [nameof(sleep.Light), nameof(sleep.Deep)]);
        if (sleep.ReclaimsAfter is not null && sleep.SuspendsAfter is null)
            yield return (nameof(sleep.ReclaimsAfter),
                "only the sockets of an app that is suspended are reclaimed; give suspends-after",
                [nameof(sleep.SuspendsAfter)]);
    }

    private static IEnumerable<(string, string, string[])> Doze(DozeProfile doze)
    {
        if (doze.LongestIdle < doze.Idle)
            yield return (nameof(doze.LongestIdle),
                $"longest-idle ({doze.LongestIdle}) is shorter than idle ({doze.Idle})", [nameof(doze.Idle)]);
        if (doze.LongestWindow < doze.Window)
            yield return (nameof(doze.LongestWindow),
                $"longest-window ({doze.LongestWindow}) is shorter than window ({doze.Window})", [nameof(doze.Window)]);
    }

    private void CheckPush(Topology topology, ClientSpec client)
    {
        if (client.Push is not null && topology.Servers.GetValueOrDefault(client.Server)
                is { Software: not ServerSoftware.Lab } server)
            Fail(new Spot(client, nameof(client.Push)), "only the lab's own server asks for pushes",
                new Spot(server, nameof(server.Software)));
    }
}
