using Lab.Network;

namespace Lab.Experiments;

/// <summary>Makes stories of episodes: their notes, and the messages that they held up, in order of time.</summary>
internal sealed class Teller
{
    private const int MostBefore = 6, MostLines = 60, MostMessages = 8;
    private static readonly Duration Prompt = Duration.FromSeconds(2), LongBefore = Duration.FromMinutes(15);

    private readonly RunSpec run;
    private readonly Cast cast;
    private readonly Recorder recorder;
    private readonly Dictionary<int, List<MessageRecord>> byClient = [];
    private readonly Dictionary<long, MessageRecord> byNumber = [];
    private readonly Phrases phrases;

    public Teller(RunSpec spec, Cast cast, Recorder recorder, IReadOnlyList<MessageRecord> messages)
    {
        (run, this.cast, this.recorder) = (spec, cast, recorder);
        phrases = new Phrases(spec, cast);
        bool routes = cast.Routes.Count > 0;
        foreach (MessageRecord m in messages)
        {
            if (routes) byNumber[m.Number] = m;
            foreach (int client in new[] { m.From, m.To, m.Elsewhere ?? m.To }.Distinct())
                if (client >= 0 && client < Recorder.LaneClients)
                {
                    if (!byClient.TryGetValue(client, out List<MessageRecord>? his)) byClient[client] = his = [];
                    his.Add(m);
                }
        }
    }

    /// <summary>Of an episode of that path which is over.</summary>
    public Story Tell(PathTruth path, Episode episode)
    {
        Pair pair = phrases.PairOf(path.Index);
        MessageRecord[] messages = [.. Messages(path.Index, episode)];
        Note[] before = [.. episode.Before.OrderBy(n => n.Last).TakeLast(MostBefore)];
        IEnumerable<Note> around = before
            .Where(n => n == before[^1] || episode.Began - n.Last < LongBefore).Concat(episode.Notes);
        (int Rank, StoryLine Line)[] lines =
        [
            .. around.Select(n => (RankOf(n),
                new StoryLine(n.At, phrases.Who(pair, n), phrases.Sentence(pair, n, episode)))),
            .. OfMessages(messages, path.Index < cast.FirstRoute).Select(l => (1, l)),
        ];
        int lost = messages.Count(m => m.Fate == MessageFate.Lost);
        return new Story
        {
            Path = path.Index, Name = path.Name, Began = episode.Began, Until = episode.Until, Lost = lost,
            Weight = Math.Min(lost, 3) + episode.WeightIn(run.Scenario.Duration),
            Title = phrases.Title(pair, episode, [.. Incidents(path.Index, episode)], lost),
            Lines = Bounded(
                [.. lines.OrderBy(l => l.Line.At).ThenBy(l => l.Rank).Select(l => l.Line)], episode.Dropped),
        };
    }

    /// <summary>At one moment: what happens to the network, who is online, what is sent, what follows, what is lost of
    /// it.</summary>
    private static int RankOf(Note note) => note.Key.Kind switch
    {
        NoteKind.PathChanged or NoteKind.ProcessChanged or NoteKind.SleepChanged or NoteKind.FaultBegan
            or NoteKind.Ready => 0,
        NoteKind.Checked or NoteKind.Written => 1,
        NoteKind.Lost => 3,
        _ => 2,
    };

    private static IReadOnlyList<StoryLine> Bounded(IReadOnlyList<StoryLine> lines, int dropped)
    {
        if (lines.Count <= MostLines && dropped == 0) return lines;
        int first = Math.Min(MostLines * 2 / 3, lines.Count / 2);
        int last = Math.Min(MostLines - first - 1, lines.Count - first);
        int missing = lines.Count - first - last + dropped;
        return
        [
            .. lines.Take(first),
            new StoryLine(lines[first].At, "", $"({Words.Count(missing, "more line")} left out here)"),
            .. lines.TakeLast(last),
        ];
    }

    private IEnumerable<Incident> Incidents(int path, Episode episode) =>
        (path < cast.FirstRoute ? recorder.Incidents : recorder.Federation.Deaths)
            .Where(i => i.Client == path && i.Began >= episode.Began && i.Began <= episode.Until);

    /// <summary>Those that were on their way when it began or were sent before it was over.</summary>
    private IEnumerable<MessageRecord> Messages(int path, Episode episode)
    {
        IEnumerable<MessageRecord> all = path < cast.FirstRoute ? byClient.GetValueOrDefault(path, [])
            : episode.Before.Concat(episode.Notes).SelectMany(n => n.Messages).Distinct()
                .Where(byNumber.ContainsKey).Select(n => byNumber[n]);
        return all.Where(m => m.SentAt <= episode.Until
            && (m.SentAt >= episode.Began
                || (m.Copies == 0 ? m.SentAt > episode.Previous : m.DeliveredAt > episode.Began)));
    }

    private IEnumerable<StoryLine> OfMessages(MessageRecord[] messages, bool ofClient)
    {
        MessageRecord[] smooth = [.. messages.Where(IsSmooth)];
        if (smooth.Length > 0)
            yield return new StoryLine(smooth[0].SentAt, "messages", phrases.Smooth(smooth));
        foreach (IGrouping<(int, int, int?, MessageFate, LossCause), MessageRecord> alike in messages
            .Where(m => !IsSmooth(m))
            .GroupBy(m => ofClient ? (m.From, m.To, m.Elsewhere, m.Fate, m.Cause) : (0, 0, null, m.Fate, m.Cause)))
        {
            MessageRecord[] all = [.. alike];
            int told = all.Length <= MostMessages ? all.Length : MostMessages / 2;
            foreach (MessageRecord m in all.Take(told))
                yield return new StoryLine(m.SentAt, phrases.Sender(m), phrases.Message(m));
            if (told < all.Length)
                yield return new StoryLine(
                    all[told].SentAt, ofClient ? phrases.Sender(all[told]) : "messages", phrases.Messages(all[told..]));
        }
    }

    private static bool IsSmooth(MessageRecord m) =>
        m is { Fate: MessageFate.Delivered, Copies: 1 } && m.Delay <= Prompt;
}
