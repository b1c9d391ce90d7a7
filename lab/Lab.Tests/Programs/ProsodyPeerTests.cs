using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>The lab's server and Prosody as servers that talk to each other, through the fault proxies.</summary>
public sealed class ProsodyPeerTests : IDisposable
{
    private const int Alice = 0, Bob = 1, Out = 4, In = 5;   // clients, after the servers the routes
    private readonly string folder = Directory.CreateTempSubdirectory("lab-peer-").FullName;
    private readonly Chronicle seen;

    public ProsodyPeerTests(ITestOutputHelper output) => seen = new Chronicle(output);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Stage.Seconds(1), Timeout = Stage.Seconds(3) },
    };

    private static readonly Policy Acks = new()
    {
        Acks = new AckPolicy { Every = Stage.Seconds(1), Timeout = Stage.Seconds(3) },
    };

    private static RunSpec Run(S2sSpec streams, params FaultSpec[] faults)
    {
        var link = new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(5) });
        RunSpec run = Stage.Run(new Topology
        {
            Servers = new Dictionary<string, ServerSpec>
            {
                ["lab.example"] = new(), ["prosody.example"] = new() { Software = ServerSoftware.Prosody },
            },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["alice"] = new() { Server = "lab.example", Link = link },
                ["bob"] = new() { Server = "prosody.example", Link = link },
            },
            S2s = [streams with { Link = link }],
        }, faults);
        WorkloadSpec[] both = [Stage.Work("alice", "bob"), Stage.Work("bob", "alice")];
        return run with { Scenario = run.Scenario with { Workload = both } };
    }

    private static S2sSpec Streams(FederationAuth auth, Policy policy) => new()
    {
        Between = ["lab.example", "prosody.example"], Auth = auth, Policy = new PolicyChoice(null, policy),
        SecondPolicy = new PolicyChoice(null, Policy.Nothing),
    };

    private bool Received(int client, EntryKind after = EntryKind.ConnectAttempt)
    {
        int from = after == EntryKind.ConnectAttempt ? 0 : seen.Entries.ToList().FindLastIndex(e => e.Kind == after);
        return from >= 0 && seen.Entries.Skip(from).Any(e => e.Kind == EntryKind.MessageReceived && e.Host == client);
    }

    private string Log => File.ReadAllText(Path.Combine(folder, "prosody-prosody.example", "prosody.log"));

    [ProsodyTheory]
    [InlineData(FederationAuth.Dialback, FederationTls.Required)]
    [InlineData(FederationAuth.Dialback, FederationTls.None)]
    [InlineData(FederationAuth.External, FederationTls.Required)]
    public void Messages_and_pings_pass_each_way(FederationAuth auth, FederationTls tls)
    {
        using var pinged = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        Task<string>? ping = null;
        seen.Until(Run(Streams(auth, Pings) with { Tls = tls }), folder, s =>
        {
            if (s.Of(EntryKind.ClientOnline).Any(e => e.Host == Bob))
                ping ??= Task.Run(() => PingFromProsody("lab.example", pinged.Token));
            return Received(Alice) && Received(Bob) && s.Has(EntryKind.MemberCheckAnswered)
                && ping is { IsCompleted: true };
        });
        Assert.Contains("type='result'", ping!.Result);
        Assert.Contains("from='lab.example'", ping.Result);
        string how = auth == FederationAuth.External ? "Accepting SASL EXTERNAL identity from lab.example"
            : "s2s connection prosody.example->lab.example complete";
        Assert.Contains(how, Log);
        Assert.Empty(seen.Of(EntryKind.MemberBlamed));
    }

    [ProsodyTheory]
    [InlineData(FederationAuth.Dialback)]
    [InlineData(FederationAuth.External)]
    public void A_cut_towards_Prosody_is_noticed_and_both_recover(FederationAuth auth)
    {
        FaultSpec cut = Stage.Fault(FaultKinds.Cut, "lab.example->prosody.example", 6, 8);
        seen.Until(Run(Streams(auth, auth == FederationAuth.External ? Acks : Pings), cut), folder,
            s => s.HasAfter(EntryKind.FaultEnded, EntryKind.MemberReady, NearSends)
                && Received(Alice, EntryKind.FaultEnded) && Received(Bob, EntryKind.FaultEnded));
        Mechanism check = auth == FederationAuth.External ? Mechanism.AckTimeout : Mechanism.PingTimeout;
        Assert.Contains(seen.Of(EntryKind.MemberBlamed), e =>
            e.Host == Out && MemberEndEntry.Of(e).End.Mechanism == check);
    }

    [ProsodyFact]
    public void One_connection_serves_both_ways_where_both_want_it()
    {
        seen.Until(Run(Streams(FederationAuth.External, Policy.Nothing) with { Bidi = true }), folder,
            s => s.Of(EntryKind.MessageReceived).Count(e => e.Host == Alice) > 8
                && s.Of(EntryKind.MessageReceived).Count(e => e.Host == Bob) > 8);
        Assert.InRange(seen.Of(EntryKind.ConnectAttempt).Count(e => e.Host is Out or In), 1, 2);
    }

    [ProsodyFact]
    public void A_restarted_Prosody_is_found_again()
    {
        FaultSpec restart = Stage.Fault(FaultKinds.Restart, "prosody.example", 5, 1);
        seen.Until(Run(Streams(FederationAuth.Dialback, Pings), restart), folder, s =>
            Received(Alice, EntryKind.FaultEnded) && Received(Bob, EntryKind.FaultEnded));
        Assert.Contains("Received SIGTERM", Log);
    }

    [ProsodyFact]
    public void Prosody_resolves_no_name_while_the_lab_hides_it()
    {
        FaultSpec hidden = Stage.Fault(FaultKinds.Unresolved, "lab.example", 0, 6);
        seen.Until(Run(Streams(FederationAuth.External, Policy.Nothing), hidden), folder,
            s => Received(Alice, EntryKind.FaultEnded));
        Instant found = seen.Of(EntryKind.FaultEnded).First().At;
        Assert.DoesNotContain(seen.Of(EntryKind.ConnectAttempt), e => e.Host == In && e.At < found);
        Assert.Contains(seen.Of(EntryKind.ConnectAttempt), e => e.Host == In);
    }

    /// <summary>A client on Prosody asks a domain; the answer as Prosody hands it out.</summary>
    private async Task<string> PingFromProsody(string domain, CancellationToken limit)
    {
        string configuration = await File.ReadAllTextAsync(
            Path.Combine(folder, "prosody-prosody.example", "prosody.cfg.lua"), limit);
        string found = Regex.Match(configuration, @"c2s_direct_tls_ports = \{ (\d+)").Groups[1].Value;
        int port = int.Parse(found, CultureInfo.InvariantCulture);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "prosody.example" }, limit);
        string plain = Convert.ToBase64String(Encoding.UTF8.GetBytes("\0bob\0" + Cast.DefaultPassword));
        const string open = "<stream:stream to='prosody.example' version='1.0' xmlns='jabber:client' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>";
        await Ask(tls, open, "</stream:features>", limit);
        await Ask(tls, $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>", "<success",
            limit);
        await Ask(tls, open, "</stream:features>", limit);
        await Ask(tls, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</iq>", limit);
        return await Ask(
            tls, $"<iq type='get' id='p' to='{domain}'><ping xmlns='urn:xmpp:ping'/></iq>", "id='p'", limit);
    }

    private static async Task<string> Ask(Stream line, string text, string until, CancellationToken limit)
    {
        await line.WriteAsync(Encoding.UTF8.GetBytes(text), limit);
        var answer = new StringBuilder();
        byte[] bytes = new byte[4096];
        while (!answer.ToString().Contains(until, StringComparison.Ordinal))
        {
            int read = await line.ReadAsync(bytes, limit);
            if (read == 0) throw new EndOfStreamException($"after {text}: {answer}");
            answer.Append(Encoding.UTF8.GetString(bytes, 0, read));
        }
        return answer.ToString();
    }

    private static bool NearSends(Entry ready) => MemberReadyEntry.Of(ready) is { Side: PathEnd.Near, Sends: true };
}
