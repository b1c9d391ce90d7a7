using System.Globalization;

namespace Lab.Experiments;

/// <summary>
/// Connections are counted from 0 and each belongs to one path. Each end of one begins before it does anything else,
/// is ready once, and ends once; a client has one connection at a time that it has not given up.
/// </summary>
internal sealed class StreamRules
{
    private const int None = -1;
    private readonly List<Line> lines = [];                     // by connection
    private readonly int[] current;                             // by client

    [Flags]
    private enum Steps : byte { None = 0, Began = 1, Ready = 2, Over = 4, TransportOver = 8 }

    private struct Line
    {
        public int Path;
        public Steps Near, Far;
        public bool Reopened;
    }

    public StreamRules(int clients)
    {
        current = new int[clients];
        Array.Fill(current, None);
    }

    /// <summary>What is wrong with it, in words.</summary>
    public string? On(in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.ConnectAttempt:
                return Attempt(e.Host, ConnectionEntry.Of(in e).Connection);
            case EntryKind.FarAccepted:
                return Step(in e, PathEnd.Far, Steps.Began, "accepted");
            case EntryKind.ClientOnline:
                return Step(in e, PathEnd.Near, Steps.Ready, "online");
            case EntryKind.ServerAvailable:
                return Step(in e, PathEnd.Far, Steps.Ready, "available");
            case EntryKind.MemberReady:
                return Step(in e, MemberReadyEntry.Of(in e).Side, Steps.Ready, "ready");
            case EntryKind.ClientOffline:
                if (current[e.Host] == ConnectionEntry.Of(in e).Connection) current[e.Host] = None;
                return Step(in e, PathEnd.Near, Steps.Over, "over");
            case EntryKind.ServerOffline:
                return Step(in e, PathEnd.Far, Steps.Over, "over");
            case EntryKind.MemberEnded:
                return Step(in e, MemberEndEntry.Of(in e).Side, Steps.Over, "over");
            case EntryKind.NearTransportEnded:
                return Step(in e, PathEnd.Near, Steps.TransportOver, "closed");
            case EntryKind.FarTransportEnded:
                return Step(in e, PathEnd.Far, Steps.TransportOver, "closed");
            case EntryKind.ProcessChanged:
                if (e.Host < current.Length && ProcessEntry.Of(in e).State == ProcessState.Gone) current[e.Host] = None;
                return null;
            default:
                return null;
        }
    }

    private string? Attempt(int path, int connection)
    {
        if (connection < lines.Count) return Text($"connection {connection} comes after {lines.Count - 1}");
        while (lines.Count < connection) lines.Add(new Line { Path = None });
        lines.Add(new Line { Path = path, Near = Steps.Began });
        if (path >= current.Length) return null;
        int before = current[path];
        current[path] = connection;
        return before == None ? null : Text($"it connects while connection {before} is not over");
    }

    private string? Step(in Entry e, PathEnd end, Steps step, string word)
    {
        int connection = ConnectionEntry.Of(in e).Connection;
        if (connection < 0 || connection >= lines.Count || lines[connection].Path != e.Host)
            return Text($"no connection {connection} of it has begun, and one is {word}");
        Line line = lines[connection];
        Steps done = end == PathEnd.Near ? line.Near : line.Far;
        string side = end == PathEnd.Near ? "near" : "far";
        // a transport that the far process has never accepted ends unseen by it, and a late SYN may begin another: then
        // it may be accepted after one ended, and end again
        bool unseen = step == Steps.TransportOver && end == PathEnd.Far
            && ((done & Steps.Began) == 0 || line.Reopened);
        if (step == Steps.Began && end == PathEnd.Far && (done & Steps.TransportOver) != 0) line.Reopened = true;
        else if (unseen) line.Reopened = false;
        if ((done & step) != 0 && !unseen)
            return Text($"the {side} end of connection {connection} is {word} a second time");
        if (step != Steps.Began && step != Steps.TransportOver && (done & Steps.Began) == 0)
            return Text($"the {side} end of connection {connection} is {word} and has never begun");
        if (step == Steps.Ready && (done & Steps.Over) != 0)
            return Text($"the {side} end of connection {connection} is {word} after its end");
        if (end == PathEnd.Near) line.Near = done | step;
        else line.Far = done | step;
        lines[connection] = line;
        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
