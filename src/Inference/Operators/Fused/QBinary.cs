using Inference.Graph;
using Inference.Kernels.Quantized;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// y = quantize(dequantize(a) ∘ dequantize(b)), ∘ the attribute <c>function</c> (Add or Mul), on 8-bit tensors of one shape; inputs (a, scale, zero, b, scale, zero,
/// scale_y, zero_y), all scales and zero points constant scalars; results are clamped by <see cref="QuantizedClip"/>. Made by quantization fusion.
/// </summary>
internal sealed unsafe class QBinary(Node node) : Operator
{
    private readonly bool _multiply = node.Attributes.String("function") == "Mul";
    private readonly QuantizedClip _clip = QuantizedClip.Read(node);

    protected override void InferOutputs(InferContext context) => context.SetOutput(0, context.InputType(7), context.InputShape(0));

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
        QuantizedBinary.Run(a.Data, in left, b.Data, in right, y.Data, in result, (nint)y.Count, _multiply, shifted: false, _clip.Low, _clip.High);
    }

    private static QuantizedForm Form(ElementType type, KernelContext context, int scale) =>
        new(context.Input(scale).Span<float>()[0], (int)Scalars.ToInt64(context.Input(scale + 1)), type == ElementType.Int8);
}
