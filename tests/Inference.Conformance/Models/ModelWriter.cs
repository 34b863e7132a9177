using Inference.Onnx;

namespace Inference.Conformance.Models;

/// <summary>Writes small models in a few lines.</summary>
public sealed class ModelWriter
{
    private readonly OnnxModel _model = new() { IrVersion = 10, ProducerName = "Inference.Conformance" };

    /// <summary>Starts a model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="opset">The version of the standard operator set.</param>
    public ModelWriter(string name, long opset = 17)
    {
        _model.Graph.Name = name;
        _model.OperatorSets.Add(new OnnxOperatorSet("", opset));
    }

    /// <summary>Declares a tensor input.</summary>
    public ModelWriter Input(string name, ElementType type, params ReadOnlySpan<OnnxDimension> shape)
    {
        _model.Graph.Inputs.Add(new OnnxValueInfo(name, OnnxType.Tensor((OnnxElementType)(int)type, shape)));
        return this;
    }

    /// <summary>Declares a tensor output.</summary>
    public ModelWriter Output(string name, ElementType type, params ReadOnlySpan<OnnxDimension> shape)
    {
        _model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxType.Tensor((OnnxElementType)(int)type, shape)));
        return this;
    }

    /// <summary>Declares an output of any type.</summary>
    public ModelWriter Output(string name, OnnxType type)
    {
        _model.Graph.Outputs.Add(new OnnxValueInfo(name, type));
        return this;
    }

    /// <summary>Adds a constant.</summary>
    public ModelWriter Constant<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        _model.Graph.Initializers.Add(OnnxTensor.Create(name, values, shape));
        return this;
    }

    /// <summary>Adds a node.</summary>
    /// <param name="opType">The operator's name.</param>
    /// <param name="inputs">Names of the inputs, separated by spaces.</param>
    /// <param name="outputs">Names of the outputs, separated by spaces.</param>
    /// <param name="attributes">The attributes.</param>
    public ModelWriter Node(string opType, string inputs, string outputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        var node = new OnnxNode(
            opType,
            inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            outputs.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            name: $"{opType.ToLowerInvariant()}_{_model.Graph.Nodes.Count}");
        foreach (OnnxAttribute attribute in attributes)
        {
            node.SetAttribute(attribute);
        }

        _model.Graph.Nodes.Add(node);
        return this;
    }

    /// <summary>The model; the writer must not be used any more.</summary>
    public OnnxModel ToModel() => _model;
}
