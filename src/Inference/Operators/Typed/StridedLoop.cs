using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Operators.Typed;

/// <summary>
/// A loop over an output of row-major order with up to four operands of own strides (in elements; 0 where an operand is broadcast). Dimensions of size 1 are
/// dropped and neighbours that all operands walk alike are merged, so the innermost run is as long as can be. Long runs are given in parts, and between runs the call's
/// limits are asked: a loop needs no looks of its own.
/// </summary>
internal unsafe struct StridedLoop
{
    // Every kept dimension is at least 2 long, so 32 of them already exceed what a tensor can hold.
    public const int MaxRank = 32;

    /// <summary>Operands of a loop: the most that an operator walks at once.</summary>
    public const int MaxOperands = 4;

    // Elements of a run, one look at the clock each, and what moving from run to run costs.
    private const int LongestRun = (int)KernelContext.CheckEvery;
    private const int RunWork = 8;

    private fixed long _dims[MaxRank];
    private fixed long _strides[MaxRank * MaxOperands];
    private fixed long _index[MaxRank];
    private fixed long _offsets[MaxOperands];
    private int _operands;
    private long _length;
    private long _done;
    private WorkCounter _work;

    /// <summary>Kept dimensions, ≥ 1.</summary>
    public int Rank { get; private set; }

    /// <summary>Length of the current innermost run, elements; runs of one loop may differ.</summary>
    public long Inner { get; private set; }

    /// <summary>How many innermost runs there are; 0 where the output is empty.</summary>
    public long Outer { get; private set; }

    /// <summary>A loop over <paramref name="dims"/>; operands are added innermost-aligned by <see cref="AddBroadcast"/> or <see cref="AddStrides"/>.</summary>
    public static StridedLoop Over(ReadOnlySpan<long> dims)
    {
        var loop = new StridedLoop();
        int rank = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] != 1)
            {
                // Past the limit only a zero dimension can follow: nothing will be visited.
                loop._dims[Math.Min(rank++, MaxRank - 1)] = dims[i];
            }
        }

        loop.Rank = Math.Min(rank, MaxRank);
        loop.Outer = TensorShape.Count(dims) == 0 ? 0 : 1;
        if (rank > MaxRank && loop.Outer != 0)
        {
            throw new InvalidInputException($"Tensor {TensorShape.Format(dims)}: expected at most {MaxRank} dimensions of size 2 or more. Merge some of them.");
        }

        return loop;
    }

    /// <summary>Adds a contiguous operand of shape <paramref name="own"/> broadcast to <paramref name="dims"/> (the dims given to <see cref="Over"/>).</summary>
    public void AddBroadcast(ReadOnlySpan<long> dims, ReadOnlySpan<long> own)
    {
        long stride = 1;
        int kept = Rank;
        int shift = dims.Length - own.Length;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            long size = i >= shift ? own[i - shift] : 1;
            if (dims[i] != 1)
            {
                kept--;
                if (kept >= 0)
                {
                    _strides[_operands * MaxRank + kept] = size == 1 ? 0 : stride;
                }
            }

            stride *= size;
        }

        _operands++;
    }

    /// <summary>Adds an operand with the given strides (elements) for each of <paramref name="dims"/>.</summary>
    public void AddStrides(ReadOnlySpan<long> dims, ReadOnlySpan<long> strides)
    {
        int kept = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] != 1 && kept < MaxRank)
            {
                _strides[_operands * MaxRank + kept++] = strides[i];
            }
        }

        _operands++;
    }

    /// <summary>Merges dimensions and splits off the innermost run. Call once, after the operands were added.</summary>
    public void Collapse()
    {
        int to = 0;
        for (int from = 1; from < Rank; from++)
        {
            bool merge = true;
            for (int o = 0; o < _operands; o++)
            {
                merge &= _strides[o * MaxRank + to] == _strides[o * MaxRank + from] * _dims[from];
            }

            if (merge)
            {
                _dims[to] *= _dims[from];
            }
            else
            {
                _dims[++to] = _dims[from];
            }

            for (int o = 0; o < _operands; o++)
            {
                _strides[o * MaxRank + to] = _strides[o * MaxRank + from];
            }
        }

        if (Rank == 0)
        {
            _dims[0] = 1;
        }

        Rank = to + 1;
        _length = _dims[Rank - 1];
        Inner = Math.Min(_length, LongestRun);
        if (Outer != 0)
        {
            Outer = (_length + LongestRun - 1) / LongestRun;
            for (int i = 0; i < Rank - 1; i++)
            {
                Outer *= _dims[i];
            }
        }
    }

    /// <summary>The stride of an operand within the innermost run, elements.</summary>
    public readonly long InnerStride(int operand) => _strides[operand * MaxRank + Rank - 1];

    /// <summary>Where the current innermost run of an operand starts, elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Offset(int operand) => _offsets[operand];

    /// <summary>How many innermost runs follow each other along the axis before the innermost; there must be one.</summary>
    public readonly long Rows => _dims[Rank - 2];

    /// <summary>How many of them are left, the current one included.</summary>
    public readonly long RowsLeft => _dims[Rank - 2] - _index[Rank - 2];

    /// <summary>The stride of an operand from innermost run to innermost run along that axis, elements.</summary>
    public readonly long RowStride(int operand) => _strides[operand * MaxRank + Rank - 2];

    /// <summary>Moves on by so many innermost runs, at most those left along the axis before the innermost; runs must not be in parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void NextRows(long rows)
    {
        for (int o = 0; o < _operands; o++)
        {
            _offsets[o] += RowStride(o) * (rows - 1);
        }

        _index[Rank - 2] += rows - 1;
        _work.Add((rows - 1) * Inner);
        Next();
    }

    /// <summary>Moves from the start to the innermost run, or the part of it, that begins at an element of the output.</summary>
    /// <param name="element">Row-major index of the element, below the output's count.</param>
    public void Seek(long element)
    {
        _done = element % _length;
        Inner = Math.Min(_length - _done, LongestRun);
        long rest = element / _length;
        for (int axis = Rank - 2; axis >= 0; axis--)
        {
            _index[axis] = rest % _dims[axis];
            rest /= _dims[axis];
            for (int o = 0; o < _operands; o++)
            {
                _offsets[o] += _strides[o * MaxRank + axis] * _index[axis];
            }
        }

        for (int o = 0; o < _operands; o++)
        {
            _offsets[o] += InnerStride(o) * _done;
        }
    }

    /// <summary>Moves to the next innermost run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Next()
    {
        _work.Add(RunWork + Inner);
        if (Inner != _length && NextPart())
        {
            return;
        }

        for (int axis = Rank - 2; axis >= 0; axis--)
        {
            for (int o = 0; o < _operands; o++)
            {
                _offsets[o] += _strides[o * MaxRank + axis];
            }

            if (++_index[axis] < _dims[axis])
            {
                return;
            }

            for (int o = 0; o < _operands; o++)
            {
                _offsets[o] -= _strides[o * MaxRank + axis] * _dims[axis];
            }

            _index[axis] = 0;
        }
    }

    // The next part of a long run; false at its end, with the offsets back at its start.
    private bool NextPart()
    {
        bool more = _done + Inner < _length;
        long move = more ? Inner : -_done;
        for (int o = 0; o < _operands; o++)
        {
            _offsets[o] += InnerStride(o) * move;
        }

        _done += move;
        Inner = Math.Min(_length - _done, LongestRun);
        return more;
    }
}
