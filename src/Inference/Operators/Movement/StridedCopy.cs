using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Joining;

namespace Inference.Operators.Movement;

/// <summary>Copies a box of elements between two strided layouts: target[Σ i·t] = source[Σ i·s]. Strides are in elements, may be 0 or negative.</summary>
internal static class StridedCopy
{
    // Squares of 16 × 16 elements: 16 lines of a cache on each side.
    private const int Tile = 16;

    // Elements from which a repeated part of the target is copied rather than made again.
    private const int LeastRepeated = 64;

    // What a run costs besides its elements, in units of WorkCounter.
    private const int RunWork = 4;

    /// <summary>Copies a box.</summary>
    /// <param name="source">Where the box starts.</param>
    /// <param name="sourceStrides">Elements that a step along each axis moves it.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="targetStrides">The same for the target.</param>
    /// <param name="dims">Sizes of the box.</param>
    /// <param name="threads">The most threads to use.</param>
    public static void Run<T>(ref T source, ReadOnlySpan<long> sourceStrides, ref T target, ReadOnlySpan<long> targetStrides, ReadOnlySpan<long> dims, int threads = 1)
    {
        Span<long> d = stackalloc long[dims.Length + 1];
        Span<long> s = stackalloc long[dims.Length + 1];
        Span<long> t = stackalloc long[dims.Length + 1];
        int rank = Collapse(dims, sourceStrides, targetStrides, d, s, t);
        if (rank < 0)
        {
            return;
        }

        if (threads > 1 && !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && TensorShape.Count(d[..rank]) * Unsafe.SizeOf<T>() >= SharedBytes<T>(d, s, t, rank))
        {
            RunParts(ref source, s, ref target, t, d, rank, threads);
        }
        else
        {
            RunBox(ref source, s, ref target, t, d, rank);
        }
    }

    // Runs of a cache line and more are copied at 64 bytes a nanosecond.
    private static long SharedBytes<T>(Span<long> d, Span<long> s, Span<long> t, int rank) =>
        rank > 0 && s[rank - 1] == 1 && t[rank - 1] == 1 && d[rank - 1] * Unsafe.SizeOf<T>() >= 64 ? 4 * WorkerPool.SharedBytes : WorkerPool.SharedBytes;

    private static unsafe void RunParts<T>(ref T source, Span<long> s, ref T target, Span<long> t, Span<long> d, int rank, int threads)
    {
        fixed (byte* from = &Unsafe.As<T, byte>(ref source), to = &Unsafe.As<T, byte>(ref target))
        fixed (long* sourceStrides = s, targetStrides = t, dims = d)
        {
            var parts = new Parts<T> { Source = from, Target = to, SourceStrides = sourceStrides, TargetStrides = targetStrides, Dims = dims, Rank = rank };
            parts.Count = (int)Math.Min(d[0], (long)WorkerPool.BlocksPerThread * threads);
            WorkerPool.Run(parts.Count, ref parts, threads);
        }
    }

    private static void RunBox<T>(ref T source, Span<long> s, ref T target, Span<long> t, Span<long> d, int rank)
    {
        int inner = rank - 1;
        int across = -1;
        if (s[inner] != 1 && s[inner] != 0 && t[inner] == 1)
        {
            for (int i = 0; i < inner; i++)
            {
                if (s[i] == 1)
                {
                    across = i;
                }
            }
        }

        if (across >= 0)
        {
            RunTiled(ref source, s, ref target, t, d, rank, across);
            return;
        }

        var work = default(WorkCounter);
        Box(ref source, ref target, new(d[..rank], s[..rank], t[..rank]), 0, ref work);
    }

    // What axes from one on hold; axes that repeat what is inside of them copy the target.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Box<T>(ref T source, ref T target, StridedBox box, int axis, ref WorkCounter work)
    {
        if (axis + 2 >= box.Rank)
        {
            Rows(ref source, ref target, box, ref work);
            return;
        }

        nint count = (nint)box.Dims[axis];
        nint step = (nint)box.Target[axis];
        if (box.Source[axis] == 0 && step >= LeastRepeated && step == box.Dims[axis + 1] * box.Target[axis + 1] && box.IsDense(axis + 1))
        {
            Box(ref source, ref target, box, axis + 1, ref work);
            Copies(ref target, 0, ref Unsafe.Add(ref target, step), step, count - 1, step, ref work);
            return;
        }

        int inner = box.Rank - 1;
        if (axis + 3 == box.Rank && box.Source[inner] == 1 && box.Target[inner] == 1 && !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && box.Dims[inner - 1] * box.Dims[inner] <= LongLoop.Part)
        {
            Planes(ref source, ref target, box, axis, ref work);
            return;
        }

        nint from = 0;
        nint to = 0;
        for (nint i = 0; i < count; i++, from += (nint)box.Source[axis], to += step)
        {
            Box(ref Unsafe.Add(ref source, from), ref Unsafe.Add(ref target, to), box, axis + 1, ref work);
        }
    }

