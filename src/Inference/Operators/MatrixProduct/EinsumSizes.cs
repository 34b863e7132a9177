namespace Inference.Operators.MatrixProduct;

/// <summary>The size of each label of an einsum.</summary>
internal sealed class EinsumSizes
{
    private readonly long[] _sizes = new long[128];

    public long this[char label]
    {
        get => _sizes[label];
        set => _sizes[label] = value;
    }

    public long Count(string labels) => TensorShape.Count(Of(labels));

    public long[] Of(string labels) => [.. labels.Select(c => this[c])];
}
