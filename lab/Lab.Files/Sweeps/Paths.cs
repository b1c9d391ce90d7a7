using System.Globalization;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// The paths of vary and --set: clients.phone.policy, faults[0].for, servers.example.org.policy. A path goes through
/// the tree of scenario and topology along the records' keys; names of maps may hold dots (the longest key wins), and a
/// path may go into a policy or link that is only named.
/// </summary>
internal sealed class Paths(Problems problems)
{
    // its description is not the scenario's
    private static readonly string[] OfTopology =
        [.. Shapes.Keys(typeof(Topology)).Select(k => k.Name).Where(n => n != "description")];

    private Names names = new(new Mapping(default, [], false));
    private Type? reached;

    /// <summary>Whether what is at the path is a list itself; null when the path leads nowhere.</summary>
    public static bool? TakesList(Mapping root, Scalar path)
    {
        var paths = new Paths(new Problems());
        paths.Apply(root, path, path);
        return paths.reached is { } type ? Shapes.IsList(type, out _) : null;
    }

    /// <summary>
    /// The tree with the value at the path, or null when the path leads nowhere (the problem is noted at its text).
    /// </summary>
    public Mapping? Apply(Mapping root, Scalar path, Node value)
    {
        if (path.Text.Length == 0)
        {
            problems.Add(path, "the path is empty; write what it leads to, as in clients.phone.policy");
            return null;
        }
        names = new Names(root);
        var step = new Step(path, 0);
        string first = step.Word();
        if (OfTopology.Contains(first) && root["topology"] is not Mapping) return root;   // no topology: said elsewhere
        if (OfTopology.Contains(first) && root["topology"] is Mapping topology)
            return Into(typeof(Topology), topology, step, value, "the topology") is { } changed
                ? root.With("topology", changed) : null;
        return (Mapping?)Into(typeof(Scenario), root, step, value, "the scenario");
    }

    private Node? Into(Type type, Node? node, Step step, Node value, string where)
    {
        if (step.AtEnd)
        {
            reached = type;
            return value;
        }
        (type, node) = Open(type, node, step.Word());
        if (Shapes.IsMap(type, out Type inner)) return Map(inner, node, step, value, where);
        if (Shapes.IsList(type, out Type item)) return List(item, node, step, value, where);
        if (Shapes.ScalarOf(type) is not null || type.IsEnum)
            return Refuse(step, $"{where} is a single value, it has no '{step.Rest.TrimStart('.')}'");
        return Record(type, node, step, value, where);
    }

    // what is only named is opened, so that the path can go on inside
    private (Type, Node?) Open(Type type, Node? node, string word)
    {
        if (Unions.EachWay(type) is { } inner)
        {
            bool one = word is "up" or "down";
            if (!one && !Unions.IsEachWay(node)) return Open(inner, node, word);
            if (!one || Unions.IsEachWay(node)) return (type, node);
            Node both = node ?? new Scalar(default, inner == typeof(Duration) ? "0s" : "0%");   // its default
            Entry Way(string key) => new(new Scalar(both.Place, key), both);
            return (type, new Mapping(both.Place, [Way("up"), Way("down")], Flow: true));
        }
        if (type == typeof(JourneyBlock)) return (typeof(IReadOnlyList<JourneyStep>), node);
        if (type == typeof(Journey)) return (typeof(IReadOnlyList<Leg>), node);
        if (type == typeof(PolicyChoice) || type == typeof(Policy))
            return (typeof(Policy), node is Scalar p ? names.Policy(p.Text) : node);
        if (type == typeof(LinkChoice) || type == typeof(LinkProfile))
            return (typeof(LinkProfile), node is Scalar l ? names.Link(l.Text) : node);
        if (type == typeof(MiddleboxProfile) && node is Scalar box) return (type, Presets.Middleboxes[box.Text]);
        if (type == typeof(SleepProfile) && node is Scalar system) return (type, Presets.Sleep[system.Text]);
        if (type == typeof(RadioChoice) || type == typeof(RadioProfile))
            return (typeof(RadioProfile), node is Scalar r ? names.Radio(r.Text) : node);
        if (type == typeof(LossProfile) && node is Scalar share) return (type, Unions.LossAsMapping(share));
        return (type, node);
    }

