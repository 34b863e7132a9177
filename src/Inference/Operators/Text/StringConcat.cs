using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Text;

/// <summary>y = x₀ + x₁ as texts, with broadcasting. Source: ONNX StringConcat, opset 20.</summary>
internal sealed class StringConcat : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.String, Shapes.Broadcast(context, context.InputShape(0), context.InputShape(1)));
    }

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        Span<string> target = y.Strings;
        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, a.Dims);
        loop.AddBroadcast(y.Dims, b.Dims);
        loop.Collapse();
        int next = 0;
        for (long o = 0; o < loop.Outer; o++, loop.Next())
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                if ((next & 0x3FF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                target[next++] = a.Strings[(int)(loop.Offset(0) + (i * loop.InnerStride(0)))] + b.Strings[(int)(loop.Offset(1) + (i * loop.InnerStride(1)))];
            }
        }
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();
}
