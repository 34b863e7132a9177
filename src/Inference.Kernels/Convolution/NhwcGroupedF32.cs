using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution;

/// <summary>
/// Grouped convolution of [N,H,W,C] images whose groups, as many channels out as in, are fractions of a vector: one vector of inputs feeds one vector of outputs, and
/// for each input channel of a group its lane is spread over the group's lanes. A product for each group would leave most lanes empty.
/// </summary>
internal static unsafe class NhwcGroupedF32
{
    internal static readonly RowKernel Kernel = RowKernel.OfVectors<Body>("grouped_f32_nhwc");

    public static bool Suits(in ConvolutionGeometry g, GemmF32Kernel kernel) =>
        g.Groups > 1 && g.GroupInChannels == g.GroupOutChannels && g.GroupOutChannels > 1 && g.GroupOutChannels < kernel.Lanes && kernel.Lanes % g.GroupOutChannels == 0
        && Kernel.OfLanes(kernel.Lanes) != null;

    /// <summary>[vector of outputs][tap][input channel of a group][lane], zeros beyond the last channel.</summary>
    public static NativeBuffer PackWeights(in ConvolutionGeometry g, GemmF32Kernel kernel, float* w)
    {
        int width = g.GroupInChannels;
        int vectors = (g.OutChannels + kernel.Lanes - 1) / kernel.Lanes;
        var buffer = new NativeBuffer((nint)vectors * g.Taps * width * kernel.Lanes * sizeof(float));
        float* to = (float*)buffer.Pointer;
        for (int v = 0; v < vectors; v++)
        {
            for (int tap = 0; tap < g.Taps; tap++)
            {
                for (int c = 0; c < width; c++)
                {
                    for (int o = v * kernel.Lanes; o < (v + 1) * kernel.Lanes; o++)
                    {
                        *to++ = o < g.OutChannels ? w[((((nint)o * width) + c) * g.Taps) + tap] : 0;
                    }
                }
            }
        }

        return buffer;
    }

    public static void Run(ref ConvolutionJob job, GemmF32Kernel kernel, int maxThreads)
    {
        nint pixels = (nint)job.Batch * job.OutPixels;
        nint size = job.IsParallel(maxThreads) ? nint.Max(TileLimits.RowBlock, pixels / (WorkerPool.BlocksPerThread * maxThreads) / TileLimits.RowBlock * TileLimits.RowBlock) : pixels;
        job.BlockSize = checked((int)size);
        job.BlocksA = kernel.Lanes;
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run((int)((pixels + size - 1) / size), &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        nint first = (nint)block * job.BlockSize;
        nint end = nint.Min((nint)job.Batch * job.OutPixels, first + job.BlockSize);
        Kernel.OfLanes(job.BlocksA)(state, first, end);
    }

    private readonly struct Body : IRowBody
    {
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct => RunPixels<S, V>(in *(ConvolutionJob*)state, first, end);
    }

    private static void RunPixels<TSimd, TVector>(in ConvolutionJob job, nint first, nint end)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int lanes = TSimd.Lanes;
        int width = g.GroupInChannels;
        KernelAssert.AtMost(width, TileLimits.Lanes);
        KernelAssert.AtMost(lanes, TileLimits.Lanes);
        int* spread = stackalloc int[TileLimits.Lanes * TileLimits.Lanes];
        for (int c = 0; c < width; c++)
        {
            for (int i = 0; i < lanes; i++)
            {
                spread[(c * lanes) + i] = (i / width * width) + c;
            }
        }

        using var table = new AlignedScratch<nint>(g.Taps * TileLimits.RowBlock);
        float** rows = (float**)table.Pointer;
        Activation activation = job.Epilogue.Activation;
        var window = new Window { Taps = g.Taps, Width = width, Spread = spread, Stride = g.OutChannels, HasBias = job.Epilogue.Bias != null };
        window.Clip = activation.IsClip(out window.Low, out window.High);
        for (nint m = first; m < end; m += TileLimits.RowBlock)
        {
            int count = (int)nint.Min(TileLimits.RowBlock, end - m);
            PixelTable.Fill(in job, 0, m, count, TileLimits.RowBlock, rows);
            window.Weights = job.Weights;
            for (int channel = 0; channel < g.OutChannels; channel += lanes)
            {
                window.Part = Math.Min(lanes, g.OutChannels - channel);
                window.Channel = channel;
                window.Bias = job.Epilogue.Bias + channel;
                window.Y = job.Y + (m * g.OutChannels) + channel;
                window.Residual = job.Epilogue.Residual == null ? null : job.Epilogue.Residual + (m * g.OutChannels) + channel;
                window.Run<TSimd, TVector>(rows, count);
                window.Weights += (nint)g.Taps * width * lanes;
            }

            if (!window.Clip)
            {
                float* y = job.Y + (m * g.OutChannels);
                Activations.Apply(in activation, y, y, (nint)count * g.OutChannels);
            }
        }
    }

