namespace Inference.Operators.Views;

/// <summary>y = the dimensions start to end of x, int64. Source: ONNX Shape, opsets 1 to 25.</summary>
internal sealed class Shape(Node node) : Operator
{
    private readonly long _start = node.Attributes.Int("start", 0);
    private readonly long _end = node.Attributes.Int("end", long.MaxValue);

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, ElementType.Int64, [Dimension.Unknown]);
            return;
        }

        Range range = Picked(shape.Length);
        Dimension[] data = shape[range];
        context.SetOutput(0, ElementType.Int64, [Dimension.Fixed(data.Length)]);
        context.SetOutputShapeData(0, data);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        x.Dims[Picked(x.Rank)].CopyTo(context.Output(0).Span<long>());
    }

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        if (axis >= 0 && context.InputShape(0) is { } shape)
        {
            (int offset, int length) = Picked(shape.Length).GetOffsetAndLength(shape.Length);
            axis = axis >= offset && axis < offset + length ? BatchContext.Mixed : BatchContext.None;
        }

        context.SetOutputAxis(0, axis >= 0 ? BatchContext.Mixed : axis);
    }

    private Range Picked(int rank)
    {
        long start = Math.Clamp(_start < 0 ? _start + rank : _start, 0, rank);
        long end = Math.Clamp(_end < 0 ? _end + rank : _end, 0, rank);
        return (int)start..(int)Math.Max(start, end);
    }
}
