using System.Globalization;

namespace Lab.Experiments;

/// <summary>What a target may name. A fault says which of these it takes.</summary>
[Flags]
public enum TargetKinds
{
    None = 0,

    /// <summary>A group of clients, or a member of one.</summary>
    Client = 1,

    Link = 2,

    /// <summary>A server, one with a count, or a member of that.</summary>
    Server = 4,

    /// <summary>What one server opens to another.</summary>
    Streams = 8,

    /// <summary>The account of a server that answers.</summary>
    Echo = 16,
}

/// <summary>
/// A name as users write it, read once: whom a fault hits, who writes to whom. This is its form; what it stands for
/// in a topology the <see cref="Cast"/> knows. It keeps its text, and equal texts are equal targets.
/// </summary>
public abstract record Target
{
    private const string Arrow = "->";

    private Target(string text) => Text = text;

    public string Text { get; }

    /// <summary>phone, mobile, example.org: a group of clients, a link, a server.</summary>
    public sealed record Named : Target
    {
        internal Named(string text) : base(text) { }
    }

    /// <summary>phone[3]: one client of a group. The index is null where the brackets hold no number.</summary>
    public sealed record Member : Target
    {
        internal Member(string text, string group, int? index) : base(text) => (Group, Index) = (group, index);

        public string Group { get; }
        public int? Index { get; }
    }

    /// <summary>
    /// a.example->b.example: the streams that one server opens to another; with #2 one of each pool (counted from 0),
    /// with #any one that is drawn. Readable is false where # is followed by neither.
    /// </summary>
    public sealed record Streams : Target
    {
        internal Streams(string text, string from, string to, string? member) : base(text)
        {
            (From, To, Any) = (from, to, member == "any");
            if (Number(member) is { } slot) Slot = slot;
            else Readable = member is null || Any;
        }

        public string From { get; }
        public string To { get; }
        public int? Slot { get; }
        public bool Any { get; }
        public bool Readable { get; } = true;
    }

    /// <summary>echo@example.org: the account of a server that answers.</summary>
    public sealed record Account : Target
    {
        internal Account(string text, string local, string domain) : base(text) => (Local, Domain) = (local, domain);

        public string Local { get; }
        public string Domain { get; }
        public bool IsEcho => Local == "echo";
    }

    public static implicit operator Target(string text) => Parse(text);

    public static Target Parse(string text)
    {
        int arrow = text.IndexOf(Arrow, StringComparison.Ordinal);
        if (arrow >= 0)
        {
            string to = text[(arrow + Arrow.Length)..];
            int mark = to.IndexOf('#');
            return mark < 0 ? new Streams(text, text[..arrow], to, null)
                : new Streams(text, text[..arrow], to[..mark], to[(mark + 1)..]);
        }
        int at = text.IndexOf('@');
        if (at >= 0) return new Account(text, text[..at], text[(at + 1)..]);
        int bracket = text.IndexOf('[');
        if (bracket < 0) return new Named(text);
        return new Member(text, text[..bracket], text[^1] == ']' ? Number(text[(bracket + 1)..^1]) : null);
    }

    public sealed override string ToString() => Text;

    private static int? Number(string? digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
