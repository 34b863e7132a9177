using System.Numerics.Tensors;

namespace Inference.Optimization.Numerics;

/// <summary>The factor R of a positive definite matrix G = R·Rᵀ, upper triangular: the Cholesky factor that starts at the last row.</summary>
internal static class TriangularFactor
{
    /// <summary>Factors G + λ·mean(diag G)·I.</summary>
    /// <param name="gram">G [n,n], symmetric, row-major; not changed.</param>
    /// <param name="n">Rows.</param>
    /// <param name="damping">λ &gt; 0, relative to the mean of the diagonal.</param>
    /// <returns>R [n,n], row-major, zero below the diagonal. Its rows and columns of a G that is zero are those of a multiple of the identity.</returns>
    public static double[] Upper(ReadOnlySpan<double> gram, int n, double damping)
    {
        double trace = 0;
        for (int i = 0; i < n; i++)
        {
            trace += gram[(i * n) + i];
        }

        double added = damping * Math.Max(trace / n, 1e-30);
        var factor = new double[n * n];
        for (int c = n - 1; c >= 0; c--)
        {
            ReadOnlySpan<double> row = factor.AsSpan((c * n) + c + 1, n - c - 1);
            // Rounding may take all of the damping of a direction that others determine.
            double pivot = Math.Sqrt(Math.Max(gram[(c * n) + c] + added - TensorPrimitives.Dot(row, row), added * 1e-3));
            factor[(c * n) + c] = pivot;
            for (int j = 0; j < c; j++)
            {
                factor[(j * n) + c] = (gram[(j * n) + c] - TensorPrimitives.Dot<double>(factor.AsSpan((j * n) + c + 1, n - c - 1), row)) / pivot;
            }
        }

        return factor;
    }
}
