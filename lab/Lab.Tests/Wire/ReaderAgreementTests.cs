using System.Text;
using System.Xml;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>
/// The reader against System.Xml on generated and damaged input.
/// Where System.Xml accepts and the reader does not, the condition must be one of those that RFC 6120 adds to XML:
/// restricted-xml (comments, processing instructions), bad-format (text between first-level elements),
/// bad-namespace-prefix and invalid-namespace (rules for first-level elements), policy-violation (limits).
/// Where the reader accepts and System.Xml does not, either a name uses a character that the fifth edition of XML 1.0
/// allows and the fourth, which System.Xml follows, does not (with another letter in its place System.Xml accepts); or
/// something follows the closing tag of the stream, which is thrown away.
/// </summary>
public class ReaderAgreementTests(ITestOutputHelper output)
{
    private const int Inputs = 10_000;

    private static readonly string[] OursAlone =
        ["RestrictedXml", "BadFormat", "BadNamespacePrefix", "InvalidNamespace", "PolicyViolation"];

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void The_reader_and_System_Xml_agree()
    {
        SortedDictionary<string, int> outcomes = new(StringComparer.Ordinal);
        Fuzz.Try(Inputs, seed =>
        {
            XmlInputs inputs = new(RandomStream.Root(seed).Fork("agreement"));
            byte[] bytes = [.. Encoding.UTF8.GetBytes(WireLog.ClientHeader), .. inputs.Next(), .. StreamHeaders.Close];
            string outcome = Compare(bytes, WireLog.Of(bytes), SystemXml.Read(bytes));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        });
        foreach ((string outcome, int count) in outcomes) output.WriteLine($"{count,7} {outcome}");
        int all = outcomes.Values.Sum();
        Assert.True(outcomes["both accept"] > all / 4, "too few inputs were well-formed to prove anything");
        Assert.True(outcomes["both refuse"] > all / 10, "too few inputs were damaged to prove anything");
    }

    private static string Compare(byte[] bytes, string log, SystemXml theirs)
    {
        string[] lines = log.TrimEnd('\n').Split('\n');
        List<string> elements = [.. lines.Where(l => l.StartsWith("element ", StringComparison.Ordinal)).Select(l =>
            l[8..].Split(" raw ")[0])];
        bool accepts = lines[^1] == "close";
        string input = Encoding.UTF8.GetString(bytes);
        for (int i = 0; i < Math.Min(elements.Count, theirs.Elements.Count); i++)
            if (elements[i] != theirs.Elements[i])
                Assert.Fail($"{input}\nours   {elements[i]}\ntheirs {theirs.Elements[i]}");
        if (accepts && theirs.IsWellFormed)
        {
            Assert.True(elements.Count == theirs.Elements.Count && !theirs.IsRestricted,
                $"other elements in {input}\n{log}");
            return "both accept";
        }
        if (!accepts && !theirs.IsWellFormed) return "both refuse";
        if (theirs.IsWellFormed)
        {
            string condition = lines[^1].Replace("failed ", "", StringComparison.Ordinal);
            Assert.True(OursAlone.Contains(condition), $"{input}\nSystem.Xml accepts, the reader says {lines[^1]}");
            return "System.Xml alone accepts: " + condition;
        }
        bool early = input.IndexOf("</stream:stream", StringComparison.Ordinal) is var close
            && input.IndexOf('>', close) < input.Length - 1;
        string older = string.Concat(input.Select(c => c >= 0x80 && !XmlConvert.IsNCNameChar(c) ? 'ξ' : c));
        bool newer = !early && older != input && SystemXml.Read(Encoding.UTF8.GetBytes(older)).IsWellFormed;
        Assert.True(early || newer, $"{input}\nthe reader accepts, System.Xml says {theirs.Problem}");
        return "the reader alone accepts: " + (early ? "something after the closing tag"
            : "a name of the fifth edition");
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void The_events_do_not_depend_on_how_the_bytes_were_divided()
    {
        byte[] header = Encoding.UTF8.GetBytes("<?xml version='1.0' encoding='UTF-8'?>\n" + WireLog.ClientHeader);
        int[] sizes = [64, 200, 1000, 262_144];
        Fuzz.Try(Inputs, seed =>
        {
            XmlInputs inputs = new(RandomStream.Root(seed).Fork("chunks"));
            byte[] bytes = [.. seed % 8 == 0 ? Damaged(header, inputs) : header, .. inputs.Next(), .. seed % 3 == 0 ? []
                : StreamHeaders.Close];
            int max = sizes[inputs.Pick(4)];
            string whole = WireLog.Of(bytes, max);
            Same(whole, WireLog.Of(bytes, max, () => 1), bytes, "byte by byte");
            int largest = 2 + inputs.Pick(60);
            Same(whole, WireLog.Of(bytes, max, () => 1 + inputs.Pick(largest)), bytes, $"in pieces of up to {largest}");
        });
    }

    private static byte[] Damaged(byte[] header, XmlInputs inputs)
    {
        byte[] copy = [.. header];
        copy[inputs.Pick(copy.Length)] = (byte)inputs.Pick(256);
        return copy;
    }

    private static void Same(string expected, string actual, byte[] bytes, string how)
    {
        if (expected != actual)
            Assert.Fail($"{how}: {Encoding.UTF8.GetString(bytes)}\nat once:\n{expected}\n{how}:\n{actual}");
    }
}
