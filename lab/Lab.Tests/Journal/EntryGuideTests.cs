using System.Text;
using Lab.Experiments;
using Lab.Network;
using Lab.Reports;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>A journal as a file: the names of its fields, and the tables of results/README.md about them.</summary>
public sealed class EntryGuideTests
{
    private static readonly EntryKind[] Kinds = [.. Enum.GetValues<EntryKind>().Where(k => k != EntryKind.None)];

    [Fact]
    public void Every_kind_names_its_fields_and_no_field_twice()
    {
        foreach (EntryKind kind in Kinds)
        {
            IReadOnlyList<EntryField> fields = EntryFields.Of(kind);
            Assert.Equal(kind is EntryKind.ServerLost or EntryKind.NetworkNoticed
                or EntryKind.AppOpened or EntryKind.AppClosed or EntryKind.PushCame, fields.Count == 0);
            Assert.Equal(fields.Count, fields.Select(f => f.Name).Distinct().Count());
            Assert.NotEqual(new EntryMeaning("", ""), EntryGuide.Of(kind));
            Assert.All(fields, f => Assert.NotEqual("", EntryGuide.OfField(f.Name)));
        }
    }

    [Fact]
    public void The_README_of_results_explains_every_kind_and_field()
    {
        string tables = Tables();
        Assert.True(
            File.ReadAllText(Path.Combine(RepositoryRoot.Path, "results", "README.md")).Contains(tables),
            "results/README.md must hold:\n" + tables);
    }

    [Fact]
    public void A_line_says_words_for_numbers_that_stand_for_words_and_names_for_hosts()
    {
        string[] lines = Written(j =>
        {
            j.FaultBegan(HandWritten.At(1800), HandWritten.Phone, 0, 0);
            j.PathChanged(HandWritten.At(1800), HandWritten.Phone, true, true, 0);
            j.PathChanged(HandWritten.At(1801.5), HandWritten.Phone, false, true, PathEntry.Weather);
            j.ProcessChanged(HandWritten.At(1802), HandWritten.ServerA, ProcessState.Frozen, 0);
            j.PacketLost(
                HandWritten.At(1803), HandWritten.AToB, Direction.Down, SegmentUse.Retransmission, Traffic.Ping, 74);
            j.StepReached(HandWritten.At(1804), HandWritten.Bob, Step.StartTlsSent, 7);
            j.ClientOffline(HandWritten.At(1805), HandWritten.Phone,
                new StreamEnd(Mechanism.AckTimeout, Claim.Broken, StreamErrorCondition.ConnectionTimeout), 7);
            j.MessageSent(HandWritten.At(1806), HandWritten.Phone, 3, HandWritten.Bob);
            j.MessageSent(HandWritten.At(1807), HandWritten.Phone, 4, SentEntry.OwnEcho);
            j.MessageSent(HandWritten.At(1808), HandWritten.Phone, 5, SentEntry.ForeignEcho);
            j.MessageSent(HandWritten.At(1809), -1, 6, -1);
            j.ServerCheckAnswered(HandWritten.At(1810), HandWritten.Bob, Traffic.Acks, Duration.FromMilliseconds(80));
            j.MemberReady(HandWritten.At(1811), HandWritten.BToA, PathEnd.Far, sends: false, 9);
            j.StanzaReturned(HandWritten.At(1812), HandWritten.ServerB, 6, StanzaError.RemoteServerTimeout);
        });
        Assert.Equal(
        [
            """{"t":1800,"host":"phone","kind":"fault-began","fault":"cut","fault-number":0,"occurrence":0}""",
            """
            {"t":1800,"host":"phone","kind":"path-changed","up-dead":true,"down-dead":true,"fault":"cut","fault-number":0}
            """,
            """{"t":1801.5,"host":"phone","kind":"path-changed","up-dead":false,"down-dead":true,"fault":"outage"}""",
            """{"t":1802,"host":"a.example","kind":"process-changed","state":"frozen","fault":"cut","fault-number":0}""",
            """{"t":1803,"host":"a.example->b.example#0","kind":"packet-lost","direction":"down","use":"retransmission","""
                + "\"mark\":\"ping\",\"bytes\":74}",
            """{"t":1804,"host":"bob","kind":"step-reached","step":"starttls-sent","connection":7}""",
            """{"t":1805,"host":"phone","kind":"client-offline","mechanism":"ack-timeout","claim":"broken","""
                + "\"condition\":\"connection-timeout\",\"connection\":7}",
            """{"t":1806,"host":"phone","kind":"message-sent","message":3,"to":"bob"}""",
            """{"t":1807,"host":"phone","kind":"message-sent","message":4,"to":"echo"}""",
            """{"t":1808,"host":"phone","kind":"message-sent","message":5,"to":"foreign-echo"}""",
            """{"t":1809,"host":"echo","kind":"message-sent","message":6,"to":"foreign-client"}""",
            """{"t":1810,"host":"bob","kind":"server-check-answered","check":"acks","after":0.08}""",
            """
            {"t":1811,"host":"b.example->a.example#0","kind":"member-ready","side":"far","sends":false,"connection":9}
            """,
            """
            {"t":1812,"host":"b.example","kind":"stanza-returned","message":6,"error":"remote-server-timeout"}
            """,
        ], lines);
    }

    private static string[] Written(Action<Journal> tell)
    {
        string path = Path.Combine(Path.GetTempPath(), $"lab-journal-{Guid.NewGuid():N}.jsonl");
        try
        {
            var journal = new Journal();
            using (var file = new JournalFile(path, HandWritten.Spec(Duration.FromHours(1), [])))
            {
                journal.Attach(file);
                tell(journal);
            }
            return File.ReadAllLines(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Tables()
    {
        var text = new StringBuilder("| `kind` | `host` | what happened | fields |\n|---|---|---|---|\n");
        foreach (EntryKind kind in Kinds)
        {
            (string host, string what) = EntryGuide.Of(kind);
            string fields = string.Join(", ", EntryFields.Of(kind).Select(f => $"`{f.Name}`"));
            text.Append($"| `{EntryFields.Word(kind)}` | {host} | {what} | {fields} |\n".Replace("|  |", "| |"));
        }
        text.Append("\n| field | what it means | words |\n|---|---|---|\n");
        foreach (EntryField field in Kinds.SelectMany(EntryFields.Of).DistinctBy(f => f.Name))
            text.Append(
                $"| `{field.Name}` | {EntryGuide.OfField(field.Name)} | {string.Join(", ", field.Words)} |\n"
                    .Replace("|  |", "| |"));
        return text.ToString();
    }
}
