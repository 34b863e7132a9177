using Inference.Kernels.Memory;
using Inference.Kernels.Quantized.Tiles;

namespace Inference.Kernels.Quantized;

/// <summary>
/// A constant B[K,N] of s8 or u8 stored once as panels for <see cref="QuantizedGemm"/>, with the sums of its columns, so that
/// zero points cost nothing at run time. Immutable and shared by any number of threads; dispose it when no call uses it.
/// </summary>
internal sealed unsafe class QuantizedMatrix : IDisposable
{
    private readonly NativeBuffer _panels;
    private readonly NativeBuffer _sums;

    private QuantizedMatrix(nint rows, nint columns, GemmS32Kernel kernel)
    {
        Rows = rows;
        Columns = columns;
        Kernel = kernel;
        Steps = (rows + kernel.ValuesPerStep - 1) / kernel.ValuesPerStep;
        StoredColumns = (columns + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        _panels = new NativeBuffer(Steps * StoredColumns * 4);
        _sums = new NativeBuffer(2 * StoredColumns * sizeof(int));
        Data = _panels.Pointer;
        ColumnSums = (int*)_sums.Pointer;
        ZeroPoints = ColumnSums + StoredColumns;
    }

    /// <summary>K.</summary>
    public nint Rows { get; }

    /// <summary>N.</summary>
    public nint Columns { get; }

    /// <summary>Native memory held, bytes.</summary>
    public nint ByteLength => _panels.Length + _sums.Length;

    internal GemmS32Kernel Kernel { get; }

    internal nint Steps { get; }

    internal nint StoredColumns { get; }

    internal byte* Data { get; }

    /// <summary>Σ_k (B'[k,n] − zero'[n]) of the stored values.</summary>
    internal int* ColumnSums { get; }

    /// <summary>Zero points of the stored values.</summary>
    internal int* ZeroPoints { get; }

    internal bool HasZeroPoints { get; private set; }

    /// <summary>Packs B.</summary>
    /// <param name="b">B[K,N] row-major with <paramref name="ldb"/>, or its transpose [N,K]: s8, or u8 if not <paramref name="signed"/>.</param>
    /// <param name="signed">Whether elements are s8.</param>
    /// <param name="ldb">Elements between rows of <paramref name="b"/>.</param>
    /// <param name="k">Rows of B.</param>
    /// <param name="n">Columns of B.</param>
    /// <param name="zeroPoints">None, one for all columns, or one for each; in the element type's range.</param>
    /// <param name="transposed">Whether <paramref name="b"/> holds [N,K].</param>
    /// <returns>The packed copy; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The number of zero points is not 0, 1 or N.</exception>
    public static QuantizedMatrix Create(
        byte* b, bool signed, nint ldb, nint k, nint n, ReadOnlySpan<int> zeroPoints, bool transposed = false) =>
        Create(b, signed, ldb, k, n, zeroPoints, transposed, GemmS32Kernels.Best);

    /// <summary>Packs a contiguous s8 B[K,N].</summary>
    /// <param name="b">B, K·N elements.</param>
    /// <param name="k">Rows of B.</param>
    /// <param name="n">Columns of B.</param>
    /// <param name="zeroPoints">None, one for all columns, or one for each.</param>
    /// <returns>The packed copy; the caller owns it.</returns>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public static QuantizedMatrix Create(ReadOnlySpan<sbyte> b, int k, int n, ReadOnlySpan<int> zeroPoints)
    {
        if (b.Length < (long)k * n)
        {
            throw new ArgumentException($"B[{k},{n}]: expected {(long)k * n} elements, got {b.Length}. Pass the whole matrix.", nameof(b));
        }

        fixed (sbyte* p = b)
        {
            return Create((byte*)p, true, n, k, n, zeroPoints);
        }
    }

    internal static QuantizedMatrix Create(
        byte* b, bool signed, nint ldb, nint k, nint n, ReadOnlySpan<int> zeroPoints, bool transposed, GemmS32Kernel kernel)
    {
        KernelAssert.Matrix(b, transposed ? n : k, transposed ? k : n, ldb);
        if (zeroPoints.Length > 1 && zeroPoints.Length != n)
        {
            throw new ArgumentException(
                $"Expected 0, 1 or {n} zero points, got {zeroPoints.Length}. Pass one for each column.", nameof(zeroPoints));
        }

        var packed = new QuantizedMatrix(k, n, kernel);
        // Unsigned elements are stored less 128, with their zero points.
        int shift = signed ? 0 : 128;
        for (nint j = 0; j < n; j++)
        {
            int zero = zeroPoints.Length == 0 ? 0 : zeroPoints[zeroPoints.Length == 1 ? 0 : (int)j];
            packed.ZeroPoints[j] = zero - shift;
            packed.HasZeroPoints |= zero != shift;
        }

        for (nint n0 = 0; n0 < n; n0 += kernel.PanelColumns)
        {
            packed.PackPanel(b, signed, transposed ? 1 : ldb, transposed ? ldb : 1, n0);
        }

        return packed;
    }

    private void PackPanel(byte* b, bool signed, nint rowStride, nint columnStride, nint n0)
    {
        int columns = (int)nint.Min(Kernel.PanelColumns, Columns - n0);
        int width = (columns + Kernel.Lanes - 1) / Kernel.Lanes * Kernel.Lanes;
        byte* from = b + (n0 * columnStride);
        byte* to = Data + (n0 * Steps * 4);
        if (Kernel.ValuesPerStep == 4)
        {
            QuantizedPacking.Pack4(from, signed, rowStride, columnStride, Rows, columns, to, width, ColumnSums + n0);
        }
        else
        {
            QuantizedPacking.Pack2(from, signed, rowStride, columnStride, Rows, columns, (short*)to, width, ColumnSums + n0);
        }

        for (int j = 0; j < columns; j++)
        {
            ColumnSums[n0 + j] -= (int)Rows * ZeroPoints[n0 + j];
        }
    }

    /// <summary>Frees the memory. No call may use the matrix any more.</summary>
    public void Dispose()
    {
        _panels.Dispose();
        _sums.Dispose();
    }
}
