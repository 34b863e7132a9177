namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Selu; opset 1 states its constants with fewer digits. Source: ONNX Selu, opsets 1 to 22.</summary>
internal static class Selu
{
    public const float Alpha = 1.67326319217681884765625f;
    public const float Gamma = 1.05070102214813232421875f;

    private static readonly UnaryTrait s_form = new(() => new FloatForm<Activations.Selu>());

    public static UnaryCall Read(Node node)
    {
        bool old = node.Opset < 6;
        return new(s_form.Form, node.Attributes.Float("alpha", old ? 1.6732f : Alpha), node.Attributes.Float("gamma", old ? 1.0507f : Gamma));
    }
}
