namespace Lab.Cli;

/// <summary>A file that stands whole or not at all, whoever else writes it at that time.</summary>
internal static class WholeFile
{
    /// <summary>
    /// Never takes the place of anything: false when something is there. Throws IOException or
    /// UnauthorizedAccessException, leaving nothing behind.
    /// </summary>
    public static bool TryWriteNew(string path, byte[] bytes)
    {
        if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null) return false;
        string partial = $"{path}.partial-{Environment.ProcessId}";
        try
        {
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, path, overwrite: false);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial)) File.Delete(partial);
            if (Path.Exists(path)) return false;              // another was quicker
            throw;
        }
    }

    /// <summary>
    /// Takes the place of what was there. A link stays one, and what is empty is written as it stands, for it may be a
    /// pipe or a device. Throws IOException or UnauthorizedAccessException, leaving nothing behind.
    /// </summary>
    public static void Write(string path, byte[] bytes)
    {
        FileInfo there = new(path);
        if (there.LinkTarget is not null || there is { Exists: true, Length: 0 })
        {
            File.WriteAllBytes(path, bytes);
            return;
        }
        string partial = $"{path}.partial-{Environment.ProcessId}";
        try
        {
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial)) File.Delete(partial);
            throw;
        }
    }
}
