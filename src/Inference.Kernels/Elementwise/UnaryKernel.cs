using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The variants of one unary function, best first; the first that is supported runs on whole vectors.</summary>
internal sealed unsafe class UnaryKernel
{
    private UnaryKernel(string name, delegate*<float*, float*, nint, float, float, void> best, Variant[] variants)
    {
        Name = name;
        Best = best;
        Variants = variants;
    }

    public string Name { get; }

    /// <summary>(x, y, count, α, β); y may be x.</summary>
    public delegate*<float*, float*, nint, float, float, void> Best { get; }

    public Variant[] Variants { get; }

    public static UnaryKernel Of<TOperator>(string name)
        where TOperator : struct, IUnaryOperator => new(
        name,
        &UnaryMap.Run<TOperator>,
        [
            new(IsaTier.Avx512, Simd512.IsSupported, &UnaryMap.Vectors<TOperator, Simd512, Vector512<float>>),
            new(IsaTier.Avx2, Simd256.IsSupported, &UnaryMap.Vectors<TOperator, Simd256, Vector256<float>>),
            new(IsaTier.AdvSimd, Simd128.IsSupported, &UnaryMap.Vectors<TOperator, Simd128, Vector128<float>>),
            new(IsaTier.Scalar, true, &UnaryMap.Vectors<TOperator, Simd1, float>),
        ]);

    internal readonly struct Variant(IsaTier tier, bool supported, delegate*<float*, float*, nint, float, float, void> body)
    {
        public IsaTier Tier { get; } = tier;

        public bool Supported { get; } = supported;

        public delegate*<float*, float*, nint, float, float, void> Body { get; } = body;
    }
}
