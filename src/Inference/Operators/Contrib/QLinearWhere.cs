using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>y = quantize(condition ? dequantize(a) : dequantize(b)), broadcast; inputs (condition, a, scale, zero, b, scale, zero, scale_y, zero_y). Source: com.microsoft QLinearWhere.</summary>
internal sealed unsafe class QLinearWhere : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, TypeSet.Bool);
        ElementType type = Shapes.RequireType(context, 1, MatMulInteger.Quantized);
        Dimension[]? shape = Shapes.Broadcast(context, context.InputShape(1), context.InputShape(4));
        context.SetOutput(0, type, Shapes.Broadcast(context, context.InputShape(0), shape));
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override void Run(KernelContext context)
    {
        Tensor condition = context.Input(0);
        Tensor a = context.Input(1);
        Tensor b = context.Input(4);
        Tensor y = context.Output(0);
        float* values = stackalloc float[256];
        byte* tables = stackalloc byte[512];
        float scale = QuantizedValues.Scale(context.Input(7));
        int zero = QuantizedValues.Zero(context.OptionalInput(8));
        for (int side = 0; side < 2; side++)
        {
            int input = side == 0 ? 1 : 4;
            QuantizedValues.Table(context.Input(input).Type, context.Input(input + 1), context.OptionalInput(input + 2), values);
            for (int i = 0; i < 256; i++)
            {
                tables[side * 256 + i] = QuantizedValues.Quantize(values[i], scale, zero, y.Type);
            }
        }

        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, condition.Dims);
        loop.AddBroadcast(y.Dims, a.Dims);
        loop.AddBroadcast(y.Dims, b.Dims);
        loop.Collapse();
        byte* target = y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                bool first = condition.Data[loop.Offset(0) + i * loop.InnerStride(0)] != 0;
                *target++ = first ? tables[a.Data[loop.Offset(1) + i * loop.InnerStride(1)]] : tables[256 + b.Data[loop.Offset(2) + i * loop.InnerStride(2)]];
            }

            loop.Next();
        }
    }
}
