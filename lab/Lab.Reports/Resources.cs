namespace Lab.Reports;

/// <summary>Files that the build put inside this assembly.</summary>
internal static class Resources
{
    public static string Text(string name)
    {
        using Stream stream = typeof(Resources).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly lacks its part {name}");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
