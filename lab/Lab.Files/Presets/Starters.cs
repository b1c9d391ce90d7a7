using Lab.Experiments;

namespace Lab.Files;

/// <summary>A scenario to begin with: a word, the question it answers, and the file, whose comments teach the
/// words.</summary>
internal sealed record Starter(string Word, string Question, string Text);

/// <summary>The starters of lab new, as embedded files: each holds its topology, so it runs anywhere.</summary>
internal static class Starters
{
    private const string Prefix = "Starters.", Ending = ".yaml";

    // in the order in which people ask
    private static readonly string[] Order =
    [
        "dead-link", "ping-interval", "lost-messages", "server-restart", "frozen-server", "mobile-link",
        "tcp-keepalive", "two-servers",
    ];

    public static readonly IReadOnlyList<Starter> All =
    [
        .. typeof(Starters).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..^Ending.Length])
            .OrderBy(w => Array.IndexOf(Order, w)).ThenBy(w => w, StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Null when no starter has that word.</summary>
    public static Starter? Find(string word) => All.FirstOrDefault(s => s.Word == word);

    private static Starter Read(string word)
    {
        using Stream stream = typeof(Starters).Assembly.GetManifestResourceStream(Prefix + word + Ending)!;
        string text = new StreamReader(stream).ReadToEnd().ReplaceLineEndings("\n");
        var problems = new Problems();
        return YamlText.Read(new Source(word + Ending, text), problems)?["description"] is Scalar question
            ? new Starter(word, question.Text, text)
            : throw new InvalidOperationException($"the starter {word} has no description: {problems}");
    }
}
