using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace Lab.Files;

/// <summary>What the comment of a record, a property or a value of an enum says. Empty where it says nothing.</summary>
internal readonly record struct Said(string Summary, string Example, string Value);

/// <summary>
/// The comments of the records that files are made of, as the compiler writes them: the build puts its documentation
/// files into this assembly. Tags other than summary, example and value are for readers of the code.
/// </summary>
internal static class Summaries
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(Read);

    public static Said Of(Type type) => Find("T:" + type.FullName);

    /// <summary>Of a property; that of a positional record is said by the record's param of its name.</summary>
    public static Said Of(PropertyInfo property)
    {
        Type type = property.DeclaringType!;
        XElement? parameter = Members.Value.GetValueOrDefault("T:" + type.FullName)?.Elements("param")
            .FirstOrDefault(p => p.Attribute("name")?.Value == property.Name);
        return parameter is null ? Find($"P:{type.FullName}.{property.Name}") : Read(parameter, parameter);
    }

    /// <summary>Of a value of an enum.</summary>
    public static Said Of(Type type, string value) => Find($"F:{type.FullName}.{value}");

    private static Said Find(string member)
    {
        if (Members.Value.GetValueOrDefault(member) is not { } element) return new Said("", "", "");
        return element.Element("inheritdoc")?.Attribute("cref")?.Value is { } other ? Find(other)
            : Read(element, element.Element("summary"));
    }

    private static Said Read(XElement element, XElement? summary) =>
        new(Text(summary), Text(element.Element("example")), Text(element.Element("value")));

    // on one line; a reference is the last word of what it refers to
    private static string Text(XElement? element)
    {
        var text = new StringBuilder();
        foreach (XNode node in element?.Nodes() ?? [])
            text.Append(node is XElement { Name.LocalName: "see" } see ? see.Attribute("cref")?.Value.Split('.')[^1]
                : node is XElement { Name.LocalName: "example" or "value" } ? ""
                : node is XElement inner ? inner.Value : ((XText)node).Value);
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static Dictionary<string, XElement> Read()
    {
        Assembly assembly = typeof(Summaries).Assembly;
        var members = new Dictionary<string, XElement>();
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Summaries.")))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            foreach (XElement member in XElement.Load(stream).Descendants("member"))
                members.TryAdd(member.Attribute("name")!.Value, member);
        }
        return members;
    }
}
