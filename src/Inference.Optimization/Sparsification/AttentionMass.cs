using System.Numerics.Tensors;

namespace Inference.Optimization.Sparsification;

/// <summary>Where the attention of a head lies, over the rows seen: the mean weight between blocks of queries and blocks of keys, and at each residue of the distance. The weights of a query add up to 1.</summary>
internal sealed class AttentionMass
{
    private readonly int _tokens;
    private readonly double[] _distances;
    private long _rows;

    /// <param name="tokens">The tokens of a row.</param>
    /// <param name="block">The tokens of a block.</param>
    public AttentionMass(int tokens, int block)
    {
        _tokens = tokens;
        Block = block;
        Count = (tokens + block - 1) / block;
        Sums = new double[Count * Count];
        _distances = new double[(2 * tokens) - 1];
    }

    public int Block { get; }

    /// <summary>The blocks of a row.</summary>
    public int Count { get; }

    /// <summary>The sum of the weights between a block of queries and a block of keys, [queries, keys].</summary>
    public double[] Sums { get; }

    /// <summary>Adds a row's weights, [queries, keys].</summary>
    public void Add(ReadOnlySpan<float> weights)
    {
        for (int query = 0; query < _tokens; query++)
        {
            ReadOnlySpan<float> row = weights.Slice(query * _tokens, _tokens);
            for (int block = 0; block < Count; block++)
            {
                int first = block * Block;
                Sums[((query / Block) * Count) + block] += TensorPrimitives.Sum(row[first..Math.Min(_tokens, first + Block)]);
            }

            Span<double> distances = _distances.AsSpan(_tokens - 1 - query, _tokens);
            for (int key = 0; key < row.Length; key++)
            {
                distances[key] += row[key];
            }
        }

        _rows++;
    }

    /// <summary>The share of the attention at distances that are multiples of a stride, 0 to 1.</summary>
    public double OfStride(int stride)
    {
        double sum = 0;
        for (int at = (_tokens - 1) % stride; at < _distances.Length; at += stride)
        {
            sum += _distances[at];
        }

        return Share(sum);
    }

    /// <summary>The share of a sum of weights in all, 0 to 1.</summary>
    public double Share(double sum) => _rows == 0 ? 0 : sum / _rows / _tokens;
}
