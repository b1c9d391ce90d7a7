using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Who writes to whom, and when. Each sender of each line has its own random stream; arrivals do not depend on what the
/// policy does, so every policy under one seed is asked to send the same messages at the same times. What is written on
/// coming online is the exception: it is asked for as often as the policy comes online.
/// </summary>
internal sealed class Workload
{
    /// <summary>How many contacts of an account change their presence, each as often as another.</summary>
    private const int Contacts = 20;

    private readonly World world;
    private readonly List<(int From, int To)> messages = [];      // by number: clients; below 0 is no client
    private readonly Dictionary<int, List<Sender>> waiting = [];  // by client: for something that happens to it

    public Workload(World world, Scenario scenario)
    {
        this.world = world;
        for (int i = 0; i < scenario.Workload.Count; i++)
        {
            WorkloadSpec spec = scenario.Workload[i];
            Instant end = Instant.Zero + Duration.Min(spec.End ?? scenario.Duration, scenario.Duration);
            Meaning from = world.Cast.Resolve(spec.From), to = world.Cast.Resolve(spec.To);
            string stream = $"workload/{i}/";
            if (from.Kind == TargetKinds.Echo)
                _ = new Sender(this, world, spec, null, to, end, world.Random.Fork(stream + "echo"));
            else
                foreach (Member m in world.Cast.MembersOf(from))
                    _ = new Sender(this, world, spec, m, to, end, world.Random.Fork(stream + m.Name));
        }
        if (waiting.Count == 0) return;
        world.Signals.Online += (now, client, _, resumed) =>
        {
            Tell(now, client, Occasion.Online);
            if (!resumed) Tell(now, client, Occasion.NewSession);
        };
        world.Signals.Opened += (now, client) => Tell(now, client, Occasion.Open);
    }

    /// <summary>The client that wrote the message of that number; null when none did.</summary>
    public Member? SenderOf(long number) =>
        number >= 0 && number < messages.Count ? ClientAt(messages[(int)number].From) : null;

    /// <summary>
    /// The client that the message of that number was meant for, also of an echo account's answer; null when it was
    /// none.
    /// </summary>
    public Member? RecipientOf(long number) =>
        number >= XmppServer.EchoOffset ? SenderOf(number - XmppServer.EchoOffset)
        : number >= 0 && number < messages.Count ? ClientAt(messages[(int)number].To) : null;

    private Member? ClientAt(int index) => index >= 0 ? world.Cast.Members[index] : null;

    private void Await(Sender sender, int client)
    {
        if (!waiting.TryGetValue(client, out List<Sender>? all)) waiting[client] = all = [];
        all.Add(sender);
    }

    private void Tell(Instant now, int client, Occasion occasion)
    {
        if (!waiting.TryGetValue(client, out List<Sender>? all)) return;
        foreach (Sender sender in all) sender.On(now, occasion);
    }

    private sealed class Sender : EventTarget
    {
        private readonly Workload workload;
        private readonly World world;
        private readonly WorkloadSpec spec;
        private readonly Member? from;
        private readonly Meaning to;
        private readonly IReadOnlyList<Member> among;
        private readonly Instant end;
        private readonly RandomStream random;
        private readonly Gaps? gaps;
        private readonly int target;

        public Sender(
            Workload workload, World world, WorkloadSpec spec, Member? from, Meaning to, Instant end,
            RandomStream random)
        {
            (this.workload, this.world, this.spec, this.from, this.to, this.end, this.random) =
                (workload, world, spec, from, to, end, random);
            among = world.Cast.MembersOf(to);
            target = world.Queue.Register(this);
            gaps = spec.Every is { } every ? new Gaps(spec.Arrivals, every, random) : null;
            if (gaps is { } all) Plan(Instant.Zero + spec.Begin + all.First());
            foreach (Duration at in spec.At) Plan(Instant.Zero + at);
            if (spec.On is not null) workload.Await(this, from!.Index);
        }

        /// <summary>
        /// Something happened to the sender. It writes when its machine is through with that, at the same time.
        /// </summary>
        public void On(Instant now, Occasion occasion)
        {
            if (spec.On == occasion && now >= Instant.Zero + spec.Begin) Plan(now);
        }

        public override void OnEvent(Instant now, int argument)
        {
            for (int i = 0; i < spec.Count; i++) Send(now);
            if (gaps is { } all) Plan(now + all.Next());
        }

        private void Plan(Instant when)
        {
            if (when <= end) world.Queue.At(when, target);
        }

        private void Send(Instant now)
        {
            Member? recipient = among.Count == 0 ? null : among[(int)random.Below((ulong)among.Count)];
            if (from is not null
                ? !world.Clients[from.Index].Process.Runs
                : recipient is null || !Server(recipient).Process.Runs) return;
            if (ReferenceEquals(recipient, from)) return;
            if (spec.Send == SendKind.Presence)
            {
                SendPresence(now, recipient!);
                return;
            }
            long number = workload.messages.Count;
            int body = (int)spec.Body.Bytes;
            int address = recipient?.Index
                ?? (to.Servers is [int at] && at == from!.Server ? SentEntry.OwnEcho : SentEntry.ForeignEcho);
            workload.messages.Add((from?.Index ?? -1, address));
            world.Journal.MessageSent(now, from?.Index ?? -1, number, address);
            if (from is null) Server(recipient!).Send(now, recipient!.Index, number, body);
            else world.Clients[from.Index].Send(now, recipient?.BareJid ?? spec.To.Text, number, body);
        }

        private void SendPresence(Instant now, Member to)
        {
            int status = (int)spec.Body.Bytes;
            if (from is not null) world.Clients[from.Index].SendPresence(now, to.BareJid, status);
            else
                Server(to).SendPresence(now, to.Index, (int)random.Below(Contacts), random.Below(2) == 1, status);
        }

        private IServerProgram Server(Member of) => world.Servers[of.Server];
    }
}
