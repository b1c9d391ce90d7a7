using Lab.Network;

namespace Lab.Tests;

/// <summary>What the tests of the queue need of it, so that one set of tests serves the queue and its oracle.</summary>
public abstract class QueueKind
{
    public abstract Instant Now { get; }
    public abstract Instant Next { get; }
    public abstract int Count { get; }
    public abstract int Register(EventTarget target);
    public abstract Ticket At(Instant when, int target, int argument = 0);
    public abstract bool Cancel(Ticket ticket);
    public abstract bool Move(ref Ticket ticket, Instant when);
    public abstract bool RunNext();
    public abstract void RunUntil(Instant end);

    public static QueueKind Named(string name) => name switch
    {
        "whole run" => new Ring(new EventQueue()),
        "small" => new Ring(EventQueue.Small()),
        "tiny ring" => new Ring(new EventQueue(slotBits: 10, ringBits: 6)),
        "slots of 1 ns" => new Ring(new EventQueue(slotBits: 0, ringBits: 12)),
        _ => new PlainHeap(),
    };

    private sealed class Ring(EventQueue queue) : QueueKind
    {
        public override Instant Now => queue.Now;
        public override Instant Next => queue.Next;
        public override int Count => queue.Count;
        public override int Register(EventTarget target) => queue.Register(target);
        public override Ticket At(Instant when, int target, int argument = 0) => queue.At(when, target, argument);
        public override bool Cancel(Ticket ticket) => queue.Cancel(ticket);
        public override bool Move(ref Ticket ticket, Instant when) => queue.Move(ticket, when);
        public override bool RunNext() => queue.RunNext();
        public override void RunUntil(Instant end) => queue.RunUntil(end);
    }

    /// <summary>The oracle: .NET's heap, and a list that knows what is pending.</summary>
    private sealed class PlainHeap : QueueKind
    {
        private readonly PriorityQueue<int, (long, int)> heap = new();
        private readonly List<(int Target, int Argument)?> events = [null];
        private readonly List<EventTarget> targets = [];
        private Instant now;
        private int count;

        public override Instant Now => now;
        public override int Count => count;

        public override Instant Next
        {
            get
            {
                while (heap.TryPeek(out int id, out (long Time, int) key))
                {
                    if (events[id] != null) return new(key.Time);
                    heap.Dequeue();
                }
                return Instant.Never;
            }
        }

        public override int Register(EventTarget target)
        {
            targets.Add(target);
            return targets.Count - 1;
        }

        public override Ticket At(Instant when, int target, int argument = 0)
        {
            if (when < now) throw new InvalidOperationException();
            heap.Enqueue(events.Count, (when.Nanoseconds, events.Count));
            events.Add((target, argument));
            count++;
            return new(events.Count - 1, 0);
        }

        public override bool Cancel(Ticket ticket)
        {
            if (ticket.Node < 0 || events[ticket.Node] == null) return false;
            events[ticket.Node] = null;
            count--;
            return true;
        }

        public override bool Move(ref Ticket ticket, Instant when)
        {
            if (ticket.Node < 0 || events[ticket.Node] is not { } moved || !Cancel(ticket)) return false;
            ticket = At(when, moved.Target, moved.Argument);
            return true;
        }

        public override bool RunNext()
        {
            Instant next = Next;
            if (next == Instant.Never) return false;
            int id = heap.Dequeue();
            (int target, int argument) = events[id]!.Value;
            events[id] = null;
            count--;
            now = next;
            targets[target].OnEvent(now, argument);
            return true;
        }

        public override void RunUntil(Instant end)
        {
            while (count > 0 && Next <= end) RunNext();
            now = end;
        }
    }
}
