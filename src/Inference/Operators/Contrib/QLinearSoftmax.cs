using Inference.Kernels.Quantized;
using Inference.Kernels.Threading;
using Inference.Operators.Quantization;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// quantize(softmax(dequantize(x))) along an axis, or for the attribute opset below 13 over all dimensions from it on; inputs (x, scale, zero, scale_y, zero_y).
/// Source: com.microsoft QLinearSoftmax.
/// </summary>
internal sealed unsafe class QLinearSoftmax(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", -1);
    private readonly bool _flatten = node.Attributes.Int("opset", 13) < 13;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, MatMulInteger.Quantized);
        if (context.InputShape(0) is { } shape)
        {
            Shapes.Axis(context, _axis, shape.Length);
        }

        context.SetOutput(0, type, context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        bool apart = batch < 0 || (context.InputShape(0) is { } shape && Shapes.Axis(_axis, shape.Length) is var axis && (_flatten ? batch < axis : batch != axis));
        context.SetOutputAxis(0, apart ? batch : BatchContext.Mixed);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        int axis = Shapes.Axis(_axis, x.Rank);
        long outer = TensorShape.Count(x.Dims[..axis]);
        long length = _flatten ? TensorShape.Count(x.Dims[axis..]) : x.Dims[axis];
        long inner = _flatten ? 1 : TensorShape.Count(x.Dims[(axis + 1)..]);
        float* table = stackalloc float[256];
        QuantizedValues.Table(x.Type, context.Input(1), context.OptionalInput(2), table);
        float own = QuantizedValues.Scale(context.Input(1));
        int point = QuantizedValues.Zero(context.OptionalInput(2));
        float scale = QuantizedValues.Scale(context.Input(3));
        int zero = QuantizedValues.Zero(context.OptionalInput(4));
        float* row = (float*)context.Scratch(Math.Max(1, length) * sizeof(float));
        var work = default(WorkCounter);
        for (long o = 0; length > 0 && o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                work.Add(8 * length);
                long start = o * length * inner + i;
                if (inner == 1)
                {
                    Dense(x, start, row, y, length, own, point, scale, zero);
                    continue;
                }

                for (long k = 0; k < length; k++)
                {
                    row[k] = table[x.Data[start + k * inner]];
                }

                Softmax.Row(row, row, length, SoftmaxKind.Softmax);
                for (long k = 0; k < length; k++)
                {
                    y.Data[start + k * inner] = QuantizedValues.Quantize(row[k], scale, zero, y.Type);
                }
            }
        }
    }

    private static void Dense(Tensor x, long start, float* row, Tensor y, long length, float own, int point, float scale, int zero)
    {
        LinearQuantization.Dequantize(x.Data + start, row, (nint)length, own, point, x.Type == ElementType.Int8);
        Softmax.Row(row, row, length, SoftmaxKind.Softmax);
        LinearQuantization.Quantize(row, y.Data + start, (nint)length, scale, zero, y.Type == ElementType.Int8);
    }
}
