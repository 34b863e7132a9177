namespace Inference.Onnx;

/// <summary>A shape whose dimensions may be symbolic or unknown (<c>TensorShapeProto</c>). An unknown rank is represented by a null reference to this type.</summary>
public sealed class OnnxShape : OnnxMessage
{
    /// <summary>Creates the shape of a scalar.</summary>
    public OnnxShape()
    {
    }

    /// <summary>Creates a shape.</summary>
    /// <param name="dimensions">Its dimensions, outermost first.</param>
    public OnnxShape(params ReadOnlySpan<OnnxDimension> dimensions) => Dimensions.AddRange(dimensions);

    /// <summary>The dimensions, outermost first.</summary>
    public List<OnnxDimension> Dimensions { get; } = [];

    /// <summary>The number of dimensions.</summary>
    public int Rank => Dimensions.Count;

    /// <summary>Formats the shape, such as "[batch,3,?]".</summary>
    public override string ToString() => $"[{string.Join(',', Dimensions)}]";
}
