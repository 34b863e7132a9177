using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Resizing;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;

namespace Inference.Operators.Images;

/// <summary>One axis of a Resize: each result is a weighted sum of elements, or of rows of them.</summary>
/// <param name="context">The run.</param>
/// <param name="table">The axis.</param>
/// <param name="picks">Its sums where no axis follows; null: they are computed one by one.</param>
/// <param name="from">What is resized.</param>
/// <param name="to">The result.</param>
/// <param name="dims">Sizes of what is resized.</param>
internal unsafe struct ResizePass<W>(KernelContext context, AxisTable table, RowPicks? picks, W* from, W* to, long[] dims) : IBlockAction
    where W : unmanaged, IFloatingPointIeee754<W>
{
    // Multiply-adds of a nanosecond: rows are multiplied by vectors.
    private const long MacsPerNanosecond = 8;

    // Multiply-adds of a block, a millisecond at most.
    private const long BlockMacs = 1 << 20;

    private readonly long _inner = ShapeRules.Product(dims, table.Axis + 1, dims.Length);
    private readonly long _resized = table.Indices.Length / table.Taps;
    private long _rows;
    private int _blocks;

    public void Run()
    {
        // Rows are results of the axis where others follow, whole axes otherwise.
        long outer = ShapeRules.Product(dims, 0, table.Axis);
        _rows = _inner == 1 ? outer : outer * _resized;
        long macs = outer * _resized * _inner * table.Taps;
        bool parallel = macs >= MacsPerNanosecond * WorkerPool.SharedNanoseconds;
        _blocks = (int)Math.Min(_rows, Math.Max(parallel ? (long)WorkerPool.BlocksPerThread * context.Threads : 1, macs / BlockMacs));
        WorkerPool.Run(_blocks, ref this, parallel ? context.Threads : 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Invoke(int block)
    {
        long first = _rows * block / _blocks;
        long end = _rows * (block + 1) / _blocks;
        long size = dims[table.Axis];
        if (_inner == 1 && picks is not null && typeof(W) == typeof(float))
        {
            picks.Run(from + (first * size), to + (first * _resized), (nint)(end - first));
            return;
        }

        fixed (int* indices = table.Indices)
        fixed (double* doubles = table.Weights)
        fixed (float* singles = table.Singles)
        {
            W* weights = typeof(W) == typeof(float) ? (W*)singles : (W*)doubles;
            for (long r = first; r < end; r++)
            {
                if (_inner == 1)
                {
                    Sums(from + (r * size), to + (r * _resized), indices, weights);
                    continue;
                }

                (long o, long p) = Math.DivRem(r, _resized);
                Rows(from + (o * size * _inner), to + (r * _inner), (nint)_inner, indices + (p * table.Taps), weights + (p * table.Taps), table.Taps);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Sums(W* row, W* results, int* indices, W* weights)
    {
        int taps = table.Taps;
        for (long p = 0; p < _resized; p++, indices += taps, weights += taps)
        {
            W sum = W.Zero;
            for (int k = 0; k < taps; k++)
            {
                sum += weights[k] * row[indices[k]];
            }

            results[p] = sum;
        }
    }

    // Pairs of rows at once: the first two make the result, others are added to it.
    private static void Rows(W* rows, W* result, nint length, int* indices, W* weights, int taps)
    {
        for (int k = 0; k < taps; k += 2)
        {
            // A last single row is one of a pair that counts 0 times, and is not read.
            W* second = k + 1 < taps ? rows + (indices[k + 1] * length) : null;
            Pair(rows + (indices[k] * length), weights[k], second, second == null ? W.Zero : weights[k + 1], result, length, k > 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair(W* first, W weight, W* second, W secondWeight, W* result, nint length, bool add)
    {
        nint i = 0;
        var weights = new Vector<W>(weight);
        var secondWeights = new Vector<W>(secondWeight);
        for (; i <= length - Vector<W>.Count; i += Vector<W>.Count)
        {
            Vector<W> sum = Vector.Load(first + i) * weights;
            sum = add ? Vector.Load(result + i) + sum : sum;
            (second == null ? sum : sum + (Vector.Load(second + i) * secondWeights)).Store(result + i);
        }

        for (; i < length; i++)
        {
            W sum = first[i] * weight;
            sum = add ? result[i] + sum : sum;
            result[i] = second == null ? sum : sum + (second[i] * secondWeight);
        }
    }
}
