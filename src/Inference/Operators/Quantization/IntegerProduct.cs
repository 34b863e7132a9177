using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Products of 8-bit matrices with zero points, exact in int32 (wrapping).</summary>
internal static unsafe class IntegerProduct
{
    /// <summary>Scratch for <see cref="Run"/>, bytes.</summary>
    public static long ScratchBytes(Tensor a, Tensor b) => (a.Count + b.Count) * sizeof(int);

    /// <summary>C = (A − zero) × (B − zero) for all batches; A's zero point is one or one a row, B's one or one a column.</summary>
    public static void Run(KernelContext context, Tensor a, Tensor? zeroA, Tensor b, Tensor? zeroB, ReadOnlySpan<long> outputDims, int* target, byte* scratch)
    {
        if (TensorShape.Count(outputDims) == 0)
        {
            return;
        }

        ProductShape.Sizes(a.Dims, b.Dims, out long m, out long n, out long k);
        int* left = (int*)scratch;
        int* right = left + a.Count;
        var work = default(WorkCounter);
        for (long row = 0; row < a.Count / Math.Max(1, k); row++)
        {
            work.Add(k);
            Widen(a, row * k, k, zeroA is null ? 0 : (int)Scalars.ToInt64(zeroA, ProductParameters.Index(zeroA, row / m, m, row % m)), left + row * k);
        }

        for (long row = 0; row < b.Count / n; row++)
        {
            work.Add(n);
            if (zeroB is null || zeroB.Count == 1)
            {
                Widen(b, row * n, n, zeroB is null ? 0 : (int)Scalars.ToInt64(zeroB), right + row * n);
                continue;
            }

            Widen(b, row * n, n, 0, right + row * n);
            for (long j = 0; j < n; j++)
            {
                right[row * n + j] -= (int)Scalars.ToInt64(zeroB, ProductParameters.Index(zeroB, row / k, n, j));
            }
        }

        ReadOnlySpan<long> batchA = ProductShape.Batch(a.Dims);
        ReadOnlySpan<long> batchB = ProductShape.Batch(b.Dims);
        Span<long> batch = stackalloc long[Math.Max(batchA.Length, batchB.Length)];
        MatMul.BroadcastBatch(batchA, batchB, batch);
        StridedLoop loop = StridedLoop.Over(batch);
        loop.AddBroadcast(batch, batchA);
        loop.AddBroadcast(batch, batchB);
        loop.Collapse();
        LargeBlocks.Clear(target, TensorShape.Count(outputDims) * sizeof(int));
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                GenericProduct.Run(left + (loop.Offset(0) + i * loop.InnerStride(0)) * m * k, false, right + (loop.Offset(1) + i * loop.InnerStride(1)) * k * n, false, target, m, n, k, 1, context.Threads);
                target += m * n;
            }

            loop.Next();
        }
    }

    /// <summary>Widens 8-bit (or 16-bit) integers less a zero point.</summary>
    public static void Widen(Tensor x, long start, long count, int zero, int* target)
    {
        switch (x.Type)
        {
            case ElementType.UInt8:
                for (long i = 0; i < count; i++)
                {
                    target[i] = x.Data[start + i] - zero;
                }

                break;
            case ElementType.Int8:
                for (long i = 0; i < count; i++)
                {
                    target[i] = ((sbyte*)x.Data)[start + i] - zero;
                }

                break;
            default:
                for (long i = 0; i < count; i++)
                {
                    target[i] = (int)Scalars.ToInt64(x, start + i) - zero;
                }

                break;
        }
    }
}
