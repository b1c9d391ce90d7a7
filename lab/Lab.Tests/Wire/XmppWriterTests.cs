using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class XmppWriterTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("<a b='c' d=\"e\">&amp;</a>")]
    [InlineData("é€😀")]
    [InlineData("\n")]
    public void Text_and_attributes_read_back(string text)
    {
        XmppWriter writer = new(new BufferPool());
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        writer.Raw("<a"u8).Attribute("b"u8, text == "\n" ? default : utf8).Raw(">"u8).Text(utf8).Raw("</a>"u8);
        using Reading reading = new(Encoding.UTF8.GetString(writer.Written));
        Assert.Equal(text, Encoding.UTF8.GetString(reading.Element.Text));
        if (text != "\n") Assert.Equal(text, Encoding.UTF8.GetString(reading.Element.Attribute("b"u8)));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    public void Numbers_are_decimal(long number, string text) =>
        Assert.Equal(text, Encoding.ASCII.GetString(new XmppWriter(new BufferPool()).Number(number).Written));

    [Fact]
    public void What_was_written_survives_growth_and_the_buffer_goes_back()
    {
        BufferPool buffers = new();
        XmppWriter writer = new(buffers);
        StringBuilder expected = new();
        for (int i = 0; i < 5000; i++)
        {
            writer.Number(i).Raw(","u8);
            expected.Append(i).Append(',');
        }
        Assert.Equal(expected.ToString(), Encoding.ASCII.GetString(writer.Written));
        Assert.Equal(1, buffers.Outstanding);
        writer.Release();
        Assert.Equal((0, 0), (buffers.Outstanding, writer.Length));
    }
}
