namespace Inference.Optimization.Calibration;

/// <summary>Selects a range from a histogram.</summary>
internal static class RangeSelection
{
    // One value in 10,000 may be clipped: the usual choice of calibrators.
    public const double DefaultPercentile = 99.99;

    // Codes of 8 bits, and of one sign.
    private const int Levels = 256;
    private const int EntropyLevels = 128;

    // Ranges that are tried: in steps of 1/128, or of 0.9 %, well below what a percentile or an error tells apart.
    private const int Candidates = 128;
    private const int Shrinks = 100;

    /// <exception cref="OptimizationException">No finite value was observed.</exception>
    public static ValueRange Select(Histogram histogram, CalibrationMethod method, double percentile = DefaultPercentile)
    {
        if (histogram.Count == 0)
        {
            throw new OptimizationException("Calibration: expected at least one finite value of the tensor, got none. Check the data, or exclude the node.");
        }

        return method switch
        {
            CalibrationMethod.Percentile => Percentile(histogram, percentile),
            CalibrationMethod.Entropy => Entropy(histogram),
            CalibrationMethod.Mse => Mse(histogram),
            _ => new ValueRange(histogram.Min, histogram.Max),
        };
    }

    private static ValueRange Percentile(Histogram histogram, double percentile)
    {
        // Half of the excluded share is taken from each side, and never more than whole bins outside the range.
        double tail = (1 - (percentile / 100)) / 2 * histogram.Count;
        ReadOnlySpan<long> bins = histogram.Bins;
        int low = 0;
        for (double seen = bins[0]; seen <= tail && low < bins.Length - 1; seen += bins[low])
        {
            low++;
        }

        int high = bins.Length - 1;
        for (double seen = bins[high]; seen <= tail && high > low; seen += bins[high])
        {
            high--;
        }

        return Clip(histogram, histogram.Origin + (low * histogram.Width), histogram.Origin + ((high + 1) * histogram.Width));
    }

    private static ValueRange Mse(Histogram histogram)
    {
        double low = Math.Min(histogram.Min, 0);
        double high = Math.Max(histogram.Max, 0);
        double best = double.PositiveInfinity;
        double bestLow = low;
        double bestHigh = high;
        void Try(double l, double h)
        {
            double error = SquaredError(histogram, l, h);
            if (error < best)
            {
                (best, bestLow, bestHigh) = (error, l, h);
            }
        }

        for (int i = 0; i < Shrinks; i++)
        {
            double factor = 1 - (i * 0.9 / Shrinks);
            Try(low * factor, high * factor);
        }

        (double jointLow, double jointHigh) = (bestLow, bestHigh);
        for (int i = 0; i < Shrinks; i++)
        {
            double factor = 1 - (i * 0.9 / Shrinks);
            Try(low * factor, jointHigh);
            Try(jointLow, high * factor);
        }

        return Clip(histogram, bestLow, bestHigh);
    }

    /// <summary>Σ count · (value − represented value)² over the bins, rounding within a bin included.</summary>
    internal static double SquaredError(Histogram histogram, double low, double high)
    {
        double scale = (high - low) / (Levels - 1);
        if (scale <= 0)
        {
            return double.PositiveInfinity;
        }

        double zero = Math.Round(-low / scale);
        double sum = 0;
        ReadOnlySpan<long> bins = histogram.Bins;
        for (int i = 0; i < bins.Length; i++)
        {
            if (bins[i] == 0)
            {
                continue;
            }

            double value = histogram.Center(i);
            double code = Math.Clamp(Math.Round(value / scale) + zero, 0, Levels - 1);
            double error = value - ((code - zero) * scale);
            sum += bins[i] * error * error;
        }

        return sum;
    }

    private static ValueRange Entropy(Histogram histogram)
    {
        ReadOnlySpan<long> bins = histogram.Bins;
        int first = 0;
        while (bins[first] == 0)
        {
            first++;
        }

        int end = bins.Length;
        while (bins[end - 1] == 0)
        {
            end--;
        }

        // The window always holds zero, and shrinks towards it from both sides.
        int zero = Math.Clamp((int)Math.Floor(-histogram.Origin / histogram.Width), first, end - 1);
        double best = double.PositiveInfinity;
        int bestFrom = first;
        int bestEnd = end;
        for (int k = Candidates; k > Candidates / 16; k--)
        {
            int from = zero - (int)Math.Ceiling((zero - first) * (double)k / Candidates);
            int to = zero + 1 + (int)Math.Ceiling((end - zero - 1) * (double)k / Candidates);
            if (to - from < EntropyLevels)
            {
                break;
            }

            double divergence = Divergence(bins, from, to);
            if (divergence < best)
            {
                (best, bestFrom, bestEnd) = (divergence, from, to);
            }
        }

        return Clip(histogram, histogram.Origin + (bestFrom * histogram.Width), histogram.Origin + (bestEnd * histogram.Width));
    }

    private static double Divergence(ReadOnlySpan<long> bins, int from, int to)
    {
        int length = to - from;
        Span<double> reference = new double[length];
        double below = 0;
        double above = 0;
        for (int i = 0; i < bins.Length; i++)
        {
            if (i < from)
            {
                below += bins[i];
            }
            else if (i >= to)
            {
                above += bins[i];
            }
            else
            {
                reference[i - from] = bins[i];
            }
        }

        // The candidate is computed from the values inside, before the outliers are added to the reference's ends, so that clipping has a cost.
        Span<double> candidate = new double[length];
        double inside = 0;
        for (int level = 0; level < EntropyLevels; level++)
        {
            int start = (int)((long)level * length / EntropyLevels);
            int stop = (int)((long)(level + 1) * length / EntropyLevels);
            double sum = 0;
            int filled = 0;
            for (int i = start; i < stop; i++)
            {
                sum += reference[i];
                filled += reference[i] > 0 ? 1 : 0;
            }

            inside += sum;
            for (int i = start; i < stop; i++)
            {
                candidate[i] = reference[i] > 0 ? sum / filled : 0;
            }
        }

        reference[0] += below;
        reference[^1] += above;
        double total = inside + below + above;
        if (inside == 0)
        {
            return double.PositiveInfinity;
        }

        double divergence = 0;
        // For a bin that the candidate leaves empty, in place of an infinite divergence.
        const double Floor = 1e-9;
        for (int i = 0; i < length; i++)
        {
            double p = reference[i] / total;
            if (p > 0)
            {
                divergence += p * Math.Log(p / Math.Max(candidate[i] / inside, Floor));
            }
        }

        return divergence;
    }

    private static ValueRange Clip(Histogram histogram, double low, double high) =>
        new((float)Math.Max(low, histogram.Min), (float)Math.Min(high, histogram.Max));
}
