namespace Lab.Network;

/// <summary>Why a path lets nothing more of a connection pass; None = it lets it pass again.</summary>
public enum PassageCause : byte
{
    None,

    /// <summary>It was silent for longer than a middlebox remembers.</summary>
    Expired,

    /// <summary>A middlebox needed its place for another.</summary>
    Evicted,

    /// <summary>A middlebox forgot everything it knew.</summary>
    Restarted,

    /// <summary>A middlebox gave it another port, under which the far end does not know it.</summary>
    Rebound,

    /// <summary>The near end has another address.</summary>
    Moved,

    /// <summary>The near end has another address beside that of the connection, which goes by its own link for
    /// now.</summary>
    Lingering,
}

/// <summary>Hears from the elements of paths which connections they let pass, and what radios do, the moment that this
/// changes.</summary>
public interface IPassageWatcher
{
    /// <param name="place">Of the element on its path, from the near end; each speaks for itself alone.</param>
    void PassageChanged(
        Instant now, int path, int place, int connection, bool upDead, bool downDead, PassageCause cause);

    /// <summary>An offer has moved the time at which an element of that path wants to be looked at.</summary>
    void NextChangeMoved(int path);

    void RadioChanged(Instant now, int path, int place, Radio radio);
}
