using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>
/// y[i…] = x[start + i·step…] along the given axes, Python's rules of clamping; steps may be negative. Attributes below opset 10, inputs since.
/// Source: ONNX Slice, opsets 1 to 13.
/// </summary>
internal sealed class Slice(Node node) : Operator
{
    // Exporters write 10⁹, 2³¹ − 1 or 2⁶³ − 1 for "to the end"; no axis of an open size is as long.
    private const long Everything = 1_000_000_000;

    private readonly long[]? _starts = node.HasInput(1) ? null : Required(node, "starts");
    private readonly long[]? _ends = node.HasInput(2) ? null : Required(node, "ends");
    private readonly long[]? _axes = node.HasInput(3) ? null : node.Attributes.Ints("axes");

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, type, null);
            return;
        }

        long[]? starts = _starts ?? ShapeRules.Integers(context, 1);
        long[]? ends = _ends ?? ShapeRules.Integers(context, 2);
        long[]? steps = ShapeRules.Integers(context, 4);
        long[]? axes = _axes ?? ShapeRules.Integers(context, 3);
        int count = Count(context, starts, ends, axes, steps, shape.Length);
        if ((axes is null && context.HasInput(3)) || count < 0)
        {
            context.SetOutput(0, type, ShapeRules.Unknown(context, shape.Length));
            return;
        }

        int[]? distinct = axes is null ? null : ShapeRules.DistinctAxes(context, axes, shape.Length);
        var result = (Dimension[])shape.Clone();
        for (int i = 0; i < count; i++)
        {
            int axis = distinct?[i] ?? i;
            bool stepKnown = steps is not null || !context.HasInput(4);
            long step = steps?[i] ?? 1;
            if (stepKnown && step == 0)
            {
                throw context.Error("steps: expected values other than 0, got 0.");
            }

            result[axis] = Length(context, shape[axis], starts?[i], ends?[i], stepKnown ? step : null, i);
        }

        context.SetOutput(0, type, result);
        if (steps is not null || !context.HasInput(4))
        {
            Propagate(context, starts, ends, steps, result);
        }
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Moves.Run(new Move(this), context, x, context.Output(0));
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        if (own >= 0)
        {
            // The batch may only pass where no slice touches it; then its dimension is the same symbol on both sides.
            bool untouched = context.InputShape(0) is { } input && context.OutputShape(0) is { } output && output.Length == input.Length && !Touches(context, own, input.Length);
            own = untouched ? own : BatchContext.Mixed;
        }

        context.SetOutputAxis(0, own);
    }

    /// <summary>The range along an axis of the given size: first index and how many.</summary>
    internal static (long First, long Count) Range(long size, long start, long end, long step)
    {
        if (step > 0)
        {
            long from = Math.Clamp(start < 0 ? start + size : start, 0, size);
            long to = Math.Clamp(end < 0 ? Saturate(end, size) : end, 0, size);
            return (from, to <= from ? 0 : ((to - from - 1) / step) + 1);
        }

        if (size == 0)
        {
            return (0, 0);
        }

        // Going backward the start is clamped into the axis and the end to one before it.
        long first = Math.Clamp(start < 0 ? Saturate(start, size) : start, 0, size - 1);
        long last = Math.Clamp(end < 0 ? Saturate(end, size) : end, -1, size - 1);
        ulong stride = (ulong)-(step + 1) + 1;
        return (first, first <= last ? 0 : (long)((ulong)(first - last - 1) / stride) + 1);
    }

    private static long[] Required(Node node, string name) => node.Attributes.Ints(name)
        ?? throw new ModelLoadException($"{node.Describe()}: expected {name}, {(node.Opset < 10 ? $"attribute '{name}'" : "an input")}, but they are omitted.");

    // How many axes are sliced: what is known of all four lists must agree. −1 where nothing is known.
    private static int Count(InferContext context, long[]? starts, long[]? ends, long[]? axes, long[]? steps, int rank)
    {
        ReadOnlySpan<long> lengths =
        [
            starts?.Length ?? ShapeRules.Length(context, 1), ends?.Length ?? ShapeRules.Length(context, 2), axes?.Length ?? ShapeRules.Length(context, 3), steps?.Length ?? ShapeRules.Length(context, 4),
        ];
        long count = -1;
        foreach (long length in lengths)
        {
            if (length >= 0 && ((count >= 0 && length != count) || length > rank))
            {
                throw context.Error(
                    $"expected equal numbers of starts, ends, axes and steps, at most {rank}, got {string.Join(", ", lengths.ToArray().Select(l => l < 0 ? "-" : $"{l}"))}.");
            }

            count = Math.Max(count, length);
        }

        return (int)count;
    }

    // Negative positions count from the end; very negative ones must not wrap.
    private static long Saturate(long value, long size) => value < -size ? -1 : value + size;

    private static Dimension Length(InferContext context, Dimension size, long? start, long? end, long? step, int position)
    {
        if (start is { } from && step is { } by)
        {
            if (size.Size is { } fixedSize && end is { } to)
            {
                return Dimension.Fixed(Range(fixedSize, from, to, by).Count);
            }

            if (from == 0 && by == 1 && end >= Everything)
            {
                return size;
            }

            if (!size.IsFixed && by == 1 && end is { } stop && from < 0 && stop < 0 && stop <= from)
            {
                return Dimension.Fixed(0);
            }

            // x[0:end] with end itself a dimension of the input.
            if (from == 0 && by == 1 && end is null && context.InputShapeData(2) is { } ends && position < ends.Length && ends[position].Symbol is not null)
            {
                return ends[position] == size ? size : Dimension.Unknown;
            }
        }

        return Dimension.Unknown;
    }

    private bool Touches(BatchContext context, int axis, int rank)
    {
        long[]? axes = _axes ?? context.InputConstant(3)?.ToInt64Array();
        long[]? starts = _starts ?? context.InputConstant(1)?.ToInt64Array();
        long[]? ends = _ends ?? context.InputConstant(2)?.ToInt64Array();
        Dimension[]? limits = _ends is null && context.InputAxis(2) != BatchContext.None ? context.InputSizes(2) : null;
        if (axes is null && context.InputCount > 3 && context.Node.HasInput(3))
        {
            return true;
        }

        int count = axes?.Length ?? starts?.Length ?? ends?.Length ?? rank;
        for (int i = 0; i < count; i++)
        {
            if (Shapes.Axis(axes?[i] ?? i, rank) == axis)
            {
                bool toEnd = limits is null ? ends?[i] >= Everything : context.IsBatchDimension(limits[i]) && context.AreFree(limits, except: i);
                bool whole = starts?[i] == 0 && toEnd
                    && (!context.Node.HasInput(4) || context.InputConstant(4)?.ToInt64Array() is { } steps && steps[i] == 1);
                return !whole;
            }
        }

        return limits is not null;
    }

    private static void Propagate(InferContext context, long[]? starts, long[]? ends, long[]? steps, Dimension[] result)
    {
        if (result.Length != 1 || starts is null || ends is null || starts.Length != 1 || context.InputShapeData(0) is not { } data)
        {
            return;
        }

        long step = steps?[0] ?? 1;
        (long first, long count) = Range(data.Length, starts[0], ends[0], step);
        var picked = new Dimension[count];
        for (int i = 0; i < picked.Length; i++)
        {
            picked[i] = data[first + (i * step)];
        }

        context.SetOutputShapeData(0, picked);
    }

    private readonly struct Move(Slice op) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            Span<long> strides = stackalloc long[source.Rank];
            ShapeRules.Strides(source.Dims, strides);
            Tensor? starts = op._starts is null ? context.Input(1) : null;
            Tensor? ends = op._ends is null ? context.Input(2) : null;
            Tensor? axes = op._axes is null ? context.OptionalInput(3) : null;
            Tensor? steps = context.OptionalInput(4);
            int count = op._starts?.Length ?? (int)starts!.Count;
            long offset = 0;
            for (int i = 0; i < count; i++)
            {
                int axis = Shapes.Axis(axes is not null ? Integers.At(axes, i) : op._axes?[i] ?? i, source.Rank);
                long step = steps is not null ? Integers.At(steps, i) : 1;
                (long first, _) = Range(
                    source.Dims[axis], starts is not null ? Integers.At(starts, i) : op._starts![i], ends is not null ? Integers.At(ends, i) : op._ends![i], step);
                offset += first * strides[axis];
                strides[axis] = unchecked(strides[axis] * step);
            }

            StridedCopy.ToPacked(ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)offset), strides, ref Elements.Ref<T>(target), target.Dims, context.Threads);
        }
    }
}
