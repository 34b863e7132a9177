using System.Numerics;
using Inference.Kernels.Gathering;
using Inference.Kernels.Memory;

namespace Inference.Layers;

/// <summary>
/// A table of rows that are looked up by index: y[i] = table[id[i]] for f32 rows, y[i] = (codes[id[i]] − zero[id[i]])·scale[id[i]] for rows of u8 codes. Results are bit-identical to the graph nodes
/// Gather and GatherBlockQuantized (one block per row), which run the same code. The table is copied when the layer is created. Immutable and thread-safe.
/// A run allocates no managed memory. Runs in flight when the layer is disposed are allowed to finish; the garbage collector frees layers that were never disposed.
/// </summary>
public sealed unsafe class Embedding : IDisposable
{
    private const string Layer = nameof(Embedding) + " layer";
    private readonly NativeBuffer _table;
    private readonly float[]? _scales;
    private readonly byte[]? _zeroPoints;
    private readonly LayerGate _gate;

    /// <summary>Creates a table from f32 rows.</summary>
    /// <param name="table">[rows, width], row-major; copied.</param>
    /// <param name="rows">The number of rows of the table, 1 or more.</param>
    /// <param name="width">The number of elements in a row, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    /// <exception cref="ArgumentException">The length does not match the sizes.</exception>
    public Embedding(ReadOnlySpan<float> table, int rows, int width)
    {
        Check(rows, width, table.Length, nameof(table));
        Rows = rows;
        Width = width;
        _table = new NativeBuffer((nint)table.Length * sizeof(float));
        table.CopyTo(new Span<float>(_table.Pointer, table.Length));
        _gate = new(Layer, _table);
    }

    /// <summary>Creates a table from u8 codes.</summary>
    /// <param name="codes">[rows, width], row-major; an element is (code − zero point)·scale of its row. Copied.</param>
    /// <param name="scales">[rows], or one for all; greater than 0. Copied.</param>
    /// <param name="zeroPoints">[rows], or empty for 0. Copied.</param>
    /// <param name="rows">The number of rows of the table, 1 or more.</param>
    /// <param name="width">The number of elements in a row, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    /// <exception cref="ArgumentException">A length does not match the sizes, or a scale is not greater than 0.</exception>
    public Embedding(ReadOnlySpan<byte> codes, ReadOnlySpan<float> scales, ReadOnlySpan<byte> zeroPoints, int rows, int width)
    {
        Check(rows, width, codes.Length, nameof(codes));
        LayerCheck.Scales(scales, rows, Layer, nameof(rows), nameof(scales));
        if (!zeroPoints.IsEmpty)
        {
            LayerCheck.Length(zeroPoints.Length, 1, rows, Layer, nameof(rows), nameof(zeroPoints));
            _zeroPoints = zeroPoints.ToArray();
        }

        Rows = rows;
        Width = width;
        _scales = LayerWeights.Each(scales, rows);
        _table = new NativeBuffer(codes.Length);
        codes.CopyTo(new Span<byte>(_table.Pointer, codes.Length));
        _gate = new(Layer, _table);
    }

    /// <summary>The number of rows of the table.</summary>
    public int Rows { get; }

    /// <summary>The number of elements in a row.</summary>
    public int Width { get; }

    /// <summary>Whether rows are u8 codes.</summary>
    public bool IsQuantized => _scales is not null;

    /// <summary>Creates a table of u8 codes from an f32 table: for each row, scale = (max − min)/255 with 0 in the range, and the zero point is the code of 0.</summary>
    /// <param name="table">[rows, width], row-major, finite; copied.</param>
    /// <param name="rows">The number of rows of the table, 1 or more.</param>
    /// <param name="width">The number of elements in a row, 1 or more.</param>
    /// <returns>The table; the caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    /// <exception cref="ArgumentException">The length does not match the sizes, or an element is not finite.</exception>
    public static Embedding Quantize(ReadOnlySpan<float> table, int rows, int width)
    {
        Check(rows, width, table.Length, nameof(table));
        byte[] codes = LayerRows.Quantize(table, rows, width, Layer, nameof(table), out float[] scales, out byte[] zeroPoints);
        return new(codes, scales, zeroPoints, rows, width);
    }

    /// <summary>Looks up rows.</summary>
    /// <param name="ids">Row indices, −Rows to Rows − 1; negative indices count from the end.</param>
    /// <param name="y">[ids, Width], row-major. If an id is out of range, the rows before it have been written.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is out of range.</exception>
    /// <exception cref="ArgumentException">The length of <paramref name="y"/> is not ids times the width.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public void Run(ReadOnlySpan<long> ids, Span<float> y) => Find(ids, y);

    /// <inheritdoc cref="Run(ReadOnlySpan{long}, Span{float})"/>
    public void Run(ReadOnlySpan<int> ids, Span<float> y) => Find(ids, y);

    /// <summary>Prevents further runs and frees the table after the last run has ended. Further calls have no effect.</summary>
    public void Dispose() => _gate.Close();

    private static void Check(int rows, int width, int length, string parameter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        LayerCheck.Length(length, rows, width, Layer, "rows, width", parameter);
    }

    private void Find<TId>(ReadOnlySpan<TId> ids, Span<float> y)
        where TId : unmanaged, IBinaryInteger<TId>
    {
        LayerCheck.Length(y.Length, ids.Length, Width, Layer, "ids, width", nameof(y));
        nint wrong;
        _gate.Enter();
        try
        {
            fixed (float* to = y, scales = _scales)
            fixed (byte* zeroPoints = _zeroPoints)
            {
                wrong = _scales is null
                    ? GatherRows.Run(_table.Pointer, Rows, (nint)Width * sizeof(float), ids, (byte*)to)
                    : GatherRows.RunDequantize(_table.Pointer, signed: false, Rows, Width, scales, zeroPoints, 0, ids, to);
            }
        }
        finally
        {
            _gate.Exit();
        }

        if (wrong >= 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(ids), ids[(int)wrong], $"{Layer}: expected ids in [{-(long)Rows}, {Rows - 1}], got {ids[(int)wrong]} at position {wrong}. Map unknown ids to a dedicated row.");
        }
    }
}
