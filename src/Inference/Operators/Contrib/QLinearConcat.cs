using Inference.Kernels.Quantized;
using Inference.Kernels.Threading;
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
            throw context.Error($"expected the scale and zero point of the result and three inputs for each tensor, got {context.InputCount} inputs.");
        }

        ElementType type = Shapes.RequireType(context, 1, MatMulInteger.Quantized);
        for (int i = 2; i < context.InputCount; i++)
        {
            CheckInput(context, i);
        }

        Dimension[]? result = null;
        for (int i = 2; i < context.InputCount; i += 3)
        {
            if (context.InputShape(i) is not { } shape)
            {
                context.SetOutput(0, type, null);
                return;
            }

            int axis = Shapes.Axis(context, _axis, shape.Length);
            if (result is null)
            {
                result = (Dimension[])shape.Clone();
                continue;
            }

            if (shape.Length != result.Length)
            {
                throw context.Error($"input {i}: expected rank {result.Length}, got [{string.Join(",", shape)}].");
            }

            for (int d = 0; d < result.Length; d++)
            {
                result[d] = d != axis ? Shapes.Merge(context, result[d], shape[d], $"axis {d} of the tensors")
                    : result[d].Size is { } a && shape[d].Size is { } b ? Dimension.Fixed(checked(a + b)) : Dimension.Unknown;
            }
        }

        context.SetOutput(0, type, result);
    }

    // A tensor, its scale, its zero point, again and again; a zero point may be left out.
    private static void CheckInput(InferContext context, int input)
    {
        int place = (input - 2) % 3;
        if (context.HasInput(input) ? context.InputValueType(input) is { Kind: not ModelValueKind.Tensor } : place < 2)
        {
            throw context.Error($"input {input}: expected a tensor, got {context.InputValueType(input)?.ToString() ?? "none"}.");
        }

        Shapes.RequireType(context, input, place == 1 ? TypeSet.Float32 : MatMulInteger.Quantized);
        if (place > 0 && context.InputShape(input) is { } shape && Shapes.Product(shape).Size is not (null or 1))
        {
            throw context.Error($"input {input}: expected one value, got shape [{string.Join(",", shape)}].");
        }
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
        var work = default(WorkCounter);
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
                work.Add(own);
                ByteTable.Run(x.Data + o * own, y.Data + o * row + offset, (nint)own, table);
            }

            offset += own;
        }
    }
}
