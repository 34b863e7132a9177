using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>Bitwise functions; on bytes 0 and 1 they are the logical ones.</summary>
internal static class BitFunctions
{
    internal readonly struct And : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => a & b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Vector<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryInteger<T> => a & b;
    }

    internal readonly struct Or : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => a | b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Vector<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryInteger<T> => a | b;
    }

    internal readonly struct Xor : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => a ^ b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Vector<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryInteger<T> => a ^ b;
    }

    /// <summary>Shifts by the whole width or more give 0.</summary>
    internal readonly struct ShiftLeft : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => VariableShift.One(a, b, left: true);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Vector<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryInteger<T> => VariableShift.Of(a, b, left: true);
    }

    /// <summary>Shifts by the whole width or more give 0.</summary>
    internal readonly struct ShiftRight : IBitFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T a, T b)
            where T : unmanaged, IBinaryInteger<T> => VariableShift.One(a, b, left: false);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Vector<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryInteger<T> => VariableShift.Of(a, b, left: false);
    }
}
