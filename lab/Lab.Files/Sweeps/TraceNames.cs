namespace Lab.Files;

/// <summary>
/// What a run.yaml says of traces: their names as the scenario or the topology has them, never where they lie on this
/// machine, and the digest of each, by which it is found again and by which a change shows.
/// </summary>
internal static class TraceNames
{
    private const string Trace = "trace";

    public static Mapping Lasting(Mapping tree)
    {
        IEnumerable<string> varied = (tree["vary"] as Mapping)?.Entries.Select(e => e.Key.Text) ?? [];
        // what varies by name alone has one digest no more
        string[] fickle = [.. varied.Select(WayOf).OfType<string>()];
        return (Mapping)Of(tree, fickle);
    }

    private static Node Of(Node node, string[] fickle) => node switch
    {
        Sequence list => list with { Items = [.. list.Items.Select(item => Of(item, fickle))] },
        Mapping map => map with { Entries = [.. map.Entries.Select(e => e with { Value = Of(e, fickle) })] },
        _ => node,
    };

    private static Node Of(Entry entry, string[] fickle)
    {
        string key = entry.Key.Text;
        if (key == Trace || key.EndsWith("." + Trace, StringComparison.Ordinal))
            return entry.Value switch
            {
                Mapping files => Digested(files, fickle),
                Sequence several => several with
                {
                    Items = [.. several.Items.Select(i => i is Mapping files ? Digested(files, fickle) : i)],
                },
                _ => entry.Value,
            };
        if (WayOf(key) is not null)
            return entry.Value is Sequence names
                ? names with { Items = [.. names.Items.Select(n => n is Scalar s ? Short(s) : n)] } : entry.Value;
        return Of(entry.Value, fickle);
    }

    /// <summary>links.mobile.trace.up as up; null when a path leads to something else.</summary>
    private static string? WayOf(string path) => path.EndsWith($".{Trace}.up", StringComparison.Ordinal) ? "up"
        : path.EndsWith($".{Trace}.down", StringComparison.Ordinal) ? "down" : null;

    private static Mapping Digested(Mapping files, string[] fickle)
    {
        foreach (string way in (string[])["up", "down"])
        {
            if (files[way] is not Scalar name) continue;
            string key = $"{way}-digest";
            string? digest = fickle.Contains(way) ? null
                : TraceFiles.Digest(name.Place.Source, name.Text, (files[key] as Scalar)?.Text);
            files = files.With(way, Short(name)).Without(key);
            if (digest is not null) files = files.With(key, new Scalar(name.Place, digest));
        }
        return files;
    }

    private static Scalar Short(Scalar name) => !Path.IsPathRooted(name.Text) ? name : name with
    {
        Text = TraceFiles.Beneath(name.Place.Source, name.Text) ?? Path.GetFileName(name.Text),
    };
}
