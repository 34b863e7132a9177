using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = f(a, b) over a broadcast: runs of equal, of one scalar, or of strided operands.</summary>
internal static unsafe class BinaryLoop
{
    public static void Run<TFunction, E, T, C>(TFunction f, T* a, T* b, T* y, ref StridedLoop loop)
        where TFunction : struct, IBinaryFunction<TFunction>
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
    {
        long strideA = loop.InnerStride(0);
        long strideB = loop.InnerStride(1);
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            long inner = loop.Inner;
            T* pa = a + loop.Offset(0);
            T* pb = b + loop.Offset(1);
            Inner<TFunction, E, T, C>(f, pa, strideA, pb, strideB, y, inner);
            y += inner;
            loop.Next();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Inner<TFunction, E, T, C>(TFunction f, T* a, long strideA, T* b, long strideB, T* y, long count)
        where TFunction : struct, IBinaryFunction<TFunction>
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
    {
        long i = 0;
        if (typeof(T) == typeof(C) && TFunction.HasVector<C>() && count >= Vector<C>.Count)
        {
            C* ca = (C*)a;
            C* cb = (C*)b;
            C* cy = (C*)y;
            long last = count - Vector<C>.Count;
            if (strideA == 1 && strideB == 1)
            {
                for (; i <= last; i += Vector<C>.Count)
                {
                    TFunction.Vector(Vector.Load(ca + i), Vector.Load(cb + i)).Store(cy + i);
                }
            }
            else if (strideA == 1)
            {
                var scalar = new Vector<C>(*cb);
                for (; i <= last; i += Vector<C>.Count)
                {
                    TFunction.Vector(Vector.Load(ca + i), scalar).Store(cy + i);
                }
            }
            else if (strideB == 1)
            {
                var scalar = new Vector<C>(*ca);
                for (; i <= last; i += Vector<C>.Count)
                {
                    TFunction.Vector(scalar, Vector.Load(cb + i)).Store(cy + i);
                }
            }
        }

        for (; i < count; i++)
        {
            y[i] = E.Store(f.Apply(E.Load(a[i * strideA]), E.Load(b[i * strideB])));
        }
    }
}
