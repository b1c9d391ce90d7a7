using System.Text;

namespace Lab.Toxiproxy;

/// <summary>Names of proxies and toxics: each is one segment of a path of the API.</summary>
public static class ProxyNames
{
    /// <summary>Why a name could never be asked for again, or null.</summary>
    public static string? Problem(string name)
    {
        if (name is "." or "..") return $"name '{name}' cannot be addressed: paths drop it";
        if (name.Contains('/') || name.Contains("%2F", StringComparison.OrdinalIgnoreCase))
            return $"name '{name}' cannot be addressed: a slash ends a segment of a path";
        foreach (Rune rune in name.EnumerateRunes())
            if (Rune.IsControl(rune)) return "name cannot be addressed: it holds a control character";
        return HasLoneSurrogate(name) ? "name cannot be addressed: it holds half of a surrogate pair" : null;
    }

    private static bool HasLoneSurrogate(string name)
    {
        for (int i = 0; i < name.Length; i++)
            if (char.IsSurrogate(name[i]))
            {
                if (i + 1 == name.Length || !char.IsSurrogatePair(name[i], name[i + 1])) return true;
                i++;
            }
        return false;
    }
}
