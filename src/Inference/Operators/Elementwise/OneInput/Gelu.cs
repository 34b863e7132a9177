namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Gelu in its exact form or with tanh. Source: ONNX Gelu, opset 20.</summary>
internal static class Gelu
{
    private static readonly UnaryTrait s_exact = new(() => new FloatForm<Activations.Gelu>());
    private static readonly UnaryTrait s_tanh = new(() => new FloatForm<Activations.GeluTanh>());

    public static UnaryCall Read(Node node) => node.Attributes.String("approximate", "none") switch
    {
        "none" => s_exact.Form.Of(node),
        "tanh" => s_tanh.Form.Of(node),
        string other => throw new ModelLoadException($"{node.Describe()}: attribute 'approximate': expected none or tanh, got '{other}'."),
    };
}
