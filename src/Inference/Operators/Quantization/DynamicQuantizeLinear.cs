using Inference.Kernels.Quantized;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>
/// Quantizes f32 to u8 by its own range (0 included): scale = (max − min)/255, zero point = round(clamp(−min/scale, 0, 255)); a range of 0 has scale 1.
/// Source: ONNX DynamicQuantizeLinear, opset 11.
/// </summary>
internal sealed unsafe class DynamicQuantizeLinear : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, TypeSet.Float32);
        context.SetOutput(0, ElementType.UInt8, context.InputShape(0));
        context.SetOutput(1, ElementType.Float32, []);
        context.SetOutput(2, ElementType.UInt8, []);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        LinearQuantization.ChooseParameters((float*)x.Data, (nint)x.Count, out float scale, out byte zero, context.Threads);
        var body = new Quantization((float*)x.Data, y.Data, scale, zero);
        ElementRanges.Run(ref body, x.Count, cost: 2, context.Threads);
        if (context.HasOutput(1))
        {
            *(float*)context.Output(1).Data = scale;
        }

        if (context.HasOutput(2))
        {
            *context.Output(2).Data = zero;
        }
    }

    private readonly struct Quantization(float* x, byte* y, float scale, byte zero) : IRangeBody
    {
        public void Run(long first, long count) => LinearQuantization.Quantize(x + first, y + first, (nint)count, scale, zero, signed: false);
    }
}
