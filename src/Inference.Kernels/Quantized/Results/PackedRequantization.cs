using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Quantized.Results;

/// <summary>
/// Requantization by saturating packs: y = clamp(round(sum · scale) + z). The same bytes as rounding after the clamp, as bounds are whole
/// numbers. Needs scales of at most 1/2, so that no product leaves the range that converts. Bytes are made as u8 (s8 ones plus 128) and flipped at the end.
/// </summary>
internal readonly unsafe struct PackedRequantization
{
    private readonly Vector512<short> _zero;
    private readonly Vector512<byte> _low;
    private readonly Vector512<byte> _high;
    private readonly Vector512<byte> _flip;

    public PackedRequantization(in QuantizedEpilogue epilogue)
    {
        epilogue.Bounds(out float low, out float high);
        int shift = epilogue.Output == QuantizedOutput.Int8 ? 128 : 0;
        int zero = epilogue.ZeroPoint + shift;
        _zero = Vector512.Create((short)zero);
        _low = Vector512.Create((byte)((int)low + zero));
        _high = Vector512.Create((byte)((int)high + zero));
        _flip = Vector512.Create((byte)shift);
    }

    /// <summary>Whether all scales allow it; used only by kernels for AVX-512 BW and VL.</summary>
    public static bool Allows(float* scale, int count)
    {
        bool small = true;
        int i = 0;
        for (; i + 16 <= count; i += 16)
        {
            small &= Vector512.LessThanOrEqualAll(Vector512.Abs(Vector512.Load(scale + i)), Vector512.Create(0.5f));
        }

        for (; i < count; i++)
        {
            small &= MathF.Abs(scale[i]) <= 0.5f;
        }

        return small;
    }

    /// <summary>64 bytes from four vectors, lane by lane: lane i has the bytes of lane i of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<byte> ByLanes(int* a, int* b, int* c, int* d, Vector512<float> sa, Vector512<float> sb, Vector512<float> sc, Vector512<float> sd)
    {
        Vector512<short> zero = _zero;
        Vector512<short> ab = Avx512BW.AddSaturate(Avx512BW.PackSignedSaturate(Round(a, sa), Round(b, sb)), zero);
        Vector512<short> cd = Avx512BW.AddSaturate(Avx512BW.PackSignedSaturate(Round(c, sc), Round(d, sd)), zero);
        Vector512<byte> bytes = Avx512BW.PackUnsignedSaturate(ab, cd);
        return Avx512BW.Min(Avx512BW.Max(bytes, _low), _high) ^ _flip;
    }

    /// <summary>The same in order: the bytes of a, then b, c, d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<byte> InOrder(int* a, int* b, int* c, int* d, Vector512<float> sa, Vector512<float> sb, Vector512<float> sc, Vector512<float> sd) =>
        Avx512F.PermuteVar16x32(ByLanes(a, b, c, d, sa, sb, sc, sd).AsInt32(), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsByte();

    /// <summary>32 bytes from four vectors at <paramref name="from"/>, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> ByLanes256(int* from, float* scale)
    {
        Vector256<short> zero = _zero.GetLower();
        Vector256<short> ab = Avx2.AddSaturate(Avx2.PackSignedSaturate(Round256(from, scale), Round256(from + 8, scale + 8)), zero);
        Vector256<short> cd = Avx2.AddSaturate(Avx2.PackSignedSaturate(Round256(from + 16, scale + 16), Round256(from + 24, scale + 24)), zero);
        Vector256<byte> bytes = Avx2.PackUnsignedSaturate(ab, cd);
        return Avx2.Min(Avx2.Max(bytes, _low.GetLower()), _high.GetLower()) ^ _flip.GetLower();
    }

    /// <summary>16 bytes from 16 sums at <paramref name="from"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<byte> InOrder128(int* from, float* scale)
    {
        Vector128<short> zero = _zero.GetLower().GetLower();
        Vector128<short> ab = Sse2.AddSaturate(Sse2.PackSignedSaturate(Round128(from, scale), Round128(from + 4, scale + 4)), zero);
        Vector128<short> cd = Sse2.AddSaturate(Sse2.PackSignedSaturate(Round128(from + 8, scale + 8), Round128(from + 12, scale + 12)), zero);
        Vector128<byte> bytes = Sse2.PackUnsignedSaturate(ab, cd);
        return Sse2.Min(Sse2.Max(bytes, _low.GetLower().GetLower()), _high.GetLower().GetLower()) ^ _flip.GetLower().GetLower();
    }

    /// <summary>Bytes of <paramref name="count"/> pixels from sums whose lanes of 16 channels are spread over four vectors (see <see cref="Emit.DepthwiseTile"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Store(int* sums, float* scale, int vectorLength, byte* y, nint step, int count)
    {
        if (vectorLength == 2)
        {
            Vector512<float> s0 = Vector512.Load(scale);
            Vector512<float> s1 = Vector512.Load(scale + 16);
            Vector512<float> s2 = Vector512.Load(scale + 32);
            Vector512<float> s3 = Vector512.Load(scale + 48);
            for (int i = 0; i < count; i++, sums += 64, y += step)
            {
                ByLanes(sums, sums + 16, sums + 32, sums + 48, s0, s1, s2, s3).Store(y);
            }
        }
        else if (vectorLength == 1)
        {
            for (int i = 0; i < count; i++, sums += 32, y += step)
            {
                ByLanes256(sums, scale).Store(y);
            }
        }
        else
        {
            for (int i = 0; i < count; i++, sums += 16, y += step)
            {
                InOrder128(sums, scale).Store(y);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Round(int* from, Vector512<float> scale) =>
        Avx512F.ConvertToVector512Int32(Avx512F.ConvertToVector512Single(Vector512.Load(from)) * scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round256(int* from, float* scale) =>
        Avx.ConvertToVector256Int32(Avx.ConvertToVector256Single(Vector256.Load(from)) * Vector256.Load(scale));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Round128(int* from, float* scale) =>
        Sse2.ConvertToVector128Int32(Sse2.ConvertToVector128Single(Vector128.Load(from)) * Vector128.Load(scale));
}
