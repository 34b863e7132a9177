using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Joining;

/// <summary>Inputs [.., nᵢ, ..] one after another along <c>axis</c> → [.., Σ nᵢ, ..]. Source: ONNX Concat, opsets 1 to 13.</summary>
internal sealed class Concat(Node node) : Operator
{
    private readonly long _axis = node.Opset >= 4 ? node.Attributes.Int("axis") : node.Attributes.Int("axis", 1);

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputCount == 0)
        {
            throw context.Error("expected at least one input, got none.");
        }

        ElementType type = ElementType.Undefined;
        Dimension[]? result = null;
        bool unknown = false;
        int axis = 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            ElementType own = context.InputType(i);
            if (type != ElementType.Undefined && own != ElementType.Undefined && own != type)
            {
                throw context.Error($"input {i}: expected {type.Name()} as in input 0, got {own.Name()}.");
            }

            type = type == ElementType.Undefined ? own : type;
            if (context.InputShape(i) is not { } shape)
            {
                unknown = true;
            }
            else if (result is null)
            {
                axis = Shapes.Axis(context, _axis, shape.Length);
                result = (Dimension[])shape.Clone();
            }
            else
            {
                Join(context, i, result, shape, axis);
            }
        }

        if (unknown && result is not null)
        {
            result[axis] = Dimension.Unknown;
        }

        context.SetOutput(0, type, result);
        Propagate(context, result);
    }

    public override void Run(KernelContext context)
    {
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        switch (y.Type.BitWidth())
        {
            case 0:
                Run<string>(context, y);
                break;
            case 8:
                Run<byte>(context, y);
                break;
            case 16:
                Run<ushort>(context, y);
                break;
            case 32:
                Run<uint>(context, y);
                break;
            case 64:
                Run<ulong>(context, y);
                break;
            case 128:
                Run<UInt128>(context, y);
                break;
            default:
                Tensor bytes = Packing.Unpack(context, y);
                Run<byte>(context, bytes);
                Packing.Pack(bytes, y);
                break;
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        int result = BatchContext.None;
        for (int i = 0; i < context.InputCount; i++)
        {
            int own = context.InputAxis(i);
            if (own == BatchContext.Mixed || (result >= 0 && own != result) || (i > 0 && own >= 0 && result == BatchContext.None))
            {
                context.SetOutputAxis(0, BatchContext.Mixed);
                return;
            }

            result = own;
        }

        if (result >= 0 && (context.OutputShape(0) is not { } shape || Shapes.Axis(_axis, shape.Length) == result))
        {
            result = BatchContext.Mixed;
        }

        context.SetOutputAxis(0, result);
    }

    private void Run<T>(KernelContext context, Tensor y)
    {
        int axis = Shapes.Axis(_axis, y.Rank);
        long outer = ShapeRules.Product(y.Dims, 0, axis);
        long row = ShapeRules.Product(y.Dims, axis, y.Rank);
        Span<long> targetStrides = [row, 1];
        long offset = 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            Tensor x = context.Input(i);
            if (x.Count == 0)
            {
                continue;
            }

            if (x.Type.IsPacked())
            {
                x = Packing.Unpack(context, x);
            }

            long own = ShapeRules.Product(x.Dims, axis, x.Rank);
            ReadOnlySpan<long> sourceStrides = [own, 1];
            StridedCopy.Run(
                ref Elements.Ref<T>(x), sourceStrides, ref System.Runtime.CompilerServices.Unsafe.Add(ref Elements.Ref<T>(y), (nint)offset), targetStrides, [outer, own], context.Threads);
            offset += own;
        }
    }

    private static void Join(InferContext context, int input, Dimension[] result, Dimension[] shape, int axis)
    {
        if (shape.Length != result.Length)
        {
            throw context.Error($"input {input}: expected rank {result.Length} as in the previous inputs, got shape {ShapeRules.Format(shape)}.");
        }

        for (int i = 0; i < shape.Length; i++)
        {
            result[i] = i == axis
                ? ShapeRules.Sum(result[i], shape[i])
                : Shapes.Merge(context, result[i], shape[i], $"input {input}, axis {i}");
        }
    }

    private static void Propagate(InferContext context, Dimension[]? result)
    {
        if (result is not { Length: 1 } || result[0].Size is not { } length || length > ShapeMath.MaxComputedData)
        {
            return;
        }

        var data = new Dimension[length];
        int next = 0;
        bool any = false;
        for (int i = 0; i < context.InputCount; i++)
        {
            int count = (int)context.InputShape(i)![0].Size!.Value;
            if (context.InputShapeData(i) is { } own && own.Length == count)
            {
                own.CopyTo(data, next);
                any = true;
            }

            next += count;
        }

        if (any)
        {
            context.SetOutputShapeData(0, data);
        }
    }
}
