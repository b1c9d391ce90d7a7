namespace Lab.Xmpp;

/// <summary>What a first-level element is, whoever says it and whenever.</summary>
internal enum First : byte
{
    Message, Presence, Iq, Features, Error, StartTls, Proceed, TlsFailure, Auth, Challenge, Response, Abort, Success,
    SaslFailure, Enable, Enabled, Resume, Resumed, AckFailed, AckRequest, AckAnswer, DialbackResult, DialbackVerify,
    Bidi, Unknown,
}

internal static class Firsts
{
    /// <summary>A stanza is one only in the namespace of its stream.</summary>
    public static First Of(Element element, ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> ns = element.Namespace, name = element.Name;
        return ns.SequenceEqual(content) ? Stanza(name)
            : ns.SequenceEqual(Namespaces.Acks) ? Acks(name)
            : ns.SequenceEqual(Namespaces.Streams) ? OfStream(name)
            : ns.SequenceEqual(Namespaces.Sasl) ? Sasl(name)
            : ns.SequenceEqual(Namespaces.Tls) ? Tls(name)
            : ns.SequenceEqual(Namespaces.Dialback) ? Dialback(name)
            : ns.SequenceEqual(Namespaces.Bidi) && name.SequenceEqual("bidi"u8) ? First.Bidi : First.Unknown;
    }

    private static First Stanza(ReadOnlySpan<byte> name) =>
        name.SequenceEqual(Names.Message) ? First.Message
        : name.SequenceEqual(Names.Iq) ? First.Iq
        : name.SequenceEqual(Names.Presence) ? First.Presence : First.Unknown;

    private static First Acks(ReadOnlySpan<byte> name) =>
        name.SequenceEqual(Names.AckRequest) ? First.AckRequest
        : name.SequenceEqual(Names.AckAnswer) ? First.AckAnswer
        : name.SequenceEqual(Names.Enable) ? First.Enable
        : name.SequenceEqual(Names.Enabled) ? First.Enabled
        : name.SequenceEqual(Names.Resume) ? First.Resume
        : name.SequenceEqual(Names.Resumed) ? First.Resumed
        : name.SequenceEqual(Names.Failed) ? First.AckFailed : First.Unknown;

    private static First OfStream(ReadOnlySpan<byte> name) =>
        name.SequenceEqual(Names.Features) ? First.Features
        : name.SequenceEqual(Names.Error) ? First.Error : First.Unknown;

    private static First Sasl(ReadOnlySpan<byte> name) =>
        name.SequenceEqual(Names.Auth) ? First.Auth
        : name.SequenceEqual(Names.Challenge) ? First.Challenge
        : name.SequenceEqual(Names.Response) ? First.Response
        : name.SequenceEqual(Names.Abort) ? First.Abort
        : name.SequenceEqual(Names.Success) ? First.Success
        : name.SequenceEqual(Names.Failure) ? First.SaslFailure : First.Unknown;

    private static First Tls(ReadOnlySpan<byte> name) =>
        name.SequenceEqual(Names.StartTls) ? First.StartTls
        : name.SequenceEqual(Names.Proceed) ? First.Proceed
        : name.SequenceEqual(Names.Failure) ? First.TlsFailure : First.Unknown;

    private static First Dialback(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("result"u8) ? First.DialbackResult
        : name.SequenceEqual("verify"u8) ? First.DialbackVerify : First.Unknown;
}

/// <summary>
/// What follows when a first-level element arrives at a step: the whole of a role's negotiation in one place. A cell
/// that no rule names has the row's default; one that two rules name is a bug and throws.
/// </summary>
internal sealed class NegotiationTable<TStep, TMove> where TStep : struct, Enum where TMove : struct, Enum
{
    private static readonly int Columns = (int)First.Unknown + 1;
    private readonly TMove[] cells;
    private readonly bool[] named;

    /// <param name="otherwise">What follows where nothing else is said.</param>
    public NegotiationTable(TMove otherwise)
    {
        cells = new TMove[Enum.GetValues<TStep>().Length * Columns];
        named = new bool[cells.Length];
        Array.Fill(cells, otherwise);
    }

    public TMove this[int step, First element] => cells[step * Columns + (int)element];

    /// <summary>What follows at these steps on any of these elements.</summary>
    public NegotiationTable<TStep, TMove> At(ReadOnlySpan<TStep> steps, TMove move, params ReadOnlySpan<First> elements)
    {
        foreach (TStep step in steps)
            foreach (First element in elements)
            {
                int cell = Convert.ToInt32(step, null) * Columns + (int)element;
                if (named[cell]) throw new InvalidOperationException($"{step} x {element} has two rules");
                (named[cell], cells[cell]) = (true, move);
            }
        return this;
    }

    /// <summary>What follows at this step on all elements that no rule has named.</summary>
    public NegotiationTable<TStep, TMove> Else(TStep step, TMove move)
    {
        for (int i = 0, cell = Convert.ToInt32(step, null) * Columns; i < Columns; i++, cell++)
            if (!named[cell]) (named[cell], cells[cell]) = (true, move);
        return this;
    }
}