    // Three axes of plain elements whose innermost is contiguous.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Planes<T>(ref T source, ref T target, StridedBox box, int axis, ref WorkCounter work)
    {
        int size = Unsafe.SizeOf<T>();
        nint count = (nint)box.Dims[axis];
        nint rows = (nint)box.Dims[axis + 1];
        nint length = (nint)box.Dims[axis + 2];
        nint sourceStep = (nint)box.Source[axis + 1] * size;
        nint targetStep = (nint)box.Target[axis + 1] * size;
        nint sourcePlane = (nint)box.Source[axis] * size;
        nint targetPlane = (nint)box.Target[axis] * size;
        fixed (byte* from = &Unsafe.As<T, byte>(ref source), to = &Unsafe.As<T, byte>(ref target))
        {
            for (nint i = 0; i < count; i++)
            {
                work.Add(rows * (RunWork + length));
                ByteRuns.Copy(from + (i * sourcePlane), sourceStep, to + (i * targetPlane), targetStep, rows, length * size);
            }
        }
    }

    // The two innermost axes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<T>(ref T source, ref T target, StridedBox box, ref WorkCounter work)
    {
        int inner = box.Rank - 1;
        nint rows = inner > 0 ? (nint)box.Dims[inner - 1] : 1;
        nint sourceStep = inner > 0 ? (nint)box.Source[inner - 1] : 0;
        nint targetStep = inner > 0 ? (nint)box.Target[inner - 1] : 0;
        nint length = (nint)box.Dims[inner];
        if (box.Source[inner] == 1 && box.Target[inner] == 1)
        {
            Copies(ref source, sourceStep, ref target, targetStep, rows, length, ref work);
            return;
        }

        for (nint r = 0; r < rows; r++)
        {
            work.Add(RunWork + length);
            Row(ref Unsafe.Add(ref source, r * sourceStep), (nint)box.Source[inner], ref Unsafe.Add(ref target, r * targetStep), (nint)box.Target[inner], length);
        }
    }

    /// <summary>Runs of consecutive elements at equal distances: target[r, i] = source[r, i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void Copies<T>(ref T source, nint sourceStep, ref T target, nint targetStep, nint rows, nint length, ref WorkCounter work)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            for (nint r = 0; r < rows; r++)
            {
                work.Add(RunWork + length);
                Block(ref Unsafe.Add(ref source, r * sourceStep), ref Unsafe.Add(ref target, r * targetStep), length);
            }

