using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution;

/// <summary>
/// Convolution to [N,H,W,O] of images of one to three channels, as a model's first mostly is: all weights of a vector of output channels stay in
/// registers while pixels pass by, each value of a window broadcast from its row. The window has KH runs of KW·C values, fixed by the body.
/// </summary>
internal static unsafe class FewChannelsF32
{
    internal static readonly RowKernel Kernel3x3 = RowKernel.Of<Body<Runs3x3>>("conv_f32_few_channels_3x3");
    internal static readonly RowKernel Kernel5x5 = RowKernel.Of<Body<Runs5x5>>("conv_f32_few_channels_5x5");
    internal static readonly RowKernel Kernel3x9 = RowKernel.Of<Body<Runs3x9>>("conv_f32_few_channels_3x9");

    // Each vector of output channels passes over the pixels once; with many, tiles that share a value between vectors win:
    // benchmarks/results/thresholds.md.
    internal const int MaxOutChannels = 16;

    // Of the bodies below.
    private const int MaxKernelHeight = 5;

    /// <summary>Whether there is a body for the window.</summary>
    public static bool Suits(in ConvolutionGeometry g) =>
        WindowRows.Suits(in g) && g.OutChannels <= MaxOutChannels && g.OutChannels % 4 == 0
        && (g.KernelHeight, g.KernelWidth * g.InChannels) is (3, 3) or (5, 5) or (3, 9);

