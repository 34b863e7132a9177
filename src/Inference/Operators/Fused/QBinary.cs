using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// y = quantize(dequantize(a) ∘ dequantize(b)), ∘ the attribute <c>function</c> (Add or Mul), on 8-bit tensors of one shape; inputs (a, scale, zero, b, scale, zero,
/// scale_y, zero_y), all scales and zero points constant scalars. Made by quantization fusion.
/// </summary>
internal sealed unsafe class QBinary(Node node) : Operator
{
    private readonly bool _multiply = node.Attributes.String("function") == "Mul";

    public override void Infer(InferContext context) => context.SetOutput(0, context.InputType(7), context.InputShape(0));

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override bool CanOverwrite(int output, int input) => input is 0 or 3;

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(3);
        Tensor y = context.Output(0);
        float* tableA = stackalloc float[256];
        float* tableB = stackalloc float[256];
        Fill(tableA, a.Type, context.Input(1), context.Input(2));
        Fill(tableB, b.Type, context.Input(4), context.Input(5));
        float scale = context.Input(6).Span<float>()[0];
        int zero = (int)Scalars.ToInt64(context.Input(7));
        (float min, float max) = y.Type == ElementType.Int8 ? (-128f - zero, 127f - zero) : (0f - zero, 255f - zero);
        for (long i = 0; i < y.Count; i++)
        {
            float value = (_multiply ? tableA[a.Data[i]] * tableB[b.Data[i]] : tableA[a.Data[i]] + tableB[b.Data[i]]) / scale;
            value = value > min ? value : min;
            value = value < max ? value : max;
            y.Data[i] = unchecked((byte)((int)MathF.Round(value) + zero));
        }
    }

    private static void Fill(float* table, ElementType type, Tensor scale, Tensor zero)
    {
        float s = scale.Span<float>()[0];
        int z = (int)Scalars.ToInt64(zero);
        for (int i = 0; i < 256; i++)
        {
            table[i] = ((type == ElementType.Int8 ? (sbyte)i : i) - z) * s;
        }
    }
}
