using System.Globalization;
using System.Net;
using System.Text;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// A server's policy in Prosody's words (0.12: net/server_epoll.lua, mod_c2s.lua, mod_smacks.lua), and what it has no
/// words for. One timer, read_timeout, serves both whitespace and acks: after so long without a byte from the client it
/// sends a space, or, with stream management, asks for an ack and at its next expiry drops who has not answered.
/// </summary>
internal static class ProsodyConfiguration
{
    private const double Never = 1e9;   // seconds

    /// <summary>What this server asks for and Prosody cannot do.</summary>
    public static IEnumerable<string> Refusals(ServerSpec spec)
    {
        Policy policy = spec.Policy?.Inline ?? Policy.Nothing;
        if (policy.Ping is not null) yield return "ping: Prosody answers pings and never sends any";
        if (policy.Idle is not null) yield return "idle: Prosody closes nobody for being idle; see acks";
        if (policy.Whitespace is { Trigger: not Trigger.IdleReceive })
            yield return "whitespace: Prosody sends a space after silence only; write trigger: idle-receive";
        foreach (string refusal in Refusals(policy.Acks, policy.Whitespace)) yield return refusal;
        if (policy.Acks?.Timeout is not null && policy.OnDead != Reaction.Drop)
            yield return "on-dead: Prosody drops the connection; write on-dead: drop";
        if (policy.Tcp?.UserTimeout is not null) yield return "tcp.user-timeout: Prosody does not set it";
        var system = new TcpKeepalive(Duration.FromHours(2), Duration.FromSeconds(75), 9);
        if (policy.Tcp?.Keepalive?.Over(system) is { } k && (k.Interval, k.Probes) != (system.Interval, system.Probes))
            yield return "tcp.keepalive: Prosody sets idle and leaves the rest to the kernel; "
                + "leave interval and probes out";
        if (spec.OfflineMessages is not (0 or 1000))
            yield return "offline-messages: Prosody stores all of them or, with 0, none";
    }

    private static IEnumerable<string> Refusals(AckPolicy? acks, WhitespacePolicy? whitespace)
    {
        if (acks is null) yield break;
        if (acks.Resume is null) yield return "acks: Prosody always lets sessions be resumed; write resume with a time";
        if (acks.Every != acks.Timeout)
            yield return "acks: Prosody has one timer for asking and for giving up; write every and timeout alike";
        if (acks is { Every: not null, Trigger: not Trigger.IdleReceive })
            yield return "acks: Prosody asks after silence; write trigger: idle-receive";
        if (acks is { Timeout: not null, ClearedBy: not ClearedBy.AnyData })
            yield return "acks: any byte of the client's puts Prosody's verdict off; write cleared-by: any-data";
        if (acks.Every is { } every && whitespace is not null && whitespace.Every != every)
            yield return "whitespace: Prosody has one timer for it and for acks; write every alike";
    }

    /// <summary>The configuration file of a throw-away server that keeps all it has in the folder.</summary>
    /// <param name="peers">Streams with other servers and the address for them; null = it has none.</param>
    public static string Text(
        string folder, string domain, ServerSpec spec, Authority authority, IPEndPoint address, IPEndPoint directTls,
        (S2sSpec Spec, IPEndPoint Address)? peers = null)
    {
        var text = new StringBuilder();
        void Line(string key, string value) => text.Append(CultureInfo.InvariantCulture, $"{key} = {value}\n");
        string[] modules = ["roster", "saslauth", "disco", "ping", "posix", "smacks"];
        if (spec.Tls != TlsUse.None) modules = [.. modules, "tls"];
        if (peers is { } p) modules = [.. modules.Union(ProsodyPeers.Modules(p.Spec))];
        List<string> unwanted = peers is null ? ["s2s"] : [];
        if (spec.OfflineMessages == 0) unwanted.Add("offline");
        if (Environment.IsPrivilegedProcess) Line("run_as_root", "true");   // else it could not read the run's folder
        Line("pidfile", Quoted(Path.Combine(folder, "prosody.pid")));
        Line("data_path", Quoted(Path.Combine(folder, "data")));
        Line("log", "{ info = \"*console\" }");
        Line("interfaces", List([address.Address.ToString()]));
        Line("c2s_ports", $"{{ {address.Port} }}");
        Line("c2s_direct_tls_ports", $"{{ {directTls.Port} }}");
        if (peers is { } others) ProsodyPeers.Write(others.Spec, folder, others.Address, Line);
        else Line("s2s_ports", "{ }");
        Line("modules_enabled", List(modules));
        Line("modules_disabled", List(unwanted));
        Line("c2s_require_encryption", spec.Tls == TlsUse.Required ? "true" : "false");
        Line("authentication", "\"internal_plain\"");
        Line("conflict_resolve", spec.Conflict switch
        {
            ConflictPolicy.RefuseNew => "\"kick_new\"", ConflictPolicy.CloseOld => "\"kick_old\"", _ => "\"random\"",
        });
        Line("ssl", $"{{ key = {Quoted(authority.KeyFile(domain))}; "
            + $"certificate = {Quoted(authority.CertificateFile(domain))}; "
            + $"cafile = {Quoted(authority.RootFile)} }}");
        WritePolicy(spec.Policy?.Inline ?? Policy.Nothing, Line);
        text.Append(CultureInfo.InvariantCulture, $"VirtualHost {Quoted(domain)}\n");
        return text.ToString();
    }

    private static void WritePolicy(Policy policy, Action<string, string> line)
    {
        AckPolicy acks = policy.Acks ?? new AckPolicy { Resume = Duration.FromMinutes(5) };   // for those who ask
        line("network_backend", "\"epoll\"");
        string keepalive = policy.Tcp?.Keepalive is { } k ? Seconds(k.Idle ?? Duration.FromHours(2)) : "false";
        line("network_settings", $"{{ read_timeout = {Seconds(policy.Whitespace?.Every ?? acks.Every)}; "
            + $"tcp_keepalive = {keepalive}; nagle = false }}");
        line("c2s_tcp_keepalives", policy.Tcp?.Keepalive is null ? "false" : "true");
        line("c2s_timeout", Seconds(policy.Connect.Total));
        line("c2s_close_timeout", Seconds(policy.Connect.Close));
        line("smacks_hibernation_time", Seconds(acks.Resume));
        line("smacks_max_queue_size", acks.QueueStanzas.ToString(CultureInfo.InvariantCulture));
        line("smacks_max_unacked_stanzas", acks.EveryStanzas == 0 ? Seconds(null)
            : (acks.EveryStanzas - 1).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Writes the file that makes an account of its internal storage.</summary>
    public static void AddAccount(string folder, string domain, string local, string password)
    {
        string accounts = Path.Combine(folder, "data", Encoded(domain), "accounts");
        Directory.CreateDirectory(accounts);
        File.WriteAllText(
            Path.Combine(accounts, Encoded(local) + ".dat"), $"return {{ [\"password\"] = {Quoted(password)} }};\n");
    }

    // names of files there: every byte but letters and digits as %xx
    private static string Encoded(string name) => string.Concat(
        Encoding.UTF8.GetBytes(name).Select(b => char.IsAsciiLetterOrDigit((char)b) ? $"{(char)b}" : $"%{b:x2}"));

    private static string Seconds(Duration? time) =>
        (time?.TotalSeconds ?? Never).ToString("0.###", CultureInfo.InvariantCulture);

    public static string List(IEnumerable<string> words) => $"{{ {string.Join("; ", words.Select(Quoted))} }}";

    public static string Quoted(string text) =>
        "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") + "\"";
}
