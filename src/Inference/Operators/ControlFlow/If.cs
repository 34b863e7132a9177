namespace Inference.Operators.ControlFlow;

/// <summary>Runs one of two inner graphs, the other not at all. Source: ONNX If, opsets 1 to 25.</summary>
internal sealed class If : Operator
{
    private readonly ModelGraph _then;
    private readonly ModelGraph _else;

    public If(Node node)
    {
        _then = node.Attributes.Graph("then_branch");
        _else = node.Attributes.Graph("else_branch");
        foreach (ModelGraph branch in (ReadOnlySpan<ModelGraph>)[_then, _else])
        {
            if (branch.Outputs.Count < node.Outputs.Count || branch.Inputs.Count != 0)
            {
                throw new ModelLoadException(
                    $"{node.Describe()}: expected branches without inputs and with {node.Outputs.Count} outputs, got '{branch.Name}' with {branch.Inputs.Count} and {branch.Outputs.Count}.");
            }
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        if (type is not (ElementType.Undefined or ElementType.Bool))
        {
            throw context.Error($"input 0: expected a bool, got {type.Name()}.");
        }

        // A known condition leaves one branch; the other may not even be valid for these shapes.
        if (context.InputConstant(0) is { Count: 1 } known)
        {
            ModelValueType?[] types = context.InferSubgraph(known.Span<bool>()[0] ? _then : _else, []);
            for (int i = 0; i < context.OutputCount; i++)
            {
                if (types[i] is { } own)
                {
                    context.SetOutput(i, own);
                }
            }

            return;
        }

        ModelValueType?[] thenTypes = context.InferSubgraph(_then, []);
        ModelValueType?[] elseTypes = context.InferSubgraph(_else, []);
        for (int i = 0; i < context.OutputCount; i++)
        {
            if (SubgraphTypes.Either(thenTypes[i], elseTypes[i]) is { } either)
            {
                context.SetOutput(i, either);
            }
        }
    }

    public override ModelGraph? Branch(Tensor first) => first is { Type: ElementType.Bool, Count: 1 } ? first.Span<bool>()[0] ? _then : _else : null;

    public override void Run(KernelContext context)
    {
        Tensor condition = context.Input(0);
        if (condition.Count != 1)
        {
            throw context.Error($"input 0: expected one bool, got {condition}.");
        }

        Span<EngineValue?> outputs = context.Kept(static () => new BranchMemory()).Outputs(context.OutputCount);
        context.RunSubgraphAgain(condition.Span<bool>()[0] ? _then : _else, [], outputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (context.HasOutput(i))
            {
                context.SetOutput(i, outputs[i] ?? throw context.Error($"output {i}: the branch produced no value."));
            }
        }
    }
}
