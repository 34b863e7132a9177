using Inference.Rewriting.Framework;

namespace Inference.Planning;

/// <summary>
/// Walks a graph for fixed input shapes: states every shape, folds what becomes constant (shape arithmetic above all), and takes the branch of an If whose
/// condition is known.
/// </summary>
internal sealed class Concretizer
{
    // Larger or slower constants are computed by each run instead of being kept by each plan.
    private const long MaxFoldedBytes = 8L << 20;
    private static readonly TimeSpan s_maxTime = TimeSpan.FromSeconds(2);

    private readonly Dictionary<Value, PlanValue> _values = [];
    private readonly PlanInferContext _context;
    private readonly OperatorEvaluator _evaluator;
    private readonly RunControl _control;
    private readonly string _modelName;
    private readonly long _stopAt;
    private long _bytesLeft;

    /// <summary>Bytes of the constants that were folded.</summary>
    public long FoldedBytes { get; private set; }

    public Concretizer(string modelName, RunControl control)
    {
        _control = control;
        _evaluator = new(control);
        _stopAt = control.Within(s_maxTime);
        _bytesLeft = Math.Min(8 * MaxFoldedBytes, control.Memory.Limit / 8);
        _modelName = modelName;
        _context = new(this);
    }

    /// <summary>The nodes that remain, in order.</summary>
    public List<PlanNode> Nodes { get; private set; } = [];

    /// <summary>States a value of the graph before the walk.</summary>
    public void Define(Value value, PlanValue planValue) => _values[value] = planValue;

    /// <summary>The plan's value for a value of the graph; constants are made on the way.</summary>
    public PlanValue Get(Value value)
    {
        if (!_values.TryGetValue(value, out PlanValue? result))
        {
            result = new PlanValue(value.Name) { Type = KindOf(value.Type) };
            if (value.Constant is { } constant)
            {
                SetConstant(result, constant);
            }

            _values.Add(value, result);
        }

        return result;
    }

    /// <summary>Walks the graph's nodes.</summary>
    /// <exception cref="ModelLoadException">The shapes break an operator's rules.</exception>
    public void Walk(ModelGraph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            Visit(node);
        }
    }

    /// <summary>The output types of an inner graph for these input types; nothing of it stays.</summary>
    public ModelValueType?[] InferInner(ModelGraph graph, ModelValueType?[] inputTypes)
    {
        List<PlanNode> nodes = Nodes;
        Nodes = [];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            ModelValueType? type = i < inputTypes.Length ? inputTypes[i] : null;
            Define(graph.Inputs[i], new PlanValue(graph.Inputs[i].Name) { Type = type, Dims = type is { Kind: ModelValueKind.Tensor } ? ShapeMath.ToFixed(type.Shape) : null });
        }

        Walk(graph);
        ModelValueType?[] types = [.. graph.Outputs.Select(o => Get(o).Type)];
        Nodes = nodes;
        return types;
    }

    internal static void SetConstant(PlanValue value, Tensor constant)
    {
        value.Constant = constant;
        value.Dims = constant.Dims.ToArray();
        value.Type = ModelValueType.Tensor(constant.Type, ShapeMath.ToDimensions(constant.Dims));
        value.ShapeData = ShapeMath.DataOf(constant);
    }

    private void Visit(Node node)
    {
        _control.ThrowIfStopped();
        if (node.HasInput(0) && Get(node.Inputs[0]!).Constant is { } known && node.Operator!.Branch(known) is { } branch)
        {
            TakeBranch(node, branch);
            return;
        }

        var inputs = new PlanValue?[node.Inputs.Count];
        bool allConstant = true;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (node.Inputs[i] is { } input)
            {
                inputs[i] = Get(input);
                allConstant &= inputs[i]!.Constant is not null;
            }
        }

        var outputs = new PlanValue?[node.Outputs.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            if (node.Outputs[i] is { } output)
            {
                outputs[i] = new PlanValue(output.Name);
                _values[output] = outputs[i]!;
            }
        }

        _context.Reset(node, inputs, outputs);
        Infer(node);
        for (int i = 0; i < outputs.Length; i++)
        {
            // The kind and element type inferred at load still apply where the fixed shapes give none; the run then determines the shape.
            if (outputs[i] is { Type: null } silent)
            {
                silent.Type = KindOf(node.Outputs[i]!.Type);
            }
        }

        PlanValue[] captures = Captures(node);
        if (captures.Length == 0 && !GraphEdit.InnerGraphs(node).Any() && node.Operator!.IsDeterministic && (FoldShapeData(outputs) || (allConstant && Fold(node, inputs, outputs))))
        {
            return;
        }

        var planNode = new PlanNode(node, inputs, outputs, captures);
        foreach (PlanValue? output in outputs)
        {
            output?.Producer = planNode;
        }

        Nodes.Add(planNode);
    }

    private void Infer(Node node)
    {
        try
        {
            node.Operator!.Infer(_context);
        }
        catch (InferenceException exception) when (exception is not DeadlineExceededException)
        {
            throw new InvalidInputException($"Model '{_modelName}', {node.Explain(exception.Message)}", exception);
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or OverflowException or ArgumentException or InvalidCastException or NullReferenceException or DivideByZeroException)
        {
            throw new InvalidInputException($"Model '{_modelName}', {node.Describe()}: the inputs {string.Join(", ", node.Inputs.Select(i => i is null ? "-" : Get(i).Type?.ToString() ?? "?"))} do not match the operator ({exception.Message}).", exception);
        }
    }

    private void TakeBranch(Node node, ModelGraph branch)
    {
        Walk(branch);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i] is { } output)
            {
                _values[output] = Get(branch.Outputs[i]);
            }
        }
    }

    private PlanValue[] Captures(Node node)
    {
        var captures = new List<PlanValue>();
        HashSet<PlanValue> seen = [];
        foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
        {
            foreach (Value value in inner.Captures)
            {
                PlanValue captured = Get(value);
                if (seen.Add(captured))
                {
                    captures.Add(captured);
                }
            }
        }

        return [.. captures];
    }

    private static ModelValueType? KindOf(ModelValueType? type) => type is { Kind: ModelValueKind.Tensor } tensor ? tensor with { Shape = null } : type;

    private static bool FoldShapeData(PlanValue?[] outputs)
    {
        if (outputs is not [{ Type: { } type } output] || ShapeMath.ToTensor(type.ElementType, output.Dims, output.ShapeData) is not { } constant)
        {
            return false;
        }

        SetConstant(output, constant);
        return true;
    }

    private bool Fold(Node node, PlanValue?[] inputs, PlanValue?[] outputs)
    {
        EngineValue?[]? results;
        try
        {
            results = _evaluator.Evaluate(node, [.. inputs.Select(i => i?.Constant)], Math.Min(_bytesLeft, MaxFoldedBytes), _stopAt);
        }
        catch (InferenceException exception) when (exception is not DeadlineExceededException)
        {
            // The run encounters the same failure and reports it.
            return false;
        }

        if (results is null || results.Any(r => r is not null and not Tensor))
        {
            return false;
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is { } output && results[i] is Tensor tensor)
            {
                _bytesLeft -= tensor.ByteCount;
                FoldedBytes += tensor.ByteCount;
                SetConstant(output, tensor);
            }
        }

        return true;
    }
}
