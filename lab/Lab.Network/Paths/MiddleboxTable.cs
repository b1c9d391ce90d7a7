namespace Lab.Network;

/// <summary>
/// The places of a middlebox, which several paths may lead by, as of a carrier's NAT: for one more connection than
/// there are places, the one that was silent longest is forgotten, whoever's it is.
/// </summary>
/// <remarks>
/// Theory of operation. Each path has a <see cref="Middlebox"/> of its own for what it knows and says; they share this.
/// Connections are kept in the order in which they were last refreshed, so that each packet costs the same, however
/// many there are. Of those that were refreshed at the same instant the one whose packet came by first goes first.
/// </remarks>
public sealed class MiddleboxTable(int places)
{
    private Place? longest, latest;

    /// <summary>How many are taken.</summary>
    public int Taken { get; private set; }

    internal sealed class Place(Middlebox box, Middlebox.Entry entry)
    {
        public readonly Middlebox Box = box;
        public readonly Middlebox.Entry Entry = entry;
        public Place? Longer, Later;                                   // silent longer, refreshed later
    }

    /// <summary>Somebody loses its place when all are taken.</summary>
    internal void MakeRoom(Instant now)
    {
        if (Taken >= places) longest!.Box.Evict(now, longest.Entry);
    }

    internal Place Take(Middlebox box, Middlebox.Entry entry)
    {
        var place = new Place(box, entry);
        Taken++;
        Append(place);
        return place;
    }

    internal void Refresh(Place place)
    {
        if (place == latest) return;
        Unlink(place);
        Append(place);
    }

    internal void Leave(Place place)
    {
        Taken--;
        Unlink(place);
    }

    private void Append(Place place)
    {
        (place.Longer, place.Later) = (latest, null);
        if (latest is null) longest = place;
        else latest.Later = place;
        latest = place;
    }

    private void Unlink(Place place)
    {
        if (place.Longer is null) longest = place.Later;
        else place.Longer.Later = place.Later;
        if (place.Later is null) latest = place.Longer;
        else place.Later.Longer = place.Longer;
    }
}
