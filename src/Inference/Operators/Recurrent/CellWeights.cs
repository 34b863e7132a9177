using Inference.Kernels.Gemm;

namespace Inference.Operators.Recurrent;

/// <summary>A weight of a recurrent operator [directions, gates·H, K], prepacked for each direction; a GRU's recurrent weight has its last gate apart.</summary>
internal sealed unsafe class CellWeights : IDisposable
{
    private readonly PackedMatrix[] _main;
    private readonly PackedMatrix[] _last;

    private CellWeights(PackedMatrix[] main, PackedMatrix[] last)
    {
        _main = main;
        _last = last;
    }

    public static CellWeights Create(Tensor weights, bool lastApart, long hidden)
    {
        int directions = (int)weights.Dims[0];
        nint rows = (nint)weights.Dims[1];
        nint k = (nint)weights.Dims[2];
        nint first = lastApart ? rows - (nint)hidden : rows;
        var main = new PackedMatrix[directions];
        var last = new PackedMatrix[lastApart ? directions : 0];
        for (int d = 0; d < directions; d++)
        {
            float* start = (float*)weights.Data + (d * rows * k);
            main[d] = PackedMatrix.Create(start, k, k, first, transposed: true);
            if (lastApart)
            {
                last[d] = PackedMatrix.Create(start + (first * k), k, k, (nint)hidden, transposed: true);
            }
        }

        return new(main, last);
    }

    public PackedMatrix Main(int direction) => _main[direction];

    public PackedMatrix? Last(int direction) => _last.Length > 0 ? _last[direction] : null;

    public void Dispose()
    {
        foreach (PackedMatrix matrix in (ReadOnlySpan<PackedMatrix>)[.. _main, .. _last])
        {
            matrix.Dispose();
        }
    }
}
