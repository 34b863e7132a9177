using Inference.Kernels.Threading;

namespace Inference.Operators.Images;

/// <summary>For each position of a resized axis the elements of the original axis it is made of, and their weights. Immutable.</summary>
internal sealed class AxisTable
{
    // Weights of an axis; a table beyond would take gigabytes.
    private const long MaxEntries = 1 << 27;

    private AxisTable(int axis, int taps, int[] indices, double[] weights, bool[]? outside)
    {
        Axis = axis;
        Taps = taps;
        Indices = indices;
        Weights = weights;
        Singles = Array.ConvertAll(weights, w => (float)w);
        Outside = outside;
    }

    public int Axis { get; }

    /// <summary>Elements a position is made of.</summary>
    public int Taps { get; }

    /// <summary>[positions, taps], within the axis.</summary>
    public int[] Indices { get; }

    /// <summary>[positions, taps].</summary>
    public double[] Weights { get; }

    /// <summary>The weights in float.</summary>
    public float[] Singles { get; }

    /// <summary>Positions that lie outside of the crop and take the extrapolation value; null for none.</summary>
    public bool[]? Outside { get; }

    /// <summary>The table of an axis; null where the axis stays as it is.</summary>
    public static AxisTable? Create(ResizeOptions options, int axis, long size, long resized, double scale, double start, double end, Action<long> claim)
    {
        bool crop = options.Coordinates == CoordinateMode.TfCropAndResize;
        if (size == resized && scale == 1 && !(crop && (start != 0 || end != 1)))
        {
            return null;
        }

        (long first, long width) = Footprint(options, scale);
        if (width > MaxEntries / Math.Max(1, resized))
        {
            throw new InvalidInputException($"Resize, axis {axis}: expected at most {MaxEntries} weights, got {width} for each of {resized} positions. Resize in smaller steps.");
        }

        (int count, int taps) = ((int)resized, (int)width);
        claim((long)count * taps * (sizeof(int) + sizeof(double) + sizeof(float)));
        var work = default(WorkCounter);
        var indices = new int[count * taps];
        var weights = new double[count * taps];
        bool[]? outside = crop ? new bool[count] : null;
        for (int i = 0; i < count; i++)
        {
            work.Add(20L * taps);
            double x = Original(options, i, size, resized, scale, start, end);
            if (crop)
            {
                outside![i] = x < 0 || x > size - 1;
            }

            Span<double> own = weights.AsSpan(i * taps, taps);
            long at;
            if (options.Mode == ResizeMode.Nearest)
            {
                at = Nearest(options.Nearest, x, scale);
                own[0] = 1;
            }
            else
            {
                // The ratio lies in (0, 1]: a position that is an element's own is the right end of its interval.
                double left = Math.Ceiling(x) - 1;
                at = (long)left + first;
                Fill(options, own, first, x - left, scale);
                Normalize(options, own, at, size);
            }

            for (int k = 0; k < taps; k++)
            {
                indices[(i * taps) + k] = (int)Math.Clamp(at + k, 0, size - 1);
            }
        }

        return new(axis, taps, indices, weights, outside);
    }

    private static (long First, long Taps) Footprint(ResizeOptions options, double scale)
    {
        if (options.Mode == ResizeMode.Nearest)
        {
            return (0, 1);
        }

        int reach = options.Mode == ResizeMode.Linear ? 1 : 2;
        if (!options.Antialias || scale >= 1)
        {
            return (1 - reach, 2 * reach);
        }

        // Elements that the widened filter reaches when the axis shrinks.
        long first = (long)Math.Floor(Math.Max(-reach / scale, -MaxEntries)) + 1;
        return (first, 2 - (2 * first));
    }

    private static double Original(ResizeOptions options, long x, long size, long resized, double scale, double start, double end)
    {
        double exact = scale * size;
        double length = options.FractionalLength ? exact : resized;
        switch (options.Coordinates)
        {
            case CoordinateMode.HalfPixel:
                return ((x + 0.5) / scale) - 0.5;
            case CoordinateMode.HalfPixelSymmetric:
                return (size / 2.0 * (1 - (resized / exact))) + ((x + 0.5) / scale) - 0.5;
            case CoordinateMode.PytorchHalfPixel:
                return length > 1 ? ((x + 0.5) / scale) - 0.5 : 0;
            case CoordinateMode.AlignCorners:
                return length == 1 || resized == 1 ? 0 : x * (size - 1) / (length - 1);
            case CoordinateMode.Asymmetric:
                return x / scale;
            case CoordinateMode.TfHalfPixelForNearest:
                return (x + 0.5) / scale;
            default:
                double inside = resized == 1 ? (end - start) * (size - 1) / 2 : x * (end - start) * (size - 1) / (length - 1);
                return inside + (start * (size - 1));
        }
    }

    private static long Nearest(NearestMode mode, double x, double scale) => (long)(mode switch
    {
        NearestMode.RoundPreferFloor => Math.Ceiling(x - 0.5),
        NearestMode.RoundPreferCeil => Math.Floor(x + 0.5),
        NearestMode.Floor => Math.Floor(x),
        NearestMode.Ceil => Math.Ceiling(x),
        _ => scale < 1 ? Math.Ceiling(x) : Math.Floor(x),
    });

    private static void Fill(ResizeOptions options, Span<double> weights, long first, double ratio, double scale)
    {
        double stretch = options.Antialias ? Math.Min(scale, 1) : 1;
        for (int k = 0; k < weights.Length; k++)
        {
            double distance = Math.Abs((first + k - ratio) * stretch);
            weights[k] = options.Mode == ResizeMode.Linear ? Math.Clamp(1 - distance, 0, 1) : Cubic(distance, options.CubicA);
        }
    }

    // R. Keys' cubic convolution.
    private static double Cubic(double x, double a)
    {
        if (x <= 1)
        {
            return ((((a + 2) * x) - (a + 3)) * x * x) + 1;
        }

        return x < 2 ? (((((a * x) - (5 * a)) * x) + (8 * a)) * x) - (4 * a) : 0;
    }

    private static void Normalize(ResizeOptions options, Span<double> weights, long at, long size)
    {
        if (!options.ExcludeOutside && !options.Antialias)
        {
            return;
        }

        double sum = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            if (options.ExcludeOutside && (at + k < 0 || at + k >= size))
            {
                weights[k] = 0;
            }

            sum += weights[k];
        }

        for (int k = 0; k < weights.Length; k++)
        {
            weights[k] /= sum;
        }
    }
}
