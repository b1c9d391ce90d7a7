using System.Text;
using System.Xml;

namespace Lab.Tests;

/// <summary>What System.Xml reads in a stream: its first-level elements as <see cref="WireLog.Show"/> writes them, and
/// whether the whole is well-formed.</summary>
internal sealed class SystemXml
{
    public List<string> Elements { get; } = [];

    public bool IsWellFormed { get; private set; }

    public string Problem { get; private set; } = "";

    /// <summary>Whether anything but elements and white space stood between the first-level elements, or a comment or
    /// processing instruction anywhere: what RFC 6120 forbids and XML does not.</summary>
    public bool IsRestricted { get; private set; }

    public static SystemXml Read(byte[] bytes)
    {
        SystemXml result = new();
        try
        {
            using XmlReader reader = XmlReader.Create(
                new MemoryStream(bytes),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            result.Read(reader);
            result.IsWellFormed = true;
        }
        catch (XmlException e)
        {
            result.Problem = e.Message;
        }
        return result;
    }

    private void Read(XmlReader reader)
    {
        Stack<(string Start, StringBuilder Text, StringBuilder Children)> open = new();
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader.Depth > 0:
                    bool empty = reader.IsEmptyElement;
                    open.Push((Start(reader), new(), new()));
                    if (empty) Finish(open);
                    break;
                case XmlNodeType.EndElement when reader.Depth > 0:
                    Finish(open);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA
                    or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    if (open.Count > 0) open.Peek().Text.Append(reader.Value);
                    else IsRestricted |= reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA;
                    break;
                case XmlNodeType.Comment or XmlNodeType.ProcessingInstruction:
                    IsRestricted = true;
                    break;
            }
        }
    }

    private void Finish(Stack<(string Start, StringBuilder Text, StringBuilder Children)> open)
    {
        var (start, text, children) = open.Pop();
        string shown = $"{start}\"{WireLog.Escape(Encoding.UTF8.GetBytes(text.ToString()))}\"[{children}]";
        if (open.Count > 0) open.Peek().Children.Append(shown);
        else Elements.Add(shown);
    }

    private static string Start(XmlReader reader)
    {
        string name = Name(reader);
        List<string> attributes = [];
        while (reader.MoveToNextAttribute())
            if (reader.NamespaceURI != "http://www.w3.org/2000/xmlns/")
                attributes.Add($"{Name(reader)}={WireLog.Escape(Encoding.UTF8.GetBytes(reader.Value))}");
        reader.MoveToElement();
        attributes.Sort(StringComparer.Ordinal);
        return $"{name}({string.Join(' ', attributes)})";
    }

    private static string Name(XmlReader reader) =>
        $"{{{WireLog.Escape(Encoding.UTF8.GetBytes(reader.NamespaceURI))}}}{reader.LocalName}";
}
