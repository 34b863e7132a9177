using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Transposition;

/// <summary>y[i] = x[2·i] of elements of four bytes.</summary>
internal readonly unsafe struct EverySecond : IRowBody
{
    internal static readonly RowKernel Kernel = RowKernel.Of<EverySecond>("every_second_b32");

    /// <summary>Writes <paramref name="count"/> elements, 1 or more; of x no element behind the last one picked is read.</summary>
    public static void Run(float* x, float* y, nint count)
    {
        KernelAssert.Run(x, (2 * count) - 1);
        KernelAssert.Run(y, count);
        var job = new Job { X = x, Y = y };
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            Kernel.Best(&job, i, stop);
            i = stop;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        uint* x = (uint*)((Job*)state)->X;
        uint* y = (uint*)((Job*)state)->Y;
        nint i = first;
        // Vectors read one element behind the last they pick, so the last elements are left.
        for (; S.Lanes > 1 && i + S.Lanes < end; i += S.Lanes)
        {
            float* from = (float*)x + (2 * i);
            S.Store((float*)y + i, S.Evens(S.Load(from), S.Load(from + S.Lanes)));
        }

        for (; i < end; i++)
        {
            y[i] = x[2 * i];
        }
    }

    private struct Job
    {
        public float* X;
        public float* Y;
    }
}
