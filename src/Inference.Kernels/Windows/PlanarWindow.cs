using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Windows;

/// <summary>
/// Windows over one [H,W] plane for depthwise convolution. A band of its rows is copied with its padding into scratch, cut
/// into one part for each phase of the horizontal stride, so that every kernel position reads neighbours.
/// </summary>
internal unsafe struct PlanarWindow
{
    // Multiply-adds of a row of results from which the clock is looked at within it: some 10 µs.
    private const long LongRow = 1 << 16;

    // Units of WorkCounter of a vector that a tap takes.
    private const int TapWork = 2;

    // Elements of a band: with rows of results, half of a first-level cache of 48 KB.
    private const int BandElements = 6 << 10;

    // Bodies compute so many rows together.
    public const int RowsTogether = 4;

    public int Height;
    public int Width;
    public int OutHeight;
    public int OutWidth;

    // Rows of results of a band, and those of the band at hand.
    public int BandRows;
    public int Rows;
    public int StrideHeight;
    public int StrideWidth;
    public int PadTop;
    public int PadLeft;
    public int Taps;
    public int KernelWidth;
    public int PaddedHeight;
    public int PaddedWidth;

    // The plane at hand: what it is read from, a padded copy, what FillOffsets writes, a weight for each tap, and the result [OutHeight, OutWidth].
    public float* Scratch;
    public nint* Offsets;
    public float* Weights;
    public float Start;
    public float Low = float.NegativeInfinity;
    public float High = float.PositiveInfinity;
    public float* X;
    public float* Y;

    public PlanarWindow(in ConvolutionGeometry g, int height, int width, int outHeight, int outWidth)
    {
        Height = height;
        Width = width;
        OutHeight = outHeight;
        OutWidth = outWidth;
        StrideHeight = g.StrideHeight;
        StrideWidth = g.StrideWidth;
        PadTop = g.PadTop;
        PadLeft = g.PadLeft;
        Taps = g.Taps;
        KernelWidth = g.KernelWidth;
        PaddedWidth = outWidth + ((g.KernelWidth - 1) * g.DilationWidth / g.StrideWidth);
        int extent = (g.KernelHeight - 1) * g.DilationHeight;
        long fitting = ((BandElements / ((long)PaddedWidth * g.StrideWidth)) - extent) / g.StrideHeight;
        BandRows = (int)Math.Clamp(fitting / RowsTogether * RowsTogether, Math.Min(RowsTogether, outHeight), outHeight);
        PaddedHeight = ((BandRows - 1) * g.StrideHeight) + extent + 1;
    }

    /// <summary>Elements of scratch that a padded plane needs.</summary>
    public readonly nint ScratchLength => checked((nint)PaddedHeight * PaddedWidth * StrideWidth);

    /// <summary>offsets[i·KW + j] = distance from an output pixel's place in the scratch to what it reads there.</summary>
    public readonly void FillOffsets(in ConvolutionGeometry g, nint* offsets)
    {
        for (int ky = 0; ky < g.KernelHeight; ky++)
        {
            for (int kx = 0; kx < g.KernelWidth; kx++)
            {
                int x = kx * g.DilationWidth;
                nint phase = (nint)(x % StrideWidth) * PaddedHeight * PaddedWidth;
                *offsets++ = phase + ((nint)ky * g.DilationHeight * PaddedWidth) + (x / StrideWidth);
            }
        }
    }

    /// <summary>Clears the scratch. What is between the columns of the image stays so, so that one call serves all planes.</summary>
    public readonly void Clear() => NativeMemory.Clear(Scratch, (nuint)ScratchLength * sizeof(float));

    /// <summary>The columns of the image that a phase of the stride has in the scratch, and the place of the first; none where the image ends before it.</summary>
    public readonly (int First, int Count, int Place) Columns(int phase)
    {
        int first = phase - PadLeft;
        int place = first < 0 ? (StrideWidth - 1 - first) / StrideWidth : 0;
        first += place * StrideWidth;
        return (first, Math.Max(0, Math.Min((Width - first + StrideWidth - 1) / StrideWidth, PaddedWidth - place)), place);
    }

    private readonly int ShortestRow()
    {
        int shortest = int.MaxValue;
        for (int phase = 0; phase < StrideWidth; phase++)
        {
            shortest = Math.Min(shortest, Columns(phase).Count);
        }

        return shortest;
    }

