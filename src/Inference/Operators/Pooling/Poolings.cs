using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Pooling;

/// <summary>The folds of the pooling operators.</summary>
internal static class Poolings
{
    /// <summary>The largest element.</summary>
    internal readonly struct Max : IPooling
    {
        public C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> =>
            typeof(C) == typeof(float) || typeof(C) == typeof(double) ? C.CreateTruncating(double.NegativeInfinity) : C.MinValue;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => x > accumulator || C.IsNaN(x) ? x : accumulator;

        public C Finish<C>(C accumulator, long inside, long padded)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator;
    }

    /// <summary>The mean over the elements inside the input, or with the pads counted as zeros.</summary>
    internal readonly struct Average(bool countPads) : IPooling
    {
        public C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        public C Finish<C>(C accumulator, long inside, long padded)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator / C.CreateTruncating(Math.Max(1, countPads ? padded : inside));
    }

    /// <summary>The sum over as many elements as the kernel has, whether the window ends beyond the pads or not.</summary>
    internal readonly struct AverageOfKernel(long count) : IPooling
    {
        public C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        public C Finish<C>(C accumulator, long inside, long padded)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator / C.CreateTruncating(count);
    }

    /// <summary>(Σ|x|^p)^(1/p)</summary>
    internal readonly struct Lp(double p) : IPooling
    {
        // Products of a few cycles each take less than one power up to here.
        private const double MostProducts = 8;

        /// <summary>The order of the norm.</summary>
        public double P => p;

        public C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> =>
            accumulator + (p == 2 ? x * x : p == 1 ? C.Abs(x) : C.CreateTruncating(Power(Math.Abs(double.CreateTruncating(x)), p)));

        public C Finish<C>(C accumulator, long inside, long padded)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.CreateTruncating(Math.Pow(double.CreateTruncating(accumulator), 1 / p));

        // Orders are whole numbers and mostly small.
        private static double Power(double x, double p)
        {
            if (p is < 1 or > MostProducts || p != Math.Floor(p))
            {
                return Math.Pow(x, p);
            }

            double power = x;
            for (int i = 1; i < (int)p; i++)
            {
                power *= x;
            }

            return power;
        }
    }
}
