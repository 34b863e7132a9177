namespace Inference.Operators.Contract;

/// <summary>Values that are constants.</summary>
internal static class ConstantValue
{
    /// <summary>A constant.</summary>
    public static Value Of(string name, Tensor tensor) => new(name)
    {
        Constant = tensor,
        Type = ModelValueType.Tensor(tensor.Type, ShapeMath.ToDimensions(tensor.Dims)),
        ShapeData = ShapeMath.DataOf(tensor),
    };

    /// <summary>A list of integers.</summary>
    public static Value Of(string name, params ReadOnlySpan<long> values) => Of(name, Tensor.Create<long>(values.ToArray(), [values.Length]));
}
