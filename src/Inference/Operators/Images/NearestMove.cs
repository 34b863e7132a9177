using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Resizing;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;

namespace Inference.Operators.Images;

/// <summary>A Resize to nearest elements: rows along the last axis that changes, with all that follows it. A row whose elements are those of the row before it is copied.</summary>
/// <param name="tables">The axes that change, in order.</param>
/// <param name="picks">The picks of the last of them where no axis follows and elements are plain.</param>
/// <param name="starts">Where each row starts in the source, bytes, if picks make a row as fast as it is copied; else null.</param>
internal readonly struct NearestMove(AxisTable[] tables, RowPicks? picks, nint[]? starts) : IMove
{
    public void Run<T>(KernelContext context, Tensor source, Tensor target)
    {
        if (tables.Length == 0)
        {
            source.CopyTo(target);
            return;
        }

        var rows = new Rows<T>(tables, picks, starts, source, target);
        bool parallel = !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && target.Count * Unsafe.SizeOf<T>() >= WorkerPool.SharedBytes;
        rows.Blocks = (int)Math.Min(rows.Count, parallel ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
        WorkerPool.Run(rows.Blocks, ref rows, parallel ? context.Threads : 1);
    }

    private struct Rows<T> : IBlockAction
    {
        // Rows that are picked at once.
        private const int Group = 64;

        private readonly AxisTable[] _tables;
        private readonly RowPicks? _picks;
        private readonly Tensor _source;
        private readonly Tensor _target;
        private readonly int _last;
        private readonly nint _inner;
        private readonly nint _length;

        private readonly nint[]? _starts;

        public Rows(AxisTable[] tables, RowPicks? picks, nint[]? starts, Tensor source, Tensor target)
        {
            _tables = tables;
            _picks = picks;
            _starts = starts;
            _source = source;
            _target = target;
            _last = tables[^1].Axis;
            _inner = (nint)ShapeRules.Product(target.Dims, _last + 1, target.Rank);
            _length = (nint)target.Dims[_last] * _inner;
        }

        public int Blocks { get; set; }

        public readonly long Count => ShapeRules.Product(_target.Dims, 0, _last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            long count = Count;
            long first = count * block / Blocks;
            long end = count * (block + 1) / Blocks;
            var work = default(WorkCounter);
            if (_starts is not null)
            {
                Picked(first, end);
                return;
            }

            Span<nint> offsets = stackalloc nint[Group];
            nint before = -1;
            int most = (int)Math.Min(Group, Math.Max(1, LongLoop.Part / (_length + 10)));
            for (long r = first; r < end; r += most)
            {
                int rows = (int)Math.Min(most, end - r);
                NearestRows.Find(_tables, _source.Dims, _target.Dims, r, offsets[..rows]);
                work.Add(rows * (_length + 10));
                before = Make(r, offsets[..rows], before);
            }
        }

        private readonly unsafe void Picked(long first, long end)
        {
            var work = default(WorkCounter);
            nint most = nint.Max(1, LongLoop.Part / (_length + 10));
            fixed (nint* starts = _starts)
            {
                for (long r = first; r < end; r += most)
                {
                    nint rows = (nint)Math.Min(most, end - r);
                    work.Add(rows * (_length + 10));
                    _picks!.Run(_source.Data, _target.Data + (r * _length * Unsafe.SizeOf<T>()), rows, starts + r);
                }
            }
        }

        // Returns the last row's offset.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly unsafe nint Make(long row, ReadOnlySpan<nint> offsets, nint before)
        {
            ref T to = ref Unsafe.Add(ref Elements.Ref<T>(_target), (nint)row * _length);
            nint last = before;
            if (_picks is null)
            {
                for (int i = 0; i < offsets.Length; i++)
                {
                    if (offsets[i] != last)
                    {
                        Row(ref Unsafe.Add(ref Elements.Ref<T>(_source), offsets[i]), ref Unsafe.Add(ref to, i * _length));
                    }

                    last = offsets[i];
                }
            }
            else
            {
                nint* from = stackalloc nint[Group];
                nint* where = stackalloc nint[Group];
                int found = 0;
                for (int i = 0; i < offsets.Length; i++)
                {
                    if (offsets[i] != last)
                    {
                        from[found] = offsets[i] * Unsafe.SizeOf<T>();
                        where[found++] = i * _length * Unsafe.SizeOf<T>();
                    }

                    last = offsets[i];
                }

                _picks.Run(_source.Data, Unsafe.AsPointer(ref to), found, from, where);
            }

            var work = default(WorkCounter);
            for (int i = 0; i < offsets.Length; i++)
            {
                if (offsets[i] == (i == 0 ? before : offsets[i - 1]))
                {
                    ref T own = ref Unsafe.Add(ref to, i * _length);
                    StridedCopy.Copies(ref Unsafe.Add(ref own, -_length), 0, ref own, 0, 1, _length, ref work);
                }
            }

            return last;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(ref T from, ref T to)
        {
            var work = default(WorkCounter);
            foreach (int position in _tables[^1].Indices)
            {
                StridedCopy.Copies(ref Unsafe.Add(ref from, position * _inner), 0, ref to, 0, 1, _inner, ref work);
                to = ref Unsafe.Add(ref to, _inner);
            }
        }
    }
}
