using System.Numerics;
using Inference.Kernels.Gathering;
using Inference.Kernels.Threading;
using Inference.Operators.Indexing;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>y[i…, w] = codes[indices[i…], w]·scale[indices[i…]] + bias[indices[i…]]: rows of a table with a scale and a bias each, restored as they are picked; negative indices count from the end. Made by fusion of three Gather, Cast,
/// Mul and Add.</summary>
internal sealed unsafe class QGather : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Index);
        context.SetOutput(0, ElementType.Float32, context.InputShape(0) is { } codes && context.InputShape(1) is { } indices ? [.. indices, codes[1]] : null);
    }

    public override void PropagateBatch(BatchContext context) =>
        context.SetOutputAxis(0, context.InputAxis(0) == BatchContext.None && context.InputAxis(2) == BatchContext.None && context.InputAxis(3) == BatchContext.None ? context.InputAxis(1) : BatchContext.Mixed);

    public override void Run(KernelContext context)
    {
        if (context.Output(0).Count == 0)
        {
            return;
        }

        if (context.Input(1).Type == ElementType.Int32)
        {
            Run<int>(context);
        }
        else
        {
            Run<long>(context);
        }
    }

    private static void Run<TIndex>(KernelContext context)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        Tensor codes = context.Input(0);
        Tensor indices = context.Input(1);
        var rows = new Rows<TIndex>
        {
            Codes = codes.Data, Size = (nint)codes.Dims[0], Columns = (nint)codes.Dims[1], Scales = (float*)context.Input(2).Data, Biases = (float*)context.Input(3).Data,
            Indices = (TIndex*)indices.Data, Count = indices.Count, Y = (float*)context.Output(0).Data,
        };
        if (rows.Run(context.Threads) is >= 0 and var wrong)
        {
            throw context.Error($"indices: expected values in [{-rows.Size}, {rows.Size - 1}], got {Integers.At(indices, wrong)} at position {wrong}.");
        }
    }

    private struct Rows<TIndex> : IBlockAction
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        public byte* Codes;
        public nint Size;
        public nint Columns;
        public float* Scales;
        public float* Biases;
        public TIndex* Indices;
        public long Count;
        public float* Y;
        private long _blocks;
        private long _wrong;

        /// <returns>−1, or the position of the first index out of range.</returns>
        public long Run(int threads)
        {
            bool shared = threads > 1 && Count * Columns * sizeof(float) >= WorkerPool.SharedBytes;
            _blocks = Math.Max(shared ? Math.Min(Count, (long)WorkerPool.BlocksPerThread * threads) : 1, (Count + Gather.MaxIndices - 1) / Gather.MaxIndices);
            _wrong = long.MaxValue;
            WorkerPool.Run((int)_blocks, ref this, threads);
            return _wrong == long.MaxValue ? -1 : _wrong;
        }

        public void Invoke(int block)
        {
            long first = Count * block / _blocks, end = Count * (block + 1) / _blocks;
            long wrong = GatherRows.RunAffine(Codes, Size, Columns, Scales, Biases, new ReadOnlySpan<TIndex>(Indices + first, (int)(end - first)), Y + (first * Columns));
            long found = first + wrong, seen = Volatile.Read(ref _wrong);
            while (wrong >= 0 && found < seen && Interlocked.CompareExchange(ref _wrong, found, seen) is var now && now != seen)
            {
                seen = now;
            }
        }
    }
}
