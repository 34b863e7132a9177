namespace Inference.Optimization.Numerics;

/// <summary>Accumulates Σ a·bᵀ, Σ a and Σ b over samples of two vectors (or twice the same); memory does not depend on the number of samples.</summary>
internal sealed class GramMatrix(int rows, int columns)
{
    private readonly double[] _products = new double[(long)rows * columns];
    private readonly double[] _left = new double[rows];
    private readonly double[] _right = new double[columns];

    public int Rows => rows;

    public int Columns => columns;

    public long Count { get; private set; }

    public double this[int row, int column] => _products[((long)row * columns) + column];

    public double LeftMean(int row) => _left[row] / Count;

    public double RightMean(int column) => _right[column] / Count;

    /// <param name="left">Samples [count, rows], row-major.</param>
    /// <param name="right">Samples [count, columns], row-major.</param>
    public void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        int count = left.Length / rows;
        Span<double> wide = new double[columns];
        for (int sample = 0; sample < count; sample++)
        {
            ReadOnlySpan<float> a = left.Slice(sample * rows, rows);
            ReadOnlySpan<float> b = right.Slice(sample * columns, columns);
            System.Numerics.Tensors.TensorPrimitives.ConvertChecked(b, wide);
            System.Numerics.Tensors.TensorPrimitives.Add(_right, wide, _right);
            for (int i = 0; i < rows; i++)
            {
                _left[i] += a[i];
                if (a[i] != 0)
                {
                    Span<double> target = _products.AsSpan(i * columns, columns);
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(wide, a[i], target, target);
                }
            }
        }

        Count += count;
    }

    /// <summary>The second moments Σ a·bᵀ / n; the central ones minus the product of the means.</summary>
    public double[,] Moments(bool central)
    {
        var result = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                result[i, j] = (this[i, j] / Count) - (central ? LeftMean(i) * RightMean(j) : 0);
            }
        }

        return result;
    }

    /// <summary>Samples with the channels last, from a tensor with its channels last or at axis 1.</summary>
    public static float[] Samples(TensorValue value, bool channelsLast)
    {
        ReadOnlySpan<float> data = value.AsSpan<float>();
        if (channelsLast || value.Rank <= 2)
        {
            return data.ToArray();
        }

        int channels = (int)value.Shape[1];
        int inner = (int)(value.ElementCount / value.Shape[0] / channels);
        var result = new float[data.Length];
        for (int b = 0; b < value.Shape[0]; b++)
        {
            int start = b * channels * inner;
            for (int c = 0; c < channels; c++)
            {
                for (int i = 0; i < inner; i++)
                {
                    result[start + (i * channels) + c] = data[start + (c * inner) + i];
                }
            }
        }

        return result;
    }
}
