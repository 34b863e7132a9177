using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Inference.Optimization.Numerics;

/// <summary>The two dense problems of compression, solved by MathNet.Numerics.</summary>
internal static class DenseSolver
{
    /// <summary>Computes the eigenvalues, in descending order, and eigenvectors (columns) of a symmetric matrix.</summary>
    public static (double[] Values, double[,] Vectors) SymmetricEigen(double[,] matrix)
    {
        Evd<double> evd = Matrix<double>.Build.DenseOfArray(matrix).Evd(Symmetricity.Symmetric);
        int n = matrix.GetLength(0);
        var values = new double[n];
        var vectors = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            values[i] = Math.Max(0, evd.EigenValues[n - 1 - i].Real);
            for (int row = 0; row < n; row++)
            {
                vectors[row, i] = evd.EigenVectors[row, n - 1 - i];
            }
        }

        return (values, vectors);
    }

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
