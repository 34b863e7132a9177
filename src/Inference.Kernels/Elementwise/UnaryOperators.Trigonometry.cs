using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <content>Trigonometric and hyperbolic functions and their inverses.</content>
internal static partial class UnaryOperators
{
    /// <summary>y = sin x; 2 ULP. ONNX Sin, opset 22.</summary>
    internal readonly struct Sin : IUnaryOperator, IReducedOperator
    {
        public static float Whole(float x) => MathF.Sin(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => LargeArguments.Complete<Sin, S, V>(x, SimdTrigonometry.Sin<S, V>(x));
    }

    /// <summary>y = cos x; 2 ULP. ONNX Cos, opset 22.</summary>
    internal readonly struct Cos : IUnaryOperator, IReducedOperator
    {
        public static float Whole(float x) => MathF.Cos(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => LargeArguments.Complete<Cos, S, V>(x, SimdTrigonometry.Cos<S, V>(x));
    }

    /// <summary>y = tan x; 4 ULP. ONNX Tan, opset 22.</summary>
    internal readonly struct Tan : IUnaryOperator, IReducedOperator
    {
        public static float Whole(float x) => MathF.Tan(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => LargeArguments.Complete<Tan, S, V>(x, SimdTrigonometry.Tan<S, V>(x));
    }

    /// <summary>y = arcsin x; 3 ULP. ONNX Asin, opset 22.</summary>
    internal readonly struct Asin : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Asin<S, V>(x);
    }

    /// <summary>y = arccos x; 3 ULP. ONNX Acos, opset 22.</summary>
    internal readonly struct Acos : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Acos<S, V>(x);
    }

    /// <summary>y = arctan x; 3 ULP. ONNX Atan, opset 22.</summary>
    internal readonly struct Atan : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Atan<S, V>(x);
    }

    /// <summary>y = sinh x; 6 ULP. ONNX Sinh, opset 22.</summary>
    internal readonly struct Sinh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Sinh<S, V>(x);
    }

    /// <summary>y = cosh x; 6 ULP. ONNX Cosh, opset 22.</summary>
    internal readonly struct Cosh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Cosh<S, V>(x);
    }

    /// <summary>y = arsinh x; 6 ULP. ONNX Asinh, opset 22.</summary>
    internal readonly struct Asinh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Asinh<S, V>(x);
    }

    /// <summary>y = arcosh x; 6 ULP. ONNX Acosh, opset 22.</summary>
    internal readonly struct Acosh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Acosh<S, V>(x);
    }

    /// <summary>y = artanh x; 6 ULP. ONNX Atanh, opset 22.</summary>
    internal readonly struct Atanh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdTrigonometry.Atanh<S, V>(x);
    }
}
