using System.Globalization;
using System.Net;
using Lab.Experiments;

namespace Lab.Live;

/// <summary>What is asked of the real programs of a run and cannot be had, before anything runs.</summary>
public static class ProgramLimits
{
    /// <summary>
    /// In a sentence each, with the group (servers, clients, s2s) and the name in the topology, of an entry of s2s its
    /// number; empty when all can be had.
    /// </summary>
    public static IEnumerable<(string Group, string Name, string Message)> Refusals(RunSpec run)
    {
        var cast = new Cast(run.Topology);
        foreach ((string domain, ServerSpec server) in run.Topology.Servers)
        {
            foreach (string message in OfServer(run, cast, domain, server)) yield return ("servers", domain, message);
            foreach (string message in OfHost(run, server.Os, server.Kernel)) yield return ("servers", domain, message);
        }
        foreach ((string group, ClientSpec client) in run.Topology.Clients)
        {
            foreach (string message in OfClient(run, cast, group, client)) yield return ("clients", group, message);
            foreach (string message in OfHost(run, client.Os, client.Kernel)) yield return ("clients", group, message);
        }
        for (int i = 0; i < run.Topology.S2s.Count; i++)
            foreach (string message in OfStreams(run, cast, run.Topology.S2s[i]))
                yield return ("s2s", i.ToString(CultureInfo.InvariantCulture), message);
    }

    private static IEnumerable<string> OfHost(RunSpec run, Os os, KernelSpec? kernel)
    {
        if (run.Network != NetworkKind.Proxied || (os == Os.Linux && kernel is null)) yield break;
        yield return "os and kernel need the simulated network: on real sockets this machine's own kernel keeps time, "
            + "and only what a policy's tcp sets on a socket can be chosen";
    }

    /// <summary>Presence of that line needs these programs to be the lab's.</summary>
    private static IEnumerable<string> OfPresence(RunSpec run, Cast cast, Func<Meaning, bool> concerns)
    {
        if (run.Scenario.Workload.Any(w => w.Send == SendKind.Presence
            && concerns(cast.Resolve(w.From))))
            yield return "send: presence is for the lab's own clients and servers: a real program is not asked for it";
    }

    private static IEnumerable<string> OfServer(RunSpec run, Cast cast, string domain, ServerSpec server)
    {
        if (server.Software != ServerSoftware.Lab && run.Network != NetworkKind.Proxied)
        {
            yield return NeedsSockets(server.Software, run.Network);
            yield break;
        }
        if (server.Service is not null && run.Network == NetworkKind.Proxied)
            yield return "service needs the simulated network: " + FidelityTable.OfService(run.Network).Reason;
        IReadOnlyList<int> here = cast.FindServers(domain);
        if (server.Software != ServerSoftware.Lab)
            foreach (string refusal in OfPresence(run, cast, from => from.Kind == TargetKinds.Echo
                && from.Servers.Any(here.Contains))) yield return refusal;
        FaultSpec[] faults = [.. run.Scenario.Faults.Where(f => here.Any(cast.Resolve(f.Target).Names))];
        bool external = server.Software == ServerSoftware.External;
        if (external && !(IPEndPoint.TryParse(server.Address ?? "", out IPEndPoint? at) && at.Port > 0))
            yield return "software: external needs the address of what runs already, as in address: 127.0.0.1:5222";
        if (!external && server.Address is not null)
            yield return "address goes with software: external; the lab finds a free port for what it starts";
        if (external)
            foreach (FaultSpec fault in faults.Where(
                f => f.Kind is ProcessFault))
                yield return $"{fault.Kind.Word}: the lab does not stop a server that it has not started";
        foreach (FaultSpec fault in faults.Where(f => server.Software != ServerSoftware.Lab
            && f.Kind is Expire or IgnoreDialback))
            yield return $"{fault.Kind.Word}: the lab cannot make a real program do that";
        if (external && server.Policy is not null)
            yield return "policy: the lab cannot configure a server that it has not started; leave it out";
        if (server.Software == ServerSoftware.Prosody)
            foreach (string refusal in ProsodyConfiguration.Refusals(server)) yield return refusal;
    }

    private static IEnumerable<string> OfClient(RunSpec run, Cast cast, string group, ClientSpec client)
    {
        bool both = client.Software == ClientSoftware.Lab
            && run.Topology.Servers[client.Server].Software == ServerSoftware.Lab;
        if (client.Login is not null && !both)
            yield return "login: what a new session is loaded with is known of the lab's own client and server alone; "
                + "leave it out";
        if (client.Software == ClientSoftware.Lab) yield break;
        if (run.Network != NetworkKind.Proxied)
        {
            yield return NeedsSockets(client.Software, run.Network);
            yield break;
        }
        foreach (string refusal in OfPresence(run, cast, from => from.Kind == TargetKinds.Client
            && from.Groups.Contains(group))) yield return refusal;
        foreach (FaultSpec fault in run.Scenario.Faults.Where(f => f.After is not null))
            if (cast.Resolve(fault.Target).Groups.Contains(group))
                yield return $"{fault.Kind.Word}: after waits for a step of negotiation, and slixmpp's are not seen";
        foreach (string refusal in Slixmpp.Refusals(client)) yield return refusal;
    }

    private static IEnumerable<string> OfStreams(RunSpec run, Cast cast, S2sSpec spec)
    {
        ServerSpec SpecOf(string server) => cast.Specs[cast.ServerOf(server)];
        string[] real = [.. spec.Between.Where(s => SpecOf(s).Software != ServerSoftware.Lab)];
        if (real.Length == 0) yield break;
        if (real.Length == 2)
        {
            yield return "between: one of the two must be the lab's own server, which tells what becomes of streams";
            yield break;
        }
        string name = real[0];
        if (SpecOf(name).Software == ServerSoftware.External)
        {
            yield return $"between: the lab cannot tell {name}, which it has not started, where the other server is";
            yield break;
        }
        int[] ours = [.. spec.Between.Except(real).SelectMany(cast.FindServers)];
        if (run.Scenario.Faults.Any(
            f => f.Kind is Expire && ours.Any(cast.Resolve(f.Target).Names)))
            yield return "expire: Prosody looks at the certificate itself, and that one holds on";
        if (spec.Between.Any(server => SpecOf(server).Authority is not null))
            yield return "authority: Prosody asks the domain itself about its keys; leave it out";
        foreach (string refusal in ProsodyPeers.Refusals(spec, name)) yield return refusal;
        if (run.Topology.S2s.Any(other => other.Between.Contains(name) && !ProsodyPeers.Agree(spec, other)))
            yield return $"auth, tls and bidi must be alike in all entries with {name}: Prosody has one setting each";
    }

    private static string NeedsSockets<T>(T software, NetworkKind network) where T : struct, Enum =>
        $"software: {Word(software)} needs real sockets, not the {network.Word()} network; "
            + "write network: proxied in the scenario or run it with --network proxied";

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
