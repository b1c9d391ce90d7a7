using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// XEP-0203 delay stamps. A run has no date: its beginning is written as 2000-01-01T00:00:00Z, and the stamp of a later
/// moment is that much later, in the profile of XEP-0082 with milliseconds where they are not zero.
/// </summary>
internal static class DelayStamp
{
    private static ReadOnlySpan<byte> End => "</message>"u8;

    /// <summary>Copies a message that ends in its closing tag and puts a stamp inside, unless it carries one.</summary>
    public static XmppWriter Stamped(
        this XmppWriter writer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain, Instant first)
    {
        if (!message.EndsWith(End)) throw new InvalidOperationException($"no closing tag in {message.Length} bytes");
        if (message.IndexOf("'urn:xmpp:delay'"u8) >= 0) return writer.Raw(message);
        return writer.Raw(message[..^End.Length]).Raw("<delay xmlns='urn:xmpp:delay'"u8).Attribute("from"u8, domain)
            .Raw(" stamp='"u8).Moment(first).Raw("'/>"u8).Raw(End);
    }

    internal static XmppWriter Moment(this XmppWriter writer, Instant at)
    {
        long milliseconds = at.Nanoseconds / 1_000_000, seconds = milliseconds / 1000;
        (int year, int month, int day) = Date((int)(seconds / 86_400));
        writer.Digits(year, 4).Raw("-"u8).Digits(month, 2).Raw("-"u8).Digits(day, 2).Raw("T"u8);
        writer.Digits((int)(seconds / 3600 % 24), 2).Raw(":"u8).Digits((int)(seconds / 60 % 60), 2).Raw(":"u8);
        writer.Digits((int)(seconds % 60), 2);
        if (milliseconds % 1000 != 0) writer.Raw("."u8).Digits((int)(milliseconds % 1000), 3);
        return writer.Raw("Z"u8);
    }

    // Days since 2000-01-01 to a Gregorian date. Years begin with March here, so that a leap day is the last of its
    // year.
    private static (int Year, int Month, int Day) Date(int days)
    {
        int fromMarch = days + 730_425;                                // days since 0000-03-01
        int era = fromMarch / 146_097, dayOfEra = fromMarch % 146_097;
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int month = (5 * dayOfYear + 2) / 153;                         // 0 = March
        int day = dayOfYear - (153 * month + 2) / 5 + 1;
        return (era * 400 + yearOfEra + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day);
    }

    private static XmppWriter Digits(this XmppWriter writer, int value, int count)
    {
        Span<byte> digits = stackalloc byte[count];
        for (int i = count - 1; i >= 0; i--, value /= 10) digits[i] = (byte)('0' + value % 10);
        return writer.Raw(digits);
    }
}
