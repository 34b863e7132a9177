using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Sorting;

/// <summary>
/// The distinct elements, or slices along an axis, sorted or in order of first appearance; where each stood first, which one each input element is, and how many there are.
/// NaNs are one element, the last. Source: ONNX Unique, opset 11.
/// </summary>
internal sealed class Unique(Node node) : Operator
{
    private const int GroupWork = 5;
    private readonly long? _axis = node.Attributes.Contains("axis") ? node.Attributes.Int("axis") : null;
    private readonly bool _sorted = node.Attributes.Int("sorted", 1) != 0;

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        Dimension[]? result = _axis is null ? [Dimension.Unknown] : null;
        if (_axis is { } given && shape is not null)
        {
            result = (Dimension[])shape.Clone();
            result[Shapes.Axis(context, given, shape.Length)] = Dimension.Unknown;
        }

        context.SetOutput(0, context.InputType(0), result);
        for (int i = 1; i < 4; i++)
        {
            context.SetOutput(i, ElementType.Int64, [Dimension.Unknown]);
        }
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor source = x.Type.IsPacked() ? Packing.Unpack(context, x) : x;
        int axis = _axis is { } given ? Shapes.Axis(given, x.Rank) : -1;
        long size = axis < 0 ? x.Count : x.Dims[axis];
        if (Math.Max(size, x.Count) > Array.MaxLength)
        {
            throw context.Error($"input 0: expected at most {Array.MaxLength} elements, got {x}.");
        }

        if (x.Count == size && size <= DistinctNumbers.Most && x.Type != ElementType.String && Distinct(context, source) is { } distinct)
        {
            Finish(context, x, axis, distinct);
            return;
        }

        // The order, groups and positions of slices, and a copy of the elements to compare.
        context.Claim((4L * sizeof(int) * size) + (x.Type == ElementType.String ? x.Count * nint.Size : Math.Max(x.ByteCount, x.Count * sizeof(float))));
        int[] order = GC.AllocateUninitializedArray<int>((int)size);
        var work = default(WorkCounter);
        for (int i = 0; i < order.Length; i++)
        {
            work.Add(1);
            order[i] = i;
        }

