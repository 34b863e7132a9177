using System.Numerics.Tensors;
using Inference.Kernels.Threading;

namespace Inference.Operators.Typed;

/// <summary>
/// Converts elements between any two types, block by block: the source widens exactly to int64, uint64, float or double, and that rounds to the target.
/// Floats to integers go towards zero; out of range and NaN give the smallest integer of 32 and 64 bits, narrower ones keep the low bits of that (what x64
/// hardware gives). Floats to 8-bit floats round half to even.
/// </summary>
internal static unsafe partial class ElementConverter
{
    // Elements on their way through a common type, on the stack: 2 KB.
    private const int Block = 256;

    /// <summary>Converts <paramref name="count"/> elements that are not strings.</summary>
    public static void Convert(ElementType from, byte* source, ElementType to, byte* target, long count, bool saturate, Float8E8M0Rounding rounding)
    {
        var work = default(WorkCounter);
        for (long start = 0; start < count; start += LongLoop.Part)
        {
            long length = Math.Min(LongLoop.Part, count - start);
            work.Add(2 * length);
            ConvertStretch(from, source + from.ByteCount(start), to, target + to.ByteCount(start), length, saturate, rounding);
        }
    }

    private static void ConvertStretch(ElementType from, byte* source, ElementType to, byte* target, long count, bool saturate, Float8E8M0Rounding rounding)
    {
        if (from == to)
        {
            Buffer.MemoryCopy(source, target, to.ByteCount(count), from.ByteCount(count));
            return;
        }

        if (TryVectors(from, source, to, target, count))
        {
            return;
        }

        ulong* buffer = stackalloc ulong[Block];
        WideForm form = FormOf(from);
        for (long start = 0; start < count; start += Block)
        {
            int length = (int)Math.Min(Block, count - start);
            Widen(from, source, start, form, buffer, length);
            switch (form)
            {
                case WideForm.Int64:
                    FromInt64(new ReadOnlySpan<long>(buffer, length), to, target, start, saturate, rounding);
                    break;
                case WideForm.UInt64:
                    FromUInt64(new ReadOnlySpan<ulong>(buffer, length), to, target, start, saturate, rounding);
                    break;
                case WideForm.Single:
                    FromSingle(new ReadOnlySpan<float>(buffer, length), to, target, start, saturate, rounding);
                    break;
                default:
                    FromDouble(new ReadOnlySpan<double>(buffer, length), to, target, start, saturate, rounding);
                    break;
            }
        }
    }

    private static WideForm FormOf(ElementType type) => type switch
    {
        ElementType.UInt64 => WideForm.UInt64,
        ElementType.Float64 => WideForm.Double,
        ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float4E2M1
            or ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0 => WideForm.Single,
        _ => WideForm.Int64,
    };

    private static void Widen(ElementType type, byte* source, long start, WideForm form, ulong* buffer, int length)
    {
        if (form == WideForm.Int64)
        {
            WidenIntegers(type, source, start, new Span<long>(buffer, length));
            return;
        }

        var single = new Span<float>(buffer, length);
        switch (type)
        {
            case ElementType.UInt64:
                new ReadOnlySpan<ulong>((ulong*)source + start, length).CopyTo(new Span<ulong>(buffer, length));
                break;
            case ElementType.Float64:
                new ReadOnlySpan<double>((double*)source + start, length).CopyTo(new Span<double>(buffer, length));
                break;
            case ElementType.Float32:
                new ReadOnlySpan<float>((float*)source + start, length).CopyTo(single);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>((Half*)source + start, length), single);
                break;
            case ElementType.BFloat16:
                for (int i = 0; i < length; i++)
                {
                    single[i] = (float)((BFloat16*)source)[start + i];
                }

                break;
            case ElementType.Float4E2M1:
                var packed = new ReadOnlySpan<byte>(source + start / 2, (length + 1) / 2);
                for (int i = 0; i < length; i++)
                {
                    single[i] = PackedElements.GetSingle(type, packed, i);
                }

                break;
            default:
                for (int i = 0; i < length; i++)
                {
                    single[i] = Typed.SmallFloats.Decode(type, source[start + i]);
                }

                break;
        }
    }

    private static void WidenIntegers(ElementType type, byte* source, long start, Span<long> wide)
    {
        for (int i = 0; i < wide.Length; i++)
        {
            long at = start + i;
            wide[i] = type switch
            {
                ElementType.Int64 => ((long*)source)[at],
                ElementType.Int32 => ((int*)source)[at],
                ElementType.Int16 => ((short*)source)[at],
                ElementType.Int8 => ((sbyte*)source)[at],
                ElementType.UInt32 => ((uint*)source)[at],
                ElementType.UInt16 => ((ushort*)source)[at],
                ElementType.UInt8 => source[at],
                ElementType.Bool => source[at] != 0 ? 1 : 0,
                ElementType.Int4 => (source[at >> 1] >> (int)((at & 1) << 2) & 0xF) << 28 >> 28,
                ElementType.UInt4 => source[at >> 1] >> (int)((at & 1) << 2) & 0xF,
                ElementType.Int2 => (source[at >> 2] >> (int)((at & 3) << 1) & 0x3) << 30 >> 30,
                _ => source[at >> 2] >> (int)((at & 3) << 1) & 0x3,
            };
        }
    }
}
