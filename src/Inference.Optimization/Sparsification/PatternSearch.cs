namespace Inference.Optimization.Sparsification;

/// <summary>Finds the pattern with the fewest keys that holds a share of a head's attention.</summary>
internal static class PatternSearch
{
    /// <summary>The largest share of the keys that a pattern may compute: copying keys and values into blocks costs time too.</summary>
    private const double MostKeys = 0.5;

    /// <param name="mass">The head's attention.</param>
    /// <param name="tokens">The tokens of a row.</param>
    /// <param name="share">The share to hold, 0 to 1.</param>
    /// <returns>The pattern and the share that it holds; dense if none has at most half of the keys.</returns>
    public static (AttentionPattern Pattern, double Share) Find(AttentionMass mass, int tokens, double share)
    {
        int most = (int)(tokens * MostKeys);
        (AttentionPattern best, double held) = Blocks(mass, tokens, share, most);
        foreach (int stride in Strides(tokens))
        {
            double of = mass.OfStride(stride);
            if (of >= share && tokens / stride <= most && (best.IsDense || tokens / stride < best.Keys(tokens)))
            {
                (best, held) = (AttentionPattern.Strided(stride), of);
            }
        }

        return (best, held);
    }

    /// <summary>The strides that divide the tokens, the longest first, each with at least <paramref name="tokens"/> / stride ≥ 8 keys.</summary>
    private static IEnumerable<int> Strides(int tokens)
    {
        for (int stride = tokens / 8; stride >= 2; stride--)
        {
            if (tokens % stride == 0)
            {
                yield return stride;
            }
        }
    }

    // Adds what holds the most of the rest, one block of keys after the other.
    private static (AttentionPattern, double) Blocks(AttentionMass mass, int tokens, double share, int most)
    {
        int count = mass.Count;
        double[] rest = [.. mass.Sums];
        List<int> distances = [0], places = [];
        double held = TakeDistance(rest, count, 0);
        while (mass.Share(held) < share)
        {
            if ((distances.Count + places.Count + 1) * mass.Block > most)
            {
                return (AttentionPattern.Dense, 1);
            }

            (double sum, int at, bool isPlace) best = (0, 0, false);
            for (int distance = 1 - count; distance < count; distance++)
            {
                best = OfDistance(rest, count, distance) is var of && of > best.sum ? (of, distance, false) : best;
            }

            for (int place = 0; place < count; place++)
            {
                best = OfPlace(rest, count, place) is var of && of > best.sum ? (of, place, true) : best;
            }

            if (best.sum <= 0)
            {
                return (AttentionPattern.Dense, 1);
            }

            (best.isPlace ? places : distances).Add(best.at);
            held += best.isPlace ? TakePlace(rest, count, best.at) : TakeDistance(rest, count, best.at);
        }

        return (AttentionPattern.Blocks(mass.Block, distances, places), mass.Share(held));
    }

    private static double OfDistance(double[] rest, int count, int distance)
    {
        double sum = 0;
        for (int query = Math.Max(0, -distance); query < Math.Min(count, count - distance); query++)
        {
            sum += rest[(query * count) + query + distance];
        }

        return sum;
    }

    private static double OfPlace(double[] rest, int count, int place)
    {
        double sum = 0;
        for (int query = 0; query < count; query++)
        {
            sum += rest[(query * count) + place];
        }

        return sum;
    }

    private static double TakeDistance(double[] rest, int count, int distance)
    {
        double sum = OfDistance(rest, count, distance);
        for (int query = Math.Max(0, -distance); query < Math.Min(count, count - distance); query++)
        {
            rest[(query * count) + query + distance] = 0;
        }

        return sum;
    }

    private static double TakePlace(double[] rest, int count, int place)
    {
        double sum = OfPlace(rest, count, place);
        for (int query = 0; query < count; query++)
        {
            rest[(query * count) + place] = 0;
        }

        return sum;
    }
}
