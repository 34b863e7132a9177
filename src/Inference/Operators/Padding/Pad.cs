using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Filling;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Padding;

/// <summary>
/// Adds (or, below 0, removes) elements at both ends of axes: a constant, the mirrored or the nearest elements, or those of the other end. Pads are an attribute below
/// opset 11, an input since. Sources: ONNX Pad, opsets 1 to 25; com.microsoft Pad.
/// </summary>
internal sealed class Pad : Operator
{
    // A place that is computed by itself.
    private const int PlaceWork = 10;
    private readonly PadMode _mode;
    private readonly long[]? _pads;
    private readonly float _value;

    public Pad(Node node)
    {
        _mode = node.Attributes.String("mode", "constant") switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "edge" => PadMode.Edge,
            "wrap" => PadMode.Wrap,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'mode': expected constant, reflect, edge or wrap, got '{other}'."),
        };
        _pads = node.Domain.Length > 0 ? null : node.Opset < 2 ? node.Attributes.Ints("paddings") : node.Opset < 11 ? node.Attributes.Ints("pads") : null;
        if (_pads is null && !node.HasInput(1))
        {
            throw new ModelLoadException($"{node.Describe()}: expected pads, {(node.Domain.Length == 0 && node.Opset < 11 ? $"attribute '{(node.Opset < 2 ? "paddings" : "pads")}'" : "input 1")}, but they are omitted.");
        }

