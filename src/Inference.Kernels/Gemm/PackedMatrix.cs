using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Gemm;

/// <summary>
/// A constant B[K,N] stored once as panels for <see cref="GemmF32"/>: ceil(N / panel) blocks of [K][panel columns], zero-padded to whole vectors, 64-byte aligned; matrices of at most
/// <see cref="DotColumns"/> columns are stored by column. Elements are f32, or bf16 in pairs along K (<see cref="Bf16Pairs"/>), half the bytes.
/// Immutable and shared by any number of threads; dispose it when no call uses it. A forgotten one frees itself.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    // So few leave most lanes of a panel empty: benchmarks/results/thresholds.md.
    /// <summary>Matrices with no more columns than this are multiplied by dot products along K.</summary>
    internal const int DotColumns = 4;

    /// <summary>The same for columns of at least <see cref="DeepRows"/> elements, whose lanes are added up after many products.</summary>
    internal const int DeepDotColumns = 8;

    /// <summary>Elements of a column, 8 vectors.</summary>
    internal const int DeepRows = 128;

    private readonly NativeBuffer _buffer;

    private PackedMatrix(nint rows, nint columns, GemmF32Kernel kernel)
    {
        Rows = rows;
        Columns = columns;
        Kernel = kernel;
        ByColumn = IsByColumn(rows, columns) && kernel.Tier != IsaTier.Scalar && !kernel.Pairs;
        nint stored = ByColumn ? columns : (columns + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        Depth = kernel.Pairs ? Bf16Pairs.Count(rows) : rows;
        _buffer = new NativeBuffer(checked(Depth * stored * sizeof(float)));
        Data = (float*)_buffer.Pointer;
    }

    /// <summary>Whether a matrix is multiplied by dot products along K.</summary>
    internal static bool IsByColumn(nint rows, nint columns) => columns <= (rows >= DeepRows ? DeepDotColumns : DotColumns);

    /// <summary>K.</summary>
    public nint Rows { get; }

    /// <summary>Elements of a packed column: K, or pairs of it.</summary>
    public nint Depth { get; }

    /// <summary>N.</summary>
    public nint Columns { get; }

    /// <summary>Native memory held, bytes.</summary>
    public nint ByteLength => _buffer.Length;

    /// <summary>The name of the kernel that multiplies by it.</summary>
    public string KernelName => ByColumn ? DotF32Kernels.Best.Name : Kernel.Name;

    internal GemmF32Kernel Kernel { get; }

    /// <summary>Whether the data is [N][K] instead of panels.</summary>
    internal bool ByColumn { get; }

    internal float* Data { get; }

    /// <summary>Packs α·B.</summary>
    /// <param name="b">B[K,N] row-major, or its transpose [N,K] if <paramref name="transposed"/>.</param>
    /// <param name="k">Rows of B, 0 or more.</param>
    /// <param name="n">Columns of B, 0 or more.</param>
    /// <param name="transposed">Whether <paramref name="b"/> holds [N,K].</param>
    /// <param name="alpha">Factor α.</param>
    /// <returns>The packed copy; the caller owns it.</returns>
    /// <exception cref="ArgumentException"><paramref name="b"/> has fewer than K·N elements.</exception>
    public static PackedMatrix Create(ReadOnlySpan<float> b, int k, int n, bool transposed = false, float alpha = 1f)
    {
        if (b.Length < (long)k * n)
        {
            throw new ArgumentException($"B[{k},{n}]: expected {(long)k * n} elements, got {b.Length}. Pass the whole matrix.", nameof(b));
        }

        fixed (float* p = b)
        {
            return Create(p, transposed ? k : n, k, n, transposed, alpha);
        }
    }

    /// <summary>Packs α·B.</summary>
    /// <param name="b">B[K,N] row-major with <paramref name="ldb"/>, or its transpose [N,K] if <paramref name="transposed"/>.</param>
    /// <param name="ldb">Elements between rows of <paramref name="b"/>.</param>
    /// <param name="k">Rows of B, 0 or more.</param>
    /// <param name="n">Columns of B, 0 or more.</param>
    /// <param name="transposed">Whether <paramref name="b"/> holds [N,K].</param>
    /// <param name="alpha">Factor α.</param>
    /// <returns>The packed copy; the caller owns it.</returns>
    public static PackedMatrix Create(float* b, nint ldb, nint k, nint n, bool transposed = false, float alpha = 1f) =>
        Create(b, ldb, k, n, transposed, alpha, GemmF32Kernels.Best);

    /// <summary>Packs α·B rounded to bf16, where this process has a kernel for it and B has more columns than dot products take; in f32 otherwise. Products round A to bf16 too, and sum in f32.</summary>
    /// <param name="b">B[K,N] row-major with <paramref name="ldb"/>, or its transpose [N,K] if <paramref name="transposed"/>.</param>
    /// <param name="ldb">Elements between rows of <paramref name="b"/>.</param>
    /// <param name="k">Rows of B, 0 or more.</param>
    /// <param name="n">Columns of B, 0 or more.</param>
    /// <param name="transposed">Whether <paramref name="b"/> holds [N,K].</param>
    /// <param name="alpha">Factor α.</param>
    /// <returns>The packed copy; the caller owns it.</returns>
    public static PackedMatrix CreateBFloat16(float* b, nint ldb, nint k, nint n, bool transposed = false, float alpha = 1f) =>
        Create(b, ldb, k, n, transposed, alpha, IsByColumn(k, n) ? GemmF32Kernels.Best : GemmBf16Kernels.Best ?? GemmF32Kernels.Best);

    internal static PackedMatrix Create(float* b, nint ldb, nint k, nint n, bool transposed, float alpha, GemmF32Kernel kernel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        KernelAssert.Matrix(b, transposed ? n : k, transposed ? k : n, ldb);
        var packed = new PackedMatrix(k, n, kernel);
        if (packed.ByColumn)
        {
            GemmF32Packing.PackColumns(b, ldb, transposed, k, n, alpha, packed.Data);
        }
        else if (kernel.Pairs)
        {
            Bf16Pairs.PackPanels(b, ldb, transposed, k, n, alpha, kernel.PanelColumns, kernel.Lanes, packed.Data);
        }
        else
        {
            GemmF32Packing.PackPanels(b, ldb, transposed, k, n, alpha, kernel.PanelColumns, kernel.Lanes, packed.Data);
        }

        return packed;
    }

    /// <summary>Frees the memory. No call may use the matrix any more.</summary>
    public void Dispose() => _buffer.Dispose();
}
