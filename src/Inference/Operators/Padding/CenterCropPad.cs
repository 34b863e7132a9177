using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Padding;

/// <summary>Crops or pads axes around their centre to the given sizes; padding is 0. Source: ONNX CenterCropPad, opset 18.</summary>
internal sealed class CenterCropPad(Node node) : Operator
{
    private readonly long[]? _axes = node.Attributes.Ints("axes");

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Index);
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, context.InputType(0), null);
            return;
        }

        var result = (Dimension[])shape.Clone();
        long[]? wanted = ShapeRules.Integers(context, 1);
        int count = _axes?.Length ?? shape.Length;
        int[]? axes = _axes is null ? null : ShapeRules.DistinctAxes(context, _axes, shape.Length);
        ShapeRules.RequireLength(context, 1, "shape", count, "one for each axis");
        if (wanted is not null && (wanted.Length != count || Array.Exists(wanted, w => w < 0)))
        {
            throw context.Error($"shape: expected {count} sizes ≥ 0, got [{string.Join(",", wanted)}].");
        }

        for (int i = 0; i < count; i++)
        {
            result[axes?[i] ?? i] = wanted is not null ? Dimension.Fixed(wanted[i])
                : context.InputShapeData(1) is { } data && i < data.Length ? data[i]
                : Dimension.Unknown;
        }

        context.SetOutput(0, context.InputType(0), result);
    }

    public override void Run(KernelContext context) => Moves.Run(default(Move), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        if (context.InputSizes(1) is not { } sizes || context.InputShape(0) is not { } input || own < 0)
        {
            context.SetAllMixed();
            return;
        }

        int position = _axes is null ? own : Array.FindIndex(_axes, a => Shapes.Axis(a, input.Length) == own);
        bool kept = position < 0 || position >= sizes.Length || sizes[position] == input[own];
        context.SetOutputAxis(0, kept && context.AreFree(sizes, except: position) ? own : BatchContext.Mixed);
    }

    private readonly struct Move : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int rank = source.Rank;
            Span<long> strides = stackalloc long[rank];
            Span<long> targetStrides = stackalloc long[rank];
            Span<long> box = stackalloc long[rank];
            ShapeRules.Strides(source.Dims, strides);
            ShapeRules.Strides(target.Dims, targetStrides);
            long from = 0;
            long to = 0;
            for (int i = 0; i < rank; i++)
            {
                long difference = target.Dims[i] - source.Dims[i];
                box[i] = Math.Min(source.Dims[i], target.Dims[i]);
                from += difference < 0 ? -difference / 2 * strides[i] : 0;
                to += difference > 0 ? difference / 2 * targetStrides[i] : 0;
            }

            T zero = default!;
            if (typeof(T) == typeof(string))
            {
                string empty = "";
                zero = Unsafe.As<string, T>(ref empty);
            }

            StridedCopy.Fill(ref Elements.Ref<T>(target), zero, (nint)target.Count);
            StridedCopy.Run(ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)from), strides, ref Unsafe.Add(ref Elements.Ref<T>(target), (nint)to), targetStrides, box);
        }
    }
}
