using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Builds a case of one node.</summary>
internal sealed class OperatorBuilder
{
    private readonly DifferentialCase _case;
    private readonly OnnxNode _node;

    public OperatorBuilder(CaseRandom random, string opType, long opset = 18, string domain = "")
    {
        Random = random;
        _case = new DifferentialCase(opType, opset);
        _node = new OnnxNode(opType, [], [], domain, $"{opType}_node");
    }

    public CaseRandom Random { get; }

    /// <summary>Adds an input, constant at times.</summary>
    public OperatorBuilder In(TensorValue value, bool? constant = null)
    {
        _node.Inputs.Add(_case.Value(value, constant ?? Random.Chance(0.25)));
        return this;
    }

    /// <summary>Adds an input whose memory an output of the same shape takes in ONNX Runtime; see <see cref="OutInto"/>.</summary>
    public OperatorBuilder InShared(TensorValue value)
    {
        _node.Inputs.Add(_case.Value(value, false));
        return this;
    }

    /// <summary>Adds an output that ONNX Runtime writes where an input lies.</summary>
    /// <param name="type">The output's type.</param>
    /// <param name="input">The node's input.</param>
    public OperatorBuilder OutInto(ElementType type, int input)
    {
        _case.Shared.Add($"y{_node.Outputs.Count}", _node.Inputs[input]);
        return Out(type);
    }

    /// <summary>Leaves an input out.</summary>
    public OperatorBuilder Skip()
    {
        _node.Inputs.Add("");
        return this;
    }

    public OperatorBuilder Attr(string name, long value) => With(OnnxAttribute.FromInt(name, value));

    public OperatorBuilder Attr(string name, float value) => With(OnnxAttribute.FromFloat(name, value));

    public OperatorBuilder Attr(string name, string value) => With(OnnxAttribute.FromString(name, value));

    public OperatorBuilder Attr(string name, long[] values) => With(OnnxAttribute.FromInts(name, values));

    public OperatorBuilder Attr(string name, float[] values) => With(OnnxAttribute.FromFloats(name, values));

    public OperatorBuilder Attr(string name, string[] values) => With(OnnxAttribute.FromStrings(name, values));

    public OperatorBuilder With(OnnxAttribute attribute)
    {
        _node.SetAttribute(attribute);
        return this;
    }

    /// <summary>Adds an output.</summary>
    public OperatorBuilder Out(ElementType type)
    {
        string name = $"y{_node.Outputs.Count}";
        _node.Outputs.Add(name);
        _case.Output(name, type);
        return this;
    }

    /// <summary>Adds an output of the node that the model does not return.</summary>
    public OperatorBuilder InnerOut()
    {
        _node.Outputs.Add($"y{_node.Outputs.Count}");
        return this;
    }

    /// <summary>Leaves an output out.</summary>
    public OperatorBuilder SkipOut()
    {
        _node.Outputs.Add("");
        return this;
    }

    public OperatorBuilder Tolerance(double relative, double absolute)
    {
        _case.Relative = relative;
        _case.Absolute = absolute;
        return this;
    }

    public OperatorBuilder Steps(int steps)
    {
        _case.Steps = steps;
        return this;
    }

    public DifferentialCase Build()
    {
        // A model without inputs is one that every engine folds at load: give the first constant back as an input.
        _case.Graph.Nodes.Add(_node);
        _case.Rows = Random.Rows;
        return _case;
    }

    public string Domain => _node.Domain;
}
