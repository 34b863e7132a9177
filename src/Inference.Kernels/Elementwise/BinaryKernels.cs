using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The inventory of binary functions, in the order of <see cref="BinaryKind"/>.</summary>
internal static unsafe class BinaryKernels
{
    internal static readonly BinaryKernel[] All =
    [
        BinaryKernel.Of<BinaryOperators.Add>("add"),
        BinaryKernel.Of<BinaryOperators.Sub>("sub"),
        BinaryKernel.Of<BinaryOperators.Mul>("mul"),
        BinaryKernel.Of<BinaryOperators.Div>("div"),
        BinaryKernel.Of<BinaryOperators.Min>("min"),
        BinaryKernel.Of<BinaryOperators.Max>("max"),
        BinaryKernel.Pow(),
        BinaryKernel.Of<BinaryOperators.PRelu>("prelu"),
        BinaryKernel.Of<BinaryOperators.SquaredDifference>("squareddifference"),
    ];

    internal static void Describe(List<KernelRow> to)
    {
        foreach (BinaryKernel kernel in All)
        {
            bool chosen = false;
            foreach (BinaryKernel.Variant v in kernel.Variants)
            {
                chosen = KernelRow.Add(to, "binary_f32", $"binary_f32_{kernel.Name}_{SimdNames.Of(v.Tier)}", v.Tier, v.Supported, (nint)v.Body, chosen);
            }
        }
    }
}
