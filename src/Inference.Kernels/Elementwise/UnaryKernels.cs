using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The inventory of unary functions, in the order of <see cref="UnaryKind"/>.</summary>
internal static class UnaryKernels
{
    internal static readonly UnaryKernel[] All =
    [
        UnaryKernel.Of<UnaryOperators.Relu>("relu"),
        UnaryKernel.Of<UnaryOperators.Clip>("clip"),
        UnaryKernel.Of<UnaryOperators.LeakyRelu>("leakyrelu"),
        UnaryKernel.Of<UnaryOperators.Sigmoid>("sigmoid"),
        UnaryKernel.Of<UnaryOperators.Tanh>("tanh"),
        UnaryKernel.Of<UnaryOperators.Gelu>("gelu"),
        UnaryKernel.Of<UnaryOperators.GeluTanh>("gelutanh"),
        UnaryKernel.Of<UnaryOperators.HardSwish>("hardswish"),
        UnaryKernel.Of<UnaryOperators.HardSigmoid>("hardsigmoid"),
        UnaryKernel.Of<UnaryOperators.Silu>("silu"),
        UnaryKernel.Of<UnaryOperators.Elu>("elu"),
        UnaryKernel.Of<UnaryOperators.Exp>("exp"),
        UnaryKernel.Of<UnaryOperators.Log>("log"),
        UnaryKernel.Of<UnaryOperators.Erf>("erf"),
        UnaryKernel.Of<UnaryOperators.Softplus>("softplus"),
        UnaryKernel.Of<UnaryOperators.Sqrt>("sqrt"),
        UnaryKernel.Of<UnaryOperators.Reciprocal>("reciprocal"),
        UnaryKernel.Of<UnaryOperators.Neg>("neg"),
        UnaryKernel.Of<UnaryOperators.Abs>("abs"),
        UnaryKernel.Of<UnaryOperators.Floor>("floor"),
        UnaryKernel.Of<UnaryOperators.Ceiling>("ceiling"),
        UnaryKernel.Of<UnaryOperators.Round>("round"),
        UnaryKernel.Of<UnaryOperators.Truncate>("truncate"),
        UnaryKernel.Of<UnaryOperators.Affine>("affine"),
        UnaryKernel.Of<UnaryOperators.Sign>("sign"),
        UnaryKernel.Of<UnaryOperators.Softsign>("softsign"),
        UnaryKernel.Of<UnaryOperators.Selu>("selu"),
        UnaryKernel.Of<UnaryOperators.ThresholdedRelu>("thresholdedrelu"),
        UnaryKernel.Of<UnaryOperators.Square>("square"),
    ];

    internal static void Describe(List<KernelInfo> to)
    {
        foreach (UnaryKernel kernel in All)
        {
            bool chosen = false;
            foreach (UnaryKernel.Variant v in kernel.Variants)
            {
                string name = $"unary_f32_{kernel.Name}_{SimdNames.Of(v.Tier)}";
                to.Add(new KernelInfo("unary_f32", name, v.Tier, v.Supported, v.Supported && !chosen));
                chosen |= v.Supported;
            }
        }
    }
}
