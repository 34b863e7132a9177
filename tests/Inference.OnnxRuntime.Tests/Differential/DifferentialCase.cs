using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>A model with the values to run it on and how closely results must agree.</summary>
internal sealed class DifferentialCase(string name, long opset) : IDisposable
{
    private readonly OnnxModel _model = new() { IrVersion = 10, Graph = { Name = name } };

    public NamedValues Inputs { get; } = [];

    /// <summary>The version of the default domain.</summary>
    public long Opset { get; set; } = opset;

    /// <summary>The version of ai.onnx.ml, where the operator is of it.</summary>
    public long MlOpset { get; set; } = 3;

    /// <summary>Other domains that inner graphs use.</summary>
    public HashSet<string> MoreDomains { get; } = [];

    /// <summary>Whether the model states the dimensions of its inputs; else they are free.</summary>
    public bool Fixed { get; set; }

    /// <summary>What is wrong with a tensor of an engine, where values are not equal by design (random numbers); null: compared element by element.</summary>
    public Func<string, TensorValue, string?>? Judge { get; set; }

    /// <summary>|cpu − onnxruntime| ≤ Absolute + Relative · |onnxruntime|; integers and the like within Steps.</summary>
    public double Relative { get; set; } = 1e-5;

    public double Absolute { get; set; } = 1e-6;

    /// <summary>How far integers may differ; 0 for all but quantized results that round a float.</summary>
    public int Steps { get; set; }

    /// <summary>Outputs that ONNX Runtime writes into an input's memory, by output: the input.</summary>
    public Dictionary<string, string> Shared { get; } = [];

    /// <summary>The rows of covering arrays that the case was drawn from.</summary>
    public IReadOnlyList<OptionRow> Rows { get; set; } = [];

    /// <summary>What <c>cpu</c> said where it gave no values.</summary>
    public string? Refusal { get; set; }

    public OnnxGraph Graph => _model.Graph;

    /// <summary>Adds an input, as a constant or as the model's input with free dimensions.</summary>
    public string Value(TensorValue value, bool constant, string? name = null)
    {
        name ??= $"x{Graph.Inputs.Count + Graph.Initializers.Count}";
        if (constant && value.ElementType != ElementType.String)
        {
            Graph.Initializers.Add(OnnxTensor.FromBytes(name, (OnnxElementType)(int)value.ElementType, value.AsBytes().ToArray(), value.Shape));
            value.Dispose();
            return name;
        }

        var shape = new OnnxDimension[value.Rank];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = Fixed ? value.Shape[i] : OnnxDimension.Of($"{name}_{i}");
        }

        Graph.Inputs.Add(new OnnxValueInfo(name, OnnxType.Tensor((OnnxElementType)(int)value.ElementType, shape)));
        Inputs.Add(name, value);
        return name;
    }

    /// <summary>Adds an input that is a sequence, a map or an optional.</summary>
    public string Value(ModelValue value, OnnxType type, string? name = null)
    {
        name ??= $"x{Graph.Inputs.Count + Graph.Initializers.Count}";
        Graph.Inputs.Add(new OnnxValueInfo(name, type));
        Inputs.Add(name, value);
        return name;
    }

    /// <summary>Declares an output whose shape is left open.</summary>
    public void Output(string name, ElementType type) => Output(name, OnnxType.Tensor((OnnxElementType)(int)type));

    /// <summary>Declares an output.</summary>
    public void Output(string name, OnnxType type) => Graph.Outputs.Add(new OnnxValueInfo(name, type));

    public byte[] ToBytes(string domain)
    {
        _model.OperatorSets.Add(new OnnxOperatorSet("", Opset));
        foreach (string used in MoreDomains.Append(domain).Where(static used => used.Length > 0).Distinct())
        {
            _model.OperatorSets.Add(new OnnxOperatorSet(used, used == "ai.onnx.ml" ? MlOpset : 1));
        }

        return _model.ToArray();
    }

    public override string ToString() =>
        string.Join("; ", Graph.Nodes.Select(Describe)) + " on " + string.Join(", ", Inputs.Select(static input => $"{input.Key}: {Contents(input.Value)}"))
        + string.Concat(Rows.Select(static row => $" [{row}]"))
        + (Graph.Initializers.Count == 0 ? "" : " with " + string.Join(", ", Graph.Initializers.Select(static tensor => $"{tensor}{Elements(Conformance(tensor))}")));

    private static string Contents(ModelValue value) => value switch
    {
        TensorValue tensor => $"{tensor}{Elements(tensor)}",
        SequenceValue sequence => $"sequence of {sequence.Count} ({string.Join(", ", sequence.Items.Select(Contents))})",
        MapValue map => $"map ({Contents(map.Keys)} to {Contents(map.Values)})",
        OptionalValue { Value: { } held } => $"optional ({Contents(held)})",
        _ => "nothing",
    };

    private static string Elements(TensorValue tensor) => tensor.ElementCount > 30 ? ""
        : $" [{string.Join(" ", tensor.ElementType == ElementType.String ? tensor.AsSpan<string>().ToArray().Select(static s => $"'{s}'") : Support.TensorAssert.Doubles(tensor).Select(static x => $"{x:G9}"))}]";

    private static TensorValue Conformance(OnnxTensor tensor) => Inference.Conformance.Graphs.ModelValues.FromOnnx(tensor);

    public void Dispose() => Inputs.Dispose();

    private static string Describe(OnnxNode node) =>
        $"{string.Join(",", node.Outputs)} = {node.OpType}({string.Join(",", node.Inputs)}{string.Concat(node.Attributes.Select(static a => $" {a.Name}={Text(a)}"))})";

    private static string Text(OnnxAttribute attribute) => attribute.Kind switch
    {
        OnnxAttributeKind.Int => $"{attribute.Int}",
        OnnxAttributeKind.Float => $"{attribute.Float}",
        OnnxAttributeKind.String => attribute.String,
        OnnxAttributeKind.Ints => $"[{string.Join(",", attribute.Ints)}]",
        OnnxAttributeKind.Floats => $"[{string.Join(",", attribute.Floats)}]",
        OnnxAttributeKind.Strings => $"[{string.Join(",", attribute.Strings.Select(static s => $"'{s}'"))}]",
        OnnxAttributeKind.Tensor => $"{attribute.Tensor}{Elements(Conformance(attribute.Tensor!))}",
        OnnxAttributeKind.Graph => $"{{{string.Join("; ", attribute.Graph!.Nodes.Select(Describe))} -> {string.Join(",", attribute.Graph.Outputs.Select(static o => o.Name))}}}",
        _ => attribute.Kind.ToString(),
    };
}
