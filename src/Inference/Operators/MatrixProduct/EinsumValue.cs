namespace Inference.Operators.MatrixProduct;

/// <summary>A contiguous, row-major value of an einsum, with the labels of its dimensions of size 2 or more.</summary>
/// <param name="Labels">A label for each dimension; only operands repeat one.</param>
/// <param name="Sizes">The size of each.</param>
/// <param name="Input">The operand that it is; <see cref="Scratch"/> or <see cref="Output"/>.</param>
/// <param name="Offset">Where it starts in the scratch memory, elements.</param>
internal sealed record EinsumValue(string Labels, long[] Sizes, int Input, long Offset = 0)
{
    /// <summary>Marks a value in the scratch memory.</summary>
    public const int Scratch = -1;

    /// <summary>Marks the result.</summary>
    public const int Output = -2;

    public long Count { get; } = TensorShape.Count(Sizes);

    public bool Has(char label) => Labels.Contains(label, StringComparison.Ordinal);

    /// <summary>How far a step along a label moves; 0 along one that the value lacks, the sum along one that it repeats.</summary>
    public long Stride(char label)
    {
        long stride = 0;
        long step = 1;
        for (int i = Sizes.Length - 1; i >= 0; i--)
        {
            stride += Labels[i] == label ? step : 0;
            step *= Sizes[i];
        }

        return stride;
    }

    /// <summary>The stride of some labels as one dimension of this order; −1 where they are none. 0 for no labels.</summary>
    public long Merged(string labels, EinsumSizes sizes)
    {
        for (int i = 0; i + 1 < labels.Length; i++)
        {
            if (Stride(labels[i]) != Stride(labels[i + 1]) * sizes[labels[i + 1]])
            {
                return -1;
            }
        }

        return labels.Length == 0 ? 0 : Stride(labels[^1]);
    }

    /// <summary>These of the value's labels, in its order.</summary>
    public string Among(Func<char, bool> chosen) => string.Concat(Labels.Where(chosen));
}
