using System.Globalization;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What must hold between the properties of one record.</summary>
public sealed partial class Rules
{
    private void Within(object record)
    {
        IEnumerable<(string Property, string Message, string[] From)> broken = record switch
        {
            LossProfile loss => Loss(loss),
            OutageProfile outages => Outages(outages),
            DelayTableProfile table => Table(table),
            TraceProfile { Up: null, Down: null } trace =>
                [(nameof(trace.Up), "trace needs up or down: the file that says what goes in that direction",
                    [nameof(trace.Down)])],
            GridProfile grid when grid.Before + grid.After >= grid.Every =>
                [(nameof(grid.Every), "before and after take the whole time between two boundaries",
                    [nameof(grid.Before), nameof(grid.After)])],
            LinkProfile { Profile: not null } link =>
                [(nameof(link.Profile), "a profile stands for its numbers; the reader of a file puts them there", [])],
            LinkProfile { DelayTable: not null } link when link.Delay.Any(d => d > Duration.Zero) =>
                [(nameof(link.Delay), "delay and delay-table both say what the delay is", [nameof(link.DelayTable)])],
            Ways<LossProfile> { Up.BadFor: var up, Down.BadFor: var down } w when up > Duration.Zero
                && down > Duration.Zero && (up, w.Up.GoodFor) != (down, w.Down.GoodFor) =>
                [(nameof(w.Down), "down has other good and bad times than up; the weather takes both directions at "
                    + "once, so write the same bad-for and good-for, with other losses", [nameof(w.Up)])],
            MiddleboxProfile box => Middlebox(box),
            RadioProfile radio => States(radio),
            ServiceSpec service => Service(service),
            Band band when band.To < band.From =>
                [(nameof(band.To), $"to ({band.To}) is shorter than from ({band.From})", [nameof(band.From)])],
            ReconnectPolicy reconnect => Reconnect(reconnect),
            FaultSpec fault => Fault(fault),
            JourneyStep { Gap: not null, Linger: not null } s =>
                [(nameof(s.Linger), "with a gap nothing is left to linger; give gap or linger", [nameof(s.Gap)])],
            JourneyStep { On: null } s when s.Gap is not null || s.Linger is not null =>
                [(s.Gap is null ? nameof(s.Linger) : nameof(s.Gap), "without on it stays where it is; say on which "
                    + "link it goes", [nameof(s.On)])],
            ClientSpec { Link: not null, Links.Count: > 0 } c =>
                [(nameof(c.Link), "a client has one link or several links; give link or links", [nameof(c.Links)])],
            ClientSpec { Start: not null, Links.Count: 0 } c =>
                [(nameof(c.Start), "start is one of links, and this client has none", [nameof(c.Links)])],
            ClientSpec { Leaves: { } leaves } c when leaves <= c.Joins + c.StartWithin =>
                [(nameof(c.Leaves), $"it leaves at {leaves}, but may start as late as {c.Joins + c.StartWithin}",
                    [nameof(c.Joins), nameof(c.StartWithin)])],
            ClientSpec { Start: { } start } c when !c.Links.ContainsKey(start) =>
                [(nameof(c.Start), $"there is no link '{start}'{Words.OneOf(start, [.. c.Links.Keys])}",
                    [nameof(c.Links)])],
            LoginSpec { Roster: null, Archive: null, Rooms: 0 } l =>
                [(nameof(l.Roster), "a login that asks for nothing: give roster, archive or rooms",
                    [nameof(l.Archive), nameof(l.Rooms)])],
            WorkloadSpec work => Workload(work),
            ForegroundSpec foreground => Foreground(foreground),
            SleepProfile sleep => Sleep(sleep),
            DozeProfile doze => Doze(doze),
            NetworkChangePolicy { After.Count: 0, Then: not NetworkChangeAction.Nothing } n =>
                [(nameof(n.After), "after needs a time, as in after: [0s]; to do nothing write then: nothing",
                    [nameof(n.Then)])],
            NetworkChangePolicy { Then: NetworkChangeAction.Reconnect, After.Count: > 1 } n =>
                [(nameof(n.After), "after one reconnect there is no stream for another", [nameof(n.Then)])],
            NetworkChangePolicy n when n.After.Zip(n.After.Skip(1)).Any(p => p.First > p.Second) =>
                [(nameof(n.After), "the times of after must grow", [])],
            AckPolicy { Every: null, EveryStanzas: 0, Timeout: not null } a =>
                [(nameof(a.Timeout), "timeout has nothing to wait for: set every or every-stanzas too",
                    [nameof(a.Every), nameof(a.EveryStanzas)])],
            PolicyChoice { Name: null, Inline: null } or PolicyChoice { Name: "" } =>
                [(nameof(PolicyChoice.Name), "a policy is named or written in place", [])],
            RadioChoice { Name: null, Inline: null } or RadioChoice { Name: "" } =>
                [(nameof(RadioChoice.Name), "a radio is named or written in place", [])],
            LinkChoice { Name: null, Inline: null } or LinkChoice { Name: "" } =>
                [(nameof(LinkChoice.Name), "a link is named or written in place", [])],
            _ => [],
        };
        foreach ((string property, string message, string[] from) in broken)
            Fail(new Spot(record, property), message, [.. from.Select(f => new Spot(record, f))]);
    }

