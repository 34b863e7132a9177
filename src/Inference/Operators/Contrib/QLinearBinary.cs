using Inference.Kernels.Quantized;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// y = quantize(dequantize(a) ∘ dequantize(b)) with broadcasting, ∘ addition or multiplication; inputs (a, scale, zero, b, scale, zero, scale_y, zero_y).
/// Sources: com.microsoft QLinearAdd, QLinearMul.
/// </summary>
internal sealed unsafe class QLinearBinary(bool multiply) : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, MatMulInteger.Quantized);
        Shapes.RequireSameType(context, 0, 3);
        context.SetOutput(0, type, Shapes.Broadcast(context, context.InputShape(0), context.InputShape(3)));
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(3);
        Tensor y = context.Output(0);
        if (a.Count == y.Count && b.Count == y.Count)
        {
            var left = new QuantizedForm(QuantizedValues.Scale(context.Input(1)), QuantizedValues.Zero(context.OptionalInput(2)), a.Type == ElementType.Int8);
            var right = new QuantizedForm(QuantizedValues.Scale(context.Input(4)), QuantizedValues.Zero(context.OptionalInput(5)), b.Type == ElementType.Int8);
            var result = new QuantizedForm(QuantizedValues.Scale(context.Input(6)), QuantizedValues.Zero(context.OptionalInput(7)), y.Type == ElementType.Int8);
            QuantizedBinary.Run(a.Data, in left, b.Data, in right, y.Data, in result, (nint)y.Count, multiply, shifted: !multiply);
            return;
        }

        float* tableA = stackalloc float[256];
        float* tableB = stackalloc float[256];
        QuantizedValues.Table(a.Type, context.Input(1), context.OptionalInput(2), tableA);
        QuantizedValues.Table(b.Type, context.Input(4), context.OptionalInput(5), tableB);
        float scale = QuantizedValues.Scale(context.Input(6));
        int zero = QuantizedValues.Zero(context.OptionalInput(7));
        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, a.Dims);
        loop.AddBroadcast(y.Dims, b.Dims);
        loop.Collapse();
        byte* target = y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            byte* rowA = a.Data + loop.Offset(0);
            byte* rowB = b.Data + loop.Offset(1);
            for (long i = 0; i < loop.Inner; i++)
            {
                float x = tableA[rowA[i * loop.InnerStride(0)]];
                float z = tableB[rowB[i * loop.InnerStride(1)]];
                *target++ = multiply ? QuantizedValues.Quantize(x * z, scale, zero, y.Type) : QuantizedValues.QuantizeShifted(x + z, scale, zero, y.Type);
            }

            loop.Next();
        }
    }
}
