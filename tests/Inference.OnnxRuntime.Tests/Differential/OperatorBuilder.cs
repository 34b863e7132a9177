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

    /// <summary>Adds an input that is a sequence, a map or an optional.</summary>
    public OperatorBuilder In(ModelValue value, OnnxType type)
    {
        _node.Inputs.Add(_case.Value(value, type));
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

    /// <summary>Adds an input that a node before this one makes.</summary>
    /// <param name="producer">A node with one output.</param>
    public OperatorBuilder From(OnnxNode producer)
    {
        _case.Graph.Nodes.Add(producer);
        return Read(producer.Outputs[0]);
    }

    /// <summary>Reads a value that the case has already.</summary>
    public OperatorBuilder Read(string name)
    {
        _node.Inputs.Add(name);
        return this;
    }

    /// <summary>Adds a value that is no input of the node: for other nodes, and inner graphs.</summary>
    public string Value(TensorValue value, bool? constant = null, string? name = null) => _case.Value(value, constant ?? Random.Chance(0.25), name);

    /// <summary>Adds a node before this one, for inner graphs or outputs that this one does not give.</summary>
    public OperatorBuilder Node(OnnxNode node)
    {
        _case.Graph.Nodes.Add(node);
        return this;
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

    /// <summary>Adds an output that is a sequence, a map or an optional.</summary>
    public OperatorBuilder Out(OnnxType type)
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

    /// <summary>States the shapes of the inputs in the model.</summary>
    public OperatorBuilder Fixed()
    {
        _case.Fixed = true;
        return this;
    }

    /// <summary>States the version of ai.onnx.ml.</summary>
    public OperatorBuilder MlOpset(long version)
    {
        _case.MlOpset = version;
        return this;
    }

    /// <summary>Judges the tensors of each engine by itself; see <see cref="DifferentialCase.Judge"/>.</summary>
    public OperatorBuilder Judge(Func<string, TensorValue, string?> judge)
    {
        _case.Judge = judge;
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

    /// <summary>The model's inputs so far.</summary>
    public NamedValues Inputs => _case.Inputs;

    /// <summary>Gives the model an input that no node reads: a model without inputs has nothing to run.</summary>
    public OperatorBuilder Unused()
    {
        _case.Value(Random.Tensor(ElementType.Float32, [1]), false, "unused");
        return this;
    }
}
