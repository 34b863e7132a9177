using Inference.Graph;

namespace Inference.Operators.Elementwise;

/// <summary>Gelu in its exact form or with tanh. Source: ONNX Gelu, opset 20.</summary>
internal static class Gelu
{
    public static Operator Create(Node node) => node.Attributes.String("approximate", "none") switch
    {
        "none" => new FloatUnary<Activations.Gelu>(default),
        "tanh" => new FloatUnary<Activations.GeluTanh>(default),
        string other => throw new ModelLoadException($"{node.Describe()}: attribute 'approximate': expected none or tanh, got '{other}'."),
    };
}
