using System.Numerics;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Operators.Typed;

namespace Inference.Operators.MatrixProduct;

/// <summary>Y = α·op(A) × op(B) over broadcast batches, in place: transposed operands, and those whose rows are the first dimension ([d, b.., k]), are read by strides.</summary>
internal static unsafe class BatchedProduct
{
    /// <summary>An operand.</summary>
    /// <param name="tensor">Of rank 2 or more, or of rank 1: a row on the left, a column on the right.</param>
    /// <param name="transposed">Whether its last two dimensions are swapped.</param>
    /// <param name="rowsFirst">Whether its first dimension is the one before the last; before they are swapped.</param>
    internal readonly ref struct Operand(Tensor tensor, bool transposed = false, bool rowsFirst = false)
    {
        private readonly ReadOnlySpan<long> _dims = tensor.Dims;

        public byte* Data => tensor.Data;

        public bool Transposed => transposed && _dims.Length >= 2;

        public ReadOnlySpan<long> Batch => _dims.Length <= 2 ? [] : rowsFirst ? _dims[1..^1] : _dims[..^2];

        /// <summary>Rows as stored.</summary>
        public long Rows => rowsFirst && _dims.Length > 2 ? _dims[0] : _dims[^2];

        /// <summary>Columns as stored.</summary>
        public long Columns => _dims[^1];

        /// <summary>Elements between rows.</summary>
        public long RowStride => rowsFirst ? Columns * TensorShape.Count(Batch) : Columns;

        /// <summary>Elements between the matrices of a batch.</summary>
        public long MatrixStride => rowsFirst ? Columns : Rows * Columns;

        public int Rank => _dims.Length;
    }

    /// <summary>Computes the product into a tensor of the right shape.</summary>
    public static void Run<C>(KernelContext context, Operand a, Operand b, Tensor y, float alpha)
        where C : unmanaged, INumber<C>
    {
        if (y.Count == 0)
        {
            return;
        }

        // A vector is a row on the left and a column on the right: a row of length k, transposed.
        (long m, long k, long lda) = a.Rank == 1 ? (1, a.Columns, a.Columns) : a.Transposed ? (a.Columns, a.Rows, a.RowStride) : (a.Rows, a.Columns, a.RowStride);
        (long n, long ldb) = b.Rank == 1 ? (1, 1) : b.Transposed ? (b.Rows, b.RowStride) : (b.Columns, b.RowStride);
        (long nextA, long nextB) = (a.Rank == 1 ? k : a.MatrixStride, b.Rank == 1 ? k : b.MatrixStride);
        ReadOnlySpan<long> batchA = a.Batch;
        ReadOnlySpan<long> batchB = b.Batch;
        if (TensorShape.Count(batchB) == 1 && !a.Transposed && lda == k)
        {
            // One B: all rows of A are one matrix.
            Product(context, (C*)a.Data, lda, 0, false, (C*)b.Data, ldb, 0, b.Transposed, (C*)y.Data, 1, y.Count / n, n, k, alpha);
            return;
        }

        Span<long> batch = stackalloc long[Math.Max(batchA.Length, batchB.Length)];
        MatMul.BroadcastBatch(batchA, batchB, batch);
        StridedLoop loop = StridedLoop.Over(batch);
        loop.AddBroadcast(batch, batchA);
        loop.AddBroadcast(batch, batchB);
        loop.Collapse();
        C* target = (C*)y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            context.ThrowIfCancelled();
            Product(
                context, (C*)a.Data + (loop.Offset(0) * nextA), lda, loop.InnerStride(0) * nextA, a.Transposed, (C*)b.Data + (loop.Offset(1) * nextB), ldb, loop.InnerStride(1) * nextB, b.Transposed,
                target, loop.Inner, m, n, k, alpha);
            target += loop.Inner * m * n;
            loop.Next();
        }
    }

    private static void Product<C>(
        KernelContext context, C* a, long lda, long nextA, bool transA, C* b, long ldb, long nextB, bool transB, C* y, long batch, long m, long n, long k, float alpha)
        where C : unmanaged, INumber<C>
    {
        if (typeof(C) == typeof(float))
        {
            GemmEpilogue none = default;
            if (batch == 1)
            {
                GemmF32.Run((float*)a, (nint)lda, transA, (float*)b, (nint)ldb, transB, (float*)y, (nint)n, (nint)m, (nint)n, (nint)k, alpha, in none, context.Threads);
                return;
            }

            GemmF32.RunBatched(
                checked((int)batch), (float*)a, (nint)lda, (nint)nextA, transA, (float*)b, (nint)ldb, (nint)nextB, transB, (float*)y, (nint)n, (nint)(m * n), (nint)m, (nint)n, (nint)k, alpha, in none, context.Threads);
            return;
        }

        LargeBlocks.Clear(y, batch * m * n * sizeof(C));
        for (long i = 0; i < batch; i++)
        {
            GenericProduct.Run(a + (i * nextA), lda, transA, b + (i * nextB), ldb, transB, y + (i * m * n), n, m, n, k, C.CreateTruncating(alpha), context.Threads);
        }
    }
}
