namespace Inference.Kernels.Gemm;

/// <summary>The product of two f32 matrices on the best kernel of this processor. Thread-safe.</summary>
public static class MatrixProduct
{
    /// <summary>C[M,N] = op(A)[M,K] × op(B)[K,N], optionally added to C; op is the identity or transposition.</summary>
    /// <param name="a">A, row-major: [M,K], or [K,M] if it is transposed.</param>
    /// <param name="transposeA">Whether A is transposed.</param>
    /// <param name="b">B, row-major: [K,N], or [N,K] if it is transposed.</param>
    /// <param name="transposeB">Whether B is transposed.</param>
    /// <param name="c">C, row-major [M,N]; must not overlap A or B.</param>
    /// <param name="m">The number of rows of C, 0 or more.</param>
    /// <param name="n">The number of columns of C, 0 or more.</param>
    /// <param name="k">The number of terms in each sum, 0 or more; 0 gives zeros, or leaves C unchanged when accumulating.</param>
    /// <param name="accumulate">Whether the product is added to C; false by default.</param>
    /// <param name="threads">The maximum number of threads, 1 or more; 1 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or <paramref name="threads"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static unsafe void Multiply(
        ReadOnlySpan<float> a, bool transposeA, ReadOnlySpan<float> b, bool transposeB, Span<float> c, int m, int n, int k, bool accumulate = false, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Require(a.Length, m, k, nameof(a));
        Require(b.Length, k, n, nameof(b));
        Require(c.Length, m, n, nameof(c));
        if (k == 0 && !accumulate)
        {
            c[..(m * n)].Clear();
        }

        if (m == 0 || n == 0 || k == 0)
        {
            return;
        }

        var epilogue = new GemmEpilogue { Accumulate = accumulate };
        fixed (float* pa = a, pb = b, pc = c)
        {
            GemmF32.Run(pa, transposeA ? m : k, transposeA, pb, transposeB ? k : n, transposeB, pc, n, m, n, k, 1f, in epilogue, threads);
        }
    }

    private static void Require(int length, int rows, int columns, string name)
    {
        if (length < (long)rows * columns)
        {
            throw new ArgumentException($"Expected at least {rows} × {columns} = {(long)rows * columns} elements, got {length}.", name);
        }
    }
}
