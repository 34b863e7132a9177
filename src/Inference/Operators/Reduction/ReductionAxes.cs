using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>The axes of a reduction: an attribute in older opsets, an input in newer ones; none means all, or nothing with noop_with_empty_axes.</summary>
internal sealed class ReductionAxes
{
    private readonly long[]? _attribute;
    private readonly bool _fromInput;
    private readonly bool _keep;
    private readonly bool _noop;

    public ReductionAxes(Node node, long inputSince)
    {
        _fromInput = node.Opset >= inputSince;
        _attribute = _fromInput ? null : node.Attributes.Ints("axes");
        _keep = node.Attributes.Int("keepdims", 1) != 0;
        _noop = _fromInput && node.Attributes.Int("noop_with_empty_axes", 0) != 0;
    }

    /// <summary>The output's shape; null where the axes are not known and dimensions go.</summary>
    public Dimension[]? OutputShape(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        if (shape is null)
        {
            return null;
        }

        bool given = _fromInput && context.HasInput(1);
        if (given && context.InputConstant(1) is null)
        {
            // Not even known whether the list is empty.
            return _keep ? Shapes.Unknown(shape.Length) : null;
        }

        long[]? axes = given ? context.InputConstant(1)!.ToInt64Array() : _attribute;
        var reduced = new bool[shape.Length];
        foreach (long axis in axes ?? [])
        {
            reduced[Shapes.Axis(context, axis, shape.Length)] = true;
        }

        if (axes is null or { Length: 0 } && !_noop)
        {
            Array.Fill(reduced, true);
        }

        var result = new List<Dimension>();
        for (int i = 0; i < shape.Length; i++)
        {
            if (!reduced[i])
            {
                result.Add(shape[i]);
            }
            else if (_keep)
            {
                result.Add(Dimension.Fixed(1));
            }
        }

        return [.. result];
    }

    /// <summary>Marks the reduced axes at run time.</summary>
    public void Mark(KernelContext context, Span<bool> reduced)
    {
        Tensor? input = _fromInput ? context.OptionalInput(1) : null;
        int count = input is not null ? (int)input.Count : _attribute?.Length ?? 0;
        reduced.Fill(count == 0 && !_noop);
        for (int i = 0; i < count; i++)
        {
            reduced[Shapes.Axis(context, input is not null ? Scalars.ToInt64(input, i) : _attribute![i], reduced.Length)] = true;
        }
    }

    /// <summary>Rows stay apart where the batch's axis is not reduced.</summary>
    public void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        if (axis < 0 || context.InputShape(0) is not { } shape || (_fromInput && context.Node.HasInput(1) && context.InputConstant(1) is null))
        {
            context.SetAllMixed();
            return;
        }

        long[]? axes = _fromInput && context.Node.HasInput(1) ? context.InputConstant(1)!.ToInt64Array() : _attribute;
        if (axes is null or { Length: 0 })
        {
            context.SetOutputAxis(0, _noop ? axis : BatchContext.Mixed);
            return;
        }

        int before = 0;
        foreach (long value in axes)
        {
            int own = Shapes.Axis(value, shape.Length);
            if (own == axis)
            {
                context.SetOutputAxis(0, BatchContext.Mixed);
                return;
            }

            before += own < axis ? 1 : 0;
        }

        context.SetOutputAxis(0, _keep ? axis : axis - before);
    }
}
