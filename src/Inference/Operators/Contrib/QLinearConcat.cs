using Inference.Graph;
using Inference.Kernels.Quantized;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>Concatenates quantized tensors in one scale: inputs scale_y, zero_y, then (x, scale, zero) each. Source: com.microsoft QLinearConcat.</summary>
internal sealed unsafe class QLinearConcat(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis");

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputCount < 5 || (context.InputCount - 2) % 3 != 0)
        {
            throw context.Error($"expected scale, zero point and a triple for each tensor, got {context.InputCount} inputs.");
        }

        ElementType type = Shapes.RequireType(context, 1, MatMulInteger.Quantized);
        Dimension[]? result = null;
        for (int i = 2; i < context.InputCount; i += 3)
        {
            Shapes.RequireType(context, i, MatMulInteger.Quantized);
            if (context.InputShape(i) is not { } shape)
            {
                context.SetOutput(0, type, null);
                return;
            }

            if (result is null)
            {
                result = (Dimension[])shape.Clone();
                continue;
            }

            int axis = Shapes.Axis(context, _axis, result.Length);
            if (shape.Length != result.Length)
            {
                throw context.Error($"input {i}: expected rank {result.Length}, got [{string.Join(",", shape)}].");
            }

            for (int d = 0; d < result.Length; d++)
            {
                result[d] = d != axis ? Shapes.Merge(context, result[d], shape[d], $"axis {d} of the tensors")
                    : result[d].Size is { } a && shape[d].Size is { } b ? Dimension.Fixed(a + b) : Dimension.Unknown;
            }
        }

        context.SetOutput(0, type, result);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(2);
        for (int i = 0; i < context.InputCount; i++)
        {
            bool tensor = i >= 2 && (i - 2) % 3 == 0;
            if (context.InputAxis(i) != (tensor ? batch : BatchContext.None) || (tensor && context.InputShape(i) is { } shape && Shapes.Axis(_axis, shape.Length) == batch))
            {
                context.SetAllMixed();
                return;
            }
        }

        context.SetOutputAxis(0, batch);
    }

    public override void Run(KernelContext context)
    {
        Tensor y = context.Output(0);
        float scale = QuantizedValues.Scale(context.Input(0));
        int zero = QuantizedValues.Zero(context.Input(1));
        int axis = Shapes.Axis(_axis, y.Rank);
        long outer = TensorShape.Count(y.Dims[..axis]);
        long row = TensorShape.Count(y.Dims[axis..]);
        float* values = stackalloc float[256];
        byte* table = stackalloc byte[256];
        long offset = 0;
        for (int i = 2; i < context.InputCount; i += 3)
        {
            Tensor x = context.Input(i);
            QuantizedValues.Table(x.Type, context.Input(i + 1), context.OptionalInput(i + 2), values);
            for (int k = 0; k < 256; k++)
            {
                table[k] = QuantizedValues.Quantize(values[k], scale, zero, y.Type);
            }

            long own = TensorShape.Count(x.Dims[axis..]);
            for (long o = 0; o < outer; o++)
            {
                ByteTable.Run(x.Data + o * own, y.Data + o * row + offset, (nint)own, table);
            }

            offset += own;
        }
    }
}
