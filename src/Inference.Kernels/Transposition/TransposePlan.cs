using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Transposition;

/// <summary>
/// A permutation with its neighbouring axes merged, as loops over outer positions of y with one inner move: a run of
/// contiguous elements, or a 2-D transpose of x's last axis against y's last axis.
/// </summary>
internal unsafe struct TransposePlan
{
    // An outer step, and a multiple of the rows that are turned at once.
    private const int StepWork = 10;
    private const int MatrixStrip = 64;

    public byte* X;
    public byte* Y;
    public int Blocks;

    // Parts that a matrix is cut into along its longer side.
    private int _strips;
    private int _rank;
    private readonly int _elementSize;
    private Axes _size;
    private Axes _strideX;
    private Axes _strideY;
    private nint _run;
    private bool _matrix;

    // Small matrices of a few contiguous columns or rows: a call for many.
    private bool _narrow;
    private nint _matrixRows;
    private nint _matrixColumns;
    private nint _matrixLdx;
    private nint _matrixLdy;

    public TransposePlan(ReadOnlySpan<long> shape, ReadOnlySpan<int> permutation, int elementSize)
    {
        _elementSize = elementSize;
        Total = 1;
        foreach (long n in shape)
        {
            Total *= (nint)n;
        }

        if (Total > 0)
        {
            Merge(shape, permutation);
            Split();
        }
    }

    /// <summary>Elements.</summary>
    public nint Total { get; }

    /// <summary>Iterations of the loops around the inner move.</summary>
    public readonly nint OuterCount
    {
        get
        {
            nint count = 1;
            for (int i = 0; i < _rank; i++)
            {
                count *= _size[i];
            }

            return count;
        }
    }

    /// <summary>Cuts the loops into blocks for some threads.</summary>
    public void Cut(int wanted)
    {
        nint outer = OuterCount;
        nint most = nint.Max(_matrixRows, _matrixColumns) / (2 * MatrixStrip);
        _strips = _matrix && outer < wanted ? (int)nint.Clamp((wanted + outer - 1) / outer, 1, nint.Max(1, most)) : 1;
        Blocks = (int)nint.Min(outer, wanted) * _strips;
        _narrow = _matrix && _strips == 1 && _matrixRows * _matrixColumns <= LongLoop.Part && NarrowTranspose.Suits(_matrixLdx, _matrixLdy, _matrixRows, _matrixColumns, _elementSize);
    }

    public static void RunBlock(void* state, int block)
    {
        ref readonly TransposePlan plan = ref *(TransposePlan*)state;
        nint outer = plan.OuterCount;
        (int part, int strip) = Math.DivRem(block, plan._strips);
        int parts = plan.Blocks / plan._strips;
        plan.Run(outer * part / parts, outer * (part + 1) / parts, strip);
    }

    // Axes in y's order; sizes of 1 vanish, and axes that are neighbours in x and y become one.
    private void Merge(ReadOnlySpan<long> shape, ReadOnlySpan<int> permutation)
    {
        Axes strides = default;
        nint stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= (nint)shape[i];
        }

        foreach (int axis in permutation)
        {
            nint size = (nint)shape[axis];
            if (size == 1)
            {
                continue;
            }

            if (_rank > 0 && _strideX[_rank - 1] == size * strides[axis])
            {
                _size[_rank - 1] *= size;
                _strideX[_rank - 1] = strides[axis];
                continue;
            }

            _size[_rank] = size;
            _strideX[_rank] = strides[axis];
            _rank++;
        }

        stride = 1;
        for (int i = _rank - 1; i >= 0; i--)
        {
            _strideY[i] = stride;
            stride *= _size[i];
        }
    }

    private void Split()
    {
        _run = 1;
        if (_rank > 0 && _strideX[_rank - 1] == 1)
        {
            _rank--;
            _run = _size[_rank];
            return;
        }

        if (_rank < 2)
        {
            return;
        }

        // The axis along which x is contiguous lies elsewhere in y: move it and y's last axis as a matrix.
        int inner = 0;
        while (_strideX[inner] != 1)
        {
            inner++;
        }

        _matrix = true;
        _matrixRows = _size[_rank - 1];
        _matrixLdx = _strideX[_rank - 1];
        _matrixColumns = _size[inner];
        _matrixLdy = _strideY[inner];
        _rank--;
        for (int i = inner; i + 1 < _rank; i++)
        {
            _size[i] = _size[i + 1];
            _strideX[i] = _strideX[i + 1];
            _strideY[i] = _strideY[i + 1];
        }

        _rank--;
    }

    // Outer positions in rows along the last of the outer axes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run(nint first, nint end, int strip)
    {
        var work = default(WorkCounter);
        nint size = _matrix ? _matrixRows * _matrixColumns : _run;
        nint length = _rank == 0 ? 1 : _size[_rank - 1];
        nint stepX = _rank == 0 ? 0 : _strideX[_rank - 1] * _elementSize;
        nint stepY = _rank == 0 ? 0 : _strideY[_rank - 1] * _elementSize;
        nint most = nint.Max(1, LongLoop.Part / (size + StepWork));
        for (nint index = first; index < end;)
        {
            nint count = nint.Min(nint.Min(end - index, length - (index % length)), most);
            work.Add(count * (size + StepWork));
            nint x = 0;
            nint y = 0;
            nint rest = index;
            for (int i = _rank - 1; i >= 0; i--)
            {
                nint at = rest % _size[i];
                rest /= _size[i];
                x += at * _strideX[i];
                y += at * _strideY[i];
            }

            byte* from = X + (x * _elementSize);
            byte* to = Y + (y * _elementSize);
            index += count;
            if (!_matrix)
            {
                ByteRuns.Copy(from, stepX, to, stepY, count, _run * _elementSize);
                continue;
            }

            if (_narrow)
            {
                NarrowTranspose.Run(from, _matrixLdx, to, _matrixLdy, _matrixRows, _matrixColumns, _elementSize, count, stepX, stepY);
                continue;
            }

            for (; count > 0; count--, from += stepX, to += stepY)
            {
                RunMatrix(from, to, strip);
            }
        }
    }

    // A strip of a matrix; rows of a large one in parts, between which the run is asked.
    private readonly void RunMatrix(byte* from, byte* to, int strip)
    {
        bool byRows = _matrixRows >= _matrixColumns;
        (nint row, nint rowEnd) = byRows ? Strip(_matrixRows, strip) : (0, _matrixRows);
        (nint column, nint columnEnd) = byRows ? (0, _matrixColumns) : Strip(_matrixColumns, strip);
        nint columns = columnEnd - column;
        from += column * _elementSize;
        to += column * _matrixLdy * _elementSize;
        nint part = nint.Max(MatrixStrip, LongLoop.Part / columns / MatrixStrip * MatrixStrip);
        for (nint first = row; row < rowEnd; row += part)
        {
            if (row > first)
            {
                KernelControl.Poll();
            }

            Transpose2D.Run(from + (row * _matrixLdx * _elementSize), _matrixLdx, to + (row * _elementSize), _matrixLdy, nint.Min(part, rowEnd - row), columns, _elementSize);
        }
    }

    // Where a strip starts and ends: multiples of what is turned at once.
    private readonly (nint First, nint End) Strip(nint length, int strip)
    {
        nint units = (length + MatrixStrip - 1) / MatrixStrip;
        return (nint.Min(length, units * strip / _strips * MatrixStrip), nint.Min(length, units * (strip + 1) / _strips * MatrixStrip));
    }

    [InlineArray(Transpose.MaxRank)]
    private struct Axes
    {
        private nint _element;
    }
}