    /// <summary>Output pixels m0 to m1 − 1, channels first to end − 1; no residual, and an activation that is a clip or none.</summary>
    public static void Run(in ConvolutionJob job, GemmF32Kernel kernel, nint m0, nint m1, int first, int end)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        var source = new WindowRows(in job, 1);
        using var held = new AlignedScratch<nint>(source.Slots);
        using var copies = new AlignedScratch<float>(source.CopyLength);
        source.Start(copies.Pointer, held.Pointer);
        Pixels pixels = default;
        pixels.Step = (nint)g.StrideWidth * g.InChannels;
        pixels.PitchY = g.OutChannels;
        job.Epilogue.Activation.IsClip(out pixels.Low, out pixels.High);
        KernelAssert.AtMost(g.KernelHeight, MaxKernelHeight);
        float** rows = stackalloc float*[MaxKernelHeight];
        for (nint m = m0; m < m1; m += pixels.Count)
        {
            nint row = m / job.OutWidth;
            int ox = (int)(m % job.OutWidth);
            int iy = ((int)(row % job.OutHeight) * g.StrideHeight) - g.PadTop;
            pixels.Count = nint.Min(job.OutWidth - ox, m1 - m);
            for (int ky = 0; ky < g.KernelHeight; ky++, iy += g.DilationHeight)
            {
                rows[ky] = source.At(row / job.OutHeight, iy) + (ox * pixels.Step);
            }

            pixels.Row0 = rows[0];
            pixels.Row1 = rows[1];
            pixels.Row2 = rows[2];
            pixels.Row3 = rows[3];
            pixels.Row4 = rows[4];
            switch ((g.KernelHeight, g.KernelWidth * g.InChannels))
            {
                case (3, 3):
                    Channels<Runs3x3>(Kernel3x3, in job, kernel, ref pixels, m, first, end);
                    break;
                case (5, 5):
                    Channels<Runs5x5>(Kernel5x5, in job, kernel, ref pixels, m, first, end);
                    break;
                default:
                    Channels<Runs3x9>(Kernel3x9, in job, kernel, ref pixels, m, first, end);
                    break;
            }
        }
    }

    private static void Channels<R>(RowKernel widths, in ConvolutionJob job, GemmF32Kernel kernel, ref Pixels pixels, nint m, int first, int end)
        where R : struct, IRuns
    {
        // The weights lie in the panels of the matrix product; vectors never cross them, as both are powers of two.
        int panel = kernel.PanelColumns;
        for (int o = first; o < end;)
        {
            int left = end - o;
            int start = o / panel * panel;
            pixels.WeightStride = (Math.Min(panel, job.Geometry.OutChannels - start) + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
            pixels.Weights = job.Weights + ((nint)start * R.Height * R.Length) + (o - start);
            pixels.Bias = job.Epilogue.Bias == null ? null : job.Epilogue.Bias + o;
            pixels.Y = job.Y + (m * pixels.PitchY) + o;
            ref readonly RowKernel.Variant variant = ref widths.Fitting(kernel.Tier, left);
            fixed (Pixels* one = &pixels)
            {
                variant.Body(one, 0, pixels.Count);
            }

            o += variant.Lanes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<R, S, V>(in Pixels pixels)
        where R : struct, IRuns
        where S : struct, ISimd<V>
        where V : struct
    {
        nint stride = pixels.WeightStride;
        float* w = pixels.Weights;
        V w0 = S.Load(w);
        V w1 = S.Load(w + stride);
        V w2 = S.Load(w + (2 * stride));
        V w3 = S.Load(w + (3 * stride));
        V w4 = S.Load(w + (4 * stride));
        V w5 = S.Load(w + (5 * stride));
        V w6 = S.Load(w + (6 * stride));
        V w7 = S.Load(w + (7 * stride));
        V w8 = S.Load(w + (8 * stride));
        V w9 = Weight<R, S, V>(w, stride, 9);
        V w10 = Weight<R, S, V>(w, stride, 10);
        V w11 = Weight<R, S, V>(w, stride, 11);
        V w12 = Weight<R, S, V>(w, stride, 12);
        V w13 = Weight<R, S, V>(w, stride, 13);
        V w14 = Weight<R, S, V>(w, stride, 14);
        V w15 = Weight<R, S, V>(w, stride, 15);
        V w16 = Weight<R, S, V>(w, stride, 16);
        V w17 = Weight<R, S, V>(w, stride, 17);
        V w18 = Weight<R, S, V>(w, stride, 18);
        V w19 = Weight<R, S, V>(w, stride, 19);
        V w20 = Weight<R, S, V>(w, stride, 20);
        V w21 = Weight<R, S, V>(w, stride, 21);
        V w22 = Weight<R, S, V>(w, stride, 22);
        V w23 = Weight<R, S, V>(w, stride, 23);
        V w24 = Weight<R, S, V>(w, stride, 24);
        V w25 = Weight<R, S, V>(w, stride, 25);
        V w26 = Weight<R, S, V>(w, stride, 26);
        V bias = pixels.Bias == null ? S.Splat(0f) : S.Load(pixels.Bias);
        V low = S.Splat(pixels.Low);
        V high = S.Splat(pixels.High);
        float* r0 = pixels.Row0;
        float* r1 = pixels.Row1;
        float* r2 = pixels.Row2;
        float* r3 = pixels.Row3;
        float* r4 = pixels.Row4;
        float* y = pixels.Y;
        nint step = pixels.Step;
        nint pitch = pixels.PitchY;
        for (nint count = pixels.Count; count > 0; count--)
        {
            V sum = S.Fma(w0, S.Splat(r0[0]), bias);
            sum = Step<R, S, V>(1, w1, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(2, w2, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(3, w3, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(4, w4, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(5, w5, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(6, w6, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(7, w7, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(8, w8, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(9, w9, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(10, w10, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(11, w11, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(12, w12, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(13, w13, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(14, w14, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(15, w15, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(16, w16, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(17, w17, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(18, w18, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(19, w19, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(20, w20, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(21, w21, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(22, w22, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(23, w23, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(24, w24, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(25, w25, r0, r1, r2, r3, r4, sum);
            sum = Step<R, S, V>(26, w26, r0, r1, r2, r3, r4, sum);
            S.Store(y, S.Min(high, S.Max(low, sum)));
            r0 += step;
            r1 += step;
            r2 += step;
            if (R.Height > 3)
            {
                r3 += step;
                r4 += step;
            }

            y += pitch;
        }
    }

    // The window's size is a constant of the body, so these choices are made by the compiler.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Weight<R, S, V>(float* w, nint stride, int k)
        where R : struct, IRuns
        where S : struct, ISimd<V>
        where V : struct => k < R.Height * R.Length ? S.Load(w + (k * stride)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Step<R, S, V>(int k, V weight, float* r0, float* r1, float* r2, float* r3, float* r4, V sum)
        where R : struct, IRuns
        where S : struct, ISimd<V>
        where V : struct
    {
        if (k >= R.Height * R.Length)
        {
            return sum;
        }

        if (k < R.Length)
        {
            return S.Fma(weight, S.Splat(r0[k]), sum);
        }

        if (k < 2 * R.Length)
        {
            return S.Fma(weight, S.Splat(r1[k - R.Length]), sum);
        }

        if (k < 3 * R.Length)
        {
            return S.Fma(weight, S.Splat(r2[k - (2 * R.Length)]), sum);
        }

        return k < 4 * R.Length ? S.Fma(weight, S.Splat(r3[k - (3 * R.Length)]), sum) : S.Fma(weight, S.Splat(r4[k - (4 * R.Length)]), sum);
    }

    private readonly struct Body<R> : IRowBody
        where R : struct, IRuns
    {
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct => FewChannelsF32.Run<R, S, V>(in *(Pixels*)state);
    }

    /// <summary>A window of Height runs of Length values, 9 to 27 in all, Height 3 or 5.</summary>
    private interface IRuns
    {
        static abstract int Height { get; }

        static abstract int Length { get; }
    }

    private readonly struct Runs3x3 : IRuns
    {
        public static int Height => 3;

        public static int Length => 3;
    }

    private readonly struct Runs5x5 : IRuns
    {
        public static int Height => 5;

        public static int Length => 5;
    }

    private readonly struct Runs3x9 : IRuns
    {
        public static int Height => 3;

        public static int Length => 9;
    }

    /// <summary>Pixels of one output row and one vector of output channels.</summary>
    private struct Pixels
    {
        public float* Row0;
        public float* Row1;
        public float* Row2;
        public float* Row3;
        public float* Row4;

        /// <summary>Elements between the windows of neighbouring pixels.</summary>
        public nint Step;
        public nint Count;
        public float* Weights;
        public nint WeightStride;
        public float* Bias;
        public float* Y;
        public nint PitchY;
        public float Low;
        public float High;
    }
}
