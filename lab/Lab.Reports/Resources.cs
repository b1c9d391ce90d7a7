namespace Lab.Reports;

/// <summary>Files that the build put inside this assembly.</summary>
internal static class Resources
{
    public static string Text(string name)
    {
        using StreamReader reader = new(Bytes(name));
        return reader.ReadToEnd();
    }

    public static Stream Bytes(string name) => typeof(Resources).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"the assembly lacks its part {name}");
}
