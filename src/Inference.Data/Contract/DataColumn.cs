namespace Inference.Data;

/// <summary>One column of a data source: a model input, a label or a slice.</summary>
/// <param name="Name">Its name, case-sensitive.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="RowShape">The shape of one row; empty if a row is a scalar.</param>
public sealed record DataColumn(string Name, ElementType Type, IReadOnlyList<long> RowShape)
{
    /// <summary>The number of elements in one row.</summary>
    public long RowElements => RowShape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <inheritdoc/>
    public bool Equals(DataColumn? other) => other is not null && Name == other.Name && Type == other.Type && RowShape.SequenceEqual(other.RowShape);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, RowShape.Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type.Name()}[rows{string.Concat(RowShape.Select(d => "," + d))}]";
}
