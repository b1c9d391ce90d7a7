using System.Text;
using Lab.Files;

namespace Lab.Cli;

/// <summary>
/// What is told in words, on its way to a terminal: lines as they are, but for characters that would steer the terminal
/// or turn the direction of writing, which come from files and command lines and stand as dots.
/// </summary>
internal sealed class HarmlessWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(Harmless(value));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        foreach (char c in buffer)
        {
            if (Harmless(c) == c) continue;
            char[] copy = buffer.ToArray();
            for (int i = 0; i < copy.Length; i++) copy[i] = Harmless(copy[i]);
            inner.Write(copy);
            return;
        }
        inner.Write(buffer);
    }

    public override void Flush() => inner.Flush();

    private static char Harmless(char c) => c is '\n' or '\t' || !Problem.IsHidden(c) ? c : '.';
}