        _value = node.Attributes.Float("value", 0);
    }

    /// <summary>Whether a node pads by nothing.</summary>
    public static bool HandsOn(Node node)
    {
        long[]? pads = node.Opset < 11 ? node.Attributes.Ints(node.Opset < 2 ? "paddings" : "pads")
            : node.HasInput(1) && node.Inputs[1]!.Constant is { Type: ElementType.Int64 } given ? given.ToInt64Array() : null;
        return pads is not null && Array.TrueForAll(pads, p => p == 0) && (node.HasInput(3) || pads.Length == 2 * node.Inputs[0]!.Type?.Shape?.Count);
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? shape = context.InputShape(0);
        long[]? pads = _pads ?? ShapeRules.Integers(context, 1);
        long[]? axes = ShapeRules.Integers(context, 3);
        CheckLengths(context, shape, axes);
        if (shape is null || pads is null || (context.HasInput(3) && axes is null))
        {
            context.SetOutput(0, type, shape is null ? null : ShapeRules.Unknown(context, shape.Length));
            return;
        }

        int count = axes?.Length ?? shape.Length;
        int[]? distinct = axes is null ? null : ShapeRules.DistinctAxes(context, axes, shape.Length);
        var result = (Dimension[])shape.Clone();
        for (int i = 0; i < count; i++)
        {
            int axis = distinct?[i] ?? i;
            result[axis] = Padded(context, shape[axis], axis, pads[i], pads[i + count]);
        }

        context.SetOutput(0, type, result);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(this), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        if (own >= 0 && (context.InputShape(0) is not { } input || context.OutputShape(0) is not { } output || output[own] != input[own] || !context.IsBatchDimension(output[own])
            || context.InputAxis(2) != BatchContext.None))
        {
            own = BatchContext.Mixed;
        }

        context.SetOutputAxis(0, own);
    }

    // What the shapes alone say: the contents may come later.
    private void CheckLengths(InferContext context, Dimension[]? shape, long[]? axes)
    {
        long count = axes?.Length ?? (context.HasInput(3) ? ShapeRules.Length(context, 3) : shape?.Length ?? -1);
        if (shape is not null && count > shape.Length)
        {
            throw context.Error($"axes: expected at most {shape.Length} axes, the rank of the input, got {count}.");
        }

        long length = _pads?.Length ?? (context.InputShape(1) is { } pads ? Shapes.Product(pads).Size ?? -1 : -1);
        if (count >= 0 && length >= 0 && length != 2 * count)
        {
            throw context.Error($"pads: expected {2 * count} values, a start and an end for each of {count} axes, got {length}.");
        }
    }

    private Dimension Padded(InferContext context, Dimension size, int axis, long before, long after)
    {
        if (size.Size is not { } length)
        {
            return before == 0 && after == 0 ? size : Dimension.Unknown;
        }

        long result;
        try
        {
            result = checked(length + before + after);
        }
        catch (OverflowException)
        {
            throw context.Error($"pads: expected a size within 64 bits, got {length} + {before} + {after} for axis {axis}.");
        }

        if (result < 0)
        {
            throw context.Error($"pads: expected to remove at most {length} elements of axis {axis}, got {before} and {after}.");
        }

        // What is left after removing must hold something to repeat.
        if (_mode != PadMode.Constant && result > 0 && length + Math.Min(0, before) + Math.Min(0, after) <= 0)
        {
            throw context.Error($"axis {axis}: expected enough elements for the padding, got size {length} with pads {before} and {after}.");
        }

        return Dimension.Fixed(result);
    }

    // Pads by axis: starts, then ends.
    private void Spread(KernelContext context, int rank, Span<long> before, Span<long> after)
    {
        before.Clear();
        after.Clear();
        Tensor? pads = _pads is null ? context.Input(1) : null;
        Tensor? axes = context.OptionalInput(3);
        int count = axes is null ? rank : (int)axes.Count;
        for (int i = 0; i < count; i++)
        {
            int axis = Shapes.Axis(axes is null ? i : Integers.At(axes, i), rank);
            before[axis] = pads is null ? _pads![i] : Integers.At(pads, i);
            after[axis] = pads is null ? _pads![i + count] : Integers.At(pads, i + count);
        }
    }

    // The position within [0, size) whose element stands at position i, which may lie outside.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Outside(PadMode mode, long i, long size)
    {
        if ((ulong)i < (ulong)size)
        {
            return i;
        }

        switch (mode)
        {
            case PadMode.Edge:
                return i < 0 ? 0 : size - 1;
            case PadMode.Wrap when i < 0 && i >= -size:
                return i + size;
            case PadMode.Wrap when i >= 0 && i < 2 * size:
                return i - size;
            case PadMode.Reflect when i < 0 && i > -size:
                return -i;
            case PadMode.Reflect when i >= 0 && i < (2 * size) - 1:
                return (2 * (size - 1)) - i;
            case PadMode.Wrap:
                long rest = i % size;
                return rest < 0 ? rest + size : rest;
            default:
                if (size == 1)
                {
                    return 0;
                }

                long period = 2 * (size - 1);
                long phase = i % period;
                phase = phase < 0 ? phase + period : phase;
                return phase < size ? phase : period - phase;
        }
    }

    private T FillValue<T>(KernelContext context, ElementType type)
    {
        if (context.OptionalInput(2) is { Count: > 0 } value)
        {
            return Elements.First<T>(value);
        }

        if (type == ElementType.String)
        {
            string empty = "";
            return Unsafe.As<string, T>(ref empty);
        }

        UInt128 bits = type switch
        {
            ElementType.Float32 => BitConverter.SingleToUInt32Bits(_value),
            ElementType.Float64 => BitConverter.DoubleToUInt64Bits(_value),
            ElementType.Float16 => BitConverter.HalfToUInt16Bits((Half)_value),
            ElementType.BFloat16 => ((BFloat16)_value).ToBits(),
            _ => (UInt128)(Int128)(long)_value,
        };
        return Unsafe.As<UInt128, T>(ref bits);
    }

    private readonly struct Move(Pad op) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int rank = source.Rank;
            Span<long> before = stackalloc long[rank];
            Span<long> after = stackalloc long[rank];
            op.Spread(context, rank, before, after);
            if (op._mode == PadMode.Constant)
            {
                Constant<T>(context, source, target, before, after);
            }
            else
            {
                Repeat<T>(context, source, target, before, after);
            }
        }

        private void Constant<T>(KernelContext context, Tensor source, Tensor target, ReadOnlySpan<long> before, ReadOnlySpan<long> after)
        {
            int rank = source.Rank;
            Span<long> strides = stackalloc long[rank];
            Span<long> targetStrides = stackalloc long[rank];
            Span<long> box = stackalloc long[rank];
            ShapeRules.Strides(source.Dims, strides);
            ShapeRules.Strides(target.Dims, targetStrides);
            long from = 0;
            long to = 0;
            bool inside = true;
            for (int i = 0; i < rank; i++)
            {
                from -= Math.Min(0, before[i]) * strides[i];
                to += Math.Max(0, before[i]) * targetStrides[i];
                box[i] = source.Dims[i] + Math.Min(0, before[i]) + Math.Min(0, after[i]);
                inside &= box[i] > 0;
            }

            if (!inside || ShapeRules.Product(box, 0, rank) != target.Count)
            {
                StridedCopy.Fill(ref Elements.Ref<T>(target), op.FillValue<T>(context, context.Input(0).Type), (nint)target.Count);
            }

            if (inside)
            {
                StridedCopy.Run(
                    ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)from), strides, ref Unsafe.Add(ref Elements.Ref<T>(target), (nint)to), targetStrides, box, context.Threads);
            }
        }

        // What is kept is copied first; then each axis, the innermost first, takes its padding from what the target holds already.
        private void Repeat<T>(KernelContext context, Tensor source, Tensor target, ReadOnlySpan<long> before, ReadOnlySpan<long> after)
        {
            int rank = source.Rank;
            Span<long> sourceStrides = stackalloc long[rank];
            Span<long> strides = stackalloc long[rank];
            Span<long> kept = stackalloc long[rank];
            ShapeRules.Strides(source.Dims, sourceStrides);
            ShapeRules.Strides(target.Dims, strides);
            nint from = 0;
            nint to = 0;
            for (int i = 0; i < rank; i++)
            {
                kept[i] = source.Dims[i] + Math.Min(0, before[i]) + Math.Min(0, after[i]);
                from += (nint)(Math.Max(0, -before[i]) * sourceStrides[i]);
                to += (nint)(Math.Max(0, before[i]) * strides[i]);
            }

            ref T y = ref Unsafe.Add(ref Elements.Ref<T>(target), to);
            StridedCopy.Run(ref Unsafe.Add(ref Elements.Ref<T>(source), from), sourceStrides, ref y, strides, kept, context.Threads);
            var work = default(WorkCounter);
            Span<long> index = stackalloc long[rank];
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                to -= (nint)(Math.Max(0, before[axis]) * strides[axis]);
                long start = Math.Max(0, before[axis]);
                long places = target.Dims[axis] - kept[axis];
                if (strides[axis] == 1 && TensorShape.Count(kept[..axis]) <= places)
                {
                    FewRows(ref Unsafe.Add(ref Elements.Ref<T>(target), to), kept[..axis], strides[..axis], start, kept[axis], target.Dims[axis]);
                    continue;
                }

                // The slices of an axis are whole: inner axes are padded.
                for (long place = 0; place < target.Dims[axis]; place++)
                {
                    place = place == start ? start + kept[axis] : place;
                    if (place < target.Dims[axis])
                    {
                        work.Add(PlaceWork);
                        nint own = (nint)((start + Outside(op._mode, place - start, kept[axis])) * strides[axis]);
                        Slices(ref Unsafe.Add(ref Elements.Ref<T>(target), to), own, (nint)(place * strides[axis]), (nint)strides[axis], kept[..axis], strides[..axis], index[..axis], ref work);
                    }
                }
            }
        }

        // All places of the innermost axis, row by row.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void FewRows<T>(ref T y, ReadOnlySpan<long> dims, ReadOnlySpan<long> strides, long start, long kept, long length)
        {
            var work = default(WorkCounter);
            long rows = TensorShape.Count(dims);
            for (long r = 0; r < rows; r++)
            {
                long rest = r;
                long offset = 0;
                for (int axis = dims.Length - 1; axis >= 0; axis--)
                {
                    (rest, long at) = Math.DivRem(rest, dims[axis]);
                    offset += at * strides[axis];
                }

                ref T row = ref Unsafe.Add(ref y, (nint)offset);
                for (long i = 0; i < length; i++)
                {
                    i = i == start ? start + kept : i;
                    if (i < length)
                    {
                        work.Add(PlaceWork);
                        Unsafe.Add(ref row, (nint)i) = Unsafe.Add(ref row, (nint)(start + Outside(op._mode, i - start, kept)));
                    }
                }
            }
        }

        // One place of an axis for all that is kept of the axes before it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Slices<T>(ref T y, nint from, nint to, nint length, ReadOnlySpan<long> dims, ReadOnlySpan<long> strides, Span<long> index, ref WorkCounter work)
        {
            index.Clear();
            int last = dims.Length - 1;
            nint rows = last < 0 ? 1 : (nint)dims[last];
            nint step = last < 0 ? 0 : (nint)strides[last];
            nint offset = 0;
            while (true)
            {
                StridedCopy.Copies(ref Unsafe.Add(ref y, offset + from), step, ref Unsafe.Add(ref y, offset + to), step, rows, length, ref work);
                int axis = last - 1;
                for (; axis >= 0; axis--)
                {
                    offset += (nint)strides[axis];
                    if (++index[axis] < dims[axis])
                    {
                        break;
                    }

                    offset -= (nint)(strides[axis] * dims[axis]);
                    index[axis] = 0;
                }

                if (axis < 0)
                {
                    return;
                }
            }
        }
    }
}
