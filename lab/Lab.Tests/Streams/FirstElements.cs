using System.Text;
using System.Text.RegularExpressions;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>One text for each kind of first-level element, and words for what a machine said to it.</summary>
internal static partial class FirstElements
{
    private const string Tls = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'";
    private const string Sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
    private const string Dialback = "xmlns='jabber:server:dialback'";
    private const string Acks = "xmlns='urn:xmpp:sm:3'";

    public static string Text(First element, string addresses = "") => element switch
    {
        First.Message => $"<message{addresses} id='m7'><body>hello</body></message>",
        First.Presence => $"<presence{addresses}/>",
        First.Iq => $"<iq{addresses} type='get' id='q'><ping xmlns='urn:xmpp:ping'/></iq>",
        First.Features => "<stream:features/>",
        First.Error => $"<stream:error><undefined-condition {Story.StreamErrorNs}/></stream:error>",
        First.StartTls => $"<starttls {Tls}/>",
        First.Proceed => $"<proceed {Tls}/>",
        First.TlsFailure => $"<failure {Tls}/>",
        First.Auth => $"<auth {Sasl} mechanism='PLAIN'>{ServerLab.Plain("alice")}</auth>",
        First.Challenge => $"<challenge {Sasl}>bm9uc2Vuc2U=</challenge>",
        First.Response => $"<response {Sasl}/>",
        First.Abort => $"<abort {Sasl}/>",
        First.Success => $"<success {Sasl}/>",
        First.SaslFailure => $"<failure {Sasl}><not-authorized/></failure>",
        First.Enable => $"<enable {Acks}/>",
        First.Enabled => $"<enabled {Acks}/>",
        First.Resume => $"<resume {Acks} previd='0123456789abcdef0123456789abcdef' h='0'/>",
        First.Resumed => $"<resumed {Acks} previd='sm-1' h='0'/>",
        First.AckFailed => $"<failed {Acks}/>",
        First.AckRequest => $"<r {Acks}/>",
        First.AckAnswer => $"<a {Acks} h='0'/>",
        First.DialbackResult => $"<result {Dialback} from='b.example' to='a.example'>key</result>",
        First.DialbackVerify => $"<verify {Dialback} from='b.example' to='a.example' id='i'>key</verify>",
        First.Bidi => "<bidi xmlns='urn:xmpp:bidi'/>",
        _ => "<thing xmlns='urn:example:thing'/>",
    };

    /// <summary>Elements that nobody defined, in every namespace that is known and in one that is not.</summary>
    public static IEnumerable<string> Unknown =>
    [
        "<thing xmlns='urn:example:thing'/>", "<thing/>", $"<thing {Tls}/>", $"<thing {Sasl}/>", $"<thing {Acks}/>",
        "<stream:thing/>", "<thing xmlns='urn:xmpp:bidi'/>", "<thing xmlns='jabber:server:dialback'/>",
        "<message xmlns='urn:example:thing'/>", "<result xmlns='urn:xmpp:sm:3'/>",
    ];

    /// <summary>"says failed, stream error not-authorized, closing tag; drops the transport".</summary>
    public static string Outcome(string said, bool tls, bool closed, bool dropped)
    {
        var parts = new List<string>();
        string[] words = [.. Words(said)];
        if (words.Length > 0) parts.Add("says " + string.Join(", ", words));
        if (tls) parts.Add("begins TLS");
        if (closed) parts.Add("closes the transport");
        if (dropped) parts.Add("drops the transport");
        return parts.Count == 0 ? "says nothing" : string.Join("; ", parts);
    }

    private static IEnumerable<string> Words(string said)
    {
        int depth = 0;
        bool error = false;
        foreach (Match tag in Tag().Matches(said))
        {
            string name = tag.Groups[2].Value;
            bool ends = tag.Groups[1].Length > 0;
            if (name == "stream:stream")
            {
                yield return ends ? "closing tag" : "header";
                continue;
            }
            if (ends) depth--;
            else
            {
                if (depth == 0 && name != "stream:error") yield return name.Replace("stream:", "");
                if (depth == 1 && error) yield return "stream error " + name;
                error = depth == 0 && name == "stream:error";
                if (tag.Groups[3].Length == 0) depth++;
            }
        }
    }

    [GeneratedRegex(@"<(/?)([\w:-]+)(?:\s[^>]*?)?(/?)>")]
    private static partial Regex Tag();
}
