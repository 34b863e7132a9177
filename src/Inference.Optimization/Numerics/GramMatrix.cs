using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

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

    /// <summary>Adds samples of a vector with itself.</summary>
    /// <param name="samples">Samples [count, rows], row-major; rows = columns.</param>
    public void Add(ReadOnlySpan<float> samples)
    {
        Accumulate(samples, samples, symmetric: true);
        for (int i = 1; i < rows; i++)
        {
            for (int j = 0; j < i; j++)
            {
                _products[((long)i * columns) + j] = _products[((long)j * columns) + i];
            }
        }
    }

    /// <param name="left">Samples [count, rows], row-major.</param>
    /// <param name="right">Samples [count, columns], row-major.</param>
    public void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => Accumulate(left, right, symmetric: false);

    private void Accumulate(ReadOnlySpan<float> left, ReadOnlySpan<float> right, bool symmetric)
    {
        // A sum is read and written once for several samples: it does not stay in the first-level cache.
        const int Together = 4;
        int count = left.Length / rows;
        var a = new double[Together * rows];
        var b = new double[Together * columns];
        for (int first = 0; first < count; first += Together)
        {
            int some = Math.Min(Together, count - first);
            Array.Clear(a, some * rows, (Together - some) * rows);
            Array.Clear(b, some * columns, (Together - some) * columns);
            TensorPrimitives.ConvertChecked<float, double>(left.Slice(first * rows, some * rows), a);
            TensorPrimitives.ConvertChecked<float, double>(right.Slice(first * columns, some * columns), b);
            for (int sample = 0; sample < some; sample++)
            {
                TensorPrimitives.Add(_left, a.AsSpan(sample * rows, rows), _left);
                TensorPrimitives.Add(_right, b.AsSpan(sample * columns, columns), _right);
            }

            for (int i = 0; i < rows; i++)
            {
                (double a0, double a1, double a2, double a3) = (a[i], a[rows + i], a[(2 * rows) + i], a[(3 * rows) + i]);
                if (a0 != 0 || a1 != 0 || a2 != 0 || a3 != 0)
                {
                    int from = symmetric ? i : 0;
                    AddRows(
                        _products.AsSpan((i * columns) + from, columns - from), b.AsSpan(from), b.AsSpan(columns + from), b.AsSpan((2 * columns) + from), b.AsSpan((3 * columns) + from), a0, a1, a2, a3);
                }
            }
        }

        Count += count;
    }

    // target[j] += a0·b0[j] + a1·b1[j] + a2·b2[j] + a3·b3[j]
    private static void AddRows(Span<double> target, ReadOnlySpan<double> b0, ReadOnlySpan<double> b1, ReadOnlySpan<double> b2, ReadOnlySpan<double> b3, double a0, double a1, double a2, double a3)
    {
        // Slices of one length, so that one loop condition bounds them all.
        b0 = b0[..target.Length];
        b1 = b1[..target.Length];
        b2 = b2[..target.Length];
        b3 = b3[..target.Length];
        ref double t = ref MemoryMarshal.GetReference(target);
        ref double r0 = ref MemoryMarshal.GetReference(b0);
        ref double r1 = ref MemoryMarshal.GetReference(b1);
        ref double r2 = ref MemoryMarshal.GetReference(b2);
        ref double r3 = ref MemoryMarshal.GetReference(b3);
        int j = 0;
        for (; j <= target.Length - Vector<double>.Count; j += Vector<double>.Count)
        {
            nuint at = (nuint)j;
            Vector<double> sum = (Vector.LoadUnsafe(ref r0, at) * a0) + (Vector.LoadUnsafe(ref r1, at) * a1) + (Vector.LoadUnsafe(ref r2, at) * a2) + (Vector.LoadUnsafe(ref r3, at) * a3);
            (Vector.LoadUnsafe(ref t, at) + sum).StoreUnsafe(ref t, at);
        }

        for (; j < target.Length; j++)
        {
            target[j] += (b0[j] * a0) + (b1[j] * a1) + (b2[j] * a2) + (b3[j] * a3);
        }
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

    /// <summary>The number of channels of a tensor with its channels last or at axis 1.</summary>
    public static int Channels(TensorValue value, bool channelsLast) => (int)(channelsLast || value.Rank <= 2 ? value.Shape[^1] : value.Shape[1]);

    /// <summary>Samples with the channels last, from a tensor with its channels last or at axis 1.</summary>
    /// <param name="value">The tensor.</param>
    /// <param name="channelsLast">Whether the channels are the last axis.</param>
    /// <param name="step">Every step-th sample is taken, the first included; ≥ 1.</param>
    public static float[] Samples(TensorValue value, bool channelsLast, int step = 1)
    {
        ReadOnlySpan<float> data = value.AsSpan<float>();
        int channels = Channels(value, channelsLast);
        int inner = channelsLast || value.Rank <= 2 ? 1 : (int)(value.ElementCount / value.Shape[0] / channels);
        if (inner == 1 && step == 1)
        {
            return data.ToArray();
        }

        int count = data.Length / channels;
        var result = new float[(count + step - 1) / step * channels];
        int at = 0;
        for (int sample = 0; sample < count; sample += step)
        {
            int from = (sample / inner * channels * inner) + (sample % inner);
            for (int c = 0; c < channels; c++)
            {
                result[at++] = data[from + (c * inner)];
            }
        }

        return result;
    }
}
