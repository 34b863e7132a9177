using Inference.Kernels.Threading;

namespace Inference.Operators.Movement;

/// <summary>Packed tensors (4 and 2 bits) as one byte an element, and back.</summary>
internal static class Packing
{
    /// <summary>A uint8 tensor of its own, within the run's memory, that holds the bit patterns.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public static Tensor Unpack(KernelContext context, Tensor packed)
    {
        Tensor result = context.Allocate(ElementType.UInt8, packed.Dims);
        var work = default(WorkCounter);
        Span<byte> target = result.Bytes;
        ReadOnlySpan<byte> source = packed.Bytes;
        if (packed.Type.BitWidth() == 4)
        {
            for (int i = 0; i < target.Length; i++)
            {
                work.Add(1);
                target[i] = (byte)PackedElements.GetUInt4(source, i);
            }
        }
        else
        {
            for (int i = 0; i < target.Length; i++)
            {
                work.Add(1);
                target[i] = (byte)PackedElements.GetUInt2(source, i);
            }
        }

        return result;
    }

    /// <summary>Packs bit patterns into a tensor of a packed type.</summary>
    public static void Pack(Tensor bytes, Tensor packed)
    {
        ReadOnlySpan<byte> source = bytes.Bytes;
        Span<byte> target = packed.Bytes;
        packed.Clear();
        var work = default(WorkCounter);
        if (packed.Type.BitWidth() == 4)
        {
            for (int i = 0; i < source.Length; i++)
            {
                work.Add(1);
                target[i >> 1] |= (byte)((source[i] & 0xF) << ((i & 1) << 2));
            }
        }
        else
        {
            for (int i = 0; i < source.Length; i++)
            {
                work.Add(1);
                target[i >> 2] |= (byte)((source[i] & 3) << ((i & 3) << 1));
            }
        }
    }
}
