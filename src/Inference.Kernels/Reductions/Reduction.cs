using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Reductions;

/// <summary>
/// Reductions of f32 along the last or a middle axis. Sums run over vector lanes (and in the order of the axis for a middle
/// axis), in f32: the error is at most that of the naive sum. NaN in a maximum or minimum gives an unspecified operand. Thread-safe.
/// </summary>
internal static unsafe class Reduction
{
    // A vector of a row that lies far from the row before.
    private const long RowWork = 10;

    internal static readonly RowKernel LastKernel = RowKernel.Of<LastBody>("reduce_f32_last");
    internal static readonly RowKernel MiddleKernel = RowKernel.Of<MiddleBody>("reduce_f32_middle");

    /// <summary>y[r] = reduction of x[r, 0 … columns − 1].</summary>
    /// <param name="kind">The reduction.</param>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns; with 0 a sum is 0 and the others are not defined.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void RunLast(ReductionKind kind, float* x, float* y, nint rows, nint columns, int maxThreads = 1)
    {
        KernelAssert.Matrix(x, rows, columns, columns);
        KernelAssert.Run(y, rows);
        var job = new Job { Kind = kind, X = x, Y = y, Length = columns };
        LastKernel.Run(&job, rows, (long)rows * columns, maxThreads);
    }

    /// <summary>y[o,i] = reduction of x[o, 0 … length − 1, i].</summary>
    /// <param name="kind">The reduction.</param>
    /// <param name="x">[outer, length, inner].</param>
    /// <param name="y">[outer, inner]; must not overlap <paramref name="x"/>.</param>
    /// <param name="outer">Size of the axes before.</param>
    /// <param name="length">Size of the reduced axis, 1 or more.</param>
    /// <param name="inner">Size of the axes after.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void RunMiddle(ReductionKind kind, float* x, float* y, nint outer, nint length, nint inner, int maxThreads = 1)
    {
        KernelAssert.Run(x, outer * length * inner);
        KernelAssert.Run(y, outer * inner);
        KernelAssert.Apart(x, outer * length * inner * sizeof(float), y, outer * inner * sizeof(float));
        if (inner == 1)
        {
            RunLast(kind, x, y, outer, length, maxThreads);
            return;
        }

        var job = new Job { Kind = kind, X = x, Y = y, Length = length, Inner = inner };
        MiddleKernel.Run(&job, outer, (long)outer * length * inner, maxThreads);
    }

    internal struct Job
    {
        public ReductionKind Kind;
        public float* X;
        public float* Y;
        public nint Length;
        public nint Inner;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Fold<S, V>(ReductionKind kind, V sum, V x)
        where S : struct, ISimd<V>
        where V : struct => kind switch
        {
            ReductionKind.Max => S.Max(sum, x),
            ReductionKind.Min => S.Min(sum, x),
            ReductionKind.SumSquares => S.Fma(x, x, sum),
            ReductionKind.SumAbsolutes => S.Add(sum, S.Abs(x)),
            _ => S.Add(sum, x),
        };

    private static float Start(ReductionKind kind) => kind switch
    {
        ReductionKind.Max => float.NegativeInfinity,
        ReductionKind.Min => float.PositiveInfinity,
        _ => 0f,
    };

    private readonly struct LastBody : IRowBody
    {
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            if (((Job*)state)->Length > LongLoop.Part)
            {
                Rows<S, V, Watched>((Job*)state, first, end);
            }
            else
            {
                Rows<S, V, Unwatched>((Job*)state, first, end);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Rows<S, V, TWatch>(Job* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
            where TWatch : struct, IWatch
        {
            ref readonly Job job = ref *state;
            nint n = job.Length;
            for (nint r = first; r < end; r++)
            {
                float* x = job.X + (r * n);
                V a = S.Splat(Start(job.Kind));
                V b = a;
                nint i = 0;
                for (; i <= n - (2 * S.Lanes); i += 2 * S.Lanes)
                {
                    TWatch.At(i);
                    a = Fold<S, V>(job.Kind, a, S.Load(x + i));
                    b = Fold<S, V>(job.Kind, b, S.Load(x + i + S.Lanes));
                }

                float y = job.Kind switch
                {
                    ReductionKind.Max => S.MaxAcross(S.Max(a, b)),
                    ReductionKind.Min => S.MinAcross(S.Min(a, b)),
                    _ => S.Sum(S.Add(a, b)),
                };
                for (; i < n; i++)
                {
                    y = Fold<Simd1, float>(job.Kind, y, x[i]);
                }

                job.Y[r] = job.Kind == ReductionKind.Mean ? y / n : y;
            }
        }
    }

    private readonly struct MiddleBody : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            for (nint o = first; o < end; o++)
            {
                float* x = job.X + (o * job.Length * job.Inner);
                float* y = job.Y + (o * job.Inner);
                nint i = 0;
                var work = default(WorkCounter);
                for (; i <= job.Inner - S.Lanes; i += S.Lanes)
                {
                    work.Add(RowWork * job.Length);
                    S.Store(y + i, Column<S, V>(in job, x + i));
                }

                for (; i < job.Inner; i++)
                {
                    y[i] = Column<Simd1, float>(in job, x + i);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Column<S, V>(in Job job, float* x)
            where S : struct, ISimd<V>
            where V : struct
        {
            V sum = S.Splat(Start(job.Kind));
            for (nint k = 0; k < job.Length; k++, x += job.Inner)
            {
                sum = Fold<S, V>(job.Kind, sum, S.Load(x));
            }

            return job.Kind == ReductionKind.Mean ? S.Div(sum, S.Splat(job.Length)) : sum;
        }
    }
}
