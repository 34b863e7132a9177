using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Images;

/// <summary>The elements that a sampled position is made of, and their weights, in memory of the caller.</summary>
internal unsafe struct GridPoint(ResizeMode mode, GridPadding padding, bool alignCorners, long* offsets, double* weights)
{
    // Beyond every axis, and still exact in double and long.
    private const double FarAway = 1L << 50;

    public readonly long* Offsets => offsets;

    public readonly double* Weights => weights;

    /// <summary>Adds a position of a plane whose nearest element, or whose four neighbours, lie in it; false, and nothing done, for any other. Not for cubic.</summary>
    public readonly bool TryInside<W>(scoped ReadOnlySpan<double> position, scoped ReadOnlySpan<long> dims, ref SampledBlock<W> block)
        where W : unmanaged, INumber<W>
    {
        double y = Place((float)position[0], dims[0]);
        double x = Place((float)position[1], dims[1]);
        if (mode == ResizeMode.Nearest)
        {
            y = Math.Round(y, MidpointRounding.ToEven);
            x = Math.Round(x, MidpointRounding.ToEven);
            bool inside = y >= 0 && y < dims[0] && x >= 0 && x < dims[1];
            if (inside)
            {
                block.Weights[block.Count] = W.One;
                block.Offsets[block.Count++] = ((nint)y * (nint)dims[1]) + (nint)x;
            }

            return inside;
        }

        double top = Math.Floor(y);
        double left = Math.Floor(x);

        // NaN is no place either.
        if (!(top >= 0 && top < dims[0] - 1 && left >= 0 && left < dims[1] - 1))
        {
            return false;
        }

        block.SetBilinear(((nint)top * (nint)dims[1]) + (nint)left, (nint)dims[1], y - top, x - left, 1);
        return true;
    }

    /// <summary>Fills offsets and weights for a position (outermost axis first, each −1 to 1); returns how many. Elements that are zeros are left out.</summary>
    public readonly int Find(scoped ReadOnlySpan<double> position, scoped ReadOnlySpan<long> dims)
    {
        int count = 1;
        offsets[0] = 0;
        weights[0] = 1;
        Span<double> own = stackalloc double[4];
        for (int axis = 0; axis < dims.Length; axis++)
        {
            long size = dims[axis];

            double x = Place((float)position[axis], size);
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

    // Single precision, as ONNX Runtime and the reference have it: it decides which element is nearest.
    private readonly double Place(float position, long size)
    {
        float shifted = position + 1f;
        return alignCorners ? shifted / 2f * (size - 1) : ((shifted * size) - 1f) / 2f;
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
