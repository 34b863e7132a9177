using Inference.Operators.Movement;

namespace Inference.Operators.Views;

/// <summary>y[i_perm(0), i_perm(1), …] = x[i₀, i₁, …]: axis k of y is axis perm[k] of x; the default reverses the axes. Source: ONNX Transpose, opsets 1 to 25.</summary>
internal sealed class Transpose(Node node) : Operator
{
    private readonly long[]? _perm = node.Attributes.Ints("perm") is { Length: > 0 } perm ? perm : null;

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, context.InputType(0), _perm is null ? null : ShapeRules.Unknown(context, _perm.Length));
            return;
        }

        if (_perm is not null)
        {
            Check(context, shape);
        }

        var result = new Dimension[shape.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = shape[Source(i, result.Length)];
        }

        context.SetOutput(0, context.InputType(0), result);
        if (result.Length <= 1 && context.InputShapeData(0) is { } data)
        {
            context.SetOutputShapeData(0, data);
        }
    }

    public override void Run(KernelContext context)
    {
        Tensor source = context.Input(0);
        int rank = source.Rank;
        Span<int> permutation = stackalloc int[rank];
        for (int i = 0; i < rank; i++)
        {
            permutation[i] = Source(i, rank);
        }

        Permuted.Run(context, source, context.Output(0), source.Dims, permutation);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        if (axis >= 0 && context.InputShape(0) is { } shape)
        {
            for (int i = 0; i < shape.Length; i++)
            {
                if (Source(i, shape.Length) == axis)
                {
                    context.SetOutputAxis(0, i);
                    return;
                }
            }
        }

        context.SetOutputAxis(0, axis >= 0 ? BatchContext.Mixed : axis);
    }

    private int Source(int axis, int rank)
    {
        if (_perm is null)
        {
            return rank - 1 - axis;
        }

        return Shapes.Axis(_perm[axis], rank);
    }

    private void Check(InferContext context, Dimension[] shape)
    {
        var seen = new bool[shape.Length];
        bool good = _perm!.Length == shape.Length;
        for (int i = 0; good && i < _perm.Length; i++)
        {
            int axis = Shapes.Axis(context, _perm[i], shape.Length);
            good = !seen[axis];
            seen[axis] = true;
        }

        if (!good)
        {
            throw context.Error($"perm: expected a permutation of {shape.Length} axes, got [{string.Join(",", _perm)}] for shape {ShapeRules.Format(shape)}.");
        }
    }
}
