using System.Numerics.Tensors;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Factorization;

/// <summary>
/// Accumulates what the basis of a layer's outputs is computed from, by the smallest of the number of samples, of outputs N and of inputs K: few samples are kept as they are; more of them become second moments, of the outputs, or, if
/// K &lt; N, of their coordinates in the column space of the weights, which hold all of y − b = W·x.
/// </summary>
internal sealed class OutputMoments
{
    private readonly LinearLayer _layer;
    private readonly bool _central;
    private readonly int _smaller;
    private readonly List<double> _samples = [];
    private readonly double[] _sum;
    private double[]? _products;
    private double[]? _coordinateSum;
    private double[]? _space;
    private long _count;

    /// <param name="layer">The layer.</param>
    /// <param name="central">Whether there is a bias, so that the mean of the outputs need not pass through the factors.</param>
    public OutputMoments(LinearLayer layer, bool central)
    {
        _layer = layer;
        _central = central;
        _smaller = Math.Min(layer.Outputs, layer.Reduction);
        _sum = new double[layer.Outputs];
    }

    /// <summary>The number of samples from which more hardly change the moments.</summary>
    public long Enough => Math.Max(4096, 4L * _smaller);

    public long Count => _count;

    /// <param name="outputs">Samples [count, N], row-major, channels last.</param>
    public void Add(ReadOnlySpan<float> outputs)
    {
        int n = _layer.Outputs;
        var row = new double[n];
        for (int start = 0; start < outputs.Length; start += n)
        {
            TensorPrimitives.ConvertChecked(outputs.Slice(start, n), row);
            TensorPrimitives.Add<double>(_sum, row, _sum);
            _count++;
            if (_products is null)
            {
                _samples.AddRange(row);
                if (_count > _smaller)
                {
                    Compress();
                }
            }
            else
            {
                AddProducts(row);
            }
        }
    }

    public LowRankBasis Basis()
    {
        int n = _layer.Outputs;
        double[] mean = Array.ConvertAll(_sum, s => s / _count);
        LowRankBasis basis;
        if (_products is null)
        {
            double[] samples = [.. _samples];
            for (int s = 0; _central && s < _count; s++)
            {
                Span<double> row = samples.AsSpan(s * n, n);
                TensorPrimitives.Subtract(row, mean, row);
            }

            basis = LowRankBasis.OfSamples(samples, (int)_count, n);
        }
        else
        {
            basis = LowRankBasis.OfProducts(Centred(), _smaller);
            basis = _space is null ? basis : basis with { Vectors = Expanded(basis.Vectors) };
        }

        return basis with { Mean = _central ? mean : null };
    }

    /// <summary>A·Aᵀ for A [rows, columns].</summary>
    public static double[] Products(double[] values, int rows, int columns)
    {
        var products = new double[(long)rows * rows];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double product = TensorPrimitives.Dot<double>(values.AsSpan(i * columns, columns), values.AsSpan(j * columns, columns));
                products[((long)i * rows) + j] = product;
                products[((long)j * rows) + i] = product;
            }
        }

        return products;
    }

    public static double[] Transposed(double[] values, int rows, int columns)
    {
        var result = new double[values.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                result[((long)c * rows) + r] = values[((long)r * columns) + c];
            }
        }

        return result;
    }

    private void Compress()
    {
        int n = _layer.Outputs;
        _products = new double[(long)_smaller * _smaller];
        _coordinateSum = new double[_smaller];
        _space = _smaller < n ? Space() : null;
        double[] samples = [.. _samples];
        _samples.Clear();
        for (int start = 0; start < samples.Length; start += n)
        {
            AddProducts(samples.AsSpan(start, n));
        }
    }

    // An orthonormal basis of the weights' column space as rows [K,N], completed by zeros if the weights have less than full rank.
    private double[] Space()
    {
        double[] vectors = LowRankBasis.OfWeights(_layer).Vectors;
        Array.Resize(ref vectors, _smaller * _layer.Outputs);
        return vectors;
    }

    private void AddProducts(ReadOnlySpan<double> output)
    {
        double[] coordinates = output.ToArray();
        if (_space is { } space)
        {
            int n = _layer.Outputs;
            coordinates = new double[_smaller];
            for (int i = 0; i < _smaller; i++)
            {
                coordinates[i] = TensorPrimitives.Dot(space.AsSpan(i * n, n), output);
            }
        }

        TensorPrimitives.Add<double>(_coordinateSum, coordinates, _coordinateSum);

        // The lower half; the rest is its mirror.
        for (int i = 0; i < _smaller; i++)
        {
            Span<double> target = _products.AsSpan(i * _smaller, i + 1);
            TensorPrimitives.MultiplyAdd(coordinates.AsSpan(0, i + 1), coordinates[i], target, target);
        }
    }

    private double[] Centred()
    {
        double[] result = new double[_products!.LongLength];
        for (int i = 0; i < _smaller; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double value = (_products[(i * _smaller) + j] / _count) - (_central ? _coordinateSum![i] / _count * (_coordinateSum[j] / _count) : 0);
                result[(i * _smaller) + j] = value;
                result[(j * _smaller) + i] = value;
            }
        }

        return result;
    }

    private double[] Expanded(double[] coordinates)
    {
        int n = _layer.Outputs;
        var vectors = new double[_smaller * n];
        for (int i = 0; i < _smaller; i++)
        {
            Span<double> row = vectors.AsSpan(i * n, n);
            for (int j = 0; j < _smaller; j++)
            {
                TensorPrimitives.MultiplyAdd(_space.AsSpan(j * n, n), coordinates[(i * _smaller) + j], row, row);
            }
        }

        return vectors;
    }
}
