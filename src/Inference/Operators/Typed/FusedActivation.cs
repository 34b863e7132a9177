using Inference.Graph;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Typed;

/// <summary>The activation that a fused operator applies last: attributes <c>activation</c> and <c>activation_params</c> (or <c>activation_alpha</c>, <c>activation_beta</c>).</summary>
internal static class FusedActivation
{
    public static Activation Read(Node node)
    {
        string name = node.Attributes.String("activation", "");
        float[] given = node.Attributes.Floats("activation_params") ?? [];
        float First(float defaultValue) => given.Length > 0 ? given[0] : node.Attributes.Float("activation_alpha", defaultValue);
        float Second(float defaultValue) => given.Length > 1 ? given[1] : node.Attributes.Float("activation_beta", defaultValue);
        return name switch
        {
            "" => default,
            "Relu" => Activation.Relu,
            "Clip" => Activation.Clip(First(float.NegativeInfinity), Second(float.PositiveInfinity)),
            "LeakyRelu" => new(ActivationKind.LeakyRelu, First(0.01f)),
            "Sigmoid" => new(ActivationKind.Sigmoid),
            "Tanh" => new(ActivationKind.Tanh),
            "Gelu" => new(ActivationKind.Gelu),
            "FastGelu" => new(ActivationKind.GeluTanh),
            "HardSwish" => new(ActivationKind.HardSwish),
            "HardSigmoid" => new(ActivationKind.HardSigmoid, First(0.2f), Second(0.5f)),
            "Silu" => new(ActivationKind.Silu),
            "Elu" => new(ActivationKind.Elu, First(1f)),
            _ => throw new ModelLoadException($"{node.Describe()}: attribute 'activation': expected the name of an activation that can be fused, got '{name}'."),
        };
    }
}
