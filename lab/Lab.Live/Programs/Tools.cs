using Lab.Experiments;

namespace Lab.Live;

/// <summary>Where the programs are that runs may start, and which Debian package brings each.</summary>
public static class Tools
{
    internal const string SetSid = "/usr/bin/setsid", SetPriv = "/usr/bin/setpriv";
    internal const string Prosody = "/usr/bin/prosody", Python = "/usr/bin/python3";
    private const string Slixmpp = "/usr/lib/python3/dist-packages/slixmpp/__init__.py";

    /// <summary>Writes a script that comes with the lab into the folder; returns where it is.</summary>
    internal static string Unpack(string script, string folder)
    {
        string path = Path.GetFullPath(Path.Combine(folder, script));
        using Stream from = typeof(Tools).Assembly.GetManifestResourceStream(script)
            ?? throw new InvalidOperationException($"the assembly lacks its part {script}");
        using var to = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        from.CopyTo(to);
        return path;
    }

    /// <summary>What this machine lacks for that topology, in a sentence each; empty when nothing.</summary>
    public static IReadOnlyList<string> Missing(Topology topology)
    {
        bool prosody = topology.Servers.Values.Any(s => s.Software == ServerSoftware.Prosody);
        bool slixmpp = topology.Clients.Values.Any(c => c.Software == ClientSoftware.Slixmpp);
        (bool Needed, string File, string What, string Package)[] needs =
        [
            (prosody || slixmpp, SetSid, "setsid", "util-linux"),
            (prosody || slixmpp, SetPriv, "setpriv", "util-linux"),
            (prosody, Prosody, "software: prosody", "prosody"),
            (slixmpp, Python, "software: slixmpp", "python3"),
            (slixmpp, Slixmpp, "software: slixmpp", "python3-slixmpp"),
        ];
        return
        [
            .. needs.Where(n => n.Needed && !File.Exists(n.File)).Select(n =>
                $"{n.What} needs {n.File}, which is not there; Debian's package is {n.Package}"),
        ];
    }
}
