namespace Lab.Reports;

/// <summary>The area of a panel in about as many pixels as it will have, from its lower left corner, to see what hides
/// what. Its foot belongs to nobody: every curve that begins at zero lies there.</summary>
internal sealed class Sheet(Axis x, Axis y, int width, int height)
{
    /// <summary>px of a panel alone, and of one beside another.</summary>
    public const int Wide = 660, Narrow = 320;

    private readonly int foot = Pixel(y.ShareOf(Math.Max(0, y.From)), height) + 1;

    public int Width => width;

    public int Height => height;

    /// <summary>The pixels of a curve.</summary>
    public HashSet<(int X, int Y)> Drawn(Line line, bool steps)
    {
        HashSet<(int, int)> pixels = [];
        for (int i = 1; i < line.Points.Count; i++)
        {
            (int X, int Y) from = At(line.Points[i - 1]), to = At(line.Points[i]);
            (int X, int Y) corner = steps ? (to.X, from.Y) : to;
            Draw(pixels, from, corner);
            Draw(pixels, corner, to);
        }
        return pixels;
    }

    private (int X, int Y) At(Place place) =>
        (Pixel(x.ShareOf(place.X), width), Pixel(y.ShareOf(place.Y), height));

    // what no logarithm has lies at the start
    private static int Pixel(double share, int length) =>
        (int)Math.Round(Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1) * length);

    private void Draw(HashSet<(int, int)> pixels, (int X, int Y) from, (int X, int Y) to)
    {
        int most = Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y));
        for (int i = 0; i <= most; i++)
        {
            int across = from.X + (most == 0 ? 0 : (to.X - from.X) * i / most);
            int up = from.Y + (most == 0 ? 0 : (to.Y - from.Y) * i / most);
            if (up > foot) pixels.Add((across, up));
        }
    }
}