    /// <summary>Runs a kernel on the plane x[Height, Width], band by band, with vectors that a row fills: y[OutHeight, OutWidth].</summary>
    public void Run(RowKernel kernel, IsaTier limit, float* x, float* y)
    {
        X = x;
        delegate*<void*, nint, nint, void> copy = PlanarCopy.Kernel.Fitting(limit, ShortestRow()).Body;
        delegate*<void*, nint, nint, void> body = kernel.Fitting(limit, OutWidth).Body;
        fixed (PlanarWindow* self = &this)
        {
            for (int first = 0; first < OutHeight; first += BandRows)
            {
                Rows = Math.Min(BandRows, OutHeight - first);
                Y = y + ((nint)first * OutWidth);
                nint top = ((nint)first * StrideHeight) - PadTop;
                copy(self, top, top + PaddedHeight);
                body(self, 0, Rows);
            }
        }
    }

    /// <summary>y[oy,ox] = clamp(Start + Σ over taps of scratch[offset + …] · weight, Low, High) for the rows of the band, in the order of the taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Sum<S, V>()
        where S : struct, ISimd<V>
        where V : struct
    {
        nint step = (nint)StrideHeight * PaddedWidth;
        nint width = OutWidth;
        nint second = nint.Min(S.Lanes, width - S.Lanes);

        // Work is counted once for each short row, and at each vector of long rows.
        bool isLong = Taps * (long)width > LongRow;
        var work = default(WorkCounter);
        for (int oy = 0; oy < Rows; oy += RowsTogether)
        {
            // The last rows overlap those before them, as the last vectors do.
            oy = Rows < RowsTogether ? oy : Math.Min(oy, Rows - RowsTogether);
            float* from = Scratch + (oy * step);
            float* to = Y + (oy * width);
            work.Add(isLong ? 0 : Taps * width / S.Lanes * RowsTogether * TapWork);
            for (nint x = 0; x < width; x += 2 * S.Lanes)
            {
                if (isLong)
                {
                    work.Add(2L * RowsTogether * TapWork * Taps);
                }

                x = nint.Max(0, nint.Min(x, width - (2 * S.Lanes)));
                if (Rows >= RowsTogether)
                {
                    FourRows<S, V>(from + x, step, second, to + x);
                    continue;
                }

                for (int row = oy; row < Rows; row++)
                {
                    OneRow<S, V>(Scratch + (row * step) + x, second, Y + (row * width) + x);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void FourRows<S, V>(float* from, nint step, nint second, float* to)
        where S : struct, ISimd<V>
        where V : struct
    {
        V a0 = S.Splat(Start);
        V a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        nint* offset = Offsets;
        float* weight = Weights;
        nint three = 3 * step;
        for (nint* end = offset + Taps; offset < end; offset++, weight++)
        {
            float* at = from + *offset;
            V w = S.Splat(*weight);
            a0 = S.Fma(S.Load(at), w, a0);
            a1 = S.Fma(S.Load(at + step), w, a1);
            a2 = S.Fma(S.Load(at + (2 * step)), w, a2);
            a3 = S.Fma(S.Load(at + three), w, a3);
            at += second;
            b0 = S.Fma(S.Load(at), w, b0);
            b1 = S.Fma(S.Load(at + step), w, b1);
            b2 = S.Fma(S.Load(at + (2 * step)), w, b2);
            b3 = S.Fma(S.Load(at + three), w, b3);
        }

        Store<S, V>(to, second, a0, b0);
        Store<S, V>(to + OutWidth, second, a1, b1);
        Store<S, V>(to + (2 * (nint)OutWidth), second, a2, b2);
        Store<S, V>(to + (3 * (nint)OutWidth), second, a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void OneRow<S, V>(float* from, nint second, float* to)
        where S : struct, ISimd<V>
        where V : struct
    {
        V a = S.Splat(Start);
        V b = a;
        for (int t = 0; t < Taps; t++)
        {
            float* at = from + Offsets[t];
            V w = S.Splat(Weights[t]);
            a = S.Fma(S.Load(at), w, a);
            b = S.Fma(S.Load(at + second), w, b);
        }

        Store<S, V>(to, second, a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<S, V>(float* to, nint second, V a, V b)
        where S : struct, ISimd<V>
        where V : struct
    {
        V lowest = S.Splat(Low);
        V highest = S.Splat(High);
        S.Store(to, S.Min(highest, S.Max(lowest, a)));
        S.Store(to + second, S.Min(highest, S.Max(lowest, b)));
    }
}
