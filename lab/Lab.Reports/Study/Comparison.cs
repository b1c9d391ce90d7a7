using Lab.Experiments;

namespace Lab.Reports;

/// <summary>The clauses of a sweep of several variants: who is ahead by each thing that was asked, then what that
/// costs; what nobody is ahead by comes last.</summary>
internal static class Comparison
{
    // what choosing costs, told where it differs by more than a tenth
    private static readonly string[] Costs = ["cost.bytes", "federation.bytes"];
    private const double Tenth = 0.1;

    public static IEnumerable<Clause> Clauses(Study study, IReadOnlyList<Yardstick> asked)
    {
        List<Clause> told = [];
        List<Yardstick> undecided = [], open = [];
        List<string> subjects = [];
        IReadOnlyList<Yardstick> own = Asked.Of(study);
        // costs were asked for by nobody, unless they were, so they come last
        foreach (Yardstick by in asked.OrderBy(by => Costs.Contains(by.Metric.Name) && !own.Contains(by)))
        {
            // what was not asked is told where nothing else is, but for losses
            if (told.Count > 0 && !own.Contains(by) && by.Metric.Name != "messages.lost") continue;
            if (subjects.Contains(Asked.Subject(by.Metric.Name))) continue;
            Yardstick chosen = WithTimes(study, by, asked);
            Contest[] contests = [.. Contest.Of(study, chosen)];
            Contest[] decided = [.. contests.Where(c => c.Decided)];
            if (decided.Length == 0)
            {
                if (contests.Length > 0) undecided.Add(by);
                if (contests.Any(c => !c.AllSame)) open.Add(by);
                continue;
            }
            subjects.Add(Asked.Subject(by.Metric.Name));
            told.Add(contests.Length == 1 ? new Lead(study, chosen, contests[0])
                : Panels.Of(study, chosen, contests, decided));
            if (told.Count == 1 && contests.Length == 1 && !Costs.Contains(by.Metric.Name)
                && Cost(study, asked, contests[0]) is { } cost) told.Add(cost);
        }
        // what is the same in every run needs no word
        open.RemoveAll(u => !study.Sweep.Scenario.Expect.Any(e => e.Metric == u.Metric.Name));
        if (told.Count == 0) return Undecided(study, undecided, asked);
        return open.Count == 0 ? told : [.. told, new Noise(study, open)];
    }

    /// <summary>A share of what was noticed is told by the times, where they are asked for and not all never.</summary>
    private static Yardstick WithTimes(Study study, Yardstick by, IReadOnlyList<Yardstick> asked)
    {
        if (!by.Metric.Name.EndsWith(".share", StringComparison.Ordinal)) return by;
        Yardstick time = asked.FirstOrDefault(other => other != by && other.Scope == by.Scope
            && Asked.Subject(other.Metric.Name) == Asked.Subject(by.Metric.Name));
        return time.Metric is not null && Contest.Of(study, time).Any(c => c.Decided) ? time : by;
    }

    private static Clause? Cost(Study study, IReadOnlyList<Yardstick> asked, Contest lead)
    {
        foreach (string name in Costs.Reverse())
        {
            Yardstick by = Catalogue.Find(name)!;
            if (!study.Has(by) || Contest.Of(study, by).FirstOrDefault(c => c.Panel == lead.Panel) is not { } cost
                || lead.Ahead.Any(v => !cost.Variants.Contains(v))) continue;
            double[] values = [.. cost.Variants.Select(v => v.Over(by).Value)];
            if (!cost.Decided || values.Max() <= values.Min() * (1 + Tenth)) continue;
            return new Price(study, by, lead, cost);
        }
        return null;
    }

    private static IEnumerable<Clause> Undecided(Study study, IReadOnlyList<Yardstick> undecided,
        IReadOnlyList<Yardstick> asked) => undecided.Count > 0
        ? [new Noise(study, undecided)] : [.. asked.Take(3).Select(by => new Listed(study, by))];

    /// <summary>"acks and ping notice soonest, 95 % within 74.3 s (57.6–78 s) and 79.5 s, against 17 min (kernel)".
    /// </summary>
    internal sealed record Lead(Study Study, Yardstick By, Contest Contest) : Clause(By)
    {
        public override IReadOnlyList<string> Who => [.. Contest.Ahead.Select(v => v.Policy)];

