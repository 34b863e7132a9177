using Inference.Graph;

namespace Inference.Operators.Elementwise;

/// <summary>Selu; opset 1 states its constants with fewer digits. Source: ONNX Selu, opsets 1 to 22.</summary>
internal static class Selu
{
    public static Operator Create(Node node)
    {
        bool old = node.Opset < 6;
        float alpha = node.Attributes.Float("alpha", old ? 1.6732f : 1.67326319217681884765625f);
        float gamma = node.Attributes.Float("gamma", old ? 1.0507f : 1.05070102214813232421875f);
        return new FloatUnary<Activations.Selu>(new(alpha, gamma));
    }
}
