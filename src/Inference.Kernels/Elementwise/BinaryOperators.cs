using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The binary operators: one line of arithmetic each, so they are kept side by side.</summary>
internal static class BinaryOperators
{
    /// <summary>y = a + b. ONNX Add, opset 14.</summary>
    internal readonly struct Add : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Add(a, b);
    }

    /// <summary>y = a − b. ONNX Sub, opset 14.</summary>
    internal readonly struct Sub : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Sub(a, b);
    }

    /// <summary>y = a · b. ONNX Mul, opset 14.</summary>
    internal readonly struct Mul : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(a, b);
    }

    /// <summary>y = a / b. ONNX Div, opset 14.</summary>
    internal readonly struct Div : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Div(a, b);
    }

    /// <summary>y = min(a, b); NaN if either is. ONNX Min, opset 13.</summary>
    internal readonly struct Min : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Select(S.Equal(a, a), S.Min(a, b), a);
    }

    /// <summary>y = max(a, b); NaN if either is. ONNX Max, opset 13.</summary>
    internal readonly struct Max : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Select(S.Equal(a, a), S.Max(a, b), a);
    }

    /// <summary>y = a &lt; 0 ? a · b : a. ONNX PRelu, opset 16.</summary>
    internal readonly struct PRelu : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Select(S.LessThan(a, S.Splat(0f)), S.Mul(a, b), a);
    }

    /// <summary>y = (a − b)².</summary>
    internal readonly struct SquaredDifference : IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V a, V b)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(S.Sub(a, b), S.Sub(a, b));
    }
}
