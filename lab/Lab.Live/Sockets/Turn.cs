using System.Globalization;
using System.Net;

namespace Lab.Live;

/// <summary>
/// The turn at servers that runs share: one run at a time, of this process and of others of the same user. A file per
/// address is held open; the kernel lets it go with the process, however that ends.
/// </summary>
internal sealed class Turn : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);
    private readonly List<FileStream> held = [];

    /// <summary>Waits for it; null when cancelled.</summary>
    public static Turn? Take(IEnumerable<IPEndPoint> servers, Func<bool> isCancelled)
    {
        var turn = new Turn();
        // all in the same order, so that nobody waits for who waits for him
        foreach (string name in servers.Select(NameOf).Distinct().Order(StringComparer.Ordinal))
            while (!turn.TryHold(name))
            {
                if (isCancelled())
                {
                    turn.Dispose();
                    return null;
                }
                Thread.Sleep(BetweenTries);
            }
        return turn;
    }

    public void Dispose()
    {
        foreach (FileStream file in held) file.Dispose();
    }

    private bool TryHold(string name)
    {
        try
        {
            held.Add(new FileStream(Path.Combine(KeyFolder.OfUser(), name), FileMode.OpenOrCreate,
                FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;   // somebody's turn
        }
    }

    private static string NameOf(IPEndPoint server) => string.Create(CultureInfo.InvariantCulture,
        $"turn-{server.Address.ToString().Replace(':', '.')}-{server.Port}");
}
