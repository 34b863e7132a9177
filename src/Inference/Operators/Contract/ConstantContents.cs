namespace Inference.Operators.Contract;

/// <summary>The contents of a small constant as part of a <see cref="PackedForm{T}"/>: equal where type, shape and bytes are.</summary>
/// <param name="Tensor">The constant; lives as long as the model.</param>
internal readonly record struct ConstantContents(Tensor Tensor)
{
    public bool Equals(ConstantContents other) => ReferenceEquals(Tensor, other.Tensor)
        || (Tensor.Type == other.Tensor.Type && Tensor.Dims.SequenceEqual(other.Tensor.Dims) && Tensor.Bytes.SequenceEqual(other.Tensor.Bytes));

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Tensor.Type);
        hash.AddBytes(Tensor.Bytes);
        return hash.ToHashCode();
    }
}
