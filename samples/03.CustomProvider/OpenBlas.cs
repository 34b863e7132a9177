using System.Runtime.InteropServices;

namespace CustomProvider;

/// <summary>The OpenBLAS function that the provider calls.</summary>
internal static unsafe class OpenBlas
{
    private const int RowMajor = 101;
    private const int NoTranspose = 111;
    private const int Transpose = 112;
    private static readonly Lazy<nint> s_library = new(Load);
    private static readonly Lazy<nint> s_gemm = new(static () => NativeLibrary.GetExport(s_library.Value, "cblas_sgemm"));

    public static bool IsAvailable => s_library.Value != 0;

    /// <summary>y = alpha · op(a) · op(b) + beta · y, with y [m,n] and op(a) [m,k], op(b) [k,n], all row-major.</summary>
    public static void Gemm(bool transposeA, bool transposeB, int m, int n, int k, float alpha, ReadOnlySpan<float> a, ReadOnlySpan<float> b, float beta, Span<float> y)
    {
        if (m == 0 || n == 0)
        {
            return;
        }

        fixed (float* pa = a, pb = b, py = y)
        {
            float none = 0;
            ((delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)s_gemm.Value)(
                RowMajor, transposeA ? Transpose : NoTranspose, transposeB ? Transpose : NoTranspose, m, n, k,
                alpha, pa is null ? &none : pa, Math.Max(1, transposeA ? m : k), pb is null ? &none : pb, Math.Max(1, transposeB ? k : n), beta, py, n);
        }
    }

    private static nint Load()
    {
        nint library = 0;
        if (((string[])["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "libopenblas.dll", "openblas.dll"]).Any(name => NativeLibrary.TryLoad(name, out library)))
        {
            // One thread per call: the engine runs calls concurrently.
            ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(1);
        }

        return library;
    }
}