    /// <summary>One vector of output channels for a block of pixels.</summary>
    private struct Window
    {
        public int Taps;
        public int Width;
        public int Channel;
        public int Part;
        public int Stride;
        public int* Spread;
        public float* Weights;
        public float* Bias;
        public bool HasBias;
        public float* Residual;
        public float* Y;
        public bool Clip;
        public float Low;
        public float High;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(float** rows, int count)
            where TSimd : ISimd<TVector>
            where TVector : struct
        {
            int lanes = TSimd.Lanes;
            TVector bias = !HasBias ? TSimd.Splat(0) : Part == lanes ? TSimd.Load(Bias) : TSimd.LoadPart(Bias, Part, 0);
            int i = 0;
            for (; i + 6 <= count; i += 6)
            {
                TVector a = bias, b = bias, c = bias, d = bias, e = bias, f = bias;
                float* w = Weights;
                float** at = rows + i;
                for (int tap = 0; tap < Taps; tap++, at += TileLimits.RowBlock)
                {
                    TVector p = Read<TSimd, TVector>(at[0]), q = Read<TSimd, TVector>(at[1]), r = Read<TSimd, TVector>(at[2]);
                    TVector s = Read<TSimd, TVector>(at[3]), t = Read<TSimd, TVector>(at[4]), u = Read<TSimd, TVector>(at[5]);
                    int* spread = Spread;
                    for (int k = 0; k < Width; k++, w += lanes, spread += lanes)
                    {
                        TVector weights = TSimd.Load(w);
                        a = TSimd.Fma(TSimd.Pick(p, spread), weights, a);
                        b = TSimd.Fma(TSimd.Pick(q, spread), weights, b);
                        c = TSimd.Fma(TSimd.Pick(r, spread), weights, c);
                        d = TSimd.Fma(TSimd.Pick(s, spread), weights, d);
                        e = TSimd.Fma(TSimd.Pick(t, spread), weights, e);
                        f = TSimd.Fma(TSimd.Pick(u, spread), weights, f);
                    }
                }

                Write<TSimd, TVector>(i, a);
                Write<TSimd, TVector>(i + 1, b);
                Write<TSimd, TVector>(i + 2, c);
                Write<TSimd, TVector>(i + 3, d);
                Write<TSimd, TVector>(i + 4, e);
                Write<TSimd, TVector>(i + 5, f);
            }

            for (; i < count; i++)
            {
                TVector a = bias;
                float* w = Weights;
                float** at = rows + i;
                for (int tap = 0; tap < Taps; tap++, at += TileLimits.RowBlock)
                {
                    TVector p = Read<TSimd, TVector>(*at);
                    int* spread = Spread;
                    for (int k = 0; k < Width; k++, w += lanes, spread += lanes)
                    {
                        a = TSimd.Fma(TSimd.Pick(p, spread), TSimd.Load(w), a);
                    }
                }

                Write<TSimd, TVector>(i, a);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TVector Read<TSimd, TVector>(float* pixel)
            where TSimd : ISimd<TVector>
            where TVector : struct => Part == TSimd.Lanes ? TSimd.Load(pixel + Channel) : TSimd.LoadPart(pixel + Channel, Part, 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Write<TSimd, TVector>(int pixel, TVector sum)
            where TSimd : ISimd<TVector>
            where TVector : struct
        {
            nint offset = (nint)pixel * Stride;
            bool whole = Part == TSimd.Lanes;
            if (Residual != null)
            {
                sum = TSimd.Add(sum, whole ? TSimd.Load(Residual + offset) : TSimd.LoadPart(Residual + offset, Part, 0));
            }

            if (Clip)
            {
                sum = TSimd.Min(TSimd.Splat(High), TSimd.Max(TSimd.Splat(Low), sum));
            }

            if (whole)
            {
                TSimd.Store(Y + offset, sum);
            }
            else
            {
                TSimd.StorePart(Y + offset, sum, Part);
            }
        }
    }
}
