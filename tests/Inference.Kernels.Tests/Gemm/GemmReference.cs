using Inference.Kernels.Elementwise;
using Inference.Kernels.Tests.Elementwise;

namespace Inference.Kernels.Tests.Gemm;

/// <summary>The formula in f64.</summary>
internal static class GemmReference
{
    /// <summary>Σ over k, with the sum of magnitudes that scales the error bound.</summary>
    public static (double Sum, double Magnitude) Dot(Func<int, double> a, Func<int, double> b, int k)
    {
        double sum = 0;
        double magnitude = 0;
        for (int i = 0; i < k; i++)
        {
            double p = a(i) * b(i);
            sum += p;
            magnitude += Math.Abs(p);
        }

        return (sum, magnitude);
    }

    /// <summary>A[m,k] × B[k,n] and, with <paramref name="magnitudes"/>, |A| × |B|.</summary>
    public static double[] Product(double[] a, double[] b, int m, int n, int k, bool magnitudes = false)
    {
        var c = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            Span<double> row = c.AsSpan(i * n, n);
            for (int p = 0; p < k; p++)
            {
                double x = a[(i * k) + p];
                ReadOnlySpan<double> y = b.AsSpan(p * n, n);
                for (int j = 0; j < n; j++)
                {
                    row[j] += magnitudes ? Math.Abs(x * y[j]) : x * y[j];
                }
            }
        }

        return c;
    }

    /// <summary>op(X) of a stored X with rows of <paramref name="stride"/>, as a dense [rows, columns].</summary>
    public static double[] Dense(ReadOnlySpan<float> x, int stride, int rows, int columns, bool transposed)
    {
        var dense = new double[rows * columns];
        for (int i = 0; i < dense.Length; i++)
        {
            int r = i / columns;
            int c = i % columns;
            dense[i] = x[transposed ? (c * stride) + r : (r * stride) + c];
        }

        return dense;
    }

    public static unsafe double Activate(Activation f, double x)
    {
        if (f.IsNone)
        {
            return x;
        }

        foreach (UnaryFunction function in UnaryFunctions.All)
        {
            if ((nint)function.Best == (nint)f.Body)
            {
                return UnaryReference.Exact(function, x, f.Alpha, f.Beta);
            }
        }

        throw new ArgumentException("The function is not in the inventory.", nameof(f));
    }
}
