using System.Numerics;
using Inference.Kernels.Gathering;
using Inference.Kernels.Threading;

namespace Inference.Operators.Indexing;

/// <summary>Rows picked by index from each of some tables [outer, size, rowBytes], shared out over threads: y[o, i] = tables[o, indices[i]].</summary>
internal unsafe struct GatherRun<TIndex> : IBlockAction
    where TIndex : unmanaged, IBinaryInteger<TIndex>
{
    private const int CallWork = 16;

    public byte* Tables;
    public TIndex* Indices;
    public byte* Y;
    public long Size;
    public long RowBytes;
    public long Count;
    private long _rows;
    private long _blocks;
    private long _wrong;

    /// <summary>Runs.</summary>
    /// <param name="outer">The number of tables.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <returns>−1, or the position of an index out of range: the first one.</returns>
    public long Run(long outer, int threads)
    {
        _rows = outer * Count;
        bool shared = threads > 1 && _rows * RowBytes >= WorkerPool.SharedBytes;
        _blocks = shared ? Math.Min(_rows, (long)WorkerPool.BlocksPerThread * threads) : 1;
        _wrong = long.MaxValue;
        WorkerPool.Run((int)_blocks, ref this, threads);
        return _wrong == long.MaxValue ? -1 : _wrong;
    }

    public void Invoke(int block)
    {
        var work = default(WorkCounter);
        long end = _rows * (block + 1) / _blocks;
        for (long row = _rows * block / _blocks; row < end;)
        {
            // Of calls of few indices; the kernel looks within a call.
            work.Add(CallWork);
            long at = row % Count;
            int count = (int)Math.Min(Math.Min(Gather.MaxIndices, end - row), Count - at);
            long wrong = GatherRows.Run(Tables + (row / Count * Size * RowBytes), (nint)Size, (nint)RowBytes, new ReadOnlySpan<TIndex>(Indices + at, count), Y + (row * RowBytes));
            if (wrong >= 0)
            {
                // Of several, the smallest: the error does not depend on threads.
                long found = at + wrong, seen = Volatile.Read(ref _wrong);
                while (found < seen && Interlocked.CompareExchange(ref _wrong, found, seen) is var now && now != seen)
                {
                    seen = now;
                }

                return;
            }

            row += count;
        }
    }
}
