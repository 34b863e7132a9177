namespace Inference.Operators.Views;

/// <summary>y = the number of elements of x, an int64 scalar. Source: ONNX Size, opsets 1 to 25.</summary>
internal sealed class Size : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.Int64, []);
        if (context.InputShape(0) is { } shape)
        {
            context.SetOutputShapeData(0, [Shapes.Product(shape)]);
        }
    }

    public override void Run(KernelContext context) => context.Output(0).Span<long>()[0] = context.Input(0).Count;
}
