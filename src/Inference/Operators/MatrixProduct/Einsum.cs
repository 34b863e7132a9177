namespace Inference.Operators.MatrixProduct;

/// <summary>
/// Sums products of operands over the labels that the output lacks, as numpy's einsum.
/// Source: ONNX Einsum, opset 12.
/// </summary>
internal sealed class Einsum : Operator
{
    // Keeps the operands' addresses on the stack, and the search for the cheapest products short.
    private const int MaxOperands = 64;

    private readonly EinsumEquation _equation;

    public Einsum(Node node)
    {
        string text = node.Attributes.String("equation");
        try
        {
            _equation = EinsumEquation.Parse(text);
        }
        catch (FormatException error)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'equation': expected an einsum equation, got '{text}': {error.Message}.");
        }

        if (_equation.Operands.Length > MaxOperands)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'equation': expected at most {MaxOperands} operands, got {_equation.Operands.Length}. Split the node.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        var ranks = new int[context.InputCount];
        for (int i = 0; i < ranks.Length; i++)
        {
            if (context.InputShape(i) is not { } shape)
            {
                context.SetOutput(0, type, null);
                return;
            }

            ranks[i] = shape.Length;
        }

        EinsumPlan plan = Plan(ranks, context.Error);
        var sizes = new Dimension?[plan.Labels.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            Dimension[] shape = context.InputShape(i)!;
            for (int k = 0; k < shape.Length; k++)
            {
                ref Dimension? size = ref sizes[plan.Labels.IndexOf(plan.Operands[i][k], StringComparison.Ordinal)];
                size = size is not { } known || known.Size == 1 ? shape[k] : shape[k].Size == 1 ? known
                    : Shapes.Merge(context, known, shape[k], $"label '{plan.Operands[i][k]}'");
            }
        }

        Shapes.RequireHoldable(context, "all labels", Array.ConvertAll(sizes, s => s ?? Dimension.Unknown));
        var output = new Dimension[plan.Outputs];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = sizes[i] ?? Dimension.Fixed(1);
        }

        context.SetOutput(0, type, output);
    }

    public override void PropagateBatch(BatchContext context)
    {
        var ranks = new int[context.InputCount];
        for (int i = 0; i < ranks.Length; i++)
        {
            if (context.InputShape(i) is not { } shape)
            {
                context.SetAllMixed();
                return;
            }

            ranks[i] = shape.Length;
        }

        EinsumPlan plan = Plan(ranks, message => new ModelLoadException(message));
        char? label = null;
        for (int i = 0; i < ranks.Length; i++)
        {
            int axis = context.InputAxis(i);
            if (axis == BatchContext.Mixed || (axis >= 0 && label is { } known && known != plan.Operands[i][axis]))
            {
                context.SetAllMixed();
                return;
            }

            label = axis >= 0 ? plan.Operands[i][axis] : label;

            // Along a diagonal a row meets its own position.
            if (axis >= 0 && plan.Operands[i].Count(c => c == label) > 1)
            {
                context.SetAllMixed();
                return;
            }
        }

        int at = label is { } own ? plan.Labels.IndexOf(own, StringComparison.Ordinal) : BatchContext.None;
        bool elsewhere = label is { } batch && Enumerable.Range(0, ranks.Length).Any(i => context.InputAxis(i) == BatchContext.None && plan.Operands[i].Contains(batch, StringComparison.Ordinal));
        context.SetOutputAxis(0, at >= plan.Outputs || elsewhere ? BatchContext.Mixed : at);
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        int operands = _equation.Operands.Length;
        var shapes = new long[operands][];
        var ranks = new int[operands];
        for (int i = 0; i < operands; i++)
        {
            shapes[i] = context.InputDims(i).ToArray();
            ranks[i] = shapes[i].Length;
        }

        return EinsumKernel.Create(Plan(ranks, message => new ModelLoadException(message)), context.InputType(0), shapes, TensorShape.Count(context.OutputDims(0)));
    }

    public override void Run(KernelContext context)
    {
        int operands = context.InputCount;
        var shapes = new long[operands][];
        var ranks = new int[operands];
        for (int i = 0; i < operands; i++)
        {
            shapes[i] = context.Input(i).Dims.ToArray();
            ranks[i] = shapes[i].Length;
        }

        EinsumKernel.Create(Plan(ranks, context.Error), context.Input(0).Type, shapes, context.Output(0).Count).Run(context);
    }

    private EinsumPlan Plan(ReadOnlySpan<int> ranks, Func<string, Exception> error)
    {
        try
        {
            return EinsumPlan.Create(_equation, ranks);
        }
        catch (FormatException bad)
        {
            throw error($"expected inputs that match the equation: {bad.Message}.");
        }
    }
}
