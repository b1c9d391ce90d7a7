using System.Globalization;
using System.Net;
using System.Text;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// Prosody among other servers (0.12: mod_s2s, mod_dialback, mod_saslauth, mod_s2s_bidi, mod_smacks): what an entry of
/// s2s says in its words, and what it has no words for. It opens one stream each way and never checks it but by its
/// own read timeout; names are told by the lab, through a module of the lab's.
/// </summary>
internal static class ProsodyPeers
{
    public const string NamesModule = "lab_names";

    /// <summary>What these streams, with that server at one end, ask for and Prosody cannot do.</summary>
    public static IEnumerable<string> Refusals(S2sSpec spec, string domain)
    {
        if (spec.Streams != 1) yield return "streams: Prosody opens one each way; write streams: 1";
        bool first = spec.Between[0] == domain;
        PolicyChoice? second = spec.SecondPolicy ?? spec.Policy;
        Policy half = (first ? spec.Policy : second)?.Inline ?? Policy.Nothing;
        Policy labs = (first ? second : spec.Policy)?.Inline ?? Policy.Nothing;
        if (labs.Acks is not null && spec.Auth == FederationAuth.Dialback)
            yield return "acks: Prosody has no stream management for servers that prove themselves by dialback; write "
                + "auth: external";
        if (half != Policy.Nothing)
            yield return first
                ? "policy: Prosody checks no streams with other servers; name it second in between and write "
                    + "second-policy: {}"
                : "second-policy: Prosody checks no streams with other servers; write second-policy: {}";
    }

    /// <summary>Two entries of one server must agree on what Prosody has one setting for.</summary>
    public static bool Agree(S2sSpec a, S2sSpec b) => (a.Auth, a.Tls, a.Bidi) == (b.Auth, b.Tls, b.Bidi);

    /// <summary>Modules that those streams need.</summary>
    public static IEnumerable<string> Modules(S2sSpec spec)
    {
        yield return "s2s";
        yield return NamesModule;
        if (spec.Tls != FederationTls.None) yield return "tls";
        if (spec.Auth == FederationAuth.Dialback) yield return "dialback";
        if (spec.Bidi) yield return "s2s_bidi";
    }

    public static void Write(S2sSpec spec, string folder, IPEndPoint address, Action<string, string> line)
    {
        line("s2s_ports", string.Create(CultureInfo.InvariantCulture, $"{{ {address.Port} }}"));
        line("s2s_require_encryption", spec.Tls == FederationTls.Required ? "true" : "false");
        line("s2s_secure_auth", spec.Auth == FederationAuth.External ? "true" : "false");
        line("plugin_paths", ProsodyConfiguration.List([folder]));
        line(NamesModule, ProsodyConfiguration.Quoted(NamesFile(folder)));
    }

    /// <summary>Tells it where the streams to each domain lead from now on.</summary>
    public static void WriteNames(string folder, IEnumerable<KeyValuePair<string, IPEndPoint>> names)
    {
        var text = new StringBuilder("return {\n");
        foreach ((string domain, IPEndPoint address) in names)
            text.Append(CultureInfo.InvariantCulture, $"  [{ProsodyConfiguration.Quoted(domain)}] = ")
                .Append(CultureInfo.InvariantCulture, $"{{ \"{address.Address}\", {address.Port} }};\n");
        string next = NamesFile(folder) + ".new";
        File.WriteAllText(next, text.Append("}\n").ToString());
        File.Move(next, NamesFile(folder), overwrite: true);
    }

    private static string NamesFile(string folder) => Path.Combine(folder, "names.lua");
}
