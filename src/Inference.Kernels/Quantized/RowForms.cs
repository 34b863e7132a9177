using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Kernels.Quantized;

/// <summary>The forms in which integer tiles read rows of A: u8, or u8 widened to s16; signed rows are stored plus 128.</summary>
internal static unsafe class RowForms
{
    /// <summary>Writes a row of <paramref name="count"/> elements, padded to <paramref name="bytes"/> with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(byte* from, bool signed, nint count, byte* to, nint bytes, int valuesPerStep)
    {
        KernelAssert.Run(from, count);
        KernelAssert.Run(to, bytes);
        KernelAssert.AtMost(count, bytes * valuesPerStep / 4);
        byte flip = signed ? (byte)0x80 : (byte)0;
        Vector128<byte> flips = Vector128.Create(flip);
        nint i = 0;
        if (valuesPerStep == 4)
        {
            for (; i + 16 <= count; i += 16)
            {
                (Vector128.Load(from + i) ^ flips).Store(to + i);
            }

            for (; i < count; i++)
            {
                to[i] = (byte)(from[i] ^ flip);
            }

            for (; i < bytes; i++)
            {
                to[i] = 0;
            }

            return;
        }

        short* wide = (short*)to;
        for (; i + 16 <= count; i += 16)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Load(from + i) ^ flips);
            low.AsInt16().Store(wide + i);
            high.AsInt16().Store(wide + i + 8);
        }

        for (; i < count; i++)
        {
            wide[i] = (byte)(from[i] ^ flip);
        }

        for (; i < bytes / 2; i++)
        {
            wide[i] = 0;
        }
    }

    /// <summary>Sum of the stored values of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Sum(byte* from, bool signed, nint count)
    {
        KernelAssert.Run(from, count);
        byte flip = signed ? (byte)0x80 : (byte)0;
        Vector128<byte> flips = Vector128.Create(flip);
        Vector128<uint> sums = Vector128<uint>.Zero;
        nint i = 0;
        for (; i + 16 <= count; i += 16)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Load(from + i) ^ flips);
            (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(low + high);
            sums += a + b;
        }

        int sum = (int)Vector128.Sum(sums);
        for (; i < count; i++)
        {
            sum += (byte)(from[i] ^ flip);
        }

        return sum;
    }
}