    private static IEnumerable<(string, string, string[])> Workload(WorkloadSpec w)
    {
        string[] given = [.. Given(("every", w.Every is not null), ("at", w.At.Count > 0), ("on", w.On is not null))];
        if (given.Length == 0)
            yield return (nameof(w.From), "nothing says when it writes; give every, at or on, as in every: 10m",
                [nameof(w.Every), nameof(w.At), nameof(w.On)]);
        else if (given.Length > 1)
            yield return (given[^1] == "on" ? nameof(w.On) : nameof(w.At), $"{Words.And(given)} both say when it "
                + "writes; for both write two lines", [nameof(w.Every), nameof(w.At)]);
        else if (w.Every is null && w.Arrivals != Arrivals.Regular)
            yield return (nameof(w.Arrivals), $"arrivals belong to every, not to {given[0]}",
                [nameof(w.At), nameof(w.On)]);
        if (w.End is { } end && end <= w.Begin)
            yield return (nameof(w.End), $"end ({end}) is not after begin ({w.Begin})", [nameof(w.Begin)]);
        else
            foreach (Duration at in w.At)
                if (at < w.Begin || at > w.End)
                    yield return (nameof(w.At), at < w.Begin ? $"{at} is before begin ({w.Begin})"
                        : $"{at} is after end ({w.End})", [nameof(w.Begin), nameof(w.End)]);
    }

    private static IEnumerable<(string, string, string[])> Foreground(ForegroundSpec f)
    {
        if (f.Every is null == (f.At.Count == 0))
            yield return (f.Every is null ? nameof(f.For) : nameof(f.At), f.Every is null
                ? "nothing says when the app is opened; give at or every, as in every: 2h"
                : "at and every both say when the app is opened; give one of them", [nameof(f.Every), nameof(f.At)]);
        else if (f.Every is null && f.Arrivals != Arrivals.Regular)
            yield return (nameof(f.Arrivals), "arrivals belong to every, not to at", [nameof(f.At)]);
        if (f is { Every: { } every, Arrivals: Arrivals.Regular } && f.For >= every)
            yield return (nameof(f.For), $"open for {f.For} every {every} is always open", [nameof(f.Every)]);
        Duration day = Duration.FromHours(24);
        if (f.Between is not ([] or [_, _]))
            yield return (nameof(f.Between), "between takes two times, as in [7h, 23h]", []);
        else if (f.Between is [var first, var second] && (first >= second || second > day))
            yield return (nameof(f.Between), second > day ? $"a day has 24h; {second} is after it"
                : $"{first} is not before {second}", []);
    }

    private static IEnumerable<string> Given(params (string Key, bool Given)[] keys) =>
        keys.Where(k => k.Given).Select(k => k.Key);

    private static IEnumerable<(string, string, string[])> Middlebox(MiddleboxProfile box)
    {
        if (box.Drawn.Count == 0) yield break;
        if (box.Established is not null)
            yield return (nameof(box.Drawn), "drawn stands instead of established; one of the two is too much",
                [nameof(box.Established)]);
        long parts = box.Drawn.Sum(b => (long)b.Share.PartsPerBillion);
        if (parts != Probability.Always.PartsPerBillion)
            yield return (nameof(box.Drawn), string.Create(CultureInfo.InvariantCulture,
                $"the shares of the bands make {parts / 1e7m:0.#######} %, not 100 %"), []);
    }

    private static IEnumerable<(string, string, string[])> Loss(LossProfile loss)
    {
        bool bad = loss.BadFor > Duration.Zero, good = loss.GoodFor > Duration.Zero;
        if (bad && !good)
            yield return (nameof(loss.BadFor), "bad-for needs good-for: how long the channel stays good in between",
                [nameof(loss.GoodFor)]);
        if (good && !bad)
            yield return (nameof(loss.GoodFor), "good-for needs bad-for: how long the channel stays bad in between",
                [nameof(loss.BadFor)]);
        if (!bad && !good && loss.LossWhenBad != Probability.Always)
            yield return (nameof(loss.LossWhenBad),
                "loss-when-bad needs bad-for and good-for; without them the channel is always good",
                [nameof(loss.BadFor), nameof(loss.GoodFor)]);
    }

    private static IEnumerable<(string, string, string[])> Outages(OutageProfile o)
    {
        if ((o.Median is null) == (o.Mean is null))
            yield return (nameof(o.Every), "outages need median or mean: how long they are, and not both",
                [nameof(o.Median), nameof(o.Mean)]);
        if (o.Median is null && o.SigmaPermille != 0)
            yield return (nameof(o.SigmaPermille), "sigma belongs to median", [nameof(o.Median)]);
        if (o.Mean is null && o.ShapePermille != 1000)
            yield return (nameof(o.ShapePermille), "shape belongs to mean", [nameof(o.Mean)]);
    }

