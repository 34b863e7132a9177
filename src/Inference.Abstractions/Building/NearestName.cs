namespace Inference;

/// <summary>The name that a misspelt one was most likely meant to be.</summary>
public static class NearestName
{
    /// <summary>The name with the smallest edit distance (insertions, deletions, substitutions, swaps of neighbours; case is ignored), if it is at most a third of the longer name's length, and at least 1.</summary>
    /// <param name="names">The known names.</param>
    /// <param name="name">The name that is not known.</param>
    /// <returns>The nearest name; null if none is near.</returns>
    public static string? Among(IEnumerable<string> names, string name)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(name);
        (string Name, int Distance)? best = null;
        foreach (string known in names)
        {
            int distance = Distance(known.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance <= Math.Max(1, Math.Max(known.Length, name.Length) / 3) && !(distance >= best?.Distance))
            {
                best = (known, distance);
            }
        }

        return best?.Name;
    }

    // d[i, j]: the distance of the first i and the first j characters.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
