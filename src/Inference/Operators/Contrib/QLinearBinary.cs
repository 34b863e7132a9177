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
        var left = new QuantizedForm(QuantizedValues.Scale(context.Input(1)), QuantizedValues.Zero(context.OptionalInput(2)), a.Type == ElementType.Int8);
        var right = new QuantizedForm(QuantizedValues.Scale(context.Input(4)), QuantizedValues.Zero(context.OptionalInput(5)), b.Type == ElementType.Int8);
        var result = new QuantizedForm(QuantizedValues.Scale(context.Input(6)), QuantizedValues.Zero(context.OptionalInput(7)), y.Type == ElementType.Int8);
        new QuantizedRuns(left, right, result, y.Data, multiply, shifted: !multiply, QuantizedClip.None).Run(a, b, y.Dims, y.Count, context.Threads);
    }
}
