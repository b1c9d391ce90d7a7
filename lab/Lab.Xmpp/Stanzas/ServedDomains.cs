using System.Text;

namespace Lab.Xmpp;

/// <summary>The domains that a server serves, by number, and those that it once served.</summary>
internal sealed class ServedDomains
{
    private readonly byte[][] present, former;

    public ServedDomains(IReadOnlyList<string> present, IReadOnlyList<string> former)
    {
        if (present.Count == 0) throw new ArgumentException("a server needs a domain", nameof(present));
        this.present = [.. present.Select(Encoding.UTF8.GetBytes)];
        this.former = [.. former.Select(Encoding.UTF8.GetBytes)];
    }

    public byte[] this[int number] => present[number];

    /// <summary>The number of that domain, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name) => Find(present, name);

    /// <summary>What a header or stanza for a domain not served gets (RFC 6120 sections 4.9.3.5 and .6).</summary>
    public StreamErrorCondition Missing(ReadOnlySpan<byte> name) =>
        Find(former, name) >= 0 ? StreamErrorCondition.HostGone : StreamErrorCondition.HostUnknown;

    private static int Find(byte[][] domains, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < domains.Length; i++)
            if (Jid.SameText(domains[i], name)) return i;
        return -1;
    }
}
