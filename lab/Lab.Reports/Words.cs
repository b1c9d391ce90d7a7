using System.Globalization;
using System.Text;
using Lab.Experiments;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>Names of the code as words of files and sentences.</summary>
internal static class Words
{
    /// <summary>PingTimeout becomes ping-timeout.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Known<T>.Words[value];

    /// <summary>The value of a word; null when none has it.</summary>
    public static T? Find<T>(string word) where T : struct, Enum =>
        Known<T>.Values.TryGetValue(word, out T value) ? value : null;

    /// <summary>"1 client", "3 clients".</summary>
    public static string Count(long n, string thing) => Number(n) + " " + thing + (n == 1 ? "" : "s");

    public static string Number(long n) => n.ToString("#,0", CultureInfo.InvariantCulture).Replace(",", "\u202f");

    public static string Kebab(string name)
    {
        StringBuilder kebab = new();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && kebab.Length > 0) kebab.Append('-');
            kebab.Append(char.ToLowerInvariant(c));
        }
        return kebab.ToString();
    }

    /// <summary>The six ways in which a side learns that its stream is over, for symbols in figures.</summary>
    public static string Family(Mechanism mechanism) => mechanism switch
    {
        Mechanism.PingTimeout or Mechanism.AckTimeout => "XMPP check unanswered",
        Mechanism.IdleRule => "idle rule",
        Mechanism.ConnectTimeout or Mechanism.TlsTimeout or Mechanism.StepTimeout or Mechanism.TotalTimeout
            or Mechanism.TcpConnectTimeout => "set-up timeout",
        Mechanism.TcpRetransmissionLimit or Mechanism.TcpUserTimeout or Mechanism.TcpKeepalive
            or Mechanism.TcpWindowProbe => "TCP timer",
        Mechanism.Reset or Mechanism.Refused or Mechanism.Fin or Mechanism.StreamError or Mechanism.StreamClose =>
        "told by the peer",
        _ => "own act",
    };

    public static readonly IReadOnlyList<string> Families =
        ["XMPP check unanswered", "TCP timer", "idle rule", "told by the peer", "set-up timeout", "own act"];

    /// <summary>"below 90 s", "at least 0 and at most 2".</summary>
    public static string Of(Expectation e)
    {
        // a bare 0 goes with every unit, so the metric's unit is the one to show
        Unit unit = Catalogue.Find(e.Metric)?.Unit ?? Unit.Count;
        List<string> bounds = [];
        void Add(string word, Quantity? bound)
        {
            if (bound is { } quantity) bounds.Add($"{word} {Units.Format(quantity.Value, unit)}");
        }
        Add("below", e.Below);
        Add("above", e.Above);
        Add("at most", e.AtMost);
        Add("at least", e.AtLeast);
        Add("equal to", e.EqualTo);
        return string.Join(" and ", bounds);
    }

    /// <summary>"detection.client.p95 of phone below 90 s (clients.phone.policy: ping)".</summary>
    public static string Whole(Expectation e) => $"{e.Metric}{e.Scope} {Of(e)}"
        + (e.When.Count == 0 ? "" : $" ({string.Join(", ", e.When.Select(w => $"{w.Key}: {w.Value}"))})");

    private static class Known<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Words =
            Enum.GetValues<T>().Distinct().ToDictionary(v => v, v => Kebab(v.ToString()));

        public static readonly Dictionary<string, T> Values = Words.ToDictionary(w => w.Value, w => w.Key);
    }
}
