using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// What faults and the weather do to paths, and what the journal is told of it.
internal sealed partial class SimulatedNetwork
{
    public bool IsDead(int path) => lines[path]!.Dead != (false, false);

    public void Cut(Instant now, Stretch stretch, Direction way, int fault)
    {
        Line line = lines[stretch.Path]!;
        foreach (LinkElement link in LinksOf(stretch)) link.Of(way).Cut(now);
        PathMayHaveChanged(now, line, fault);
    }

    public void Heal(Instant now, Stretch stretch, Direction way, int fault)
    {
        Line line = lines[stretch.Path]!;
        foreach (LinkElement link in LinksOf(stretch)) link.Of(way).Heal(now);
        PathMayHaveChanged(now, line, fault);
    }

    public void Degrade(Instant now, Stretch stretch, long number, LinkSpec up, LinkSpec down)
    {
        foreach (LinkElement link in LinksOf(stretch)) link.Degrade(now, number, up, down);
        LinkChanged(now, lines[stretch.Path]!);
    }

    public void Restore(Instant now, Stretch stretch, long number)
    {
        foreach (LinkElement link in LinksOf(stretch)) link.Restore(now, number);
        LinkChanged(now, lines[stretch.Path]!);
    }

    public void ResetConnections(Instant now, Stretch stretch)
    {
        Line line = lines[stretch.Path]!;
        foreach (Line.Connection c in line.Standing())   // who is reset may open another one at once
            if (stretch.Link is not { } link || line.Attachment is not { } at || at.RowOf(c.Number) == link)
                foreach (SimulatedPipe? pipe in new[] { c.Near, c.Far }) Reset(now, pipe);
    }

    public void Forget(Instant now, Stretch stretch)
    {
        Line line = lines[stretch.Path]!;
        line.Forget(now, line.Attachment is null ? null : stretch.Link);
        LinkChanged(now, line);
    }

    public void Shut(int path, bool isShut) => lines[path]!.IsShut = isShut;

    public void Reclaim(Instant now, int path)
    {
        foreach (Line.Connection c in lines[path]!.Standing()) c.Near?.Reclaim(now);
    }

    public void Move(Instant now, int path, Handoff move, int fault)
    {
        Line line = lines[path]!;
        line.Attachment!.Move(move.Number, move.Link, move.HasGap, move.Lingers);
        Moved(now, line, move.ResetsOld, fault);
    }

    public void FinishMove(Instant now, int path, Handoff move, int fault)
    {
        Line line = lines[path]!;
        line.Attachment!.Finish(move.Number);
        Moved(now, line, move.ResetsOld, fault);
    }

    /// <summary>
    /// Of a packet that opens a connection: a full accept queue leaves it without an answer. What is half open stays
    /// so, and the SYN+ACK is sent again (tcp_abort_on_overflow 0).
    /// </summary>
    private bool IsUnanswered(Instant now, Line line, Host host, in Segment segment)
    {
        if (!host.IsFull || (segment.Flags & TcpFlags.Rst) != 0) return false;
        journal.AcceptQueueFull(now, line.Number, segment.Connection);
        return true;
    }

    /// <summary>What is true of the path and its connections is told before anybody acts on it.</summary>
    private void Moved(Instant now, Line line, bool resetsOld, int fault)
    {
        int row = line.Attachment!.Row;
        if (row != line.Row) journal.LinkChanged(now, line.Number, line.Row = row, fault);
        Line.Connection[] left = [.. line.Standing().Where(c => !c.IsLeft && line.Attachment.HasLeft(c.Number))];
        PathMayHaveChanged(now, line, fault);
        if (!resetsOld) return;
        foreach (Line.Connection c in left) Reset(now, c.Near);
    }

    private static void Reset(Instant now, SimulatedPipe? pipe)
    {
        if (pipe is { IsGone: false }) pipe.Reset(now, pipe.Tcp.ForgedReset());
    }

    private IEnumerable<LinkElement> LinksOf(Stretch stretch)
    {
        IReadOnlyList<LinkElement> links = lines[stretch.Path]!.Links;
        return stretch.Link is { } one && links.Count > 1 ? [links[one]] : links;
    }

    private void LinkChanged(Instant now, Line line)
    {
        Arm(line, Direction.Up);
        Arm(line, Direction.Down);
        WatchWeather(now, line);
    }

    private void WatchWeather(Instant now, Line line)
    {
        Say(now, line);
        line.WeatherAlarm.Set(queue, line.NextChange);
        PathMayHaveChanged(now, line, PathEntry.Weather);
    }

    private void PathMayHaveChanged(Instant now, Line line, int fault)
    {
        if (line.Attachment is { } attachment) PassagesMayHaveChanged(now, line, attachment);
        (bool Up, bool Down) dead = (line.IsDown(now, Direction.Up), line.IsDown(now, Direction.Down));
        if (dead == line.Dead) return;
        line.Dead = dead;
        journal.PathChanged(now, line.Number, dead.Up, dead.Down, fault);
    }

    /// <summary>Of several links: which connections go by another than the present one, or by none.</summary>
    private void PassagesMayHaveChanged(Instant now, Line line, Attachment attachment)
    {
        for (Line.Connection? c = line.Newest; c is not null; c = c.Older)
        {
            int row = attachment.RowOf(c.Number);
            bool lingers = attachment.Lingers(c.Number);
            c.IsLeft = attachment.HasLeft(c.Number);
            (bool Up, bool Down) dead = c.IsLeft ? (true, true) : lingers
                ? (line.IsDownOver(row, now, Direction.Up), line.IsDownOver(row, now, Direction.Down)) : (false, false);
            Let(now, line, c, Line.AttachmentPlace, dead, lingers,
                c.IsLeft ? PassageCause.Moved : lingers ? PassageCause.Lingering : PassageCause.None);
        }
    }

    /// <summary>What an element answers by itself leaves at once; what it said of a connection that is over is of no
    /// interest.</summary>
    void IPassageWatcher.PassageChanged(
        Instant now, int path, int place, int connection, bool upDead, bool downDead, PassageCause cause)
    {
        Line line = lines[path]!;
        if (line.Find(connection) is { } known) Let(now, line, known, place, (upDead, downDead), known.Lingers, cause);
    }

    void IPassageWatcher.NextChangeMoved(int path)
    {
        Line line = lines[path]!;
        line.WeatherAlarm.Set(queue, line.NextChange);
    }

    void IPassageWatcher.RadioChanged(Instant now, int path, int place, Radio radio) =>
        journal.RadioChanged(now, path, new RadioEntry(lines[path]!.RowOf(place), radio.State, radio.IsWaking,
            radio.Account.Use, (Traffic)radio.Account.Mark, radio.Microwatts));

    private void Let(Instant now, Line line, Line.Connection c, int place, (bool Up, bool Down) dead, bool lingers,
        PassageCause cause)
    {
        ((bool, bool) Dead, bool Lingers) before = (c.Dead, c.Lingers);
        c.Let(place, dead.Up, dead.Down);
        c.Lingers = lingers;
        if ((c.Dead, lingers) != before)
            journal.PassageChanged(now, line.Number, c.Number, c.Dead.Up, c.Dead.Down, cause);
    }
}
