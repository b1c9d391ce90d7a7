using Lab.Live;

namespace Lab.Tests;

/// <summary>Private keys are nobody else's, and do not outlive their run.</summary>
public sealed class KeyFolderTests
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void A_key_is_readable_by_its_user_alone_and_gone_with_the_run()
    {
        string results = Directory.CreateTempSubdirectory("lab-live-").FullName;
        string key;
        using (var authority = new Authority(results))
        {
            authority.Issue("example.org");
            key = authority.KeyFile("example.org");
            Assert.Contains("PRIVATE KEY", File.ReadAllText(key));
            Assert.Equal(Mine, Mode(key));
            for (string place = Path.GetDirectoryName(key)!; place != Path.GetTempPath().TrimEnd('/');
                place = Path.GetDirectoryName(place)!)
                Assert.Equal(Mine | UnixFileMode.UserExecute, Mode(place));
        }
        Assert.False(Directory.Exists(Path.GetDirectoryName(key)));
        Assert.DoesNotContain(Directory.EnumerateFiles(results, "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("PRIVATE KEY", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(results, "example.org.crt")));
        Directory.Delete(results, recursive: true);
    }

    // a kill lets the kernel take the lock away, and nothing else
    [Fact]
    public void What_a_killed_run_left_is_cleared_by_the_next_and_what_lives_is_not()
    {
        using var alive = new KeyFolder();
        alive.Write("a.key", "secret");
        string left = Path.Combine(KeyFolder.OfUser(), $"keys-{Guid.NewGuid():N}");
        Directory.CreateDirectory(left);
        File.WriteAllText(Path.Combine(left, "a.key"), "secret");
        File.WriteAllText(left + ".lock", "");
        using (var next = new KeyFolder())
        {
            Assert.False(Directory.Exists(left));
            Assert.False(File.Exists(left + ".lock"));
            Assert.True(File.Exists(Path.Combine(alive.Place, "a.key")));
            Assert.NotEqual(alive.Place, next.Place);
        }
        Assert.True(File.Exists(Path.Combine(alive.Place, "a.key")));
    }

    private static UnixFileMode Mode(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);
}
