using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Kernels.Gathering;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>The slices along an axis (or, without one, the elements) whose condition holds. Source: ONNX Compress, opsets 9 to 11.</summary>
internal sealed class Compress(Node node) : Operator
{
    private readonly long? _axis = node.Attributes.Contains("axis") ? node.Attributes.Int("axis") : null;

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Bool);
        Dimension[]? shape = context.InputShape(0);
        Dimension kept = context.InputConstant(1) is { } condition ? Dimension.Fixed(CountKept(condition)) : Dimension.Unknown;
        if (shape is null)
        {
            context.SetOutput(0, context.InputType(0), _axis is null ? [kept] : null);
            return;
        }

        int axis = _axis is { } given ? Shapes.Axis(context, given, shape.Length) : -1;
        Dimension size = axis < 0 ? Shapes.Product(shape) : shape[axis];
        if (Shapes.RequireRank(context, 1, 1) is { } conditions && conditions[0].Size > size.Size)
        {
            throw context.Error($"condition: expected at most {size} values, got {conditions[0]}.");
        }

        context.SetOutput(0, context.InputType(0), axis < 0 ? [kept] : [.. shape.AsSpan(0, axis), kept, .. shape.AsSpan(axis + 1)]);
    }

    public override void Run(KernelContext context)
    {
        Tensor condition = context.Input(1);
        Moves.Run(new Move(this, condition), context, context.Input(0), context.Output(0));
    }

    private static long CountKept(Tensor condition)
    {
        long count = condition.Count;
        var work = default(WorkCounter);
        for (ReadOnlySpan<byte> rest = condition.Bytes; rest.Length > 0; rest = rest[Math.Min(rest.Length, LongLoop.Part)..])
        {
            ReadOnlySpan<byte> part = rest[..Math.Min(rest.Length, LongLoop.Part)];
            work.Add(part.Length);
            count -= part.Count((byte)0);
        }

        return count;
    }

    private readonly struct Move(Compress op, Tensor condition) : IMove
    {
        public unsafe void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int axis = op._axis is { } given ? Shapes.Axis(given, source.Rank) : -1;
            long outer = axis < 0 ? 1 : ShapeRules.Product(source.Dims, 0, axis);
            nint inner = axis < 0 ? 1 : (nint)ShapeRules.Product(source.Dims, axis + 1, source.Rank);
            long size = axis < 0 ? source.Count : source.Dims[axis];
            ReadOnlySpan<byte> keep = condition.Bytes;
            ref T from = ref Elements.Ref<T>(source);
            ref T to = ref Elements.Ref<T>(target);
            if (target.Count == 0)
            {
                return;
            }

            if (inner == 1)
            {
                nint kept = (nint)(target.Count / outer);
                for (long o = 0; o < outer; o++, from = ref Unsafe.Add(ref from, (nint)size), to = ref Unsafe.Add(ref to, kept))
                {
                    Kept(ref from, ref to, kept, ref MemoryMarshal.GetReference(keep));
                }

                return;
            }

            if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            {
                Rows(context, source.Data, target.Data, outer, size, inner * Unsafe.SizeOf<T>(), (int)(target.Count / (outer * inner)), keep);
                return;
            }

            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++, from = ref Unsafe.Add(ref from, (nint)size * inner))
            {
                // Neighbours that are kept are one block.
                for (int first = 0; first < keep.Length;)
                {
                    int skipped = keep[first..].IndexOfAnyExcept((byte)0);
                    if (skipped < 0)
                    {
                        break;
                    }

                    first += skipped;
                    int run = keep[first..].IndexOf((byte)0);
                    run = run < 0 ? keep.Length - first : run;
                    work.Add(4 + skipped);
                    StridedCopy.Copies(ref Unsafe.Add(ref from, first * inner), 0, ref to, 0, 1, run * inner, ref work);
                    to = ref Unsafe.Add(ref to, run * inner);
                    first += run;
                }
            }
        }

        // The slices that are kept as rows of a table, picked by index.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static unsafe void Rows(KernelContext context, byte* from, byte* to, long outer, long size, nint bytes, int kept, ReadOnlySpan<byte> keep)
        {
            int* indices = (int*)context.Scratch((long)kept * sizeof(int));
            ref byte first = ref MemoryMarshal.GetReference(keep);
            int found = 0;
            for (int i = 0; found < kept;)
            {
                int stop = (int)LongLoop.Next(i, keep.Length);
                for (; found < kept && i < stop; i++)
                {
                    indices[found] = i;
                    found += (Unsafe.Add(ref first, i) + byte.MaxValue) >> 8;
                }
            }

            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++, from += (nint)size * bytes, to += kept * bytes)
            {
                work.Add(4 + kept);
                GatherRows.Run<int>(from, (nint)size, bytes, new(indices, kept), to);
            }
        }

        // Written again and again until the next one is kept, without a branch; stops at the last one.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Kept<T>(ref T from, ref T to, nint count, ref byte keep)
        {
            nint found = 0;
            for (nint i = 0; found < count;)
            {
                nint stop = i + LongLoop.Part;
                for (; found < count && i < stop; i++)
                {
                    Unsafe.Add(ref to, found) = Unsafe.Add(ref from, i);
                    found += (Unsafe.Add(ref keep, i) + byte.MaxValue) >> 8;
                }

                KernelControl.Poll();
            }
        }
    }
}
