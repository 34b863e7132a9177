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
    // Both operands spread out on the stack, 2 KB.
    private const int Chunk = 1024;

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
        if (a.Count == y.Count && b.Count == y.Count)
        {
            // What broadcasts to a shape and has as many elements has them in its order.
            QuantizedBinary.Run(a.Data, in left, b.Data, in right, y.Data, in result, (nint)y.Count, _multiply, shifted: false, _clip.Low, _clip.High);
            return;
        }

        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, a.Dims);
        loop.AddBroadcast(y.Dims, b.Dims);
        loop.Collapse();
        byte* spread = stackalloc byte[2 * Chunk];
        byte* target = y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            context.ThrowIfCancelled();
            for (long first = 0; first < loop.Inner; first += Chunk)
            {
                int count = (int)Math.Min(Chunk, loop.Inner - first);
                byte* p = Spread(a.Data + loop.Offset(0), loop.InnerStride(0), first, count, spread);
                byte* q = Spread(b.Data + loop.Offset(1), loop.InnerStride(1), first, count, spread + Chunk);
                QuantizedBinary.Run(p, in left, q, in right, target + first, in result, count, _multiply, shifted: false, _clip.Low, _clip.High);
            }

            target += loop.Inner;
            loop.Next();
        }
    }

    // A run as it lies, or one element repeated.
    private static byte* Spread(byte* run, long stride, long first, int count, byte* to)
    {
        if (stride == 1)
        {
            return run + first;
        }

        new Span<byte>(to, count).Fill(*run);
        return to;
    }

    private static QuantizedForm Form(ElementType type, KernelContext context, int scale) =>
        new(context.Input(scale).Span<float>()[0], (int)Scalars.ToInt64(context.Input(scale + 1)), type == ElementType.Int8);
}
