using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Tests.Covering;

/// <summary>Values of options that several families share.</summary>
internal static class Choices
{
    public static readonly bool[] Either = [false, true];

    public static readonly int[] Threads = [1, 2];

    public static readonly IsaTier[] Tiers = [IsaTier.Scalar, IsaTier.AdvSimd, IsaTier.Avx2, IsaTier.Avx512];

    /// <summary>Every activation that a kernel may apply, with parameters that tell each from the others.</summary>
    public static readonly Activation[] Activations =
    [
        default, Activation.Relu, Activation.Clip(-0.5f, 0.75f), new(UnaryFunctions.LeakyRelu, 0.1f), new(UnaryFunctions.Sigmoid), new(UnaryFunctions.Tanh),
        new(UnaryFunctions.Gelu), new(UnaryFunctions.GeluTanh), new(UnaryFunctions.HardSwish), new(UnaryFunctions.HardSigmoid, 0.3f, 0.4f), new(UnaryFunctions.Silu, 1f),
        new(UnaryFunctions.Elu, 0.7f),
    ];

    /// <summary>An activation that clamps, one that does not and none: the three ways in which epilogues treat them.</summary>
    public static readonly Activation[] FewActivations = [default, Activation.Relu, Activation.Clip(-0.5f, 0.75f), new(UnaryFunctions.HardSwish)];
}
