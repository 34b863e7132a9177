using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Normalization;

/// <summary>
/// Softmax and log-softmax along a middle axis, neighbouring columns a lane each: with e_k = e^(x_k − max x), y_k = e_k / Σ e, or y_k = x_k − max x − ln Σ e.
/// Error of softmax: (length + 6 + max x − x_k) · 2^−24 relative for elements above e^−87; smaller ones give 0. Thread-safe.
/// Source: ONNX Softmax and LogSoftmax, opset 13.
/// </summary>
internal static unsafe class SoftmaxColumns
{
    internal static readonly RowKernel Kernel = RowKernel.Of<Body>("softmax_f32_columns");

    // Columns of a row of the job: whole cache lines, few enough that their exponentials stay in the second-level cache for hundreds of elements.
    private const int TileColumns = 64;

    // Elements of a column between two looks at the clock, and exponentials of a vector in units of WorkCounter.
    private const nint PartLength = 1 << 12;
    private const int ExpWork = 8;

    /// <summary>y[o, ·, i] = softmax(x[o, ·, i]).</summary>
    /// <param name="x">[outer, length, inner].</param>
    /// <param name="y">[outer, length, inner]; may be <paramref name="x"/>.</param>
    /// <param name="outer">Size of the axes before.</param>
    /// <param name="length">Size of the axis, 1 or more.</param>
    /// <param name="inner">Size of the axes after.</param>
    /// <param name="logarithm">Whether to compute log-softmax.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Run(float* x, float* y, nint outer, nint length, nint inner, bool logarithm = false, int maxThreads = 1)
    {
        KernelAssert.Run(x, outer * length * inner);
        KernelAssert.Run(y, outer * length * inner);
        KernelAssert.SameOrApart(x, y, outer * length * inner);
        var job = new Job { X = x, Y = y, Length = length, Inner = inner, Tiles = (inner + TileColumns - 1) / TileColumns, Logarithm = logarithm };
        Kernel.Run(&job, outer * job.Tiles, 8L * outer * length * inner, maxThreads);
    }

    internal struct Job
    {
        public float* X;
        public float* Y;
        public nint Length;
        public nint Inner;
        public nint Tiles;
        public bool Logarithm;
    }

    private readonly struct Body : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            var work = default(WorkCounter);
            for (nint row = first; row < end; row++)
            {
                (nint outer, nint tile) = Math.DivRem(row, job.Tiles);
                nint column = tile * TileColumns;
                nint stop = nint.Min(job.Inner, column + TileColumns);
                nint offset = outer * job.Length * job.Inner;
                for (; column < stop; column += S.Lanes)
                {
                    Columns<S, V>(in job, offset + column, (int)nint.Min(S.Lanes, stop - column), ref work);
                }
            }
        }

        private static void Columns<S, V>(in Job job, nint offset, int count, ref WorkCounter work)
            where S : struct, ISimd<V>
            where V : struct
        {
            float* x = job.X + offset;
            float* y = job.Y + offset;
            V max = S.Splat(float.NegativeInfinity);
            for (nint k = 0; k < job.Length; k += PartLength)
            {
                nint part = nint.Min(PartLength, job.Length - k);
                work.Add(part);
                max = Largest<S, V>(max, x + (k * job.Inner), part, job.Inner, count);
            }

            V sum = S.Splat(0f);
            for (nint k = 0; k < job.Length; k += PartLength)
            {
                nint part = nint.Min(PartLength, job.Length - k);
                work.Add(ExpWork * part);
                sum = Exponentials<S, V>(sum, max, x + (k * job.Inner), y + (k * job.Inner), part, job.Inner, count, job.Logarithm);
            }

            V scale = job.Logarithm ? SimdMath.Log<S, V>(sum) : S.Div(S.Splat(1f), sum);
            for (nint k = 0; k < job.Length; k += PartLength)
            {
                nint part = nint.Min(PartLength, job.Length - k);
                work.Add(part);
                Scale<S, V>(scale, max, x + (k * job.Inner), y + (k * job.Inner), part, job.Inner, count, job.Logarithm);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static V Largest<S, V>(V max, float* x, nint length, nint stride, int count)
            where S : struct, ISimd<V>
            where V : struct
        {
            for (; length > 0; length--, x += stride)
            {
                max = S.Max(max, Load<S, V>(x, count));
            }

            return max;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static V Exponentials<S, V>(V sum, V max, float* x, float* y, nint length, nint stride, int count, bool logarithm)
            where S : struct, ISimd<V>
            where V : struct
        {
            for (; length > 0; length--, x += stride, y += stride)
            {
                V e = SimdMath.ExpNonPositive<S, V>(S.Sub(Load<S, V>(x, count), max));
                sum = S.Add(sum, e);
                if (!logarithm)
                {
                    Store<S, V>(y, e, count);
                }
            }

            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Scale<S, V>(V scale, V max, float* x, float* y, nint length, nint stride, int count, bool logarithm)
            where S : struct, ISimd<V>
            where V : struct
        {
            for (; length > 0; length--, x += stride, y += stride)
            {
                V value = logarithm ? S.Sub(S.Sub(Load<S, V>(x, count), max), scale) : S.Mul(Load<S, V>(y, count), scale);
                Store<S, V>(y, value, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Load<S, V>(float* from, int count)
            where S : struct, ISimd<V>
            where V : struct => count == S.Lanes ? S.Load(from) : S.LoadPart(from, count, 0f);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store<S, V>(float* to, V x, int count)
            where S : struct, ISimd<V>
            where V : struct
        {
            if (count == S.Lanes)
            {
                S.Store(to, x);
            }
            else
            {
                S.StorePart(to, x, count);
            }
        }
    }
}
