using System.Text.Encodings.Web;
using System.Text.Json;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Reports;

/// <summary>
/// The history of one run as JSON lines, one entry a line, for people and for jq. Its fields have the names of
/// <see cref="EntryFields"/>; times and durations are in seconds.
/// </summary>
public sealed class JournalFile : IJournalReader, IDisposable
{
    /// <summary>The name of a route has a > in it, which people look for.</summary>
    private static readonly JavaScriptEncoder Plain = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly Stream file;
    private readonly Utf8JsonWriter json;
    private readonly EntryNames names;

    /// <summary>Creates or replaces the file; hosts are named as the scenario names them.</summary>
    public JournalFile(string path, RunSpec spec)
    {
        file = new BufferedStream(File.Create(path), 1 << 16);
        json = new Utf8JsonWriter(file, new JsonWriterOptions { Encoder = Plain });
        names = new EntryNames(spec);
    }

    public void On(in Entry e)
    {
        json.WriteStartObject();
        json.WriteNumber("t", e.At.Nanoseconds / 1e9m);
        if (names.HostOf(in e) is { } host) json.WriteString("host", host);
        json.WriteString("kind", EntryFields.Word(e.Kind));
        foreach (EntryField field in EntryFields.Of(e.Kind)) Write(field, in e);
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        file.WriteByte((byte)'\n');
    }

    public void Dispose()
    {
        json.Dispose();
        file.Dispose();
    }

    private void Write(EntryField field, in Entry e)
    {
        switch (field.Of(e, names))
        {
            case string word: json.WriteString(field.Name, word); break;
            case long number: json.WriteNumber(field.Name, number); break;
            case bool flag: json.WriteBoolean(field.Name, flag); break;
            case Duration span: json.WriteNumber(field.Name, span.Nanoseconds / 1e9m); break;
        }
    }
}
