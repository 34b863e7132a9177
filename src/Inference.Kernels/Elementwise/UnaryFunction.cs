using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>A function y = f(x; α, β) over f32 arrays: one body for each vector width, the widest that this machine has is run. Immutable.</summary>
internal sealed unsafe class UnaryFunction
{
    private UnaryFunction(string name, delegate*<float*, float*, nint, float, float, void> best, Variant[] variants)
    {
        Name = name;
        Best = best;
        Variants = variants;
    }

    /// <summary>The name, in small letters.</summary>
    public string Name { get; }

    /// <summary>(x, y, count, α, β); y may be x.</summary>
    internal delegate*<float*, float*, nint, float, float, void> Best { get; }

    /// <summary>The bodies, best first; empty if there is only <see cref="Best"/>.</summary>
    internal Variant[] Variants { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The function of an operator, created on first use: a model uses only a few.</summary>
    internal static UnaryFunction Of<TOperator>()
        where TOperator : struct, IUnaryOperator => Instance<TOperator>.Function;

    /// <summary>A function whose body is written elsewhere: (x, y, count, α, β); y may be x.</summary>
    internal static UnaryFunction Of(string name, delegate*<float*, float*, nint, float, float, void> body) => new(name, body, []);

    internal readonly struct Variant(IsaTier tier, bool supported, delegate*<float*, float*, nint, float, float, void> body)
    {
        public IsaTier Tier { get; } = tier;

        public bool Supported { get; } = supported;

        public delegate*<float*, float*, nint, float, float, void> Body { get; } = body;
    }

    private static class Instance<TOperator>
        where TOperator : struct, IUnaryOperator
    {
        public static readonly UnaryFunction Function = new(
            typeof(TOperator).Name.ToLowerInvariant(),
            &UnaryMap.Run<TOperator>,
            [
                new(IsaTier.Avx512, Simd512.IsSupported, &UnaryMap.Vectors<TOperator, Simd512, Vector512<float>>),
                new(IsaTier.Avx2, Simd256.IsSupported, &UnaryMap.Vectors<TOperator, Simd256, Vector256<float>>),
                new(IsaTier.AdvSimd, Simd128.IsSupported, &UnaryMap.Vectors<TOperator, Simd128, Vector128<float>>),
                new(IsaTier.Scalar, true, &UnaryMap.Vectors<TOperator, Simd1, float>),
            ]);
    }
}
