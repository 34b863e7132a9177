using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Emit;

namespace Inference.Kernels.Quantized;

/// <summary>
/// sums[i,c] = init[c] + Σ_tap (rows[tap] + i · step)[c] · w[tap,c] for a run of pixels of one output row: weights of a run of channels are
/// loaded once for all of them. Zips of the bytes of two taps make pairs that one vpmaddwd multiplies and adds, exactly.
/// </summary>
internal static unsafe class DepthwisePixels
{
    private const int MaxPairs = 32;

    /// <summary>Runs all channels with the widest vectors that fit.</summary>
    /// <param name="rows">For each tap: channel 0 of what the first pixel reads.</param>
    /// <param name="step">Bytes from what a pixel reads to what the next one reads.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="taps">Kernel positions, even.</param>
    /// <param name="weights">[taps/2][channels][2].</param>
    /// <param name="init">[channels].</param>
    /// <param name="sums">[count, pitch].</param>
    /// <param name="pitch">Elements between rows of <paramref name="sums"/>.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="signed">Whether pixels are s8.</param>
    public static void Run(byte** rows, nint step, int count, int taps, short* weights, int* init, int* sums, int pitch, int channels, bool signed) =>
        Run(rows, step, count, taps, weights, init, sums, pitch, channels, signed, IsaTier.Avx512);

    internal static void Run(byte** rows, nint step, int count, int taps, short* weights, int* init, int* sums, int pitch, int channels, bool signed, IsaTier limit)
    {
        KernelAssert.NotNegative(count);
        KernelAssert.AtMost(channels, pitch);
        Debug.Assert(taps % 2 == 0, "taps in pairs");
        int c = 0;
        if (taps <= 2 * MaxPairs && Avx2.IsSupported && limit >= IsaTier.Avx2)
        {
            if (Avx512BW.IsSupported && limit >= IsaTier.Avx512)
            {
                for (; c + 32 <= channels; c += 32)
                {
                    Channels32(rows, step, count, taps, weights, init, sums, pitch, channels, c, signed);
                }
            }

            // The last vector overlaps the one before it: the same sums are stored twice.
            while (c < channels && channels >= 8)
            {
                int width = channels - c > 8 && channels >= 16 ? 16 : 8;
                c = Math.Min(c, channels - width);
                if (width == 16)
                {
                    Channels16(rows, step, count, taps, weights, init, sums, pitch, channels, c, signed);
                }
                else
                {
                    Channels8(rows, step, count, taps, weights, init, sums, pitch, channels, c, signed);
                }

                c += width;
            }
        }

        for (; c < channels; c++)
        {
            for (int i = 0; i < count; i++)
            {
                int sum = init[c];
                for (int tap = 0; tap < taps; tap++)
                {
                    byte raw = (rows[tap] + (i * step))[c];
                    sum += (signed ? (sbyte)raw : raw) * weights[(((tap / 2 * channels) + c) * 2) + (tap & 1)];
                }

                sums[(i * pitch) + c] = sum;
            }
        }
    }

    internal static void Describe(List<KernelInfo> to)
    {
        to.Add(new KernelInfo("depthwise_u8s8", "depthwise_u8s8_1x64_avx512vnni", IsaTier.Avx512Vnni, VnniDepthwise.IsSupported, VnniDepthwise.IsSupported));
        to.Add(new KernelInfo("depthwise_u8s8", "depthwise_u8s8_16x32_avx512", IsaTier.Avx512, Avx512BW.IsSupported, Avx512BW.IsSupported && !VnniDepthwise.IsSupported));
        to.Add(new KernelInfo("depthwise_u8s8", "depthwise_u8s8_16x16_avx2", IsaTier.Avx2, Avx2.IsSupported, Avx2.IsSupported && !Avx512BW.IsSupported));
        to.Add(new KernelInfo("depthwise_u8s8", "depthwise_u8s8_1x1_scalar", IsaTier.Scalar, true, !Avx2.IsSupported));
    }

