using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>A client's policy in slixmpp's words (1.8: xmlstream.py, xep_0198, xep_0199), and what it lacks.</summary>
internal static class Slixmpp
{
    private const string Script = "slixmpp_client.py";

    /// <summary>What this client asks for and slixmpp cannot do.</summary>
    public static IEnumerable<string> Refusals(ClientSpec spec)
    {
        Policy policy = spec.Policy?.Inline ?? Policy.Nothing;
        if (policy.Whitespace is { Trigger: not Trigger.Periodic })
            yield return "whitespace: slixmpp sends spaces every so often, whatever happens; write trigger: periodic";
        if (policy.Ping is { Trigger: not Trigger.Periodic })
            yield return "ping: slixmpp pings every so often, whatever happens; write trigger: periodic";
        if (policy.Ping is { ClearedBy: not ClearedBy.Answer })
            yield return "ping: nothing but the answer satisfies slixmpp; write cleared-by: answer";
        if (policy.Ping is not null && policy.OnDead != Reaction.Drop)
            yield return "on-dead: slixmpp drops the connection; write on-dead: drop";
        if (policy.Acks is { } acks)
        {
            if (acks.Every is not null) yield return "acks.every: slixmpp asks after stanzas only, see every-stanzas";
            if (acks.Timeout is not null) yield return "acks.timeout: slixmpp waits for an ack for ever";
            if (acks.ResendAfterFailedResume)
                yield return "acks: slixmpp forgets what it sent when a session is lost; "
                    + "write resend-after-failed-resume: false";
        }
        if (policy.Tcp is not null) yield return "tcp: slixmpp sets no options of TCP";
        if (policy.Idle is not null) yield return "idle: slixmpp closes nobody for being idle";
        ConnectPolicy none = new() { Tcp = null, Tls = null, Step = null, Total = null };
        ConnectPolicy given = policy.Connect with { Close = none.Close };
        if (given != none && given != new ConnectPolicy())
            yield return "connect: slixmpp waits for ever in every phase; leave the limits out or write forever";
    }

    /// <summary>Writes the script into the folder; returns where it is.</summary>
    public static string WriteScript(string folder) => Tools.Unpack(Script, folder);

    /// <summary>What the script is given as its argument. Without an authority it takes any certificate.</summary>
    public static string Settings(Member member, IPEndPoint proxy, string? authorityFile)
    {
        Policy policy = member.Policy;
        var settings = new JsonObject
        {
            ["jid"] = member.Spec.Resource is { } resource ? $"{member.BareJid}/{resource}" : member.BareJid,
            ["password"] = member.Password, ["host"] = proxy.Address.ToString(), ["port"] = proxy.Port,
            ["tls"] = member.Spec.Tls switch { TlsMode.Direct => "direct", TlsMode.None => "none", _ => "starttls" },
            ["ca"] = authorityFile,
        };
        if (member.Spec.Priority != 0) settings["priority"] = member.Spec.Priority;
        if (policy.Whitespace is { } spaces) settings["whitespace"] = spaces.Every.TotalSeconds;
        if (policy.Ping is { } ping)
            settings["ping"] = new JsonObject
            {
                ["interval"] = ping.Every.TotalSeconds, ["timeout"] = ping.Timeout.TotalSeconds,
            };
        if (policy.Acks is { } acks)
            settings["acks"] = new JsonObject
            {
                ["window"] = acks.EveryStanzas == 0 ? int.MaxValue : acks.EveryStanzas,
                ["allow_resume"] = acks.Resume is not null,
            };
        return settings.ToJsonString();
    }

    public static string Connect => """{"do": "connect"}""";

    public static string Message(string to, long number, int bodyBytes) =>
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["do"] = "send", ["to"] = to, ["id"] = $"m{number}", ["bytes"] = bodyBytes,
        });
}
