using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Convolution.Images;

/// <summary>Pixels side by side from planes: to[i·C + c] = from[c·plane + i].</summary>
internal static unsafe class PlaneInterleaving
{
    internal static readonly RowKernel Kernel = RowKernel.Of(
        "interleave_f32", [new(IsaTier.Avx512, Avx512F.IsSupported, &Wide, "3x16_avx512"), new(IsaTier.Scalar, true, &Scalar)]);

    /// <summary>Interleaves <paramref name="count"/> pixels.</summary>
    public static void Run(float* from, nint plane, int channels, int count, float* to)
    {
        if (channels == 1)
        {
            new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
            return;
        }

        var job = new Job { From = from, Plane = plane, Channels = channels, To = to };
        Kernel.Best(&job, 0, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scalar(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        for (int c = 0; c < job.Channels; c++)
        {
            float* from = job.From + (c * job.Plane);
            float* at = job.To + c + (first * job.Channels);
            for (nint i = first; i < end; i++, at += job.Channels)
            {
                *at = from[i];
            }
        }
    }

    private static void Wide(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        Scalar(state, job.Channels == 3 ? Three(job.From, job.Plane, (int)end, job.To) : 0, end);
    }

    // 16 pixels of three planes are three vectors. Lane l of vector v is value 16·v + l, that is plane (16·v + l) % 3 of pixel (16·v + l) / 3:
    // the first permutation places planes 0 and 1, the second (lanes of the first, or 16 + pixel of plane 2) plane 2 between them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Three(float* from, nint plane, int count, float* to)
    {
        Vector512<int> a0 = Vector512.Create(0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
        Vector512<int> b0 = Vector512.Create(0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
        Vector512<int> a1 = Vector512.Create(21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
        Vector512<int> b1 = Vector512.Create(0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
        Vector512<int> a2 = Vector512.Create(0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
        Vector512<int> b2 = Vector512.Create(26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
        int i = 0;
        // The next row of each plane is read soon after; three streams and their windows are more than the hardware foresees.
        float* next = from + count;
        for (; i <= count - 16; i += 16, to += 48)
        {
            Sse.Prefetch0(next + i);
            Sse.Prefetch0(next + plane + i);
            Sse.Prefetch0(next + (2 * plane) + i);
            Vector512<float> x = Vector512.Load(from + i);
            Vector512<float> y = Vector512.Load(from + plane + i);
            Vector512<float> z = Vector512.Load(from + (2 * plane) + i);
            Avx512F.PermuteVar16x32x2(Avx512F.PermuteVar16x32x2(x, a0, y), b0, z).Store(to);
            Avx512F.PermuteVar16x32x2(Avx512F.PermuteVar16x32x2(x, a1, y), b1, z).Store(to + 16);
            Avx512F.PermuteVar16x32x2(Avx512F.PermuteVar16x32x2(x, a2, y), b2, z).Store(to + 32);
        }

        return i;
    }

    private struct Job
    {
        public float* From;
        public nint Plane;
        public int Channels;
        public float* To;
    }
}
