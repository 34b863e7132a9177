using MathNet.Numerics.LinearAlgebra;

namespace Inference.Optimization.Numerics;

/// <summary>Linear systems of compression, solved by MathNet.Numerics.</summary>
internal static class DenseSolver
{
    /// <summary>Ridge regression: M with (G + λ·mean(diag G)·I)·M = R, G symmetric.</summary>
    /// <param name="gram">G [n,n].</param>
    /// <param name="right">R [n,m].</param>
    /// <param name="ridge">λ, relative to the mean of the diagonal.</param>
    public static double[,] Ridge(double[,] gram, double[,] right, double ridge)
    {
        int n = gram.GetLength(0);
        Matrix<double> left = Matrix<double>.Build.DenseOfArray(gram);
        double mean = Math.Max(left.Diagonal().Sum() / n, 1e-30);
        for (int i = 0; i < n; i++)
        {
            left[i, i] += ridge * mean;
        }

        return left.Cholesky().Solve(Matrix<double>.Build.DenseOfArray(right)).ToArray();
    }
}
