using Lab.Experiments;

namespace Lab.Files;

/// <summary>How a key holds what it takes: once, in a list, or by names that the file gives.</summary>
internal enum Form { One, List, Names }

/// <summary>A word that may stand at a key, and what it means.</summary>
internal readonly record struct Allowed(string Word, string Meaning);

/// <summary>
/// One key of a file as people meet it: what its record says of it, and what the code knows besides. Texts are in the
/// words of files.
/// </summary>
internal sealed record Key
{
    public required string Name { get; init; }

    /// <summary>What fills it; null of a fault's kind, whose value is the target.</summary>
    public KeyShape? Shape { get; init; }

    /// <summary>The type of one entry, without lists, names and directions.</summary>
    public required Type Type { get; init; }

    public Form Form { get; init; }

    /// <summary>What it is for, in a sentence or two.</summary>
    public required string Meaning { get; init; }

    /// <summary>
    /// What a number counts, or the kind of its unit (time, size, rate, %); empty of what is no number.
    /// </summary>
    public string Unit { get; init; } = "";

    /// <summary>Which of these numbers may stand there; empty when all may.</summary>
    public string Range { get; init; } = "";

    public bool Required { get; init; }

    /// <summary>
    /// What stands there when the file says nothing, as it would be written; null when that is no value.
    /// </summary>
    public string? Default { get; init; }

    /// <summary>What it means to leave it out, where no value says that.</summary>
    public string Absent { get; init; } = "";

    /// <summary>A value, as it would be written.</summary>
    public required string Example { get; init; }

    /// <summary>The only words that may stand there; empty when it takes something else.</summary>
    public IReadOnlyList<Allowed> Allowed { get; init; } = [];

    /// <summary>Words that may stand there besides: none, forever, unlimited.</summary>
    public IReadOnlyList<string> Besides { get; init; } = [];

    /// <summary>The keys below it; null when it has none.</summary>
    public Part? Part => KeyTree.PartOf(Type);

    /// <summary>What stands there when the file says nothing, in words.</summary>
    public string Otherwise => Required ? "needed" : Absent.Length > 0 ? Absent : Default ?? "none";

    /// <summary>What it takes, in words: "a time, longer than zero, or none".</summary>
    public string Takes
    {
        get
        {
            string one = Allowed.Count > 0 ? "one of " + Words.List(Allowed.Select(a => a.Word))
                : Type == typeof(PolicyChoice)
                    ? "the name of a policy or preset, or the keys of a policy"
                : Type == typeof(RadioChoice) ? "the name of a radio or preset, or the keys of a radio"
                : Type == typeof(SleepProfile) ? "the name of a preset, or keys with values"
                : Type == typeof(LinkChoice) ? "the name of a link or preset, or the keys of a link"
                : Type == typeof(Journey) ? "a list of parts of journeys, each with how long"
                : Type == typeof(JourneyBlock) ? "a list: keys with values"
                : Shape?.Permille == true ? Shapes.Permille.Words
                : Part is not null ? "keys with values" : Shapes.ScalarOf(Type)?.Words ?? "values";
            string all = Form switch { Form.List => "a list: ", Form.Names => "names, each with ", _ => "" } + one;
            return all + (Range.Length > 0 ? $" ({Range})" : "")
                + (Besides.Count > 0 ? ", or " + string.Join(" or ", Besides) : "");
        }
    }
}

/// <summary>What stands together in one mapping of a file.</summary>
internal sealed record Part(Type Type, string Name, string Meaning, string Example, IReadOnlyList<Key> Keys);
