using Lab.Experiments;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// Policies of deployed software and kinds of links, in the words of scenario files. They are embedded files, read by
/// the same binder; the comment above each says where its numbers come from and what they leave out.
/// </summary>
internal static class Presets
{
    public static readonly Mapping Policies = Read("policies.yaml");

    /// <summary>The links that tools ship, by the tools' names.</summary>
    public static readonly Mapping Published = Read("published.yaml");

    /// <summary>Those of technologies and places, then the published ones.</summary>
    public static readonly Mapping Links = Joined(Read("links.yaml"), Published);
    public static readonly Mapping Middleboxes = Read("middleboxes.yaml");
    public static readonly Mapping Radios = Read("radios.yaml");
    public static readonly Mapping Sleep = Read("sleep.yaml");

    /// <summary>All of them as records.</summary>
    public static readonly Library Library = new()
    {
        Policies = All(Policies, Policy), Links = All(Links, Link), Middleboxes = All(Middleboxes, Middlebox),
        Radios = All(Radios, Radio),
    };

    /// <summary>A preset's policy; the name must exist.</summary>
    public static Policy Policy(string name) => Bind<Policy>(Policies, name);

    public static LinkProfile Link(string name) => Bind<LinkProfile>(Links, name);

    public static MiddleboxProfile Middlebox(string name) => Bind<MiddleboxProfile>(Middleboxes, name);

    public static RadioProfile Radio(string name) => Bind<RadioProfile>(Radios, name);

    /// <summary>The first line of the comment above a preset: what it is, in a few words.</summary>
    public static string Headline(Mapping presets, string name) => Comment(presets, name).FirstOrDefault() ?? "";

    /// <summary>The whole comment above a preset, without its # signs.</summary>
    public static IReadOnlyList<string> Comment(Mapping presets, string name)
    {
        Place place = presets.Key(name)!.Place;
        var lines = new List<string>();
        for (int line = place.Line - 1; place.Source.Line(line).StartsWith('#'); line--)
            lines.Insert(0, place.Source.Line(line).TrimStart('#').Trim());
        return lines;
    }

    /// <summary>The heading that a preset stands under in its file; empty when there is none above it.</summary>
    public static string Group(Mapping presets, string name)
    {
        const string heading = "# ----------------";
        Place place = presets.Key(name)!.Place;
        int line = place.Line;
        while (line > 0 && !place.Source.Line(line).StartsWith(heading, StringComparison.Ordinal)) line--;
        return line == 0 ? "" : place.Source.Line(line)[heading.Length..].Trim();
    }

    /// <summary>The lines that define a preset, as they stand in the file.</summary>
    public static IReadOnlyList<string> Text(Mapping presets, string name)
    {
        Place place = presets.Key(name)!.Place;
        var lines = new List<string> { place.Source.Line(place.Line) };
        for (int line = place.Line + 1; place.Source.Line(line).StartsWith(' '); line++)
            lines.Add(place.Source.Line(line));
        return lines;
    }

    private static Dictionary<string, T> All<T>(Mapping presets, Func<string, T> bind) =>
        presets.Entries.Select(e => e.Key.Text).ToDictionary(name => name, bind);

    private static T Bind<T>(Mapping presets, string name) where T : class
    {
        var problems = new Problems();
        T? value = new Binder(problems).Bind<T>(presets[name]
            ?? throw new ArgumentException($"no preset {name}"), default(Trail).Then(name));
        return value is not null && !problems.Any ? value
            : throw new InvalidOperationException($"preset {name}: {problems}");
    }

    private static Mapping Joined(Mapping first, Mapping second) =>
        first with { Entries = [.. first.Entries, .. second.Entries] };

    private static Mapping Read(string file)
    {
        using Stream stream = typeof(Presets).Assembly.GetManifestResourceStream("Presets." + file)
            ?? throw new InvalidOperationException($"the program lacks its resource {file}");
        var problems = new Problems();
        Mapping? mapping = YamlText.Read(new Source("presets/" + file, new StreamReader(stream).ReadToEnd()), problems);
        return mapping is not null && !problems.Any ? mapping
            : throw new InvalidOperationException(problems.ToString());
    }
}
