using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Threading;

namespace Inference.Operators.Reduction;

/// <summary>The folds of the Reduce operators.</summary>
internal static unsafe class Reducers
{
    private const int DividedAtOnce = 1 << 16;
    private const int LoggedAtOnce = 256;

    /// <summary>Σx</summary>
    internal readonly struct Sum : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => accumulator + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => a + b;

        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C>
        {
        }
    }

    /// <summary>Σx / n; integers towards zero.</summary>
    internal readonly struct Mean : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => accumulator + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => a + b;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C> => Divide(cells, count, size);

        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;
    }

    /// <summary>Σx²</summary>
    internal readonly struct SumSquare : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + (x * x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => accumulator + (x * x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => a + b;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C>
        {
        }
    }

    /// <summary>Σ|x|; of the smallest integer, which has no absolute value, the integer itself.</summary>
    internal readonly struct L1 : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + (x < C.Zero ? C.Zero - x : x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => accumulator + Vector.Abs(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => Vector.Abs(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => a + b;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C>
        {
        }
    }

    /// <summary>√Σx²</summary>
    internal readonly struct L2 : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + (x * x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => accumulator + (x * x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => a + b;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C> => Root(cells, count);
    }

    /// <summary>ln Σx</summary>
    internal readonly struct LogSum : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => accumulator + x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => a + b;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C> => Log(cells, count);

        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;
    }

    /// <summary>Πx</summary>
    internal readonly struct Prod : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.One;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => accumulator * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => a * b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a * b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => a * b;

        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C>
        {
        }
    }

    /// <summary>The largest; NaN where one is.</summary>
    internal readonly struct Max : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => Lowest<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Max(accumulator, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => Vector.Max(accumulator, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => C.Max(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => Vector.Max(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => Vector128.Max(a, b);

        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C>
        {
        }
    }

    /// <summary>The smallest; NaN where one is.</summary>
    internal readonly struct Min : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => Highest<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Min(accumulator, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
            where C : unmanaged, INumber<C> => Vector.Min(accumulator, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Merge<C>(C a, C b)
            where C : unmanaged, INumber<C> => C.Min(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => Vector.Min(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
            where C : unmanaged, INumber<C> => Vector128.Min(a, b);

        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;

        public static void Finish<C>(C* cells, nint count, long size)
            where C : unmanaged, INumber<C>
        {
        }
    }

    // The count of narrow integers may not fit their type.
    private static void Divide<C>(C* sums, nint count, long size)
        where C : unmanaged, INumber<C>
    {
        var work = default(WorkCounter);
        for (nint i = 0; i < count; i += DividedAtOnce)
        {
            nint end = nint.Min(count, i + DividedAtOnce);
            work.Add(end - i);
            if (typeof(C) == typeof(float) || typeof(C) == typeof(double))
            {
                var part = new Span<C>(sums + i, (int)(end - i));
                TensorPrimitives.Divide(part, C.CreateTruncating(size), part);
                continue;
            }

            for (nint k = i; k < end; k++)
            {
                sums[k] = size == 0 ? C.Zero
                    : typeof(C) == typeof(ulong) ? C.CreateTruncating(ulong.CreateTruncating(sums[k]) / (ulong)size)
                    : C.CreateTruncating(long.CreateTruncating(sums[k]) / size);
            }
        }
    }

    // The root of a single in double, rounded, is the root rounded once.
    private static void Root<C>(C* squares, nint count)
        where C : unmanaged, INumber<C>
    {
        var work = default(WorkCounter);
        nint i = 0;
        for (; (typeof(C) == typeof(float) || typeof(C) == typeof(double)) && i <= count - Vector<C>.Count; i += Vector<C>.Count)
        {
            work.Add(4);
            Vector.SquareRoot(Vector.Load(squares + i)).Store(squares + i);
        }

        for (; i < count; i++)
        {
            work.Add(2);
            squares[i] = C.CreateTruncating(Math.Sqrt(double.CreateTruncating(squares[i])));
        }
    }

    // In double, rounded once.
    private static void Log<C>(C* sums, nint count)
        where C : unmanaged, INumber<C>
    {
        Span<double> wide = stackalloc double[LoggedAtOnce];
        var work = default(WorkCounter);
        for (nint i = 0; i < count; i += LoggedAtOnce)
        {
            var part = new Span<C>(sums + i, (int)nint.Min(LoggedAtOnce, count - i));
            Span<double> logs = wide[..part.Length];
            work.Add(2 * part.Length);
            TensorPrimitives.ConvertTruncating<C, double>(part, logs);
            TensorPrimitives.Log(logs, logs);
            TensorPrimitives.ConvertSaturating<double, C>(logs, part);
        }
    }

    private static C Lowest<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C> =>
        typeof(C) == typeof(float) || typeof(C) == typeof(double) ? C.CreateTruncating(double.NegativeInfinity) : C.MinValue;

    private static C Highest<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C> =>
        typeof(C) == typeof(float) || typeof(C) == typeof(double) ? C.CreateTruncating(double.PositiveInfinity) : C.MaxValue;
}