        public override IEnumerable<string> Told(Clause? after)
        {
            Saying saying = Saying.Of(By);
            bool none = saying.None is not null && Contest.Ahead.All(v => v.Over(By).Value == 0);
            string does = $"{Called(Study, after)} {(Who.Count == 1 ? saying.One : saying.Many)} "
                + (none ? saying.None : saying.How);
            string behindUnit = none ? saying.After : "";
            string between = Contest.Between.Length == 0 ? ""
                : $"; between them {Phrases.Others(Study, Contest.Between, By, false, "")}";
            foreach ((int ahead, bool behind) in ((int, bool)[])[(2, true), (2, false), (1, false), (0, false)])
            {
                string number = none ? "" : $", {saying.Before}{Values(Contest.Ahead, ahead)}{saying.After}";
                yield return $"{does}{number}, against "
                    + Phrases.Others(Study, Contest.Behind, By, behind, behindUnit) + between;
            }
        }

        /// <summary>With the ends of each, with those of all, without.</summary>
        private string Values(Variant[] variants, int ends)
        {
            if (variants.Length > 3 || ends == 1 && variants.Length > 1) return Phrases.SpanWithEnds(variants, By);
            return Phrases.Numbers(variants, By, ends > 0);
        }
    }

    /// <summary>"they cost 26.7 and 31.2 KiB/h, “nothing” 11.5 KiB/h".</summary>
    private sealed record Price(Study Study, Yardstick By, Contest Lead, Contest Cost) : Clause(By)
    {
        public override IReadOnlyList<string> Who => [.. Lead.Ahead.Select(v => v.Policy)];

        public override IEnumerable<string> Told(Clause? after)
        {
            string costs = $"{Called(Study, after)} {(Who.Count == 1 ? "costs" : "cost")}";
            Variant[] cheap = [.. Cost.Ahead.Where(Lead.Ahead.Contains)];
            string[] cheapest = [.. cheap.Select(v => Phrases.Name(Study, v.Policy))];
            string least = cheap.Length == Lead.Ahead.Length ? ", the least"
                : cheap.Length > 0 ? $", {Phrases.List(cheapest)} least"
                : $", {Phrases.Name(Study, Cost.Ahead[0].Policy)} {Phrases.Number(Cost.Ahead[0], By, false)}";
            foreach (bool ends in (bool[])[true, false])
                yield return $"{costs} "
                    + (Lead.Ahead.Length > 3 ? Phrases.Span(Lead.Ahead, By) : Phrases.Numbers(Lead.Ahead, By, ends))
                    + least;
        }
    }

    /// <summary>"no difference shows in ghost time and bytes".</summary>
    private sealed record Noise(Study Study, IReadOnlyList<Yardstick> All) : Clause(All[0])
    {
        public override IEnumerable<string> Told(Clause? after)
        {
            string[] nouns = [.. All.Select(by => Saying.Of(by).Noun).Distinct()];
            if (after is null)
            {
                Variant[] known = [.. Study.Variants.Where(v => v.Over(By).Known)];
                string numbers = (nouns.Length == 1 ? "" : nouns[0] + " ")
                    + Phrases.SpanWithEnds(known, By, bare: true);
                yield return $"no difference shows beyond the noise in {Phrases.List(nouns)} ({numbers})";
            }
            yield return $"no difference shows in {Phrases.List(nouns)}";
        }
    }

    /// <summary>Numbers that are not of the same cases, so that nobody is ahead.</summary>
    private sealed record Listed(Study Study, Yardstick By) : Clause(By)
    {
        public override IEnumerable<string> Told(Clause? after)
        {
            Variant[] known = [.. Study.Variants.Where(v => v.Over(By).Known)];
            if (known.Length == 0) yield break;
            string each = known.Length > 6 ? Phrases.SpanWithEnds(known, By) : Phrases.List(
                [.. known.Select(v => $"{Phrases.Number(v, By)} ({v.Title})")], 6);
            yield return $"{Saying.Of(By).Noun}, of different cases, {each}";
        }
    }
}
