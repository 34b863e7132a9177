using System.Buffers;
using System.Numerics.Tensors;

namespace Inference.Monitoring.Cells;

/// <summary>Computes the values of columns that are statistics of whole rows of one tensor. Immutable; thread-safe.</summary>
internal sealed class DerivedReader
{
    /// <summary>The number of projections of an embedding.</summary>
    public const int Projections = 16;

    // The same directions in every profile.
    private const ulong Seed = 0x9E3779B97F4A7C15;
    private readonly ColumnDefinition[] _columns;
    private readonly CategoryTable? _tokens;
    private readonly bool _needsProjections;
    private readonly float[] _signs;
    private readonly bool _isLength;

    /// <param name="columns">Derived columns of one tensor.</param>
    public DerivedReader(ReadOnlySpan<ColumnDefinition> columns)
    {
        _columns = columns.ToArray();
        _isLength = Array.TrueForAll(_columns, static c => c.Derivation is ColumnDerivation.Length or ColumnDerivation.UnknownShare);
        if (Array.Find(_columns, static c => c.Derivation == ColumnDerivation.UnknownShare) is { } unknown)
        {
            _tokens = new CategoryTable(unknown.OtherKeys, new short[unknown.OtherKeys.Length], -1);
        }

        _needsProjections = Array.Exists(_columns, static c => c.Derivation == ColumnDerivation.Projection);
        _signs = new float[_needsProjections ? _columns.Max(static c => c.Width) : 0];
        for (int i = 0; i < _signs.Length; i++)
        {
            _signs[i] = (Mix(Seed * (ulong)(i + 1)) & 1) == 0 ? 1 : -1;
        }
    }

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Length;

    /// <summary>values[i] = the value of column i for one row of the tensor; NaN where a channel is empty.</summary>
    public void Read(TensorValue tensor, int row, Span<double> values)
    {
        int width = tensor.Rank == 0 ? 1 : (int)(tensor.ElementCount / tensor.Shape[0]);
        if (_isLength)
        {
            ReadTokens(tensor, row, width, values);
            return;
        }

        if (tensor.ElementType == ElementType.Float32)
        {
            Read(tensor.AsSpan<float>().Slice(row * width, width), values);
            return;
        }

        double[] doubles = ArrayPool<double>.Shared.Rent(width);
        float[] floats = ArrayPool<float>.Shared.Rent(width);
        ElementReader.Read(tensor, (long)row * width, 1, doubles.AsSpan(0, width));
        for (int i = 0; i < width; i++)
        {
            floats[i] = (float)doubles[i];
        }

        Read(floats.AsSpan(0, width), values);
        ArrayPool<double>.Shared.Return(doubles);
        ArrayPool<float>.Shared.Return(floats);
    }

    private void Read(ReadOnlySpan<float> row, Span<double> values)
    {
        Span<float> projections = stackalloc float[Projections];
        if (_needsProjections)
        {
            Project(row, projections);
        }

        int top = row.IsEmpty ? -1 : TensorPrimitives.IndexOfMax(row);
        for (int i = 0; i < _columns.Length; i++)
        {
            ColumnDefinition column = _columns[i];
            values[i] = column.Derivation switch
            {
                ColumnDerivation.Norm => Math.Sqrt(TensorPrimitives.SumOfSquares(row)),
                ColumnDerivation.Projection => projections[column.Index] / Math.Sqrt(Math.Max(row.Length / Projections, 1)),
                ColumnDerivation.Top => top < 0 ? double.NaN : row[top],
                ColumnDerivation.TopIndex => top < 0 ? double.NaN : top,
                _ => OfChannel(row, column),
            };
        }
    }

    // Channels lie one after the other, or, if ChannelsLast, element by element.
    private static double OfChannel(ReadOnlySpan<float> row, ColumnDefinition column)
    {
        int channels = column.Second;
        if (!column.ChannelsLast || channels == 1)
        {
            int size = row.Length / channels;
            return OfChannel(row.Slice(column.Index * size, size), column.Derivation);
        }

        int count = row.Length / channels;
        float[] channel = ArrayPool<float>.Shared.Rent(Math.Max(count, 1));
        for (int i = 0; i < count; i++)
        {
            channel[i] = row[(i * channels) + column.Index];
        }

        double value = OfChannel(channel.AsSpan(0, count), column.Derivation);
        ArrayPool<float>.Shared.Return(channel);
        return value;
    }

    private static double OfChannel(ReadOnlySpan<float> channel, ColumnDerivation derivation)
    {
        if (channel.IsEmpty)
        {
            return double.NaN;
        }

        double mean = (double)TensorPrimitives.Sum(channel) / channel.Length;
        return derivation switch
        {
            ColumnDerivation.Mean => mean,
            ColumnDerivation.Deviation => Math.Sqrt(Math.Max(((double)TensorPrimitives.SumOfSquares(channel) / channel.Length) - (mean * mean), 0)),
            ColumnDerivation.Minimum => TensorPrimitives.Min(channel),
            _ => TensorPrimitives.Max(channel),
        };
    }

    // Direction k has a random sign at the elements k, k + 16, …: together the directions read every element once.
    private void Project(ReadOnlySpan<float> row, Span<float> projections)
    {
        projections.Clear();
        for (int i = 0; i < Math.Min(row.Length, _signs.Length); i++)
        {
            projections[i & (Projections - 1)] += row[i] * _signs[i];
        }
    }

    private void ReadTokens(TensorValue tensor, int row, int width, Span<double> values)
    {
        long length = 0, unknown = 0;
        for (int i = 0; i < width; i++)
        {
            long token = tensor.ElementType == ElementType.Int64 ? tensor.AsSpan<long>()[(row * width) + i] : tensor.AsSpan<int>()[(row * width) + i];
            length = token != 0 ? i + 1 : length;
            unknown += _tokens is { } known && known.CellOf((ulong)token) < 0 ? 1 : 0;
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            values[i] = _columns[i].Derivation == ColumnDerivation.Length ? length : width == 0 ? 0 : (double)unknown / width;
        }
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
