using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Writes the inner graph of an operator.</summary>
internal sealed class InnerGraph(string name)
{
    public OnnxGraph Graph { get; } = new() { Name = name };

    public InnerGraph In(string input, ElementType type, params OnnxDimension[]? shape)
    {
        Graph.Inputs.Add(new OnnxValueInfo(input, shape is { Length: > 0 } ? OnnxType.Tensor((OnnxElementType)(int)type, shape) : OnnxType.Tensor((OnnxElementType)(int)type)));
        return this;
    }

    public InnerGraph In(string input, OnnxType type)
    {
        Graph.Inputs.Add(new OnnxValueInfo(input, type));
        return this;
    }

    public InnerGraph Constant(string constant, TensorValue value)
    {
        Graph.Initializers.Add(OnnxTensor.FromBytes(constant, (OnnxElementType)(int)value.ElementType, value.AsBytes().ToArray(), value.Shape));
        value.Dispose();
        return this;
    }

    /// <summary>Adds a node; names with blanks between.</summary>
    public InnerGraph Node(string op, string inputs, string outputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new OnnxNode(op, inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries), outputs.Split(' '), name: $"{Graph.Name}_{Graph.Nodes.Count}");
        foreach (OnnxAttribute attribute in attributes)
        {
            node.SetAttribute(attribute);
        }

        Graph.Nodes.Add(node);
        return this;
    }

    public InnerGraph Out(string output, ElementType type) => Out(output, OnnxType.Tensor((OnnxElementType)(int)type));

    public InnerGraph Out(string output, OnnxType type)
    {
        Graph.Outputs.Add(new OnnxValueInfo(output, type));
        return this;
    }
}