        IComparer<int> comparer = MakeComparer(context, source, axis);
        Sort(order, comparer);
        Finish(context, x, axis, Group(order, comparer));
    }

    // Slices of one number; null where there are too many different ones.
    private Groups? Distinct(KernelContext context, Tensor x)
    {
        context.Claim((DistinctNumbers.Integers(x.Count) * sizeof(int)) + (2 * x.ByteCount));
        var action = new DistinctNumbers { X = x, InOrder = _sorted };
        if (x.Type == ElementType.Bool)
        {
            action.Invoke<DirectElement<byte>, byte, byte>();
        }
        else
        {
            Dispatch.Numeric(x.Type, ref action);
        }

        return action.Result;
    }

    private static void Sort(int[] order, IComparer<int> comparer)
    {
        try
        {
            Array.Sort(order, comparer);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is { } stopped)
        {
            // The runtime wraps what a comparer throws: here, that the run was stopped.
            ExceptionDispatchInfo.Throw(stopped);
        }
    }

    // Groups of equal slices in sorted order; the comparer falls back on position, so the first of a group stands first.
    private Groups Group(int[] order, IComparer<int> comparer)
    {
        var firsts = new List<int>();
        var counts = new List<long>();
        int[] groups = GC.AllocateUninitializedArray<int>(order.Length);
        var equality = (IEqualityComparer<int>)comparer;
        var work = default(WorkCounter);
        for (int i = 0; i < order.Length; i++)
        {
            work.Add(GroupWork);
            if (i == 0 || !equality.Equals(order[i - 1], order[i]))
            {
                firsts.Add(order[i]);
                counts.Add(0);
            }

            groups[order[i]] = firsts.Count - 1;
            counts[^1]++;
        }

        int[] shown = GC.AllocateUninitializedArray<int>(firsts.Count);
        int next = 0;
        for (int i = 0; _sorted && i < shown.Length; i++)
        {
            work.Add(1);
            shown[i] = i;
        }

        // In the order in which groups come first: a slice that opens a group is found where it stands.
        for (int i = 0; !_sorted && i < groups.Length; i++)
        {
            work.Add(GroupWork);
            if (firsts[groups[i]] == i)
            {
                shown[next++] = groups[i];
            }
        }

        return new(firsts, counts, groups, shown);
    }

    private static void Finish(KernelContext context, Tensor x, int axis, Groups found)
    {
        (List<int> firsts, List<long> counts, int[] groups, int[] shown) = found;
        int[] ranks = GC.AllocateUninitializedArray<int>(firsts.Count);
        var work = default(WorkCounter);
        for (int i = 0; i < shown.Length; i++)
        {
            work.Add(1);
            ranks[shown[i]] = i;
        }

        WriteValues(context, x, axis, firsts, shown);
        if (context.HasOutput(1))
        {
            Span<long> y = context.Output(1, ElementType.Int64, [shown.Length]).Span<long>();
            for (int i = 0; i < y.Length; i++)
            {
                work.Add(GroupWork);
                y[i] = firsts[shown[i]];
            }
        }

        if (context.HasOutput(2))
        {
            Span<long> y = context.Output(2, ElementType.Int64, [groups.Length]).Span<long>();
            for (int i = 0; i < y.Length; i++)
            {
                work.Add(GroupWork);
                y[i] = ranks[groups[i]];
            }
        }

        if (context.HasOutput(3))
        {
            Span<long> y = context.Output(3, ElementType.Int64, [shown.Length]).Span<long>();
            for (int i = 0; i < y.Length; i++)
            {
                work.Add(GroupWork);
                y[i] = counts[shown[i]];
            }
        }
    }

    private static void WriteValues(KernelContext context, Tensor x, int axis, List<int> firsts, int[] shown)
    {
        if (!context.HasOutput(0))
        {
            return;
        }

        long[] dims = axis < 0 ? [shown.Length] : x.Dims.ToArray();
        dims[Math.Max(axis, 0)] = shown.Length;
        Tensor y = context.Output(0, x.Type, dims);
        Moves.Run(new Move(axis, firsts, shown), context, x, y);
    }

    private static IComparer<int> MakeComparer(KernelContext context, Tensor x, int axis)
    {
        long inner = axis < 0 ? 1 : ShapeRules.Product(x.Dims, axis + 1, x.Rank);
        long outer = axis < 0 ? 1 : ShapeRules.Product(x.Dims, 0, axis);
        long size = axis < 0 ? x.Count : x.Dims[axis];
        if (x.Type == ElementType.String)
        {
            return new SliceComparer<string>(x.Strings.ToArray(), outer, size, inner, StringComparer.Ordinal.Compare);
        }

        var action = new Make { X = x, Outer = outer, Size = size, Inner = inner };
        if (x.Type is ElementType.Bool)
        {
            action.Invoke<DirectElement<byte>, byte, byte>();
        }
        else if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected numbers, bool or strings, got {x.Type.Name()}.");
        }

        return action.Comparer;
    }

    private struct Make : INumericAction
    {
        public Tensor X;
        public long Outer;
        public long Size;
        public long Inner;

        public IComparer<int> Comparer { get; private set; }

        public unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            C[] values = GC.AllocateUninitializedArray<C>((int)X.Count);
            var work = default(WorkCounter);
            for (int i = 0; i < values.Length; i++)
            {
                work.Add(1);
                values[i] = E.Load(((T*)X.Data)[i]);
            }

            Comparer = new SliceComparer<C>(values, Outer, Size, Inner, static (a, b) => a < b ? -1 : a > b ? 1 : a == b ? 0 : C.IsNaN(a).CompareTo(C.IsNaN(b)));
        }
    }

    private readonly struct Move(int axis, List<int> firsts, int[] shown) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            nint inner = axis < 0 ? 1 : (nint)ShapeRules.Product(source.Dims, axis + 1, source.Rank);
            long outer = axis < 0 ? 1 : ShapeRules.Product(source.Dims, 0, axis);
            long size = axis < 0 ? source.Count : source.Dims[axis];
            ref T to = ref Elements.Ref<T>(target);
            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                foreach (int group in shown)
                {
                    work.Add(GroupWork + inner);
                    StridedCopy.Block(ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)((o * size) + firsts[group]) * inner), ref to, inner);
                    to = ref Unsafe.Add(ref to, inner);
                }
            }
        }
    }
}
