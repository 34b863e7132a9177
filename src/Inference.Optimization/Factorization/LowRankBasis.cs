using System.Numerics.Tensors;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Factorization;

/// <summary>The directions of a layer's outputs in order of the variance that they hold. Factors of every rank are the first directions of one basis, so that models of different shares agree where their ranks do.</summary>
/// <param name="Values">The variance along each direction, descending.</param>
/// <param name="Vectors">The directions as rows [count, N].</param>
/// <param name="Mean">The mean of the outputs; null if there is no bias to absorb it.</param>
internal sealed record LowRankBasis(double[] Values, double[] Vectors, double[]? Mean)
{
    // Directions whose variance is below this share of the largest are noise of the rounding.
    private const double LeastShare = 1e-12;

    /// <summary>The basis of the weights alone (plain SVD): from W·Wᵀ or Wᵀ·W, whichever is smaller.</summary>
    public static LowRankBasis OfWeights(LinearLayer layer)
    {
        double[] rows = Array.ConvertAll(layer.ReadRows(), static v => (double)v);
        return layer.Outputs <= layer.Reduction
            ? OfProducts(OutputMoments.Products(rows, layer.Outputs, layer.Reduction), layer.Outputs)
            : OfSamples(OutputMoments.Transposed(rows, layer.Outputs, layer.Reduction), layer.Reduction, layer.Outputs);
    }

    /// <summary>Any basis, to time factors of some rank: times do not depend on the weights.</summary>
    public static LowRankBasis ForTiming(LinearLayer layer, int rank)
    {
        var vectors = new double[rank * layer.Outputs];
        for (int i = 0; i < rank; i++)
        {
            vectors[(i * layer.Outputs) + i] = 1;
        }

        return new LowRankBasis(new double[rank], vectors, null);
    }

    /// <param name="products">Σ y·yᵀ [N,N]; overwritten.</param>
    /// <param name="n">N.</param>
    public static LowRankBasis OfProducts(double[] products, int n)
    {
        (double[] values, double[] vectors) = SymmetricEigen.Solve(products, n);
        return new LowRankBasis(Array.ConvertAll(values, static v => Math.Max(0, v)), vectors, null);
    }

    /// <summary>From fewer samples than dimensions: with Y·Yᵀ = U·Λ·Uᵀ the directions are Λ^(−1/2)·Uᵀ·Y.</summary>
    /// <param name="samples">Y [count, N], row-major.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="n">N.</param>
    public static LowRankBasis OfSamples(double[] samples, int count, int n)
    {
        (double[] values, double[] combinations) = SymmetricEigen.Solve(OutputMoments.Products(samples, count, n), count);
        int kept = values.Count(v => v > values[0] * LeastShare && v > 0);
        var vectors = new double[kept * n];
        for (int i = 0; i < kept; i++)
        {
            Span<double> row = vectors.AsSpan(i * n, n);
            for (int s = 0; s < count; s++)
            {
                TensorPrimitives.MultiplyAdd(samples.AsSpan(s * n, n), combinations[(i * count) + s], row, row);
            }

            TensorPrimitives.Divide(row, TensorPrimitives.Norm<double>(row), row);
        }

        return new LowRankBasis(values[..kept], vectors, null);
    }
}
