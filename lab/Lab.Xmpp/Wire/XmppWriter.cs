using System.Buffers;
using System.Buffers.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>Appends XML to a pooled buffer. Calls chain; nothing is checked, callers write well-formed text.</summary>
public sealed class XmppWriter(BufferPool buffers)
{
    private static readonly SearchValues<byte> Markup = SearchValues.Create("<>&'\""u8);
    private byte[] buffer = [];

    public int Length { get; private set; }

    /// <summary>Valid until the next append, Clear or Release.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    /// <summary>Appends bytes as they are.</summary>
    public XmppWriter Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
        return this;
    }

    public XmppWriter Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        Length += written;
        return this;
    }

    /// <summary>Appends UTF-8 text with the five predefined entities in place of markup and quotes.</summary>
    public XmppWriter Text(ReadOnlySpan<byte> utf8)
    {
        while (utf8.Length > 0)
        {
            int next = utf8.IndexOfAny(Markup);
            if (next < 0) return Raw(utf8);
            Raw(utf8[..next]);
            Raw(utf8[next] switch
            {
                (byte)'<' => "&lt;"u8, (byte)'>' => "&gt;"u8, (byte)'&' => "&amp;"u8, (byte)'\'' => "&apos;"u8,
                _ => "&quot;"u8,
            });
            utf8 = utf8[(next + 1)..];
        }
        return this;
    }

    /// <summary>Appends so many bytes of text that means nothing.</summary>
    public XmppWriter Filler(int bytes)
    {
        ReadOnlySpan<byte> text = "The quick brown fox jumps over the lazy dog. 0123456789 abcdefghi"u8;
        for (; bytes > 0; bytes -= text.Length) Raw(text[..Math.Min(bytes, text.Length)]);
        return this;
    }

    /// <summary> name='value' with a leading space, escaped.</summary>
    public XmppWriter Attribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        Raw(" "u8).Raw(name).Raw("='"u8).Text(value).Raw("'"u8);

    public void Clear() => Length = 0;

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        if (buffer.Length > 0) buffers.Return(buffer);
        buffer = [];
        Length = 0;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (buffer.Length - Length < bytes)
        {
            byte[] larger = buffers.Rent(Math.Max(Length + bytes, buffer.Length * 2));
            buffer.AsSpan(0, Length).CopyTo(larger);
            if (buffer.Length > 0) buffers.Return(buffer);
            buffer = larger;
        }
        return buffer.AsSpan(Length);
    }
}
