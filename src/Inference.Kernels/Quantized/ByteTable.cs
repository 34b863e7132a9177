using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>y[i] = table[x[i]] on bytes: any function of 8-bit values. Thread-safe.</summary>
internal static unsafe class ByteTable
{
    internal static readonly RowKernel Kernel = RowKernel.Of(
        "byte_table",
        [
            new(IsaTier.Avx512, Avx512Vbmi.IsSupported, &Permute, "u8_64_avx512"),
            new(IsaTier.Avx2, Avx2.IsSupported, &Shuffle, "u8_32_avx2"),
            new(IsaTier.Scalar, true, &Scalar, "u8_1_scalar"),
        ]);

    // The table is taken apart before the first vector, which few bytes do not repay: benchmarks/results/thresholds.md.
    internal const int MinShuffled = 128;

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
        Run(x, y, count, table, IsaTier.Avx512);
    }

    internal static void Run(byte* x, byte* y, nint count, byte* table, IsaTier limit)
    {
        var job = new Job { X = x, Y = y, Table = table };
        delegate*<void*, nint, nint, void> body = Kernel.Within(limit);
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            body(&job, i, stop);
            i = stop;
        }
    }

    private static void Scalar(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        byte* x = job.X;
        byte* y = job.Y;
        byte* table = job.Table;
        for (nint i = first; i < end; i++)
        {
            y[i] = table[x[i]];
        }
    }

    // Each permutation looks the low seven bits up in one half of the table; the top bit says which half counts.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Permute(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        byte* x = job.X;
        byte* y = job.Y;
        byte* table = job.Table;
        Vector512<byte> t0 = Vector512.Load(table);
        Vector512<byte> t1 = Vector512.Load(table + 64);
        Vector512<byte> t2 = Vector512.Load(table + 128);
        Vector512<byte> t3 = Vector512.Load(table + 192);
        nint i = first;
        for (; i + 64 <= end; i += 64)
        {
            Vector512<byte> v = Vector512.Load(x + i);
            Vector512<byte> low = Avx512Vbmi.PermuteVar64x8x2(t0, v, t1);
            Vector512<byte> high = Avx512Vbmi.PermuteVar64x8x2(t2, v, t3);
            Vector512.ConditionalSelect(Vector512.LessThan(v.AsSByte(), Vector512<sbyte>.Zero).AsByte(), high, low).Store(y + i);
        }

        Scalar(state, i, end);
    }

    private static void Shuffle(void* state, nint first, nint end)
    {
        if (end - first < MinShuffled)
        {
            Scalar(state, first, end);
        }
        else
        {
            ShuffleVectors(state, first, end);
        }
    }

    // For part k of 16 entries, x ^ 16k is below 16 exactly where x is in that part; adding 0x70 with saturation then leaves the top bit clear
    // there and sets it elsewhere, which makes the shuffle give 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ShuffleVectors(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        byte* x = job.X;
        byte* y = job.Y;
        byte* table = job.Table;
        Vector256<byte>* parts = stackalloc Vector256<byte>[16];
        for (int k = 0; k < 16; k++)
        {
            Vector128<byte> part = Vector128.Load(table + (16 * k));
            parts[k] = Vector256.Create(part, part);
        }

        Vector256<byte> bias = Vector256.Create((byte)0x70);
        nint i = first;
        for (; i + 32 <= end; i += 32)
        {
            Vector256<byte> v = Vector256.Load(x + i);
            Vector256<byte> sum = Vector256<byte>.Zero;
            for (int k = 0; k < 16; k++)
            {
                sum |= Avx2.Shuffle(parts[k], Avx2.AddSaturate(v ^ Vector256.Create((byte)(16 * k)), bias));
            }

            sum.Store(y + i);
        }

        Scalar(state, i, end);
    }

    internal struct Job
    {
        public byte* X;
        public byte* Y;
        public byte* Table;
    }
}
