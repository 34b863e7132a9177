using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>
/// Operators of two inputs with broadcasting. Before opset 7 the standard knew <c>broadcast=1, axis=k</c>: the second input's dimensions start at axis k of the
/// first's; that is told as trailing dimensions of size 1 here.
/// </summary>
internal abstract class BroadcastOperator : Operator
{
    private readonly long? _legacyAxis;

    protected BroadcastOperator(Node node)
    {
        if (node.Domain.Length == 0 && node.Opset < 7 && node.Attributes.Int("broadcast", 0) != 0 && node.Attributes.Contains("axis"))
        {
            _legacyAxis = node.Attributes.Int("axis");
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        // Ranks that are not known may be those for which the rules differ.
        if (LegacyAxis(context.InputShape(0)?.Length ?? 2, context.InputShape(1)?.Length ?? 1) is null)
        {
            context.SetElementwise();
        }
        else
        {
            context.SetAllMixed();
        }
    }

    /// <summary>Where the second input's dimensions start in the first's, by the rule before opset 7; null where they end together.</summary>
    /// <param name="rank">Rank of the first input.</param>
    /// <param name="secondRank">Rank of the second.</param>
    protected virtual long? LegacyAxis(int rank, int secondRank) => _legacyAxis;

    /// <summary>The loop over y that reads a and b.</summary>
    protected StridedLoop Loop(Tensor a, Tensor b, Tensor y)
    {
        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, a.Dims);
        loop.AddBroadcast(y.Dims, SecondDims(a, b));
        loop.Collapse();
        return loop;
    }

    protected Dimension[]? BroadcastShape(InferContext context)
    {
        Dimension[]? a = context.InputShape(0);
        Dimension[]? b = context.InputShape(1);
        if (a is not null && b is not null && LegacyAxis(a.Length, b.Length) is { } axis)
        {
            int trailing = a.Length - Shapes.Axis(context, axis, a.Length) - b.Length;
            if (trailing < 0)
            {
                throw context.Error($"expected the shape of input 1 to match that of input 0 from axis {axis} on, got [{string.Join(",", b)}] and [{string.Join(",", a)}].");
            }

            b = [.. b, .. Shapes.Fixed(Ones(trailing))];
        }

        return Shapes.Broadcast(context, a, b);
    }

    /// <summary>The second input's dimensions as numpy's rule reads them.</summary>
    protected ReadOnlySpan<long> SecondDims(Tensor a, Tensor b)
    {
        if (LegacyAxis(a.Rank, b.Rank) is not { } axis)
        {
            return b.Dims;
        }

        int trailing = a.Rank - Shapes.Axis(axis, a.Rank) - b.Rank;
        return (long[])[.. b.Dims, .. Ones(trailing)];
    }

    private static long[] Ones(int count)
    {
        var ones = new long[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