    private Node? Record(Type type, Node? node, Step step, Node value, string where)
    {
        string word = step.Word();
        IReadOnlyList<KeyShape> keys = Shapes.Keys(type);
        IReadOnlyList<string> expected = Unions.Expected(type, [.. keys.Select(k => k.Name)]);
        if (type == typeof(Scenario)) expected = [.. expected.Where(k => k != "topology"), .. OfTopology];
        if (!expected.Contains(word))
        {
            if (step.Rest.StartsWith('['))
                return Refuse(step, $"{where} is no list, so it has no "
                    + $"{step.Rest[..Math.Max(1, step.Rest.IndexOf(']') + 1)]}");
            return Refuse(step, $"{where} has no '{word}'{Words.OneOf(word, expected)}");
        }
        // a fault's verb takes its target
        Type inner = keys.FirstOrDefault(k => k.Name == word)?.Type ?? typeof(Target);
        Mapping mapping = node as Mapping ?? new Mapping(step.Place, [], Flow: true);
        Node? changed = Into(inner, mapping[word], step.After(word), value, word);
        return changed is null ? null : mapping.With(word, changed);
    }

    private Node? Map(Type inner, Node? node, Step step, Node value, string where)
    {
        Mapping? mapping = node as Mapping;
        string[] keys = [.. (mapping?.Entries ?? []).Select(e => e.Key.Text)];
        string rest = step.Rest.TrimStart('.');
        string? key = keys.Where(k => rest.StartsWith(k, StringComparison.Ordinal)
            && (rest.Length == k.Length || rest[k.Length] is '.' or '['))
            .MaxBy(k => k.Length);
        if (key is null)
        {
            if (keys.Length == 0) return Refuse(step, $"there are no {where} in this scenario");
            if (step.Word().Length == 0)
                return Refuse(step, $"{where} is no list; its entries are named, as in {where}.{keys[0]}");
            // as many words as names have here: example.com of example.com.policy
            string word = string.Join('.', rest.Split('.').Take(1 + keys.Max(k => k.Count(c => c == '.'))));
            return Refuse(step, $"{where} has no '{word}'{Words.OneOf(word, keys)}", word.Length);
        }
        Node? changed = Into(inner, mapping![key], step.After(key), value, key);
        return changed is null ? null : mapping.With(key, changed);
    }

    private Node? List(Type item, Node? node, Step step, Node value, string where)
    {
        Sequence? list = node as Sequence;
        int count = list?.Items.Count ?? 0;
        int end = step.Rest.IndexOf(']');
        if (!step.Rest.StartsWith('[') || end < 0)
            return Refuse(step, $"{where} is a list; name one of its entries, counted from 0: {where}[0]");
        if (!int.TryParse(step.Rest.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            || index >= count)
            return Refuse(step, string.Create(CultureInfo.InvariantCulture,
                $"{where} has {(count == 1 ? "1 entry" : $"{count} entries")}, counted from 0; there is no "
                    + $"{step.Rest[..(end + 1)]}"));
        string entry = step.Rest[..(end + 1)];
        Node? changed = Into(item, list!.Items[index], step.After(entry), value, where + entry);
        return changed is null ? null : list.With(index, changed);
    }

    private Node? Refuse(Step step, string message, int length = 0)
    {
        problems.Add(step.Place with { Length = Math.Max(length, step.Place.Length) }, message);
        return null;
    }

    /// <summary>A place within the text of a path.</summary>
    private readonly record struct Step(Scalar Path, int Offset)
    {
        public string Rest => Path.Text[Offset..];
        public bool AtEnd => Offset >= Path.Text.Length;

        /// <summary>The next word, up to a dot or bracket.</summary>
        public string Word()
        {
            string rest = Rest.TrimStart('.');
            int end = rest.IndexOfAny(['.', '[']);
            return end < 0 ? rest : rest[..end];
        }

        public Step After(string word) => this with { Offset = Offset + (Rest.StartsWith('.') ? 1 : 0) + word.Length };

        public Place Place
        {
            get
            {
                int skip = Offset + (Rest.StartsWith('.') ? 1 : 0);
                return Path.Place with { Column = Path.Place.Column + skip
                    + (Path.Quoted ? 1 : 0), Length = Math.Max(1, Word().Length) };
            }
        }
    }
}