    private static IEnumerable<(string, string, string[])> Table(DelayTableProfile table)
    {
        (int, Duration Delay, string Name)[] points = [.. table.Points];
        if (points.Length == 0)
            yield return (nameof(table.P50), "a delay-table needs percentiles, as in {p5: 22ms, p50: 42ms}", []);
        for (int i = 1; i < points.Length; i++)
            if (points[i].Delay < points[i - 1].Delay)
                yield return (points[i].Name, $"{points[i].Name.ToLowerInvariant()} is below "
                    + $"{points[i - 1].Name.ToLowerInvariant()}; percentiles rise", [points[i - 1].Name]);
    }

    private static IEnumerable<(string, string, string[])> Reconnect(ReconnectPolicy r)
    {
        if (r.Kind == BackoffKind.Steps && r.Delays.Count == 0)
            yield return (nameof(r.Kind), "kind: steps needs delays, as in delays: [1s, 5s, 30s]", [nameof(r.Delays)]);
        if (r.Kind != BackoffKind.Steps && r.Delays.Count > 0)
            yield return (nameof(r.Delays), "delays belong to kind: steps", [nameof(r.Kind)]);
        if (r.Kind == BackoffKind.RandomTiers && r.Tiers.Count == 0)
            yield return (nameof(r.Kind),
                "kind: random-tiers needs tiers, as in tiers: [{up-to-attempt: 7, multiplier: 1}]", [nameof(r.Tiers)]);
        if (r.Kind != BackoffKind.RandomTiers && r.Tiers.Count > 0)
            yield return (nameof(r.Tiers), "tiers belong to kind: random-tiers", [nameof(r.Kind)]);
        if (r.Kind == BackoffKind.Linear && r.Step == Duration.Zero)
            yield return (nameof(r.Kind), "kind: linear needs step, the time added per attempt", [nameof(r.Step)]);
        if (r.Kind != BackoffKind.Linear && r.Step != Duration.Zero)
            yield return (nameof(r.Step), "step belongs to kind: linear", [nameof(r.Kind)]);
        if (r.Kind is not (BackoffKind.AtOnce or BackoffKind.Never or BackoffKind.Fixed or BackoffKind.Steps
                or BackoffKind.Rfc6120) && r.First > r.Max)
            yield return (nameof(r.First), $"first ({r.First}) is longer than max ({r.Max})",
                [nameof(r.Max), nameof(r.Kind)]);
        for (int i = 1; i < r.Tiers.Count; i++)
            if (r.Tiers[i].UpToAttempt <= r.Tiers[i - 1].UpToAttempt)
                yield return (nameof(r.Tiers), "tiers must be in the order of up-to-attempt", []);
    }

    private static IEnumerable<(string, string, string[])> Fault(FaultSpec fault)
    {
        string kind = fault.Kind.Word;
        string[] ofKind = [nameof(fault.Kind)];
        bool moves = fault.Kind == FaultKinds.Handover;
        if (fault.Kind.Has("to") && fault.To is null)
            yield return (nameof(fault.Kind), moves ? "handover needs to: the client's link that it goes to"
                : "degrade needs to: the link's numbers meanwhile, or the name of a link", [nameof(fault.To)]);
        else if (moves && fault.To is { Name: null })
            yield return (nameof(fault.To), "a handover goes to a link that the client has, by its name", ofKind);
        else if (fault.Kind.Has("to") && !moves && fault.To is { Inline: null })
            yield return (nameof(fault.To), "degrade needs the numbers of that link", ofKind);
        if (fault is { Gap: not null, Linger: not null })
            yield return (nameof(fault.Linger), "with a gap nothing is left to linger; give gap or linger",
                [nameof(fault.Gap)]);
        (string Key, string Property, bool Given)[] own =
        [
            ("to", nameof(fault.To), fault.To is not null),
            ("direction", nameof(fault.Direction), fault.Direction != CutDirection.Both),
            ("on", nameof(fault.On), fault.On is not null), ("gap", nameof(fault.Gap), fault.Gap is not null),
            ("linger", nameof(fault.Linger), fault.Linger is not null),
            ("old", nameof(fault.Old), fault.Old != OldConnections.Silent),
            ("notices", nameof(fault.Notices), fault.Notices is not [{ Nanoseconds: 0 }]),
        ];
        foreach ((string key, string property, _) in own.Where(o => o.Given && !fault.Kind.Has(o.Key)))
            yield return (property, $"{key} belongs to "
                + $"{string.Join(", ", FaultKinds.All.Where(k => k.Has(key)).Select(k => k.Word))}, not to {kind}",
                ofKind);
        if (fault.Kind.IsMomentary && fault.For is not null)
            yield return (nameof(fault.For), $"{kind} is momentary; leave for out", ofKind);
        if (fault.Every is { } every && !fault.Kind.IsMomentary && fault.For is null)
            yield return (nameof(fault.Every),
                $"comes again every {every} but never ends; give for, how long each one lasts",
                [nameof(fault.For), nameof(fault.Kind)]);
        if (fault.After is Step.Offline or Step.Closing)
            yield return (nameof(fault.After), "after names a step on the way to online, such as auth-sent", []);
    }
}
