using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>y[b…, i…, :] = x[b…, indices[b…, i…, :], :]: each index tuple names a slice. Source: ONNX GatherND, opsets 11 to 13.</summary>
internal sealed class GatherND(Node node) : Operator
{
    private readonly int _batchDims = (int)Math.Clamp(node.Attributes.Int("batch_dims", 0), -1, int.MaxValue);

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Index);
        if (context.InputShape(0) is not { } data || context.InputShape(1) is not { Length: > 0 } indices || indices[^1].Size is not { } tuple)
        {
            context.SetOutput(0, context.InputType(0), null);
            return;
        }

        if (_batchDims < 0 || _batchDims >= Math.Min(data.Length, indices.Length) || tuple < 0 || tuple > data.Length - _batchDims)
        {
            throw context.Error(
                $"expected index tuples of at most {data.Length - _batchDims} elements after {_batchDims} batch axes, got indices {ShapeRules.Format(indices)} for data {ShapeRules.Format(data)}.");
        }

        for (int i = 0; i < _batchDims; i++)
        {
            Shapes.Merge(context, data[i], indices[i], $"batch axis {i} of data and indices");
        }

        context.SetOutput(0, context.InputType(0), [.. indices.AsSpan(0, indices.Length - 1), .. data.AsSpan(_batchDims + (int)tuple)]);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(_batchDims, context.Input(1)), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int data = context.InputAxis(0);
        int indices = context.InputAxis(1);
        bool tableLookUp = data == BatchContext.None && indices >= 0 && _batchDims == 0 && context.InputShape(1) is { } shape && indices < shape.Length - 1;
        bool paired = data >= 0 && data == indices && data < _batchDims;
        bool none = data == BatchContext.None && indices == BatchContext.None;
        context.SetOutputAxis(0, none ? BatchContext.None : tableLookUp || paired ? indices : BatchContext.Mixed);
    }

    private readonly struct Move(int batchDims, Tensor indices) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            if (indices.Type == ElementType.Int32)
            {
                Run<T, int>(context, source, target);
            }
            else
            {
                Run<T, long>(context, source, target);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Run<T, TIndex>(KernelContext context, Tensor source, Tensor target)
            where TIndex : unmanaged, IBinaryInteger<TIndex>
        {
            int tuple = (int)indices.Dims[^1];
            Span<long> strides = stackalloc long[source.Rank];
            ShapeRules.Strides(source.Dims, strides);
            ReadOnlySpan<long> sizes = source.Dims.Slice(batchDims, tuple);
            ReadOnlySpan<long> steps = strides.Slice(batchDims, tuple);
            long batches = ShapeRules.Product(source.Dims, 0, batchDims);
            long batchStride = ShapeRules.Product(source.Dims, batchDims, source.Rank);
            nint block = (nint)ShapeRules.Product(source.Dims, batchDims + tuple, source.Rank);
            long perBatch = ShapeRules.Product(indices.Dims, batchDims, indices.Rank - 1);
            ref T to = ref Elements.Ref<T>(target);
            var work = default(WorkCounter);
            long number = 0;
            for (long b = 0; b < batches; b++)
            {
                ref T from = ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)(b * batchStride));
                for (long i = 0; i < perBatch; i++, number++)
                {
                    work.Add((4L * tuple) + 4 + block);
                    nint offset = IndexTuple.Offset<TIndex>(context, indices, number * tuple, sizes, steps);
                    StridedCopy.Block(ref Unsafe.Add(ref from, offset), ref to, block);
                    to = ref Unsafe.Add(ref to, block);
                }
            }
        }
    }
}
