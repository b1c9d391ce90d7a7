using System.Globalization;

namespace Lab.Live;

/// <summary>
/// Where one run keeps its private keys: a folder that nobody but its user may enter, outside of the results, gone
/// with the run. A lock file beside it is held open as long as the run lives, so whoever comes next sees which folders
/// a kill has left, and clears them away.
/// </summary>
internal sealed class KeyFolder : IDisposable
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string LockEnding = ".lock";
    private readonly FileStream held;

    public KeyFolder()
    {
        string all = OfUser();
        ClearLeft(all);
        while (true)
        {
            string name = Path.Combine(all, string.Create(CultureInfo.InvariantCulture, $"keys-{Guid.NewGuid():N}"));
            try
            {
                held = new FileStream(name + LockEnding, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                continue;   // somebody who clears up was faster than the lock
            }
            Place = name;
            MakeOwn(name);
            return;
        }
    }

    public string Place { get; }

    /// <summary>The folder of this user's runs; made when it is not there. Another user's is refused.</summary>
    public static string OfUser()
    {
        string place = Path.Combine(Path.GetTempPath(), "xmpp-lab-" + Environment.UserName);
        MakeOwn(place);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(place, OwnFolder);   // throws where it is another's
        return place;
    }

    public void Write(string name, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnFile;
        using var file = new FileStream(Path.Combine(Place, name), options);
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    public void Dispose()
    {
        Directory.Delete(Place, recursive: true);
        File.Delete(held.Name);
        held.Dispose();
    }

    // on Windows a user's temporary folder is nobody else's already
    private static void MakeOwn(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnFolder);
    }

    private static void ClearLeft(string all)
    {
        foreach (string file in Directory.EnumerateFiles(all, "keys-*" + LockEnding))
        {
            try
            {
                using var taken = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                string left = file[..^LockEnding.Length];
                if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
                File.Delete(file);
            }
            catch (IOException) { }   // its run lives, or another one clears it away
        }
    }
}
