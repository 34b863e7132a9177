using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Windows;

/// <summary>
/// Windows over one [H,W] plane for depthwise convolution and pooling. The plane is copied with its padding into scratch, cut
/// into one part for each phase of the horizontal stride, so that every kernel position reads neighbours.
/// </summary>
internal unsafe struct PlanarWindow
{
    // Multiply-adds of a row of results from which the clock is looked at within it: some 10 µs.
    private const long LongRow = 1 << 16;

    // Units of WorkCounter of a vector that a tap takes.
    private const int TapWork = 2;

    // Loads run over the end of a row by less than the widest vector.
    private const int Slack = 16;

    public int Height;
    public int Width;
    public int OutHeight;
    public int OutWidth;
    public int StrideHeight;
    public int StrideWidth;
    public int PadTop;
    public int PadLeft;
    public int Taps;
    public int KernelWidth;
    public int PaddedHeight;
    public int PaddedWidth;
    public float PadValue;

    // The plane at hand: a padded copy, what FillOffsets writes, a weight for each tap, and the result [OutHeight, OutWidth].
    public float* Scratch;
    public nint* Offsets;
    public float* Weights;
    public float Start;
    public float Low = float.NegativeInfinity;
    public float High = float.PositiveInfinity;
    public float* Y;

    public PlanarWindow(in ConvolutionGeometry g, int height, int width, int outHeight, int outWidth, float padValue)
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
        PadValue = padValue;
        PaddedHeight = ((outHeight - 1) * g.StrideHeight) + ((g.KernelHeight - 1) * g.DilationHeight) + 1;
        PaddedWidth = outWidth + ((g.KernelWidth - 1) * g.DilationWidth / g.StrideWidth) + Slack;
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

    /// <summary>Copies a plane into the scratch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Pad(float* plane)
    {
        float* scratch = Scratch;
        for (int phase = 0; phase < StrideWidth; phase++)
        {
            for (int r = 0; r < PaddedHeight; r++, scratch += PaddedWidth)
            {
                int iy = r - PadTop;
                int ix = phase - PadLeft;
                int i = 0;
                if ((uint)iy < (uint)Height)
                {
                    float* row = plane + ((nint)iy * Width);
                    for (; ix < 0 && i < PaddedWidth; ix += StrideWidth, i++)
                    {
                        scratch[i] = PadValue;
                    }

                    if (StrideWidth == 1)
                    {
                        int count = Math.Min(Width - ix, PaddedWidth - i);
                        for (; count >= 8; count -= 8, ix += 8, i += 8)
                        {
                            Vector256.Load(row + ix).Store(scratch + i);
                        }
                    }

                    for (; ix < Width && i < PaddedWidth; ix += StrideWidth, i++)
                    {
                        scratch[i] = row[ix];
                    }
                }

                for (; i < PaddedWidth; i++)
                {
                    scratch[i] = PadValue;
                }
            }
        }
    }

    /// <summary>Runs a kernel on the plane, with vectors that a row fills, or so many of them.</summary>
    public void Run(RowKernel kernel, IsaTier limit, int vectors = 1)
    {
        fixed (PlanarWindow* self = &this)
        {
            kernel.Fitting(limit, OutWidth / vectors).Body(self, 0, OutHeight);
        }
    }

    /// <summary>y[oy,ox] = clamp(Start ∘ fold over taps of scratch[offset + …] with weights, Low, High) for rows from <paramref name="firstRow"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Fold<TFold, S, V>(int firstRow)
        where TFold : struct, IWindowFold
        where S : struct, ISimd<V>
        where V : struct
    {
        nint step = (nint)StrideHeight * PaddedWidth;
        float* scratch = Scratch;
        nint* offsets = Offsets;
        float* weights = Weights;
        float* y = Y;
        float start = Start;
        V lowest = S.Splat(Low);
        V highest = S.Splat(High);

        // Work is counted once for each short row, and at each vector of long rows.
        bool isLong = (long)Taps * OutWidth > LongRow;
        var work = default(WorkCounter);
        int oy = firstRow;
        for (; oy + 4 <= OutHeight; oy += 4)
        {
            float* from = scratch + (oy * step);
            float* to = y + ((nint)oy * OutWidth);
            work.Add(isLong ? 0 : (long)Taps * OutWidth / S.Lanes * 4 * TapWork);
            for (int ox = 0; ox < OutWidth; ox += S.Lanes)
            {
                if (isLong)
                {
                    work.Add(4L * TapWork * Taps);
                }

                // The last vector overlaps the one before it; the width is at least one vector.
                ox = Math.Min(ox, OutWidth - S.Lanes);
                V a0 = S.Splat(start);
                V a1 = a0;
                V a2 = a0;
                V a3 = a0;
                for (int t = 0; t < Taps; t++)
                {
                    float* at = from + ox + offsets[t];
                    V w = S.Splat(weights[t]);
                    a0 = TFold.Fold<S, V>(a0, S.Load(at), w);
                    a1 = TFold.Fold<S, V>(a1, S.Load(at + step), w);
                    a2 = TFold.Fold<S, V>(a2, S.Load(at + (2 * step)), w);
                    a3 = TFold.Fold<S, V>(a3, S.Load(at + (3 * step)), w);
                }

                float* row = to + ox;
                S.Store(row, S.Min(highest, S.Max(lowest, a0)));
                S.Store(row + OutWidth, S.Min(highest, S.Max(lowest, a1)));
                S.Store(row + (2 * (nint)OutWidth), S.Min(highest, S.Max(lowest, a2)));
                S.Store(row + (3 * (nint)OutWidth), S.Min(highest, S.Max(lowest, a3)));
            }
        }

        for (; oy < OutHeight; oy++)
        {
            float* from = scratch + (oy * step);
            work.Add(isLong ? 0 : (long)Taps * OutWidth / S.Lanes * TapWork);
            for (int ox = 0; ox < OutWidth; ox += S.Lanes)
            {
                if (isLong)
                {
                    work.Add((long)TapWork * Taps);
                }

                ox = Math.Min(ox, OutWidth - S.Lanes);
                V a0 = S.Splat(start);
                for (int t = 0; t < Taps; t++)
                {
                    a0 = TFold.Fold<S, V>(a0, S.Load(from + ox + offsets[t]), S.Splat(weights[t]));
                }

                S.Store(y + ((nint)oy * OutWidth) + ox, S.Min(highest, S.Max(lowest, a0)));
            }
        }
    }
}
