using Inference.Kernels.Conversion;

namespace Inference.Operators.Typed;

/// <summary>Conversions by vectors, between bool, integers of 8 to 64 bits and floating point of 16 to 64.</summary>
internal static unsafe partial class ElementConverter
{
    // Elements on their way through f32, on the stack: 4 KB.
    private const int SingleBlock = 1024;

    private static bool TryVectors(ElementType from, byte* source, ElementType to, byte* target, long count)
    {
        nint n = (nint)count;
        switch (from)
        {
            case ElementType.Bool: return From((bool*)source, to, target, n);
            case ElementType.Int8: return From((sbyte*)source, to, target, n);
            case ElementType.UInt8: return From(source, to, target, n);
            case ElementType.Int16: return From((short*)source, to, target, n);
            case ElementType.UInt16: return From((ushort*)source, to, target, n);
            case ElementType.Int32: return From((int*)source, to, target, n);
            case ElementType.UInt32: return From((uint*)source, to, target, n);
            case ElementType.Int64: return From((long*)source, to, target, n);
            case ElementType.UInt64: return From((ulong*)source, to, target, n);
            case ElementType.Float32: return From((float*)source, to, target, n);
            case ElementType.Float64 when to == ElementType.Float16: DoubleToHalf((double*)source, (Half*)target, n); return true;
            case ElementType.Float64: return From((double*)source, to, target, n);
            case ElementType.Float16: return FromNarrow<HalfElement, Half>((Half*)source, to, target, n);
            case ElementType.BFloat16: return FromNarrow<BFloat16Element, BFloat16>((BFloat16*)source, to, target, n);
            default: return false;
        }
    }

    private static bool From<T>(T* source, ElementType to, byte* target, nint n)
        where T : unmanaged
    {
        bool integer = typeof(T) != typeof(float) && typeof(T) != typeof(double);
        switch (to)
        {
            case ElementType.Bool: CastKernel.Run(source, (bool*)target, n); return true;
            case ElementType.Int8 or ElementType.UInt8: CastKernel.Run(source, target, n); return true;
            case ElementType.Int16 or ElementType.UInt16: CastKernel.Run(source, (short*)target, n); return true;
            case ElementType.UInt32 when !integer: CastKernel.Run(source, (uint*)target, n); return true;
            case ElementType.Int32 or ElementType.UInt32: CastKernel.Run(source, (int*)target, n); return true;
            case ElementType.Int64: CastKernel.Run(source, (long*)target, n); return true;
            case ElementType.UInt64 when integer: CastKernel.Run(source, (long*)target, n); return true;
            case ElementType.UInt64: CastKernel.Run(source, (ulong*)target, n); return true;
            case ElementType.Float32: CastKernel.Run(source, (float*)target, n); return true;
            case ElementType.Float64: CastKernel.Run(source, (double*)target, n); return true;
            case ElementType.Float16: ToNarrow<HalfElement, Half, T>(source, (Half*)target, n); return true;
            case ElementType.BFloat16: ToNarrow<BFloat16Element, BFloat16, T>(source, (BFloat16*)target, n); return true;
            default: return false;
        }
    }

    private static bool FromNarrow<E, N>(N* source, ElementType to, byte* target, nint n)
        where E : struct, IElement<N, float>
        where N : unmanaged
    {
        if (to == ElementType.Float32)
        {
            E.Load(source, (float*)target, (int)n);
            return true;
        }

        float* single = stackalloc float[SingleBlock];
        for (nint i = 0; i < n; i += SingleBlock)
        {
            int length = (int)nint.Min(SingleBlock, n - i);
            E.Load(source + i, single, length);
            if (!From(single, to, target + to.ByteCount(i), length))
            {
                return false;
            }
        }

        return true;
    }

    private static void ToNarrow<E, N, T>(T* source, N* target, nint n)
        where E : struct, IElement<N, float>
        where N : unmanaged
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            E.Store((float*)source, target, (int)n);
            return;
        }

        float* single = stackalloc float[SingleBlock];
        for (nint i = 0; i < n; i += SingleBlock)
        {
            int length = (int)nint.Min(SingleBlock, n - i);
            CastKernel.Run(source + i, single, length);
            E.Store(single, target + i, length);
        }
    }

    private static void DoubleToHalf(double* source, Half* target, nint n)
    {
        float* single = stackalloc float[SingleBlock];
        for (nint i = 0; i < n; i += SingleBlock)
        {
            int length = (int)nint.Min(SingleBlock, n - i);
            FloatConversion.DoubleToOddSingle(source + i, single, length);
            FloatConversion.SingleToHalf(single, target + i, length);
        }
    }
}
