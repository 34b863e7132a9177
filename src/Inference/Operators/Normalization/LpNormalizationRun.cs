using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Reduction;

namespace Inference.Operators.Normalization;

/// <summary>x[outer, length, inner] divided by the norms of its columns; a zero norm gives 0. Norms are added up over vector lanes, or in the order of the axis where inner is not 1.</summary>
internal unsafe struct LpNormalizationRun<TNorm, C> : IBlockAction
    where TNorm : struct, IReducer
    where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
{
    /// <summary>Columns whose norms stay in the first-level cache.</summary>
    public const int TileColumns = 1024;

    private const int PartElements = 1 << 16;

    public C* X;
    public C* Y;
    public long Length;
    public long Inner;
    public long Tiles;
    public long Tasks;
    public int Blocks;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Invoke(int block)
    {
        using var norms = new AlignedScratch<C>(TileColumns);
        var work = default(WorkCounter);
        long end = EqualParts.Start(Tasks, block + 1, Blocks);
        for (long task = EqualParts.Start(Tasks, block, Blocks); task < end; task++)
        {
            if (Inner == 1)
            {
                Row(X + (task * Length), Y + (task * Length), norms.Pointer, ref work);
                continue;
            }

            (long outer, long tile) = Math.DivRem(task, Tiles);
            long offset = (outer * Length * Inner) + (tile * TileColumns);
            Columns(X + offset, Y + offset, norms.Pointer, (int)Math.Min(TileColumns, Inner - (tile * TileColumns)), ref work);
        }
    }

    private readonly void Row(C* x, C* y, C* norm, ref WorkCounter work)
    {
        *norm = C.Zero;
        for (long i = 0; i < Length; i += PartElements)
        {
            int part = (int)Math.Min(PartElements, Length - i);
            work.Add(part / 4);
            *norm = TNorm.Merge(*norm, ReductionRun.Run<TNorm, C>(x + i, part));
        }

        TNorm.Finish(norm, 1, Length);
        C by = *norm;
        var divisor = new Vector<C>(by);
        for (long i = 0; i < Length;)
        {
            long end = Math.Min(Length, i + PartElements);
            work.Add((end - i) / 2);
            if (by == C.Zero)
            {
                new Span<C>(y + i, (int)(end - i)).Clear();
                i = end;
                continue;
            }

            for (; i <= end - Vector<C>.Count; i += Vector<C>.Count)
            {
                (Vector.Load(x + i) / divisor).Store(y + i);
            }

            for (; i < end; i++)
            {
                y[i] = x[i] / by;
            }
        }
    }

    private readonly void Columns(C* x, C* y, C* norms, int columns, ref WorkCounter work)
    {
        new Span<C>(norms, columns).Clear();
        long most = PartElements / columns;
        for (long r = 0; r < Length; r += most)
        {
            long rows = Math.Min(most, Length - r);
            work.Add(rows * columns / 4);
            ReductionRun.Rows<TNorm, C>(x + (r * Inner), (nint)rows, (nint)Inner, norms, columns);
        }

        TNorm.Finish(norms, columns, Length);
        for (long r = 0; r < Length; r++, x += Inner, y += Inner)
        {
            work.Add(1 + (columns / 2));
            Divide(x, y, norms, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide(C* x, C* y, C* norms, nint columns)
    {
        nint i = 0;
        for (; i <= columns - Vector<C>.Count; i += Vector<C>.Count)
        {
            Vector<C> norm = Vector.Load(norms + i);
            Vector.ConditionalSelect(Vector.Equals(norm, Vector<C>.Zero), Vector<C>.Zero, Vector.Load(x + i) / norm).Store(y + i);
        }

        for (; i < columns; i++)
        {
            y[i] = norms[i] == C.Zero ? C.Zero : x[i] / norms[i];
        }
    }
}
