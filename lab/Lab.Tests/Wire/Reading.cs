using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>One element, read inside an open client stream.</summary>
internal sealed class Reading : IDisposable
{
    private readonly XmppReader reader = new(new TreePool());

    public Reading(string element)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(WireLog.ClientHeader + element);
        Assert.Equal(WireEvent.StreamOpened, reader.Read(ref input));
        Assert.Equal(WireEvent.Element, reader.Read(ref input));
    }

    public Element Element => reader.Element;

    public void Dispose() => reader.Release();
}
