using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <summary>Unsigned numbers shifted each by its own count; by the whole width or more gives 0.</summary>
internal static class VariableShift
{
    /// <summary>One number shifted: a « b or a » b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T One<T>(T a, T b, bool left)
        where T : unmanaged, IBinaryInteger<T>
    {
        ulong shift = ulong.CreateTruncating(b);
        return shift >= (ulong)(8 * Unsafe.SizeOf<T>()) ? T.Zero : left ? a << (int)shift : a >>> (int)shift;
    }

    /// <summary>a « b or a » b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> a, Vector<T> b, bool left)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (Unsafe.SizeOf<T>() == 1)
        {
            Vector.Widen(a.As<T, byte>(), out Vector<ushort> lowA, out Vector<ushort> highA);
            Vector.Widen(b.As<T, byte>(), out Vector<ushort> lowB, out Vector<ushort> highB);
            // Within range of what narrows: Mono for WebAssembly saturates.
            var bytes = new Vector<ushort>(byte.MaxValue);
            return Vector.Narrow(Of(lowA, lowB, left) & bytes, Of(highA, highB, left) & bytes).As<byte, T>();
        }

        if (Unsafe.SizeOf<T>() == 2)
        {
            // Wider lanes keep bits that the narrow ones lose, on the left, and lose them as they do, on the right.
            Vector.Widen(a.As<T, ushort>(), out Vector<uint> lowA, out Vector<uint> highA);
            Vector.Widen(b.As<T, ushort>(), out Vector<uint> lowB, out Vector<uint> highB);
            var words = new Vector<uint>(ushort.MaxValue);
            return Vector.Narrow(Of(lowA, lowB, left) & words, Of(highA, highB, left) & words).As<ushort, T>();
        }

        if (Avx2.IsSupported && Vector<byte>.Count == Vector256<byte>.Count)
        {
            // The instructions give 0 for counts beyond the width, as is asked for.
            return Unsafe.SizeOf<T>() == 4
                ? Words(a.AsVector256().AsUInt32(), b.AsVector256().AsUInt32(), left).AsVector().As<uint, T>()
                : Longs(a.AsVector256().AsUInt64(), b.AsVector256().AsUInt64(), left).AsVector().As<ulong, T>();
        }

        Vector<T> y = default;
        for (int i = 0; i < Vector<T>.Count; i++)
        {
            y = y.WithElement(i, One(a[i], b[i], left));
        }

        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Words(Vector256<uint> a, Vector256<uint> b, bool left) => left ? Avx2.ShiftLeftLogicalVariable(a, b) : Avx2.ShiftRightLogicalVariable(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Longs(Vector256<ulong> a, Vector256<ulong> b, bool left) => left ? Avx2.ShiftLeftLogicalVariable(a, b) : Avx2.ShiftRightLogicalVariable(a, b);
}
