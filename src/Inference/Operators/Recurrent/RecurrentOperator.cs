namespace Inference.Operators.Recurrent;

/// <summary>
/// RNN, GRU and LSTM: X [S, B, I], W [D, G·H, I], R [D, G·H, H] → Y [S, D, B, H] and the last states [D, B, H]; with layout 1 the batch comes first everywhere.
/// Source: ONNX RNN, GRU and LSTM, opsets 1 to 22.
/// </summary>
internal sealed class RecurrentOperator(Node node, CellKind kind, OperatorTable table) : Operator
{
    private readonly CellOptions _options = new(node, kind, table);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        Dimension[]? w = context.InputShape(1);
        Dimension[]? r = context.InputShape(2);
        bool batchFirst = _options.BatchFirst;
        Dimension sequence = x?[batchFirst ? 1 : 0] ?? Dimension.Unknown;
        Dimension batch = x?[batchFirst ? 0 : 1] ?? Dimension.Unknown;
        Dimension directions = Dimension.Fixed(_options.Directions);
        Dimension hidden = _options.HiddenSize is { } size ? Dimension.Fixed(size) : Dimension.Unknown;
        if (r is not null)
        {
            hidden = Shapes.Merge(context, hidden, r[2], "hidden size");
        }

        if (hidden.Size == 0 || x?[2].Size == 0)
        {
            throw context.Error($"expected input and hidden sizes of 1 or more, got {x?[2]} and {hidden}.");
        }

        CheckWeights(context, x, w, r, hidden);
        CheckState(context, 5, batch, hidden);
        CheckState(context, 6, batch, hidden);
        Shapes.RequireShape(context, 3, [directions, Shapes.Product([hidden, Dimension.Fixed(2 * (int)kind)])]);
        Shapes.RequireShape(context, 4, [batch]);
        if (kind == CellKind.Lstm)
        {
            Shapes.RequireShape(context, 7, [directions, Shapes.Product([hidden, Dimension.Fixed(3)])]);
        }

        Dimension[] state = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
        context.SetOutput(0, type, batchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden]);
        context.SetOutput(1, type, state);
        if (kind == CellKind.Lstm)
        {
            context.SetOutput(2, type, state);
        }
    }

    public override void Run(KernelContext context) => RecurrentRunner.Run(context, _options, null, null);

    public override Kernel? Prepare(PrepareContext context)
    {
        if (context.InputType(0) != ElementType.Float32 || context.Constant(1) is not { } w || context.Constant(2) is not { } r)
        {
            return null;
        }

        long hidden = context.InputDims(2)[2];
        bool apart = kind == CellKind.Gru && !_options.LinearBeforeReset;
        CellWeights packedW = context.Shared(1, new CellForm(LastApart: false, Hidden: 0), () => CellWeights.Create(w, lastApart: false, hidden));
        CellWeights packedR = context.Shared(2, new CellForm(apart, apart ? hidden : 0), () => CellWeights.Create(r, apart, hidden));
        ReadOnlySpan<long> x = context.InputDims(0);
        long steps = x[_options.BatchFirst ? 1 : 0];
        long batch = x[_options.BatchFirst ? 0 : 1];
        return steps > 0 && batch > 0 && hidden > 0 && SequenceKernel.Fits(_options, batch)
            ? new SequenceKernel(_options, packedW, packedR, checked((int)steps), checked((int)batch), checked((int)x[2]), checked((int)hidden))
            : new RecurrentKernel(_options, packedW, packedR);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int xAxis = _options.BatchFirst ? 0 : 1;
        int stateAxis = xAxis;
        bool none = !context.AnyBatch;
        bool apart = context.InputAxis(0) == xAxis && context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None;
        for (int i = 3; apart && i < context.InputCount; i++)
        {
            bool paired = i is 4 or 5 || (i == 6 && kind == CellKind.Lstm);
            apart = !context.Node.HasInput(i) || context.InputAxis(i) == (paired ? (i == 4 ? 0 : stateAxis) : BatchContext.None);
        }

        int y = none ? BatchContext.None : !apart ? BatchContext.Mixed : _options.BatchFirst ? 0 : 2;
        int state = none ? BatchContext.None : !apart ? BatchContext.Mixed : stateAxis;
        for (int i = 0; i < context.Node.Outputs.Count; i++)
        {
            context.SetOutputAxis(i, i == 0 ? y : state);
        }
    }

    public override long CountMacs(InferContext context)
    {
        if (Shapes.Sizes(context.InputShape(0)) is not { } x || Shapes.Sizes(context.InputShape(2)) is not { } r)
        {
            return 0;
        }

        return x[0] * x[1] * r[0] * r[1] * (x[2] + r[2]);
    }

    private void CheckWeights(InferContext context, Dimension[]? x, Dimension[]? w, Dimension[]? r, Dimension hidden)
    {
        Dimension directions = Dimension.Fixed(_options.Directions);
        if (w is not null)
        {
            Shapes.RequireShape(context, 1, [directions, Shapes.Product([hidden, Dimension.Fixed((int)kind)]), x?[2] ?? Dimension.Unknown]);
        }

        if (r is not null)
        {
            Shapes.RequireShape(context, 2, [directions, Shapes.Product([hidden, Dimension.Fixed((int)kind)]), hidden]);
        }
    }

    private void CheckState(InferContext context, int input, Dimension batch, Dimension hidden)
    {
        if (input == 6 && kind != CellKind.Lstm)
        {
            return;
        }

        Dimension directions = Dimension.Fixed(_options.Directions);
        Shapes.RequireShape(context, input, _options.BatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]);
    }
}
