using System.Numerics.Tensors;
using Inference.Operators.Typed;

namespace Inference.Operators.Typed;

/// <summary>From the wide forms to the target types.</summary>
internal static unsafe partial class ElementConverter
{
    private static void FromInt64(ReadOnlySpan<long> wide, ElementType to, byte* target, long start, bool saturate, Float8E8M0Rounding rounding)
    {
        switch (to)
        {
            case ElementType.Float32:
                for (int i = 0; i < wide.Length; i++)
                {
                    ((float*)target)[start + i] = wide[i];
                }

                break;
            case ElementType.Float64:
                for (int i = 0; i < wide.Length; i++)
                {
                    ((double*)target)[start + i] = wide[i];
                }

                break;
            default:
                if (FormOf(to) == WideForm.Single)
                {
                    Span<float> single = stackalloc float[wide.Length];
                    for (int i = 0; i < wide.Length; i++)
                    {
                        single[i] = wide[i];
                    }

                    FromSingle(single, to, target, start, saturate, rounding);
                }
                else
                {
                    StoreIntegers(wide, to, target, start);
                }

                break;
        }
    }

    private static void FromUInt64(ReadOnlySpan<ulong> wide, ElementType to, byte* target, long start, bool saturate, Float8E8M0Rounding rounding)
    {
        if (FormOf(to) is WideForm.Single or WideForm.Double)
        {
            Span<double> doubles = stackalloc double[wide.Length];
            Span<float> single = stackalloc float[wide.Length];
            for (int i = 0; i < wide.Length; i++)
            {
                doubles[i] = wide[i];
                single[i] = wide[i];
            }

            if (to == ElementType.Float64)
            {
                doubles.CopyTo(new Span<double>((double*)target + start, wide.Length));
            }
            else
            {
                FromSingle(single, to, target, start, saturate, rounding);
            }

            return;
        }

        Span<long> same = stackalloc long[wide.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            same[i] = unchecked((long)wide[i]);
        }

        StoreIntegers(same, to, target, start);
    }

    private static void FromSingle(ReadOnlySpan<float> wide, ElementType to, byte* target, long start, bool saturate, Float8E8M0Rounding rounding)
    {
        switch (to)
        {
            case ElementType.Float32:
                wide.CopyTo(new Span<float>((float*)target + start, wide.Length));
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToHalf(wide, new Span<Half>((Half*)target + start, wide.Length));
                break;
            case ElementType.BFloat16:
                for (int i = 0; i < wide.Length; i++)
                {
                    ((BFloat16*)target)[start + i] = (BFloat16)wide[i];
                }

                break;
            case ElementType.Float4E2M1:
                var packed = new Span<byte>(target + start / 2, (wide.Length + 1) / 2);
                packed[^1] = 0;
                for (int i = 0; i < wide.Length; i++)
                {
                    // There is no NaN in the format; it becomes negative zero.
                    PackedElements.SetUInt4(packed, i, float.IsNaN(wide[i]) ? 8 : PackedElements.EncodeFloat4E2M1(wide[i]));
                }

                break;
            case ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0:
                for (int i = 0; i < wide.Length; i++)
                {
                    target[start + i] = SmallFloats.Encode(to, wide[i], saturate, rounding);
                }

                break;
            default:
                Span<double> doubles = stackalloc double[wide.Length];
                for (int i = 0; i < wide.Length; i++)
                {
                    doubles[i] = wide[i];
                }

                FromDouble(doubles, to, target, start, saturate, rounding);
                break;
        }
    }

    private static void FromDouble(ReadOnlySpan<double> wide, ElementType to, byte* target, long start, bool saturate, Float8E8M0Rounding rounding)
    {
        switch (to)
        {
            case ElementType.Float64:
                wide.CopyTo(new Span<double>((double*)target + start, wide.Length));
                return;
            case ElementType.Float16:
                for (int i = 0; i < wide.Length; i++)
                {
                    ((Half*)target)[start + i] = (Half)wide[i];
                }

                return;
            case ElementType.Bool:
                for (int i = 0; i < wide.Length; i++)
                {
                    target[start + i] = wide[i] != 0 ? (byte)1 : (byte)0;
                }

                return;
        }

        if (FormOf(to) == WideForm.Single)
        {
            Span<float> single = stackalloc float[wide.Length];
            for (int i = 0; i < wide.Length; i++)
            {
                single[i] = (float)wide[i];
            }

            FromSingle(single, to, target, start, saturate, rounding);
            return;
        }

        bool unsigned64 = to == ElementType.UInt64;
        bool wide64 = unsigned64 || to is ElementType.Int64 or ElementType.UInt32;
        Span<long> integers = stackalloc long[wide.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            integers[i] = unsigned64 && wide[i] >= 9223372036854775808.0 ? unchecked((long)(ulong)wide[i])
                : wide64 ? Truncate64(wide[i])
                : Truncate32(wide[i]);
        }

        StoreIntegers(integers, to, target, start);
    }

    private static long Truncate64(double value) => value is >= -9223372036854775808.0 and < 9223372036854775808.0 ? (long)value : long.MinValue;

    private static long Truncate32(double value) => value is > -2147483649.0 and < 2147483648.0 ? (long)value : int.MinValue;

    private static void StoreIntegers(ReadOnlySpan<long> wide, ElementType to, byte* target, long start)
    {
        for (int i = 0; i < wide.Length; i++)
        {
            long at = start + i;
            long value = wide[i];
            switch (to)
            {
                case ElementType.Int64 or ElementType.UInt64: ((long*)target)[at] = value; break;
                case ElementType.Int32 or ElementType.UInt32: ((int*)target)[at] = unchecked((int)value); break;
                case ElementType.Int16 or ElementType.UInt16: ((short*)target)[at] = unchecked((short)value); break;
                case ElementType.Int8 or ElementType.UInt8: target[at] = unchecked((byte)value); break;
                case ElementType.Bool: target[at] = value != 0 ? (byte)1 : (byte)0; break;
                case ElementType.Int4 or ElementType.UInt4: Put(target + (at >> 1), (int)((at & 1) << 2), 0xF, value); break;
                default: Put(target + (at >> 2), (int)((at & 3) << 1), 0x3, value); break;
            }
        }
    }

    private static void Put(byte* cell, int shift, int mask, long value) =>
        *cell = (byte)((shift == 0 ? 0 : *cell & ~(mask << shift)) | ((int)(value & mask) << shift));
}
