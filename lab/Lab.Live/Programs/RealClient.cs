using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// A real client: a process that tells what it saw, line by line. The lab decides when it connects (so the policy's
/// back-off is the lab's) and keeps what is to be sent while it is offline; the rest is the program's own. It says that
/// a stream is over and how, never what it thinks of its peer.
/// </summary>
internal sealed class RealClient : HostProgram, IClientProgram, IArrival, IDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private readonly World world;
    private readonly ProxiedNetwork network;
    private readonly Member member;
    private readonly string script, folder;
    private readonly int target;
    private readonly ConcurrentQueue<(Child From, string Line)> said = new();
    private readonly ManualResetEventSlim ready = new();
    private readonly Queue<(string To, long Number, int BodyBytes)> outbox = new();
    private readonly List<long> unacked = [];
    private Child? child;
    private Backoff? backoff;
    private Instant retryAt = Instant.Never;
    private int connection = -1, boots;
    private string? refusal;
    private bool online, connecting, retired;

    public RealClient(World world, ProxiedNetwork network, Member member, string script, string folder)
        : base(world, member.Index)
    {
        (this.world, this.network, this.member, this.script, this.folder) = (world, network, member, script, folder);
        target = world.Queue.Register(this);
        world.Signals.Connecting += OnConnecting;
    }

    /// <summary>Waits until the program takes orders; before the run's clock starts.</summary>
    public void AwaitReady()
    {
        long began = Stopwatch.GetTimestamp();
        while (!ready.Wait(BetweenLooks))
            if (child!.HasEnded || Stopwatch.GetElapsedTime(began) > LongestStart) throw Failure("did not start");
    }

    public void Send(Instant now, string to, long number, int bodyBytes)
    {
        if (online) Hand(to, number, bodyBytes);
        else if (retired) world.Journal.MessageAbandoned(now, member.Index, number);
        else outbox.Enqueue((to, number, bodyBytes));
    }

    public LastEnd? LastEnd { get; private set; }

    /// <summary>The run is over.</summary>
    public void Dispose() => child?.Dispose();

    // phone[3] as phone-3
    private string LogName => member.Name.Replace('[', '-').TrimEnd(']');

    // ---- its process

    public override bool Load(Instant now)
    {
        child?.Dispose();
        ready.Reset();
        retired = false;
        backoff = new Backoff(
            member.Policy.Reconnect, world.Random.Fork($"client/{member.Name}/{boots++}").Fork("backoff"));
        string settings = Slixmpp.Settings(
            member, network.FrontOf(member.Index),
            network.Authority.IsForeign(member.Domain) ? null : Path.GetFullPath(network.Authority.RootFile));
        child = new Child(
            network.Loop, Tools.Python, [script, settings], Path.Combine(folder, $"slixmpp-{LogName}.log"))
        {
            Ended = _ =>
            {
                ready.Set();
                throw Failure("ended by itself");
            },
            Said = Say,
        };
        child.Listen();
        return true;
    }

    public override void Begin(Instant now)
    {
        retryAt = now;
        Attempt(now);
    }

    public override void Freeze(Instant now) => child!.Freeze();

    public override void Thaw(Instant now)
    {
        child!.Thaw();
        Attempt(now);
    }

    public override void Stop(Instant now)
    {
        child!.AskToEnd();
        Forget(now, Mechanism.Stopped);
    }

    /// <summary>Killed; without power first stopped, so that it cannot answer to the loss of its
    /// connections.</summary>
    public override void Die(Instant now, Mechanism why)
    {
        if (why == Mechanism.Crashed) child!.Freeze();
        Forget(now, why);
        if (why == Mechanism.Crashed) world.Network.Lose(this);
        child!.Dispose();
    }

    private void Forget(Instant now, Mechanism why)
    {
        if (online || connecting) Offline(now, why);
        outbox.Clear();
        unacked.Clear();
        retryAt = Instant.Never;
    }

    /// <summary>What was never handed over, and with stream management what was not acknowledged.</summary>
    public override void ReportHeld(Instant now)
    {
        if (!IsListening) return;
        foreach (long number in outbox.Select(m => m.Number).Concat(unacked))
            world.Journal.MessageHeld(now, member.Index, number);
    }

    // ---- what is heard

    // a connection to its proxy has been opened: that is the one it speaks of from now on
    private void OnConnecting(Instant now, int path, int number)
    {
        if (path == member.Index) connection = number;
    }

    public override void OnEvent(Instant now, int argument) => Attempt(now);

    public void Arrive(Instant now, int what)
    {
        if (!said.TryDequeue(out (Child From, string Line) next) || next.From != child || !IsListening)
            return;
        using JsonDocument line = JsonDocument.Parse(next.Line);
        JsonElement e = line.RootElement;
        Journal journal = world.Journal;
        switch (e.GetProperty("event").GetString())
        {
            case "ready":
                Attempt(now);
                break;
            case "connected":
                backoff!.Connected();
                break;
            case "online":
                Online(now, e.GetProperty("resumed").GetBoolean());
                break;
            case "failed" or "disconnected":
                bool told = e.TryGetProperty("cause", out JsonElement cause);
                refusal = e.TryGetProperty("error", out JsonElement error) ? error.GetString() : null;
                Disconnected(now, told ? MechanismOf(cause.GetString()) : Mechanism.Refused);
                break;
            case "forgotten":
                foreach (long number in unacked) journal.MessageAbandoned(now, member.Index, number);
                unacked.Clear();
                break;
            case "ping":
                journal.ClientCheckSent(now, member.Index, Traffic.Ping);
                break;
            case "pong":
                var after = new Duration((long)(e.GetProperty("seconds").GetDouble() * 1e9));
                journal.ClientCheckAnswered(now, member.Index, Traffic.Ping, after);
                break;
            case { } message:
                OfMessage(now, message, e);
                break;
        }
    }

    private void OfMessage(Instant now, string what, JsonElement e)
    {
        if (e.GetProperty("id").GetString() is not ['m', .. var digits]
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)) return;
        switch (what)
        {
            case "received":
                world.Journal.MessageReceived(now, member.Index, number);
                break;
            case "bounced":
                world.Journal.MessageBounced(now, member.Index, number);
                break;
            case "acked":
                unacked.Remove(number);
                world.Journal.MessageAcknowledged(now, member.Index, number);
                break;
            default: throw new InvalidOperationException($"{member.Name}'s program says '{what}'");
        }
    }

    private void Online(Instant now, bool resumed)
    {
        (online, connecting) = (true, false);
        backoff!.Online();
        world.Journal.ClientOnline(now, member.Index, resumed, connection);
        world.Signals.OnOnline(now, member.Index, connection, resumed);
        while (outbox.TryDequeue(out (string To, long Number, int BodyBytes) m)) Hand(m.To, m.Number, m.BodyBytes);
    }

    private void Disconnected(Instant now, Mechanism mechanism)
    {
        if (!online && !connecting) return;
        Offline(now, mechanism);
        if (member.Policy.Acks is null) unacked.Clear();
        if (backoff!.IsOver)
        {
            Retire(now);
            return;
        }
        Duration delay = backoff.Next();
        world.Journal.RetryScheduled(now, member.Index, delay, backoff.Attempts);
        retryAt = now + delay;
        world.Queue.At(retryAt, target);
    }

    private void Offline(Instant now, Mechanism mechanism)
    {
        online = connecting = false;
        LastEnd = new LastEnd(now, new StreamEnd(mechanism), refusal);
        world.Journal.ClientOffline(now, member.Index, new StreamEnd(mechanism), connection);
        world.Signals.OnOffline(now, member.Index, connection);
    }

    /// <summary>It never comes back: what it holds is given up.</summary>
    private void Retire(Instant now)
    {
        retired = true;
        foreach (long number in unacked.Concat(outbox.Select(m => m.Number)))
            world.Journal.MessageAbandoned(now, member.Index, number);
        unacked.Clear();
        outbox.Clear();
    }

    private static Mechanism MechanismOf(string? cause) => cause switch
    {
        "ping" => Mechanism.PingTimeout,
        "reset" => Mechanism.Reset,
        "closed" => Mechanism.StreamClose,
        "stream-error" => Mechanism.StreamError,
        "tls" => Mechanism.TlsFailure,
        _ => Mechanism.Fin,
    };

    // ---- what it is told

    private void Attempt(Instant now)
    {
        if (retryAt > now || !Runs || !ready.IsSet) return;
        retryAt = Instant.Never;
        connecting = true;
        child!.Tell(Slixmpp.Connect);
    }

    private void Hand(string to, long number, int bodyBytes)
    {
        if (member.Policy.Acks is not null) unacked.Add(number);
        child!.Tell(Slixmpp.Message(to, number, bodyBytes));
    }

    // on the thread pool
    private void Say(Child from, string line)
    {
        ready.Set();
        said.Enqueue((from, line));
        network.Loop.Post(this, 0);
    }

    private ProgramFailure Failure(string what) =>
        new($"the program of {member.Name} {what}: {child!.LastWords()} ({child.LogFile})");

    public override void OnConnected(Instant now, Pipe pipe) { }   // its pipes are its own
    public override void OnTlsEstablished(Instant now, Pipe pipe) { }
    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) { }
    public override void OnPeerClosed(Instant now, Pipe pipe) { }
    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) { }
}
