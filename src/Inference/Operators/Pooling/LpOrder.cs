namespace Inference.Operators.Pooling;

/// <summary>The order p of Lp pooling: an integer from opset 2 on, a float in opset 1; default 2.</summary>
internal static class LpOrder
{
    public static double Read(Node node) =>
        node.Attributes.Items.TryGetValue("p", out object? p) && p is float order ? order : node.Attributes.Int("p", 2);
}
