using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>y[i] = table[x[i]] on bytes: any function of 8-bit values. Thread-safe.</summary>
public static unsafe class ByteTable
{
    /// <summary>Looks up a run of bytes.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; may be <paramref name="x"/>.</param>
    /// <param name="count">Elements.</param>
    /// <param name="table">256 entries.</param>
    public static void Run(byte* x, byte* y, nint count, byte* table)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(x, y, count);
        KernelAssert.Run(table, 256);
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            RunPart(x + i, y + i, stop - i, table);
            i = stop;
        }
    }

    private static void RunPart(byte* x, byte* y, nint count, byte* table)
    {
        nint done = 0;
        if (Avx512Vbmi.IsSupported && count >= 64)
        {
            done = Permute(x, y, count, table);
        }
        else if (Avx2.IsSupported && count >= 128)
        {
            done = Shuffle(x, y, count, table);
        }

        Scalar(x + done, y + done, count - done, table);
    }

    internal static void Scalar(byte* x, byte* y, nint count, byte* table)
    {
        for (nint i = 0; i < count; i++)
        {
            y[i] = table[x[i]];
        }
    }

    internal static void Describe(List<KernelInfo> to)
    {
        to.Add(new KernelInfo("byte_table", "byte_table_u8_64_avx512", IsaTier.Avx512, Avx512Vbmi.IsSupported, Avx512Vbmi.IsSupported));
        to.Add(new KernelInfo("byte_table", "byte_table_u8_32_avx2", IsaTier.Avx2, Avx2.IsSupported, Avx2.IsSupported && !Avx512Vbmi.IsSupported));
        to.Add(new KernelInfo("byte_table", "byte_table_u8_1_scalar", IsaTier.Scalar, true, !Avx2.IsSupported));
    }

    // Each permutation looks the low seven bits up in one half of the table; the top bit says which half counts.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static nint Permute(byte* x, byte* y, nint count, byte* table)
    {
        Vector512<byte> t0 = Vector512.Load(table);
        Vector512<byte> t1 = Vector512.Load(table + 64);
        Vector512<byte> t2 = Vector512.Load(table + 128);
        Vector512<byte> t3 = Vector512.Load(table + 192);
        nint i = 0;
        for (; i + 64 <= count; i += 64)
        {
            Vector512<byte> v = Vector512.Load(x + i);
            Vector512<byte> low = Avx512Vbmi.PermuteVar64x8x2(t0, v, t1);
            Vector512<byte> high = Avx512Vbmi.PermuteVar64x8x2(t2, v, t3);
            Vector512.ConditionalSelect(Vector512.LessThan(v.AsSByte(), Vector512<sbyte>.Zero).AsByte(), high, low).Store(y + i);
        }

        return i;
    }

    // For part k of 16 entries, x ^ 16k is below 16 exactly where x is in that part; adding 0x70 with saturation then leaves the top bit clear
    // there and sets it elsewhere, which makes the shuffle give 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static nint Shuffle(byte* x, byte* y, nint count, byte* table)
    {
        Vector256<byte>* parts = stackalloc Vector256<byte>[16];
        for (int k = 0; k < 16; k++)
        {
            Vector128<byte> part = Vector128.Load(table + (16 * k));
            parts[k] = Vector256.Create(part, part);
        }

        Vector256<byte> bias = Vector256.Create((byte)0x70);
        nint i = 0;
        for (; i + 32 <= count; i += 32)
        {
            Vector256<byte> v = Vector256.Load(x + i);
            Vector256<byte> sum = Vector256<byte>.Zero;
            for (int k = 0; k < 16; k++)
            {
                sum |= Avx2.Shuffle(parts[k], Avx2.AddSaturate(v ^ Vector256.Create((byte)(16 * k)), bias));
            }

            sum.Store(y + i);
        }

        return i;
    }
}
