using Inference.Kernels.Quantized;
using Inference.Operators.Elementwise;
using Inference.Operators.Elementwise.OneInput;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>y = quantize(f(dequantize(x))) by a table of 256 bytes; inputs (x, scale, zero, scale_y, zero_y). Sources: com.microsoft QLinearSigmoid, QLinearLeakyRelu.</summary>
internal sealed unsafe class QLinearUnary<TFunction>(float alpha = 0f) : Operator
    where TFunction : struct, IFloatFunction
{
    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, Shapes.RequireType(context, 0, MatMulInteger.Quantized), context.InputShape(0));

    public override bool CanOverwrite(int output, int input) => input == 0;

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        float* values = stackalloc float[256];
        byte* table = stackalloc byte[256];
        QuantizedValues.Table(x.Type, context.Input(1), context.OptionalInput(2), values);
        float scale = QuantizedValues.Scale(context.Input(3));
        int zero = QuantizedValues.Zero(context.OptionalInput(4));
        for (int i = 0; i < 256; i++)
        {
            table[i] = QuantizedValues.Quantize(TFunction.Apply(values[i], alpha, 0f), scale, zero, y.Type);
        }

        ByteTable.Run(x.Data, y.Data, (nint)x.Count, table);
    }
}