    // Zips work in 128-bit lanes of eight channels: `low` has the first four channels of each lane, `high` the other four.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Channels32(
        byte** rows, nint step, int count, int taps, short* weights, int* init, int* sums, int pitch, int channels, int c, bool signed)
    {
        Vector512<int> lowIndex = Vector512.Create(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
        Vector512<int> highIndex = Vector512.Create(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
        // The inverse order sorts the weights' quads of channels: even quads, then odd quads.
        Vector512<int> evenIndex = Vector512.Create(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
        Vector512<int> oddIndex = Vector512.Create(4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
        KernelAssert.AtMost(taps / 2, MaxPairs);
        Vector512<short>* w = stackalloc Vector512<short>[2 * MaxPairs];
        for (int p = 0; p < taps / 2; p++)
        {
            int* from = (int*)(weights + (2 * ((p * channels) + c)));
            Vector512<int> a = Vector512.Load(from);
            Vector512<int> b = Vector512.Load(from + 16);
            w[2 * p] = Avx512F.PermuteVar16x32x2(a, evenIndex, b).AsInt16();
            w[(2 * p) + 1] = Avx512F.PermuteVar16x32x2(a, oddIndex, b).AsInt16();
        }

        for (int i = 0; i < count; i++)
        {
            Vector512<int> low = Vector512<int>.Zero;
            Vector512<int> high = Vector512<int>.Zero;
            byte** at = rows;
            nint offset = (i * step) + c;
            for (int p = 0; p < taps / 2; p++, at += 2)
            {
                Vector512<short> a = Widen32(at[0] + offset, signed);
                Vector512<short> b = Widen32(at[1] + offset, signed);
                low += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackLow(a, b), w[2 * p]);
                high += Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(a, b), w[(2 * p) + 1]);
            }

            int* to = sums + (i * pitch) + c;
            (Vector512.Load(init + c) + Avx512F.PermuteVar16x32x2(low, lowIndex, high)).Store(to);
            (Vector512.Load(init + c + 16) + Avx512F.PermuteVar16x32x2(low, highIndex, high)).Store(to + 16);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Channels16(
        byte** rows, nint step, int count, int taps, short* weights, int* init, int* sums, int pitch, int channels, int c, bool signed)
    {
        KernelAssert.AtMost(taps / 2, MaxPairs);
        Vector256<short>* w = stackalloc Vector256<short>[2 * MaxPairs];
        for (int p = 0; p < taps / 2; p++)
        {
            short* from = weights + (2 * ((p * channels) + c));
            Vector256<short> a = Vector256.Load(from);
            Vector256<short> b = Vector256.Load(from + 16);
            w[2 * p] = Avx2.Permute2x128(a, b, 0x20);
            w[(2 * p) + 1] = Avx2.Permute2x128(a, b, 0x31);
        }

        for (int i = 0; i < count; i++)
        {
            Vector256<int> low = Vector256<int>.Zero;
            Vector256<int> high = Vector256<int>.Zero;
            byte** at = rows;
            nint offset = (i * step) + c;
            for (int p = 0; p < taps / 2; p++, at += 2)
            {
                Vector256<short> a = Widen16(at[0] + offset, signed);
                Vector256<short> b = Widen16(at[1] + offset, signed);
                low += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), w[2 * p]);
                high += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), w[(2 * p) + 1]);
            }

            int* to = sums + (i * pitch) + c;
            (Vector256.Load(init + c) + Avx2.Permute2x128(low, high, 0x20)).Store(to);
            (Vector256.Load(init + c + 8) + Avx2.Permute2x128(low, high, 0x31)).Store(to + 8);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Channels8(
        byte** rows, nint step, int count, int taps, short* weights, int* init, int* sums, int pitch, int channels, int c, bool signed)
    {
        KernelAssert.AtMost(taps / 2, MaxPairs);
        Vector256<short>* w = stackalloc Vector256<short>[MaxPairs];
        for (int p = 0; p < taps / 2; p++)
        {
            w[p] = Vector256.Load(weights + (2 * ((p * channels) + c)));
        }

        for (int i = 0; i < count; i++)
        {
            Vector256<int> sum = Vector256.Load(init + c);
            byte** at = rows;
            nint offset = (i * step) + c;
            for (int p = 0; p < taps / 2; p++, at += 2)
            {
                Vector128<short> a = Widen8(at[0] + offset, signed);
                Vector128<short> b = Widen8(at[1] + offset, signed);
                Vector256<short> pairs = Vector256.Create(Sse2.UnpackLow(a, b), Sse2.UnpackHigh(a, b));
                sum += Avx2.MultiplyAddAdjacent(pairs, w[p]);
            }

            sum.Store(sums + (i * pitch) + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Widen32(byte* from, bool signed) => signed
        ? Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)from))
        : Avx512BW.ConvertToVector512Int16(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen16(byte* from, bool signed) =>
        signed ? Avx2.ConvertToVector256Int16((sbyte*)from) : Avx2.ConvertToVector256Int16(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Widen8(byte* from, bool signed)
    {
        Vector128<byte> raw = Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte();
        return signed ? Sse41.ConvertToVector128Int16(raw.AsSByte()) : Sse41.ConvertToVector128Int16(raw);
    }
}
