using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>Bitwise functions; on bytes 0 and 1 they are the logical ones.</summary>
internal static class BitFunctions
{
    internal readonly struct And : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => a & b;
    }

    internal readonly struct Or : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => a | b;
    }

    internal readonly struct Xor : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => a ^ b;
    }

    /// <summary>Shifts by the whole width or more give 0.</summary>
    internal readonly struct ShiftLeft : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>
        {
            ulong shift = ulong.CreateTruncating(b);
            return shift >= (ulong)(8 * Unsafe.SizeOf<T>()) ? T.Zero : a << (int)shift;
        }
    }

    /// <summary>Shifts by the whole width or more give 0.</summary>
    internal readonly struct ShiftRight : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T>
        {
            ulong shift = ulong.CreateTruncating(b);
            return shift >= (ulong)(8 * Unsafe.SizeOf<T>()) ? T.Zero : a >>> (int)shift;
        }
    }
}
