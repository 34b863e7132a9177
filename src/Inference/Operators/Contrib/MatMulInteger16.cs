using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>Y = A × B as numpy's matmul of int16 with sums in int32, which wrap. Source: com.microsoft MatMulInteger16.</summary>
internal sealed class MatMulInteger16 : Operator
{
    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, ElementType.Int32, ProductShape.Infer(context, context.InputShape(0), context.InputShape(1)));

    public override long CountMacs(InferContext context) => ProductShape.CountMacs(context);

    public override void PropagateBatch(BatchContext context) => ProductShape.PropagateBatch(context);

    public override void Run(KernelContext context)
    {
        if (context.Output(0).Count > 0)
        {
            MatMul.RunAny<int>(context, Widen(context, context.Input(0)), Widen(context, context.Input(1)), context.Output(0));
        }
    }

    private static Tensor Widen(KernelContext context, Tensor source)
    {
        Tensor wide = context.Allocate(ElementType.Int32, source.Dims);
        ReadOnlySpan<short> from = source.Span<short>();
        Span<int> to = wide.Span<int>();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[i];
        }

        return wide;
    }
}
