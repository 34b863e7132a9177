namespace Inference.Operators.Images;

/// <summary>The elements that a sampled position is made of, and their weights, in memory of the caller.</summary>
internal unsafe struct GridPoint(ResizeMode mode, GridPadding padding, bool alignCorners, long* offsets, double* weights)
{
    // Beyond every axis, and still exact in double and long.
    private const double FarAway = 1L << 50;

    public readonly long* Offsets => offsets;

    public readonly double* Weights => weights;

    /// <summary>Fills offsets and weights for a position (outermost axis first, each −1 to 1); returns how many. Elements that are zeros are left out.</summary>
    public readonly int Find(ReadOnlySpan<double> position, ReadOnlySpan<long> dims)
    {
        int count = 1;
        offsets[0] = 0;
        weights[0] = 1;
        Span<double> own = stackalloc double[4];
        for (int axis = 0; axis < dims.Length; axis++)
        {
            long size = dims[axis];

            // Single precision, as ONNX Runtime and the reference have it: it decides which element is nearest.
            float shifted = (float)position[axis] + 1f;
            double x = alignCorners ? shifted / 2f * (size - 1) : ((shifted * size) - 1f) / 2f;
            (double low, double high) = alignCorners ? (0, size - 1) : (-0.5, size - 0.5);
            if (mode == ResizeMode.Nearest)
            {
                x = Math.Round(x, MidpointRounding.ToEven);
            }

            if (mode == ResizeMode.Cubic)
            {
                // The taps find their own place at the border or by reflection; the position stays where it is, so that the weights do.
                x = double.IsNaN(x) ? 0 : Math.Clamp(x, -FarAway, FarAway);
            }
            else if (x < low || x > high || double.IsNaN(x))
            {
                x = padding switch
                {
                    GridPadding.Border => double.IsNaN(x) ? 0 : Math.Clamp(x, 0, size - 1),
                    GridPadding.Reflection => double.IsFinite(x) ? Reflect(x, low, high) : 0,
                    _ => x,
                };
            }

            double floor = Math.Floor(x);
            int taps = Weigh(x - floor, own);
            long first = (long)floor - (taps == 4 ? 1 : 0);
            count = Multiply(count, size, mode == ResizeMode.Nearest ? (long)x : first, own[..taps], low, high);
        }

        return count;
    }

    private readonly int Weigh(double t, Span<double> own)
    {
        switch (mode)
        {
            case ResizeMode.Nearest:
                own[0] = 1;
                return 1;
            case ResizeMode.Linear:
                own[0] = 1 - t;
                own[1] = t;
                return 2;
            default:
                own[0] = Cubic(t + 1);
                own[1] = Cubic(t);
                own[2] = Cubic(1 - t);
                own[3] = Cubic(2 - t);
                return 4;
        }
    }

    // Crosses what is there with the taps of one more axis, from the back so that nothing is overwritten before it is read.
    private readonly int Multiply(int count, long size, long first, ReadOnlySpan<double> own, double low, double high)
    {
        Span<long> places = stackalloc long[4];
        Span<double> kept = stackalloc double[4];
        int taps = 0;
        for (int k = 0; k < own.Length; k++)
        {
            long place = first + k;
            if ((ulong)place >= (ulong)size)
            {
                if (padding == GridPadding.Zeros)
                {
                    continue;
                }

                place = padding == GridPadding.Border ? Math.Clamp(place, 0, size - 1) : Math.Clamp((long)Reflect(place, low, high), 0, size - 1);
            }

            places[taps] = place;
            kept[taps++] = own[k];
        }

        for (int i = count - 1; i >= 0; i--)
        {
            (long offset, double weight) = (offsets[i], weights[i]);
            for (int k = taps - 1; k >= 0; k--)
            {
                offsets[(i * taps) + k] = (offset * size) + places[k];
                weights[(i * taps) + k] = weight * kept[k];
            }
        }

        return count * taps;
    }

    private static double Cubic(double x)
    {
        // The cubic coefficient that ONNX states for GridSample.
        const double A = -0.75;
        return x <= 1 ? ((((A + 2) * x) - (A + 3)) * x * x) + 1 : x < 2 ? (((((A * x) - (5 * A)) * x) + (8 * A)) * x) - (4 * A) : 0;
    }

    private static double Reflect(double x, double low, double high)
    {
        double range = high - low;
        if (range <= 0)
        {
            return low;
        }

        double distance = x < low ? low - x : x > high ? x - high : 0;
        double turns = Math.Truncate(distance / range);
        double rest = distance - (turns * range);
        bool even = turns % 2 == 0;
        return x < low ? (even ? low + rest : high - rest) : x > high ? (even ? high - rest : low + rest) : x;
    }
}