            return;
        }

        int size = Unsafe.SizeOf<T>();
        nint most = nint.Max(1, LongLoop.Part / (RunWork + length));
        fixed (byte* from = &Unsafe.As<T, byte>(ref source), to = &Unsafe.As<T, byte>(ref target))
        {
            for (nint r = 0; r < rows; r += most)
            {
                nint count = nint.Min(most, rows - r);
                work.Add(count * (RunWork + length));
                ByteRuns.Copy(from + (r * sourceStep * size), sourceStep * size, to + (r * targetStep * size), targetStep * size, count, length * size);
            }
        }
    }

    /// <summary>The same with a packed row-major target.</summary>
    public static void ToPacked<T>(ref T source, ReadOnlySpan<long> sourceStrides, ref T target, ReadOnlySpan<long> dims, int threads = 1)
    {
        Span<long> strides = stackalloc long[dims.Length];
        ShapeRules.Strides(dims, strides);
        Run(ref source, sourceStrides, ref target, strides, dims, threads);
    }

    // Drops axes of size 1 and joins neighbours that step alike; −1 where the box is empty.
    private static int Collapse(ReadOnlySpan<long> dims, ReadOnlySpan<long> sourceStrides, ReadOnlySpan<long> targetStrides, Span<long> d, Span<long> s, Span<long> t)
    {
        int rank = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] == 0)
            {
                return -1;
            }

            if (dims[i] == 1)
            {
                continue;
            }

            if (rank > 0 && s[rank - 1] == sourceStrides[i] * dims[i] && t[rank - 1] == targetStrides[i] * dims[i])
            {
                d[rank - 1] *= dims[i];
                s[rank - 1] = sourceStrides[i];
                t[rank - 1] = targetStrides[i];
                continue;
            }

            d[rank] = dims[i];
            s[rank] = sourceStrides[i];
            t[rank] = targetStrides[i];
            rank++;
        }

        if (rank == 0)
        {
            d[0] = 1;
            s[0] = 1;
            t[0] = 1;
            rank = 1;
        }

        return rank;
    }

    private static void Row<T>(ref T source, nint sourceStride, ref T target, nint targetStride, nint count)
    {
        if (targetStride == 1 && sourceStride == 1)
        {
            Block(ref source, ref target, count);
        }
        else if (targetStride == 1 && sourceStride == 0)
        {
            Fill(ref target, source, count);
        }
        else if (targetStride == 1 && sourceStride == 2 && count > 0 && !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && Unsafe.SizeOf<T>() == sizeof(uint))
        {
            EverySecond(ref Unsafe.As<T, byte>(ref source), ref Unsafe.As<T, byte>(ref target), count);
        }
        else
        {
            for (nint i = 0; i < count;)
            {
                nint stop = LongLoop.Next(i, count);
                for (; i < stop; i++)
                {
                    Unsafe.Add(ref target, i * targetStride) = Unsafe.Add(ref source, i * sourceStride);
                }
            }
        }
    }

    // target[i] = source[2·i].
    private static unsafe void EverySecond(ref byte source, ref byte target, nint count)
    {
        fixed (byte* from = &source, to = &target)
        {
            Kernels.Transposition.EverySecond.Run((float*)from, (float*)to, count);
        }
    }

    /// <summary>Copies consecutive elements.</summary>
    public static void Block<T>(ref T source, ref T target, nint count)
    {
        // A long block is copied in parts, so that the run can be stopped between them.
        if (count > LongLoop.Part)
        {
            var work = default(WorkCounter);
            for (; count > LongLoop.Part; count -= LongLoop.Part)
            {
                work.Add(LongLoop.Part);
                MemoryMarshal.CreateReadOnlySpan(ref source, LongLoop.Part).CopyTo(MemoryMarshal.CreateSpan(ref target, LongLoop.Part));
                source = ref Unsafe.Add(ref source, LongLoop.Part);
                target = ref Unsafe.Add(ref target, LongLoop.Part);
            }
        }

        if (count <= 4)
        {
            for (nint i = 0; i < count; i++)
            {
                Unsafe.Add(ref target, i) = Unsafe.Add(ref source, i);
            }

            return;
        }

        MemoryMarshal.CreateReadOnlySpan(ref source, (int)count).CopyTo(MemoryMarshal.CreateSpan(ref target, (int)count));
    }

    /// <summary>Writes one value to consecutive elements.</summary>
    public static unsafe void Fill<T>(ref T target, T value, nint count)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            fixed (byte* to = &Unsafe.As<T, byte>(ref target))
            {
                ByteRuns.Fill(to, (byte*)Unsafe.AsPointer(ref value), Unsafe.SizeOf<T>(), count);
            }

            return;
        }

        var work = default(WorkCounter);
        for (nint i = 0; i < count; i++)
        {
            work.Add(1);
            Unsafe.Add(ref target, i) = value;
        }
    }

    // Source runs along axis `across`, target along the innermost: squares of Tile × Tile keep both in cache.
    private static void RunTiled<T>(ref T source, Span<long> s, ref T target, Span<long> t, Span<long> d, int rank, int across)
    {
        int inner = rank - 1;
        nint rows = (nint)d[across];
        nint columns = (nint)d[inner];
        nint rowStep = (nint)t[across];
        nint columnStep = (nint)s[inner];
        Span<long> index = stackalloc long[rank];
        index.Clear();
        nint from = 0;
        nint to = 0;
        var work = default(WorkCounter);
        while (true)
        {
            for (nint r0 = 0; r0 < rows; r0 += Tile)
            {
                nint r1 = Math.Min(r0 + Tile, rows);
                work.Add(RunWork + ((r1 - r0) * columns));
                for (nint c0 = 0; c0 < columns; c0 += Tile)
                {
                    nint c1 = Math.Min(c0 + Tile, columns);
                    for (nint r = r0; r < r1; r++)
                    {
                        ref T line = ref Unsafe.Add(ref target, to + (r * rowStep));
                        ref T column = ref Unsafe.Add(ref source, from + r);
                        for (nint c = c0; c < c1; c++)
                        {
                            Unsafe.Add(ref line, c) = Unsafe.Add(ref column, c * columnStep);
                        }
                    }
                }
            }

            int axis = inner - 1;
            for (; axis >= 0; axis--)
            {
                if (axis == across)
                {
                    continue;
                }

                from += (nint)s[axis];
                to += (nint)t[axis];
                if (++index[axis] < d[axis])
                {
                    break;
                }

                from -= (nint)(s[axis] * d[axis]);
                to -= (nint)(t[axis] * d[axis]);
                index[axis] = 0;
            }

            if (axis < 0)
            {
                return;
            }
        }
    }

    // The box cut along its first axis.
    private unsafe struct Parts<T> : IBlockAction
    {
        public byte* Source;
        public byte* Target;
        public long* SourceStrides;
        public long* TargetStrides;
        public long* Dims;
        public int Rank;
        public int Count;

        public readonly void Invoke(int block)
        {
            long first = Dims[0] * block / Count;
            Span<long> dims = stackalloc long[Rank];
            new ReadOnlySpan<long>(Dims, Rank).CopyTo(dims);
            dims[0] = (Dims[0] * (block + 1) / Count) - first;
            RunBox(
                ref Unsafe.As<byte, T>(ref Source[first * SourceStrides[0] * Unsafe.SizeOf<T>()]), new(SourceStrides, Rank),
                ref Unsafe.As<byte, T>(ref Target[first * TargetStrides[0] * Unsafe.SizeOf<T>()]), new(TargetStrides, Rank), dims, Rank);
        }
    }
}
