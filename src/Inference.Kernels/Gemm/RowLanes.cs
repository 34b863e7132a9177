using Inference.Kernels.Memory;
using Inference.Kernels.Transposition;

namespace Inference.Kernels.Gemm;

/// <summary>Blocks of up to <see cref="Most"/> rows of a matrix, which lie beside each other in vectors: short rows are worked on together there.</summary>
internal static unsafe class RowLanes
{
    /// <summary>The most rows of a block: four of the widest vectors.</summary>
    public const int Most = 4 * TileLimits.Lanes;

    // Beyond, a block comes from the third-level cache or from memory, and more rows would only take more of it.
    private const long MostBytes = 8 << 20;

    /// <summary>How many rows a block should have of which each needs so many elements.</summary>
    public static nint Rows(long elements) => elements * Most * sizeof(float) <= MostBytes ? Most : TileLimits.Lanes;

    /// <summary>The width of a block of rows, elements: a multiple of <see cref="TileLimits.Lanes"/>, the rest of whose lanes are zeros.</summary>
    public static nint Width(nint rows) => rows > Most / 2 ? Most : (rows + TileLimits.Lanes - 1) / TileLimits.Lanes * TileLimits.Lanes;

    /// <summary>Writes X[rows, K] as [K, width].</summary>
    public static void Load(float* x, nint ldx, nint rows, nint k, float* to, nint width)
    {
        if (rows < width)
        {
            LargeBlocks.Clear(to, (long)k * width * sizeof(float));
        }

        Transpose2D.Run((byte*)x, ldx, (byte*)to, width, rows, k, sizeof(float));
    }

    /// <summary>Writes [n, width] as Y[rows, n].</summary>
    public static void Store(float* from, nint width, float* y, nint ldy, nint rows, nint n)
    {
        if (n == 1 && ldy == 1)
        {
            Buffer.MemoryCopy(from, y, rows * sizeof(float), rows * sizeof(float));
            return;
        }

        Transpose2D.Run((byte*)from, width, (byte*)y, ldy, n, rows, sizeof(float));
    }

    /// <summary>To[e, r] = α·Σ_k W[e,k]·X[k,r] + bias[e] for e &lt; n.</summary>
    public static void Products(float* x, nint width, float* w, nint ldw, nint n, nint k, float alpha, float* bias, float* to)
    {
        var job = new LaneProductsBody.Job { X = x, W = w, Ldw = ldw, K = k, Width = width, To = to, Bias = bias, Alpha = alpha };
        LaneProductsBody.Kernel.Best(&job, 0, n);
    }

    /// <summary>To[e, r] = Σ_k (X[k,r] − W[e,k])² for e &lt; n.</summary>
    public static void Distances(float* x, nint width, float* w, nint ldw, nint n, nint k, float* to)
    {
        var job = new LaneProductsBody.Job { X = x, W = w, Ldw = ldw, K = k, Width = width, To = to, Squares = true };
        LaneProductsBody.Kernel.Best(&job, 0, n);
    }
}
