using Inference.Kernels.Quantized;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// y = quantize(dequantize(a) ∘ dequantize(b)), ∘ the attribute <c>function</c> (Add or Mul), on 8-bit tensors that broadcast; inputs (a, scale, zero, b, scale, zero,
/// scale_y, zero_y), all scales and zero points constant scalars; results are clamped by <see cref="QuantizedClip"/>. Made by quantization fusion.
/// </summary>
internal sealed unsafe class QBinary(Node node) : Operator
{
    private readonly bool _multiply = node.Attributes.String("function") == "Mul";
    private readonly QuantizedClip _clip = QuantizedClip.Read(node);

    protected override void InferOutputs(InferContext context)
    {
        QuantizedInputs.RequireForm(context, 1);
        QuantizedInputs.RequireForm(context, 4);
        QuantizedInputs.RequireForm(context, 6);
        context.SetOutput(0, context.InputType(7), Shapes.Broadcast(context, context.InputShape(0), context.InputShape(3)));
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override bool CanOverwrite(int output, int input) => input is 0 or 3;

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(3);
        Tensor y = context.Output(0);
        QuantizedForm left = Form(a.Type, context, 1);
        QuantizedForm right = Form(b.Type, context, 4);
        QuantizedForm result = Form(y.Type, context, 6);
        new QuantizedRuns(left, right, result, y.Data, _multiply, shifted: false, _clip).Run(a, b, y.Dims, y.Count, context.Threads);
    }

    private static QuantizedForm Form(ElementType type, KernelContext context, int scale) =>
        new(context.Input(scale).Span<float>()[0], (int)Scalars.ToInt64(context.Input(scale + 1)), type == ElementType.Int8);
}
